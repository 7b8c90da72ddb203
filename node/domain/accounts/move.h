#pragma once
// Accounts that are one person: aliases, and moving from one to the other. FEP-7628.
#include <string>
#include <string_view>

#include "node/domain/site.h"
#include "node/store/accounts.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// Says that the actor `uri` is the same person; needed before that account can move here. 422 when it is the
/// account itself or one alias too many.
Result<void> add_alias(store::WriteTx& tx, const Site& site, AccountId me, const std::string& uri);
/// 404 when it is none.
Result<void> remove_alias(store::WriteTx& tx, AccountId me, const std::string& uri);
bool has_alias(const store::Account& account, std::string_view uri);

/// `account`, of this node or another, goes on as `target`: its profile says so, its followers here follow
/// the new one with the options they had, and an account of this node tells its followers elsewhere. Does
/// nothing when it went there before. 422 when the target does not name it as an alias, is the account
/// itself, has moved on or is gone, or when the last move is less than limits::move_again_after ago.
Result<void> move_account(store::WriteTx& tx, const Site& site, AccountId account, AccountId target);
/// The profile says no more that it moved. Followers who left stay away.
Result<void> cancel_move(store::WriteTx& tx, AccountId me);

}  // namespace dunlin::domain

#pragma once
#include "node/store/notices.h"
#include "node/store/statuses.h"

namespace dunlin::domain {

/// Records what other nodes must learn of, in the same write. The one place that decides whether they must:
/// the account is of this node, the status may leave it, and someone elsewhere is concerned.
///
/// A status that is told to followers and to those whom it mentions or answers.
void tell_of_status(store::WriteTx& tx, store::NoticeKind kind, const store::Status& status);
/// It changes a status that others have already, also those who followed its author then and do not now.
bool is_of_old(store::NoticeKind kind);
/// Where those elsewhere read whom it names, answers, boosts or quotes, and who quote it.
std::vector<std::string> inboxes_of(const store::ReadTx& tx, const store::Status& status);
/// What concerns one other account only: the author of `status`, or the target.
void tell(store::WriteTx& tx, store::NoticeKind kind, AccountId account, AccountId target,
          StatusId status = {}, std::string uri = {});
/// The author of `quoted` takes back a consent: told to its followers and to who quoted it.
void tell_of_revocation(store::WriteTx& tx, const store::Status& quoted, AccountId quoting_account,
                        std::string stamp);
/// It goes on as `target`: told to all followers.
void tell_of_move(store::WriteTx& tx, AccountId account, AccountId target);
/// A status was pinned or is no more, as far as everyone may read it.
void tell_of_pin(store::WriteTx& tx, store::NoticeKind kind, const store::Status& status);
/// The profile changed, or the account goes: told to all followers.
void tell_of_account(store::WriteTx& tx, store::NoticeKind kind, AccountId account);

}  // namespace dunlin::domain

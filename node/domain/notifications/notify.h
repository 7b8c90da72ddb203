#pragma once
#include <string_view>

#include "node/store/transaction.h"

namespace dunlin::domain {

/// Tells a local account of something, unless it is its own doing or `to` does not want to hear of `from` or
/// of the thread. `conversation` 0 = about no status. The same event twice is told once.
void notify(store::WriteTx& tx, AccountId to, std::string_view type, AccountId from, StatusId status = {},
            StatusId conversation = {});

}  // namespace dunlin::domain

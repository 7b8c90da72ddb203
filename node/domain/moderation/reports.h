#pragma once
#include <string>

#include "node/store/reports.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// Stores what someone here reports; with `is_forwarded` the server of a remote target is told too, in the
/// name of this node. Its id. 404 for a target or status that `report.account` does not see; 422 for oneself,
/// an unknown category, statuses of others, or too much text.
Result<std::int64_t> report(store::WriteTx& tx, store::Report report);

}  // namespace dunlin::domain

#pragma once
// Reports that one node's moderators tell another's of.
#include "node/federation/apply.h"

namespace dunlin::federation {

/// Stores it for the moderators when it is about someone here and, maybe, their posts; else nothing changes.
/// Whoever signs may say so: a report is a claim, not a fact.
Result<void> apply_flag(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                        const activitypub::Activity& activity);

}  // namespace dunlin::federation

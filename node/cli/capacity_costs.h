#pragma once
// Where the figures of capacity.h come from: a node's own database and history, this machine, or nowhere.
#include "node/app/data_folder.h"
#include "node/cli/capacity.h"
#include "node/cli/session.h"

namespace dunlin::cli {

/// The costs of this node, the nearest source that there is for each: its history, its database, then what
/// this machine shows in about two seconds of work on a throwaway node beside the data folder's files (unless
/// `measures` is off), then what is assumed.
Result<Costs> costs_of(Session& session, const app::DataFolder& folder, bool measures);

/// Processors and memory of this machine, all of which may be used.
Machine this_machine();

}  // namespace dunlin::cli

#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/app/data_folder.h"
#include "node/cli/session.h"
#include "node/store/accounts.h"
#include "node/store/notices.h"
#include "node/store/statuses.h"
#include "node/trace/journal.h"

namespace dunlin::cli {

/// The way of one post over this node: what the database has of it, and what the running node noted in
/// passing (or noted before it stopped).
struct Trace {
  store::Status status;
  store::Account author;
  std::string author_handle;            // "ann@example.org"
  std::string url;                      // its page for people, where it has one
  trace::Journal::Found noted;          // empty once others took its place
  std::vector<store::Waiting> waiting;  // for other nodes
};

/// `wanted`: an id as the API has it, or the address of a status of this node or of another. Errc::not_found
/// when it is none that is known here.
Result<Trace> find_trace(Session& session, const app::DataFolder& folder, const app::Config& config,
                         std::string_view wanted);
std::string trace_as_text(const Trace& trace);
std::string trace_as_json(const Trace& trace);

}  // namespace dunlin::cli

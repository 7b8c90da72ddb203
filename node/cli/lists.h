#pragma once
// Administrator commands that move people's own lists between servers.
#include <string>

#include "node/cli/session.h"

namespace dunlin::cli {

struct ListOptions {
  std::string name;  // of the account
  std::string kind;  // following, mutes, blocks or bookmarks
  std::string file;  // "-" = standard input or output
};
Result<void> export_list(Session& session, const app::Config& config, const ListOptions& options);
/// Leaves the lines to the node that serves the folder, now or later.
Result<void> import_list(Session& session, const ListOptions& options);
/// How far each import is, and each line that failed with the reason.
Result<void> show_imports(Session& session, const std::string& name, bool as_json);

/// A whole file, at most limits::list_bytes_max; "-" is standard input.
Result<std::string> read_list_file(const std::string& file);
/// "-" is standard output.
Result<void> write_list_file(const std::string& file, const std::string& text);

}  // namespace dunlin::cli

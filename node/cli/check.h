#pragma once
#include <string>
#include <vector>

#include "node/media/files.h"
#include "node/store/maintenance.h"

namespace dunlin::cli {

struct CheckReport {
  std::vector<std::string> problems;  // each names its row or file; none = sound
  std::vector<std::string> notes;     // harmless: files in the media folder that nobody names
  store::Totals totals;
  std::size_t media_files = 0;  // all files in the folder

  bool is_sound() const { return problems.empty(); }
};

/// Looks at everything in a data folder: SQLite's own checks, rows against each other (counters against what
/// they count, threads, notifications, tombstones...), and each picture that an account names. Also while a
/// node serves the folder; all rows are seen at one moment. A database that cannot be read, or has another
/// version's schema, is a problem too. Does not throw.
CheckReport check_node(const std::string& data_dir);

/// The same for a database and a media folder that stand elsewhere.
CheckReport check_parts(const std::string& database, const std::string& media_folder);

/// Pictures that accounts in `snapshot` name and that are missing or damaged, one message each. What nobody
/// names any more in the database of this moment (a node took it away since the snapshot) is not told.
std::vector<std::string> media_problems(store::Snapshot& snapshot, const std::string& database,
                                        const media::Files& files);

}  // namespace dunlin::cli

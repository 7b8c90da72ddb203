#pragma once
#include <string>

#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::cli {

/// Writes the node's data folder into one uncompressed tar: node.toml, dunlin.db, media/**, then
/// manifest.json (versions, time, size and SHA-256 of each member) and manifest.json.sha256. Works while a
/// node serves; the database is that of one moment, with every picture that it names. `file` is written as
/// `file`.part (mode 0600, with a `file`.db.part beside it for a while), synced, read back and verified
/// before it takes its name, in place of an older backup of that name. Problems that check finds do not stop
/// it, they are logged and noted in the manifest; a damaged database does: what stood at `file` stays.
/// Errc::not_found without a node, conflict when another backup writes to the same file or the node is of
/// another version. Throws on input/output errors; leaves no .part files then either.
Result<void> backup_node(const std::string& data_dir, const std::string& file,
                         const Clock& clock = system_clock());

/// Unpacks and verifies a backup into a folder that does not exist yet (its parent does) or is empty: member
/// names, sizes and hashes, then what check_node finds; an older schema is brought up to date. Its database
/// gets its name last of all, so that no node can start on half of it. When it fails, the folder is as
/// before. Errc::not_found without the file, conflict for a folder in use or a backup of a newer version,
/// bad_request for a file that is damaged or no backup. Throws on input/output errors.
Result<void> restore_node(const std::string& data_dir, const std::string& file);

}  // namespace dunlin::cli

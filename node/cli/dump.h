#pragma once
#include <ostream>
#include <string>

#include "protocol/base/result.h"

namespace dunlin::cli {

/// Writes everything in the database as lines of JSON: first `{"dump":1,"schema":N}`, then each row as
/// `{"table":"status","row":{...}}`: tables by name, rows by primary key, columns in their order. The same
/// content gives the same bytes, however it came about and lies on disk. Blobs are hex strings, and so is
/// text that is no UTF-8, as `{"hex":"..."}`. Hashes of passwords, tokens, codes and sessions, and invite
/// codes, are left out unless `with_secrets`. Works while a node serves.
Result<void> dump_node(const std::string& data_dir, std::ostream& out, bool with_secrets = false);

}  // namespace dunlin::cli

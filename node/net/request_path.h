#pragma once
#include <string>
#include <string_view>

#include "node/net/refusal.h"

namespace dunlin::net {

/// The one normalisation of a path, so that `/%61dmin`, `//admin` and `/x/../admin` are judged as what they
/// are: escapes decoded once, empty, "." and ".." segments gone (".." stops at the root), one trailing slash
/// removed. `raw` begins with '/'. Refused: broken escapes, encoded slashes, control bytes also when escaped,
/// anything that is not UTF-8.
Refusal normalize_path(std::string_view raw, std::string& path);

}  // namespace dunlin::net

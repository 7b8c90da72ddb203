#pragma once
#include <string>

#include "node/app/config.h"

namespace dunlin::app {

/// Every limit in force as one flat JSON object: the names of protocol/base/limits.h with the values that the
/// settings give them, then what only settings say. Durations are milliseconds and end in `_ms`. 0 means what
/// its setting says.
std::string limits_as_json(const Config& config);

}  // namespace dunlin::app

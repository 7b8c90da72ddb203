#pragma once
#include <string>

#include "node/cli/capacity.h"

namespace dunlin::cli {

/// The sum as a table for people, with the source of each cost.
std::string capacity_as_text(const Load& load, const Costs& costs, const Machine& machine);
std::string capacity_as_json(const Load& load, const Costs& costs, const Machine& machine);

}  // namespace dunlin::cli

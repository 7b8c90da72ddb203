#pragma once
#include <cstdint>

namespace dunlin::app {

/// Of this process.
std::int64_t resident_bytes();

}  // namespace dunlin::app

#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::test {

/// What zlib makes of one whole gzip file and nothing after it; nothing when it finds a fault in it.
std::optional<std::string> gunzip(std::string_view file);

}  // namespace dunlin::test

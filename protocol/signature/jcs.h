#pragma once
// JSON Canonicalization Scheme, RFC 8785.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "protocol/base/result.h"

namespace dunlin::signature {

/// Keys in order of UTF-16 code units, numbers as ECMAScript writes them (integers as the nearest double),
/// nothing escaped that need not be. Errc::unprocessable for values deeper than limits::json_depth_max, text
/// that is not UTF-8, and numbers that are not finite. Numbers were read by the parser as doubles or 64-bit
/// integers.
Result<std::string> canonical_json(const nlohmann::json& value);
/// ECMAScript's Number::toString; the number is finite.
std::string canonical_number(double number);

}  // namespace dunlin::signature

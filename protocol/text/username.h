#pragma once
#include <string>
#include <string_view>

#include "protocol/base/result.h"

namespace dunlin::text {

/// A name that a new local account may have, as typed: 1..30 of a-z A-Z 0-9 _, and not reserved. Whether it
/// is free, without regard to case, is the store's to say. Errors: unprocessable, naming `username`.
Result<std::string> checked_username(std::string_view typed);

/// Names that are part of our addresses, or that programs take for "nobody". In any case of letters.
bool is_reserved_username(std::string_view name);

}  // namespace dunlin::text

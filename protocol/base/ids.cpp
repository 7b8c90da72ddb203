#include "protocol/base/ids.h"

#include <charconv>

namespace dunlin {

std::optional<std::int64_t> parse_id_number(std::string_view text) {
  // from_chars would take a minus sign and leading zeros.
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace dunlin

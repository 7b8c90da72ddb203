// Any bytes as a time, in both forms that others send. What is read is a time that can be written and read
// again.
#include <cstdint>
#include <string_view>

#include "protocol/base/ensure.h"
#include "protocol/base/time.h"

using namespace dunlin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = parse_iso(text)) ENSURE(parse_iso(to_iso(*time)) == time);
  if (const auto time = parse_http_date(text)) ENSURE(parse_http_date(to_http_date(*time)) == time);
  return 0;
}

#include "node/api/content_coding.h"

#include <algorithm>
#include <optional>

#include "protocol/base/encoding.h"

namespace dunlin::api {

namespace {

/// What stands up to `separator`, taken off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// `0` to `1` with up to three decimals, in thousandths; 0 where it is malformed. RFC 9110 12.4.2.
int weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int thousandths = (text[0] - '0') * 1'000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int place = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return 0;
    thousandths += (c - '0') * place;
    place /= 10;
  }
  return thousandths > 1'000 ? 0 : thousandths;
}

}  // namespace

bool takes_gzip(const net::Request& request) {
  std::optional<int> gzip;
  std::optional<int> plain;
  std::optional<int> any;
  for (const auto& field : request.fields) {
    if (!equal_ignoring_case(field.name, "Accept-Encoding")) continue;
    for (auto rest = field.value; !rest.empty();) {
      auto parameters = next_part(rest, ',');
      const auto coding = next_part(parameters, ';');
      int weight = 1'000;
      while (!parameters.empty()) {
        auto value = next_part(parameters, ';');
        if (equal_ignoring_case(next_part(value, '='), "q")) weight = weight_of(value);
      }
      if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) {
        gzip = weight;
      } else if (equal_ignoring_case(coding, "identity")) {
        plain = weight;
      } else if (coding == "*") {
        any = weight;
      }
    }
  }
  const int wanted = gzip.value_or(any.value_or(0));
  return wanted > 0 && wanted >= plain.value_or(0);
}

}  // namespace dunlin::api

#include "protocol/signature/jcs.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::signature {
namespace {
using nlohmann::json;

/// Places UTF-8 bytes as the UTF-16 code units that they stand for: a character past U+FFFF is a surrogate
/// there and comes before U+E000..U+FFFF, whose first bytes are EE and EF.
int rank(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0xEE && byte <= 0xEF ? byte + 0x10 : byte;
}

bool before(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return rank(x) < rank(y); });
}

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view named = "\b\t\n\f\r\"\\";
  constexpr std::string_view names = "btnfr\"\\";
  out += '"';
  for (char c : text) {
    if (const auto at = named.find(c); at != named.npos) {
      out += '\\';
      out += names[at];
    } else if (static_cast<std::uint8_t>(c) < 0x20) {
      out += "\\u00" + hex(std::string_view(&c, 1));
    } else {
      out += c;
    }
  }
  out += '"';
}

class Writer {
 public:
  /// False when the value has no canonical form.
  bool value(const json& from, std::size_t depth) {
    if (depth > limits::json_depth_max) return false;
    switch (from.type()) {
      case json::value_t::object:
        return object(from.get_ref<const json::object_t&>(), depth);
      case json::value_t::array:
        return array(from, depth);
      case json::value_t::string:
        return string(from.get_ref<const std::string&>());
      case json::value_t::boolean:
        out_ += from.get<bool>() ? "true" : "false";
        return true;
      case json::value_t::null:
        out_ += "null";
        return true;
      case json::value_t::number_integer:
      case json::value_t::number_unsigned:
      case json::value_t::number_float:
        return number(from.get<double>());
      default:
        return false;
    }
  }
  std::string take() { return std::move(out_); }

 private:
  bool object(const json::object_t& members, std::size_t depth) {
    std::vector<const json::object_t::value_type*> order;
    order.reserve(members.size());
    for (const auto& member : members) order.push_back(&member);
    std::sort(order.begin(), order.end(),
              [](const auto* a, const auto* b) { return before(a->first, b->first); });
    char mark = '{';
    for (const auto* member : order) {
      out_ += std::exchange(mark, ',');
      if (!string(member->first)) return false;
      out_ += ':';
      if (!value(member->second, depth + 1)) return false;
    }
    out_ += order.empty() ? "{}" : "}";
    return true;
  }
  bool array(const json& items, std::size_t depth) {
    char mark = '[';
    for (const json& item : items) {
      out_ += std::exchange(mark, ',');
      if (!value(item, depth + 1)) return false;
    }
    out_ += items.empty() ? "[]" : "]";
    return true;
  }
  bool string(const std::string& text) {
    if (!is_utf8(text)) return false;
    append_string(out_, text);
    return true;
  }
  bool number(double from) {
    if (!std::isfinite(from)) return false;
    out_ += canonical_number(from);
    return true;
  }

  std::string out_;
};

}  // namespace

std::string canonical_number(double number) {
  if (number == 0) return "0";  // also of -0
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t mark = text.find('e');
  std::string digits(text.substr(0, mark));
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  int exponent = 0;
  const std::size_t sign = text[mark + 1] == '+' ? 2 : 1;
  std::from_chars(text.data() + mark + sign, end, exponent);

  // ECMA-262 Number::toString: n is how many digits stand before the point, k how many there are.
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;
  std::string out = number < 0 ? "-" : "";
  if (k <= n && n <= 21) return out + digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21) return out + digits.insert(static_cast<std::size_t>(n), ".");
  if (-6 < n && n <= 0) return out + "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  if (k > 1) digits.insert(1, ".");
  return out + digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

Result<std::string> canonical_json(const nlohmann::json& value) {
  Writer writer;
  if (!writer.value(value, 1)) return fail(Errc::unprocessable, "the document has no canonical form");
  return writer.take();
}

}  // namespace dunlin::signature

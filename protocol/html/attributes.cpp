#include "protocol/html/attributes.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::html {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view space = " \t\n\f\r";

// Microformats of people and posts, and what Mastodon's clients know to show or hide.
constexpr std::array classes = {
    "dt-published"sv, "dt-updated"sv, "e-content"sv,    "ellipsis"sv,      "h-card"sv,   "h-cite"sv,
    "h-entry"sv,      "hashtag"sv,    "invisible"sv,    "mention"sv,       "p-author"sv, "p-name"sv,
    "p-nickname"sv,   "p-summary"sv,  "quote-inline"sv, "u-in-reply-to"sv, "u-uid"sv,    "u-url"sv};
static_assert(std::is_sorted(classes.begin(), classes.end()));

struct Scheme {
  std::string_view prefix;
  bool has_host;
};
constexpr Scheme schemes[] = {
    {"https://", true}, {"http://", true}, {"gemini://", true}, {"mailto:", false}, {"xmpp:", false}};

/// As the URL Standard 4.4 does before it reads: leading and trailing controls and spaces go, tabs and line
/// ends go everywhere. We take all other control characters too.
std::string without_controls(std::string_view address) {
  std::string out;
  for (std::size_t i = 0; i < address.size();) {
    const auto step = read_utf8(address, i);
    const bool kept = is_allowed(step) && step.code != '\t' && step.code != '\n';
    if (kept && step.valid) out.append(address.substr(i, step.length));
    i += step.length;
  }
  const auto first = out.find_first_not_of(' ');
  if (first == out.npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

/// Calls with each word of a value until it says false.
template <class F>
void each_word(std::string_view value, F&& call) {
  for (std::size_t at = 0; (at = value.find_first_not_of(space, at)) != value.npos;) {
    const auto end = std::min(value.find_first_of(space, at), value.size());
    if (!call(value.substr(at, end - at))) return;
    at = end;
  }
}

}  // namespace

bool is_allowed(Utf8Step step) {
  const auto c = step.code;
  if (c < 0x20) return c == '\t' || c == '\n';
  if (c < 0x7F) return true;
  return c >= 0xA0 && c != 0xFEFF && (c < 0xFDD0 || c > 0xFDEF) && (c & 0xFFFE) != 0xFFFE;
}

std::optional<std::string> link_address(std::string_view decoded) {
  if (decoded.size() > 2 * limits::linked_url_bytes_max) return std::nullopt;
  const auto address = without_controls(decoded);
  const auto lower = to_lower(address.substr(0, 16));
  for (const auto& scheme : schemes) {
    if (!lower.starts_with(scheme.prefix)) continue;
    const auto rest = std::string_view(address).substr(scheme.prefix.size());
    if (rest.empty() || (scheme.has_host && "/\\?#:@ "sv.find(rest.front()) != std::string_view::npos)) break;
    std::string out(scheme.prefix);
    for (const char c : rest) {
      if (" \"<>`"sv.find(c) != std::string_view::npos) {
        out += '%', out += "0123456789ABCDEF"[c >> 4], out += "0123456789ABCDEF"[c & 15];
      } else {
        out += c;
      }
    }
    if (out.size() > limits::linked_url_bytes_max) break;
    return out;
  }
  return std::nullopt;
}

std::string known_classes(std::string_view value) {
  std::string out;
  each_word(value, [&](std::string_view word) {
    if (std::binary_search(classes.begin(), classes.end(), word) && !has_word(out, word)) {
      if (!out.empty()) out += ' ';
      out += word;
    }
    return true;
  });
  return out;
}

bool has_word(std::string_view value, std::string_view word) {
  bool found = false;
  each_word(value, [&](std::string_view other) { return !(found = other == word); });
  return found;
}

std::optional<int> list_number(std::string_view value) {
  int number = 0;
  const auto end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || value.size() > 7 || number < -999'999 || number > 999'999)
    return std::nullopt;
  return number;
}

}  // namespace dunlin::html

// What anyone may type becomes HTML that the strict checker passes, in both formats, and the other functions
// on text keep their promises. The first byte chooses the format.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/base/encoding.h"
#include "protocol/text/compose.h"
#include "protocol/text/language.h"
#include "protocol/text/plain.h"
#include "protocol/text/unicode.h"
#include "tests/unit/protocol/text/html_checker.h"

namespace {
using namespace dunlin::text;

void expect(bool condition, const char* what, std::string_view detail) {
  if (condition) return;
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(detail.size()), detail.data());
  std::abort();
}

void check_html(std::string_view text, Format format) {
  const Resolve resolve = [](const MentionRef& ref) -> std::optional<MentionTarget> {
    if (ref.username.starts_with('n')) return std::nullopt;
    if (ref.username.starts_with('j')) return MentionTarget{"javascript:alert(1)", ref.username};
    return MentionTarget{
        "https://" + (ref.domain.empty() ? "here.example" : ref.domain) + "/@" + ref.username + "?a&b\"'<>",
        "<" + ref.username + ">"};
  };
  const auto html = to_html(text, format, resolve, "https://here.example/tags/");
  const auto fault = fault_in_html(html);
  expect(fault.empty(), "fault", fault);
  const auto plain = html_to_plain(html);
  expect(dunlin::is_utf8(plain), "plain is not UTF-8", plain);
  expect(html_to_plain(html, InvisibleSpans::drop).size() <= plain.size() + 3 * html.size(), "plain grew",
         plain);
  expect(html.empty() || has_visible_text(plain), "nothing to see", html);
}

void check_scan(std::string_view text, Format format) {
  const auto found = scan(text, format);
  for (const auto& tag : found.tags) {
    const auto normal = normalise_tag(tag);
    expect(!normal.empty() && normalise_tag(normal) == normal, "tag is not stable", tag);
  }
  for (const auto& ref : found.mentions) expect(!ref.username.empty(), "mention without a name", text);
}

void check_lengths(std::string_view text) {
  const auto count = count_graphemes(text);
  expect(truncate_graphemes(text, count) == text, "whole text is cut", text);
  expect(count_graphemes(truncate_graphemes(text, count / 2)) == count / 2, "half is not half", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = data[0] % 2 == 0 ? Format::plain : Format::markdown;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_html(text, format);
  check_scan(text, format);
  check_lengths(cleaned(text));
  normalise_tag(text);
  is_language(text);
  expect(cleaned(cleaned(text)) == cleaned(text), "cleaning is not idempotent", text);
  expect(dunlin::is_utf8(html_to_plain(cleaned(text))), "plain of anything is not UTF-8", text);
  return 0;
}

// Any bytes as another server's HTML: what comes out is on the allow list, the same when cleaned again, and
// readable as text, with names of emoji that are plain.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/base/encoding.h"
#include "protocol/html/clean.h"
#include "protocol/html/links.h"
#include "protocol/text/shortcodes.h"
#include "tests/unit/protocol/html/cleaned_checker.h"

namespace {
using namespace dunlin::html;

void expect(bool condition, const char* what, std::string_view detail) {
  if (condition) return;
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  const auto cleaned = clean(html);
  const auto fault = fault_in_cleaned(cleaned);
  expect(fault.empty(), fault.c_str(), cleaned);
  const auto again = clean(cleaned);
  if (again != cleaned) std::fprintf(stderr, "once:  %s\n", cleaned.c_str());
  expect(again == cleaned, "twice", again);
  expect(dunlin::is_utf8(to_text(html)), "text is not UTF-8", html);
  dunlin::text::Shortcodes shortcodes;
  shortcodes.add_text(html);
  shortcodes.add_html(cleaned);
  for (const auto& name : shortcodes.names()) expect(dunlin::text::is_shortcode(name), "emoji", name);
  for (const auto& link : links(cleaned)) expect(link.href.find(':') != link.href.npos, "link", link.href);
  return 0;
}

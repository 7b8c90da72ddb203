#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <cstdint>
#include <memory>
#include <new>

#include "protocol/text/plain.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {
namespace {

/// Starts a cluster, whatever simple character is in front of it, so that no table need be asked: most
/// letters. What joins with its neighbours (marks, emoji, Indic scripts, jamo, \r) is not.
bool is_simple(char32_t c) {
  if (c < 0x300) return c != '\r';
  constexpr struct {
    char32_t first, last;
  } ranges[] = {{0x370, 0x482},                      // Greek, Cyrillic
                {0x48A, 0x52F},   {0x5D0, 0x5EA},    // Hebrew
                {0x620, 0x64A},                      // Arabic
                {0x1E00, 0x1FBC},                    // Latin and Greek with accents
                {0x2010, 0x2027},                    // dashes, quotation marks
                {0x3000, 0x3029}, {0x3041, 0x3096},  // Japanese
                {0x30A1, 0x30FA}, {0x3400, 0x4DBF},  // Han
                {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},  // Hangul syllables
                {0xFF01, 0xFF9D}};
  for (const auto& range : ranges) {
    if (c <= range.last) return c >= range.first;
  }
  return false;
}

struct Closer {
  void operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }
  void operator()(UText* text) const { utext_close(text); }
};
using Breaks = std::unique_ptr<UBreakIterator, Closer>;

/// One for each thread: it is costly to open and cheap to point at another text.
UBreakIterator& grapheme_breaks() {
  thread_local Breaks breaks;
  if (!breaks) {
    UErrorCode status = U_ZERO_ERROR;
    breaks.reset(ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status));
    if (U_FAILURE(status)) throw std::bad_alloc();  // nothing else can fail: the rules are built into ICU
  }
  return *breaks;
}

struct Walk {
  std::size_t clusters{}, bytes{};
};

/// From the start over at most n clusters.
Walk walk_by_rules(std::string_view text, std::size_t n) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, Closer> source(
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status));
  auto& breaks = grapheme_breaks();
  ubrk_setUText(&breaks, source.get(), &status);
  if (U_FAILURE(status)) throw std::bad_alloc();
  Walk walk;
  while (walk.clusters < n) {
    const auto at = ubrk_next(&breaks);
    if (at == UBRK_DONE) break;
    ++walk.clusters;
    walk.bytes = static_cast<std::size_t>(at);
  }
  return walk;
}

Walk walk_over(std::string_view text, std::size_t n) {
  Walk walk;
  std::size_t last_start = 0;  // of the character before the one looked at
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (!is_simple(take_character(text, at))) {
      // It may join the cluster before, which is taken back.
      const std::size_t before = walk.clusters > 0 ? walk.clusters - 1 : 0;
      const auto rest = walk_by_rules(text.substr(last_start), n - before);
      return {before + rest.clusters, last_start + rest.bytes};
    }
    if (walk.clusters == n) break;
    ++walk.clusters;
    walk.bytes = at;
    last_start = start;
  }
  return walk;
}

}  // namespace

std::size_t count_graphemes(std::string_view text) { return walk_over(text, text.size()).clusters; }
std::size_t prefix_of_graphemes(std::string_view text, std::size_t n) {
  return n == 0 ? 0 : walk_over(text, n).bytes;
}
std::string truncate_graphemes(std::string_view text, std::size_t n) {
  return std::string(text.substr(0, prefix_of_graphemes(text, n)));
}

}  // namespace dunlin::text

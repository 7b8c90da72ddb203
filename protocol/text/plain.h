#pragma once
// Text without markup: what is seen of our own HTML, and text measured and cut as people see it.
#include <cstddef>
#include <string>
#include <string_view>

namespace dunlin::text {

/// What to do with <span class="invisible">, the scheme and the end of a long link.
enum class InvisibleSpans {
  keep,  // links are whole, as for search and terminals
  drop,  // links are short and end with an ellipsis, as for a description
};
/// The text of HTML that compose.h or the cleaner of remote posts made: <br> ends a line, paragraphs and
/// other blocks are separated by an empty line, list items begin with "- ". Entities are decoded. Never
/// fails: what is not understood is text.
std::string html_to_plain(std::string_view our_own_html, InvisibleSpans invisible = InvisibleSpans::keep);

/// Extended grapheme clusters (UAX 29): what people call a character. Malformed bytes count as one U+FFFD
/// each.
std::size_t count_graphemes(std::string_view text);
/// The first n clusters.
std::string truncate_graphemes(std::string_view text, std::size_t n);
/// Bytes that the first n clusters take.
std::size_t prefix_of_graphemes(std::string_view text, std::size_t n);

/// False for a text of only spaces, zero-width and control characters.
bool has_visible_text(std::string_view text);

}  // namespace dunlin::text

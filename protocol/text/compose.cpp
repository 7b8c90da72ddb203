#include "protocol/text/compose.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <cstdint>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/linkify.h"
#include "protocol/text/markdown.h"
#include "protocol/text/plain.h"
#include "protocol/text/tokens.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {
namespace {

/// Without blank lines at the start and white space at the end. The first line keeps its indentation.
std::string_view without_outer_space(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\n");
  if (end == text.npos) return {};
  text = text.substr(0, end + 1);
  const auto content = text.find_first_not_of(" \t\n");
  const auto line = text.rfind('\n', content);
  return line == text.npos ? text : text.substr(line + 1);
}

std::string plain_to_html(std::string_view text, const Resolve& resolve, std::string_view tag_url_prefix) {
  std::string out = "<p>";
  out.reserve(text.size() + text.size() / 2);
  Linkifier(out, resolve, tag_url_prefix, nullptr).text(without_outer_space(text));
  return out += "</p>";
}

/// Fills in everything but what Markdown finds in its own way.
void scan_plain(std::string_view text, Scan& scan, Found* found) {
  std::string counted;  // the text with what stands for its links
  counted.reserve(text.size());
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    switch (token->kind) {
      case Token::Kind::text:
        counted += token->whole;
        break;
      case Token::Kind::tag:
        counted += token->whole;
        if (found) found->tag(token->name);
        break;
      case Token::Kind::url:
        counted.append(limits::characters_per_url, 'x');
        if (found) found->url(token->whole);
        break;
      case Token::Kind::mention:
        const auto ref = mention_of(*token);
        counted += ref ? token->whole.substr(0, 1 + token->name.size()) : token->whole;
        if (ref && found) found->mention(*ref);
        break;
    }
  }
  scan.characters = count_graphemes(counted);
}

std::u16string to_utf16(std::string_view text) {
  std::u16string out(text.size(), u'\0');  // UTF-16 has no more units than UTF-8 has bytes
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, text.data(),
                       static_cast<std::int32_t>(text.size()), 0xFFFD, nullptr, &status);
  out.resize(U_SUCCESS(status) ? static_cast<std::size_t>(length) : 0);
  return out;
}

std::string to_utf8(std::u16string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = 0;
    U16_NEXT(text.data(), at, text.size(), c);
    append_utf8(out, c);
  }
  return out;
}

/// NFKC_Casefold (Unicode 3.13, D147).
std::u16string folded(std::u16string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = unorm2_getNFKCCasefoldInstance(&status);
  std::u16string out(text.size() * 18 + 1, u'\0');  // one letter becomes 18 at most (UAX 15, table 8)
  const auto length = unorm2_normalize(form, text.data(), static_cast<std::int32_t>(text.size()), out.data(),
                                       static_cast<std::int32_t>(out.size()), &status);
  out.resize(U_SUCCESS(status) ? static_cast<std::size_t>(length) : 0);
  return out;
}

std::u16string words_of(std::u16string_view text) {
  std::u16string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    char32_t c = 0;
    U16_NEXT(text.data(), at, text.size(), c);
    if (is_word(c) || joins_words(c)) out += text.substr(start, at - start);
  }
  return out;
}

}  // namespace

Scan scan(std::string_view text, Format format) {
  const auto clean = cleaned(text);
  if (format == Format::markdown) {
    Scan scan;
    Found found(scan);
    if (markdown_to_html(clean, Resolve{}, "", &found)) {
      scan_plain(clean, scan, nullptr);
      return scan;
    }
  }
  Scan scan;
  Found found(scan);
  scan_plain(clean, scan, &found);
  return scan;
}

std::string to_html(std::string_view text, Format format, const Resolve& resolve,
                    std::string_view tag_url_prefix) {
  const auto clean = cleaned(text);
  if (!has_visible_text(clean)) return {};
  if (format == Format::markdown) {
    if (auto html = markdown_to_html(clean, resolve, tag_url_prefix, nullptr)) return std::move(*html);
  }
  return plain_to_html(clean, resolve, tag_url_prefix);
}

std::string normalise_tag(std::string_view tag) {
  // Sorting marks takes time that grows with the square. A tag's normal form, which may come in too, is at
  // most 33 bytes for each of its characters (U+FDFA).
  constexpr std::size_t longest = limits::tag_characters_max * 33;
  if (tag.size() > longest) return {};
  if (std::all_of(tag.begin(), tag.end(), [](char c) {
        return static_cast<signed char>(c) > 0 && is_word(static_cast<unsigned char>(c));
      })) {
    return to_lower(tag);
  }
  // Some letters are the short form of a phrase with spaces (U+FDFA) or brackets (U+2474).
  auto normal = folded(to_utf16(tag));
  const auto size = normal.size();
  normal = words_of(normal);
  if (normal.size() != size) normal = folded(normal);
  return to_utf8(normal);
}

}  // namespace dunlin::text

#include "protocol/text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "protocol/base/utf8.h"

namespace dunlin::text {
namespace {

std::uint32_t category_bit(char32_t c) { return U_GET_GC_MASK(static_cast<UChar32>(c)); }

bool is_dropped(char32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) || (c >= 0xFDD0 && c <= 0xFDEF);
}

}  // namespace

char32_t take_character(std::string_view text, std::size_t& at) {
  const auto step = read_utf8(text, at);
  at += step.length;
  return step.code;
}

char32_t last_character(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t start = text.size() - 1;
  while (start > 0 && text.size() - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
    --start;
  return read_utf8(text, start).code;
}

void append_utf8(std::string& out, char32_t c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  out.append(bytes, static_cast<std::size_t>(length));
}

bool is_ascii_alphanumeric(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(char32_t c) {
  if (c < 0x80) return is_ascii_alphanumeric(c) || c == '_';
  return (category_bit(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK | U_GC_PC_MASK)) != 0;
}

bool is_letter(char32_t c) { return (category_bit(c) & U_GC_L_MASK) != 0; }
bool is_mark(char32_t c) { return (category_bit(c) & U_GC_M_MASK) != 0; }
bool is_number(char32_t c) { return (category_bit(c) & U_GC_N_MASK) != 0; }
bool is_space(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0; }

bool joins_words(char32_t c) {
  constexpr char32_t middle_dot = 0xB7, katakana_middle_dot = 0x30FB, non_joiner = 0x200C, joiner = 0x200D;
  return c == middle_dot || c == katakana_middle_dot || c == non_joiner || c == joiner;
}

bool is_invisible(char32_t c) {
  constexpr std::uint32_t unseen = U_GC_Z_MASK | U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CS_MASK;
  constexpr char32_t braille_blank = 0x2800;  // a symbol by category, drawn as nothing
  return (category_bit(c) & unseen) != 0 || c == braille_blank || U_IS_UNICODE_NONCHAR(c) ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

std::string cleaned(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte < 0x7F) {
      out += text[at++];
    } else if (byte == '\r') {
      out += '\n';
      at += text.substr(at).starts_with("\r\n") ? 2 : 1;
    } else {
      const auto step = read_utf8(text, at);
      if (!step.valid) {
        out += "\xEF\xBF\xBD";
      } else if (!is_dropped(step.code)) {
        out.append(text, at, step.length);
      }
      at += step.length;
    }
  }
  return out;
}

}  // namespace dunlin::text

#include "protocol/text/tokens.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <utility>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {
namespace {

/// Of any script; the limit proper is in characters after conversion, which only the one who looks the name
/// up can count.
constexpr std::size_t domain_bytes_max = limits::domain_characters_max * 4;

bool is_name_character(char c) { return is_ascii_alphanumeric(static_cast<unsigned char>(c)) || c == '_'; }

// --- mentions ---

/// Length of [A-Za-z0-9_]+([.-]+[A-Za-z0-9_]+)* at the start; 0 when there is none or it is too long.
std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size() && length <= limits::mention_name_characters_max; ++i) {
    if (is_name_character(text[i])) {
      length = i + 1;
    } else if (length == 0 || (text[i] != '.' && text[i] != '-')) {
      break;
    }
  }
  return length <= limits::mention_name_characters_max ? length : 0;
}

/// Length of the port with its colon at the start, 0 when there is none.
std::size_t port_length(std::string_view text) {
  if (!text.starts_with(':')) return 0;
  std::size_t end = 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9' && end < 7) ++end;
  return end > 1 && end < 7 ? end : 0;
}

/// Length of letters, numbers and hyphens at the start, with a letter or number at both ends.
std::size_t label_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size() && at <= domain_bytes_max;) {
    const char32_t c = take_character(text, at);
    if (c == '-' ? length == 0 : (c == '_' || !is_word(c) || (is_mark(c) && length == 0))) break;
    if (c != '-') length = at;
  }
  return length;
}

/// Length of labels joined by single dots at the start; 0 when there are none or they are too long.
/// The last label keeps to ASCII when it begins so, as top-level domains do: a language without spaces goes
/// on right after it.
std::size_t domain_length(std::string_view text, std::size_t& labels) {
  std::size_t start = 0, length = 0;
  labels = 0;
  for (std::size_t at = 0; at < text.size(); at = length + 1) {
    const auto label = label_length(text.substr(at));
    if (label == 0) break;
    start = at, length = at + label, ++labels;
    if (length > domain_bytes_max) return 0;
    if (length == text.size() || text[length] != '.') break;
  }
  auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (length > start && is_ascii(text[start])) {
    while (start < length && is_ascii(text[start])) ++start;
    while (text[start - 1] == '-') --start;
    length = start;
  }
  return length;
}

std::optional<Token> mention_at(std::string_view text, char32_t before) {
  if (is_word(before) || before == '/' || before == '=') return std::nullopt;
  const auto name = text.substr(1, name_length(text.substr(1)));
  if (name.empty()) return std::nullopt;
  Token token{Token::Kind::mention, text.substr(0, 1 + name.size()), name, {}};
  const auto rest = text.substr(token.whole.size());
  if (!rest.starts_with('@')) return token;
  std::size_t labels = 0;
  auto domain = domain_length(rest.substr(1), labels);
  if (domain == 0) return token;
  domain += port_length(rest.substr(1 + domain));
  token.domain = rest.substr(1, domain);
  token.whole = text.substr(0, token.whole.size() + 1 + domain);
  return token;
}

// --- hashtags ---

std::optional<Token> tag_at(std::string_view text, char32_t before) {
  if (is_word(before) || before == '/' || before == '=' || before == '&') return std::nullopt;
  std::size_t end = 0, characters = 0;
  bool has_letter = false, has_number = false, has_underscore = false;
  for (std::size_t at = 1; at < text.size();) {
    const char32_t c = take_character(text, at);
    if (!is_word(c) && !(joins_words(c) && end > 0)) break;
    // A mark in front is part of a picture, as in the keycap emoji.
    if (end == 0 && is_mark(c)) break;
    if (++characters > limits::tag_characters_max) return std::nullopt;
    if (!is_word(c)) continue;
    end = at;
    has_letter = has_letter || (is_letter(c) && !is_invisible(c));
    has_number = has_number || is_number(c);
    has_underscore = has_underscore || c == '_';
  }
  if (!has_letter && !(has_number && has_underscore)) return std::nullopt;
  return Token{Token::Kind::tag, text.substr(0, end), text.substr(1, end - 1), {}};
}

// --- URLs ---

std::size_t scheme_length(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.size() > scheme.size() && equal_ignoring_case(text.substr(0, scheme.size()), scheme))
      return scheme.size();
  }
  return 0;
}

/// Length of a host at the start: a name, an IPv4 address or an IPv6 literal; 0 when there is none.
std::size_t host_length(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.substr(0, 48).find_first_not_of("0123456789abcdefABCDEF:.", 1);
    return end != text.npos && end > 3 && text[end] == ']' ? end + 1 : 0;
  }
  std::size_t labels = 0;
  const auto length = domain_length(text, labels);
  if (labels < 2 && !equal_ignoring_case(text.substr(0, length), "localhost")) return 0;
  return length;
}

/// What may stand in a path, query or fragment. Punctuation of other scripts ends a URL, for no space follows
/// it there.
bool continues_url(char32_t c, char32_t following) {
  if (c == ']' && following == '(') return false;  // Markdown's [text](target) with an address as its text
  if (c < 0x80)
    return c > 0x20 && c != 0x7F &&
           std::string_view("<>\"\\^`{}").find(static_cast<char>(c)) == std::string_view::npos;
  constexpr char32_t apostrophe = 0x2019;
  if (c == apostrophe) return is_word(following);
  if (joins_words(c)) return true;
  constexpr std::uint32_t ends =
      U_GC_Z_MASK | U_GC_C_MASK | U_GC_PI_MASK | U_GC_PF_MASK | U_GC_PS_MASK | U_GC_PE_MASK | U_GC_PO_MASK;
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & ends) == 0;
}

std::size_t tail_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t after = at;
    const char32_t c = take_character(text, after);
    std::size_t beyond = after;
    const char32_t following =
        after < text.size() && (c >= 0x80 || c == ']') ? take_character(text, beyond) : 0;
    if (!continues_url(c, following)) break;
    at = after;
  }
  return at;
}

/// Without the punctuation of the sentence around it: "(see https://a.example/b_(c).)" ends after "(c)".
std::string_view without_closing_punctuation(std::string_view url) {
  auto surplus = [&](char open, char close) {
    return std::count(url.begin(), url.end(), close) - std::count(url.begin(), url.end(), open);
  };
  auto parentheses = surplus('(', ')'), brackets = surplus('[', ']');
  for (;;) {
    const char32_t last = last_character(url);
    if (last == ')') {
      if (parentheses-- <= 0) return url;
    } else if (last == ']') {
      if (brackets-- <= 0) return url;
    } else if (last == '(') {
      ++parentheses;
    } else if (last == '[') {
      ++brackets;
    } else if (!joins_words(last) &&
               (last >= 0x80 ||
                std::string_view(".,:;!?'*~").find(static_cast<char>(last)) == std::string_view::npos)) {
      return url;
    }
    url.remove_suffix(last < 0x80 ? 1 : last < 0x800 ? 2 : 3);
  }
}

/// What follows the host makes it no host, but a user's name or the beginning of something else.
bool spoils_host(std::string_view after) {
  if (after.starts_with('_') || after.starts_with('-') || after.starts_with('%')) return true;
  const auto end = after.substr(0, limits::domain_characters_max).find_first_of("@/?#<> \t\n");
  return end != std::string_view::npos && after[end] == '@';
}

std::optional<Token> url_at(std::string_view text, char32_t before) {
  if (is_ascii_alphanumeric(before) || before == '_' || before == '@' || before == '$' || before == '#')
    return std::nullopt;
  const auto scheme = scheme_length(text);
  if (scheme == 0) return std::nullopt;
  const auto host = host_length(text.substr(scheme));
  if (host == 0 || spoils_host(text.substr(scheme + host))) return std::nullopt;
  auto end = scheme + host;
  end += port_length(text.substr(end));
  const auto tail = text.substr(end);
  if (tail.starts_with('/') || tail.starts_with('?') || tail.starts_with('#')) {
    end = std::max(end, without_closing_punctuation(text.substr(0, end + tail_length(tail))).size());
  }
  const auto kind = end > limits::linked_url_bytes_max ? Token::Kind::text : Token::Kind::url;
  return Token{kind, text.substr(0, end), {}, {}};
}

}  // namespace

std::optional<Token> Tokens::find_at(std::size_t at, char32_t before) const {
  const auto rest = text_.substr(at);
  switch (rest.front()) {
    case '@':
      return mention_at(rest, before);
    case '#':
      return tag_at(rest, before);
    case 'h':
    case 'H':
      return url_at(rest, before);
    default:
      return std::nullopt;
  }
}

std::optional<Token> Tokens::next() {
  if (!found_) {
    const std::size_t start = at_;
    while (at_ < text_.size()) {
      found_ = find_at(at_, before_);
      if (found_) break;
      before_ = take_character(text_, at_);
    }
    if (at_ > start) return Token{Token::Kind::text, text_.substr(start, at_ - start), {}, {}};
  }
  if (!found_) return std::nullopt;
  at_ += found_->whole.size();
  before_ = last_character(found_->whole);
  return std::exchange(found_, std::nullopt);
}

}  // namespace dunlin::text

#pragma once
// Finds what becomes a link in a piece of text: URLs, mentions and hashtags.
#include <optional>
#include <string_view>

namespace dunlin::text {

struct Token {
  enum class Kind { text, url, mention, tag };
  Kind kind{};
  std::string_view whole;   // as written
  std::string_view name;    // mention: the part after '@'; tag: the part after '#'
  std::string_view domain;  // mention: as written, may carry a port; empty = local
};

/// Cuts a text into tokens, left to right, each byte in exactly one. Time is linear in the text.
/// - URL: http:// or https:// after anything but [A-Za-z0-9_@$#], then a host of at least two labels (or
/// `localhost`, or an IPv6
///   literal), port, path, query and fragment, in any script. Closing punctuation and unbalanced brackets are
///   left out. One with a user or password before the host is none, for its reader would take that for the
///   host.
/// - Mention: @name or @name@domain after the start or a character that is no part of a word, nor '/', '='.
/// - Tag: # and letters, marks, numbers, '_' (inside also U+00B7, U+30FB and the zero-width joiners), after
/// the start or a
///   character that is no part of a word, nor '/', '=', '&'. It holds a letter, or both '_' and a number.
class Tokens {
 public:
  /// `before`: the character in front of the text, 0 when there is none.
  explicit Tokens(std::string_view text, char32_t before = 0) : text_(text), before_(before) {}
  /// Nothing at the end.
  std::optional<Token> next();

 private:
  std::optional<Token> find_at(std::size_t at, char32_t before) const;
  std::string_view text_;
  std::size_t at_ = 0;          // where the next token begins
  char32_t before_;             // the character in front of at_
  std::optional<Token> found_;  // follows the text that was returned last
};

}  // namespace dunlin::text

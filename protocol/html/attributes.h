#pragma once
// Values of attributes from outside, made into those that we write.
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/utf8.h"

namespace dunlin::html {

/// Not control characters but tab and newline, no noncharacters, no byte order mark: no text needs them, and
/// parsers disagree about them.
bool is_allowed(Utf8Step step);

/// An absolute address with one of the schemes http, https, mailto, xmpp and gemini, read as URL parsers read
/// it (control characters and line ends mean nothing). Spaces and what ends an attribute are
/// percent-encoded. Nothing for all else and for more than limits::linked_url_bytes_max bytes.
std::optional<std::string> link_address(std::string_view decoded);

/// The known ones of a class attribute, each once, in their order, separated by a space.
std::string known_classes(std::string_view value);

/// `word` is one of the words of a value, letter for letter.
bool has_word(std::string_view value, std::string_view word);

/// A number that a list may begin with: an optional minus and up to 6 digits.
std::optional<int> list_number(std::string_view value);

}  // namespace dunlin::html

#pragma once
// Encodings and digests of byte strings. Pure.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin {

using Sha256 = std::array<std::uint8_t, 32>;
Sha256 sha256(std::string_view bytes);
std::string hex(std::string_view bytes);
inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
/// RFC 4648 section 5 without padding.
std::string base64url(std::string_view bytes);
/// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);
/// Standard or URL-safe alphabet, padding optional. Nothing on any other character.
std::optional<std::string> base64_decode(std::string_view text);
/// Base 58 with Bitcoin's alphabet, for keys and signatures of some tens of bytes: the work grows with the
/// square.
std::string base58(std::string_view bytes);
/// Nothing on any other character, and on more than 256 of them.
std::optional<std::string> base58_decode(std::string_view text);
/// RFC 3986 2.1: every byte but unreserved characters is escaped.
std::string percent_encode(std::string_view bytes);
/// `plus_is_space` for application/x-www-form-urlencoded. Nothing on a broken escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// Takes as long for equal as for different strings of the same length.
bool equal_constant_time(std::string_view a, std::string_view b);
/// True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);
/// Text for HTML content and double-quoted attributes: & < > " ' escaped.
std::string escape_html(std::string_view text);
void append_escaped_html(std::string& out, std::string_view text);
/// ASCII only, locale-free.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);

}  // namespace dunlin

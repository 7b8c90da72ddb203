#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dunlin {

/// One step through bytes that should be UTF-8 (Unicode 15, table 3-7).
struct Utf8Step {
  char32_t code{};     // U+FFFD when not valid
  std::size_t length;  // 1..4 bytes to go on by; of a malformed sequence the longest part that could have
                       // begun a good one
  bool valid{};
};

/// Reads the character at `at`, which lies inside `bytes`.
inline Utf8Step read_utf8(std::string_view bytes, std::size_t at) {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {0xFFFD, 1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = lead & (0xFFU >> (length + 1));
  // The second byte's range leaves out overlong forms, surrogates and what is past U+10FFFF.
  std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= bytes.size() || byte(at + i) < low || byte(at + i) > high) return {0xFFFD, i, false};
    code = (code << 6) | (byte(at + i) & 0x3FU);
    low = 0x80, high = 0xBF;
  }
  return {code, length, true};
}

/// Eight bytes from `at` as one number, for tests on all of them at once; `at + 8 <= bytes.size()`.
inline std::uint64_t load_8(std::string_view bytes, std::size_t at) {
  std::uint64_t word;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}
/// Set in the bytes of a word that are not ASCII.
inline constexpr std::uint64_t non_ascii_bits = 0x8080'8080'8080'8080;

}  // namespace dunlin

#pragma once
// The one Huffman code of all pages, as deflate counts it. Source: RFC 1951 3.2.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dunlin::gzip {

/// Bits in the order in which they are sent, the first is the lowest.
struct Bits {
  std::uint64_t bits = 0;
  unsigned count = 0;

  constexpr Bits then(Bits next) const { return {bits | next.bits << count, count + next.count}; }
};

inline constexpr std::uint32_t distance_max = 32'768;
inline constexpr std::uint32_t match_min = 3;
inline constexpr std::uint32_t match_max = 258;

namespace detail {

inline constexpr std::size_t literals = 286;
inline constexpr std::size_t distances = 30;

/// How many bits each symbol has, one hexadecimal digit a symbol: counted in pages of posts in English and
/// German. What stands in UTF-8 for other scripts got a share of its own, so that it does not grow.
inline constexpr std::string_view literal_lengths =
    "fffffffffffffffffffffffffffffffe5b4bdbbbaadc6776666776778759797b"
    "9abaabaabbbba9bbaba98bbabbb888d7d5766477759856555a55568888bad9cc"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa99999"
    "bbb9cccccccccccc99cccccc99cccccccc999999cccccccc9bbbbbbebbbbbbbb"
    "f688879888989898abacb9aba9caa9";
inline constexpr std::string_view distance_lengths = "888887655654454444554344666877";

constexpr unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

/// Symbols of one length count upwards in their order, RFC 1951 3.2.2; codes are sent with their highest bit
/// first.
template <std::size_t Size>
constexpr std::array<Bits, Size> code_of(const std::array<unsigned, Size>& lengths) {
  std::array<Bits, Size> out{};
  unsigned next = 0;
  for (unsigned length = 1; length <= 15; ++length, next <<= 1) {
    for (std::size_t symbol = 0; symbol < Size; ++symbol) {
      if (lengths[symbol] != length) continue;
      std::uint64_t reversed = 0;
      for (unsigned bit = 0; bit < length; ++bit)
        reversed |= std::uint64_t{next >> bit & 1} << (length - 1 - bit);
      out[symbol] = {reversed, length};
      ++next;
    }
  }
  return out;
}

template <std::size_t Size>
constexpr std::array<Bits, Size> code_of(std::string_view digits) {
  std::array<unsigned, Size> lengths{};
  for (std::size_t i = 0; i < Size; ++i) lengths[i] = digit(digits[i]);
  return code_of(lengths);
}

/// A code that leaves bits unused, or uses some twice, is refused by readers.
constexpr bool is_whole(std::string_view digits) {
  unsigned sum = 0;
  for (const char c : digits) sum += 1U << (15 - digit(c));
  return sum == 1U << 15;
}
static_assert(literal_lengths.size() == literals && is_whole(literal_lengths));
static_assert(distance_lengths.size() == distances && is_whole(distance_lengths));

}  // namespace detail

inline constexpr std::array<Bits, detail::literals> symbols =
    detail::code_of<detail::literals>(detail::literal_lengths);
inline constexpr std::array<Bits, detail::distances> distance_symbols =
    detail::code_of<detail::distances>(detail::distance_lengths);
inline constexpr Bits end_of_block = symbols[256];

constexpr Bits literal(char byte) { return symbols[static_cast<unsigned char>(byte)]; }

namespace detail {

/// RFC 1951 3.2.5: eight symbols for one length each, then four for two each, and so on; 258 has its own.
constexpr std::array<Bits, match_max + 1> length_codes() {
  std::array<Bits, match_max + 1> out{};
  unsigned length = match_min;
  for (std::size_t symbol = 257; symbol < 285; ++symbol) {
    const unsigned extra = symbol < 265 ? 0 : static_cast<unsigned>((symbol - 261) / 4);
    for (unsigned i = 0; i < 1U << extra; ++i, ++length) out[length] = symbols[symbol].then({i, extra});
  }
  out[match_max] = symbols[285];
  return out;
}

}  // namespace detail

inline constexpr std::array<Bits, match_max + 1> length_codes = detail::length_codes();

constexpr Bits distance_code(std::uint32_t distance) {
  const std::uint32_t n = distance - 1;
  if (n < 4) return distance_symbols[n];
  const auto extra = static_cast<unsigned>(std::bit_width(n)) - 2;
  return distance_symbols[2 * extra + (n >> extra)].then({n & ((1U << extra) - 1), extra});
}

/// `length` bytes as they stood `distance` before.
constexpr Bits match(std::uint32_t length, std::uint32_t distance) {
  return length_codes[length].then(distance_code(distance));
}

}  // namespace dunlin::gzip

#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dunlin::media {

/// Reads a byte string from front to back and never past its end: a read that does not fit gives 0 or
/// nothing, takes all that is left, and is remembered. Loops must stop on !ok(); values count only while
/// ok().
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1, false)); }
  std::uint16_t u16_be() { return static_cast<std::uint16_t>(number(2, false)); }
  std::uint16_t u16_le() { return static_cast<std::uint16_t>(number(2, true)); }
  std::uint32_t u24_le() { return number(3, true); }
  std::uint32_t u32_be() { return number(4, false); }
  std::uint32_t u32_le() { return number(4, true); }

 private:
  std::uint32_t number(std::size_t bytes, bool little) {
    auto taken = take(bytes);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      auto byte = static_cast<std::uint8_t>(taken[little ? taken.size() - 1 - i : i]);
      value = (value << 8) | byte;
    }
    return value;
  }
  std::string_view rest_;
  bool ok_ = true;
};

/// The lowest `bytes` bytes of a number, least or most significant first.
inline void append_le(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}
inline void append_be(std::string& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

}  // namespace dunlin::media

#pragma once
#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/gzip/code.h"

namespace dunlin::gzip {

/// Eight bytes as a number, the first is the lowest.
inline std::uint64_t load(const char* from) {
  std::uint64_t number;
  std::memcpy(&number, from, sizeof number);
  if constexpr (std::endian::native == std::endian::big) number = __builtin_bswap64(number);
  return number;
}

/// How many bytes both begin with.
inline std::size_t common(std::string_view a, std::string_view b) {
  const std::size_t end = std::min(a.size(), b.size());
  std::size_t length = 0;
  for (; length + sizeof(std::uint64_t) <= end; length += sizeof(std::uint64_t)) {
    const auto differ = load(a.data() + length) ^ load(b.data() + length);
    if (differ != 0) return length + static_cast<std::size_t>(std::countr_zero(differ)) / 8;
  }
  while (length < end && a[length] == b[length]) ++length;
  return length;
}

/// Bits one after another into a string.
class BitWriter {
 public:
  static constexpr unsigned put_max = 56;

  /// Before what takes so many bytes.
  void room(std::size_t bytes) {
    const std::size_t need = used_ + bytes + 2 * sizeof pending_;
    if (need > out_.size()) out_.resize(std::max(need, out_.size() * 2));
  }
  /// At most put_max bits, with room.
  void put(Bits next) {
    pending_ |= next.bits << count_;
    count_ += next.count;
    auto bytes = pending_;
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    std::memcpy(out_.data() + used_, &bytes, sizeof bytes);
    used_ += count_ / 8;
    pending_ >>= count_ & ~7U;
    count_ &= 7;
  }
  /// `count` bits from `from`, which may be read eight bytes past them; with room.
  void put(const char* from, std::size_t count) {
    for (; count > put_max; count -= put_max, from += put_max / 8)
      put({load(from) & ((std::uint64_t{1} << put_max) - 1), put_max});
    put({load(from) & ((std::uint64_t{1} << count) - 1), static_cast<unsigned>(count)});
  }
  /// To the next whole byte.
  void align() {
    if (count_ != 0) put({0, 8 - count_});
  }
  std::size_t bits() const { return used_ * 8 + count_; }
  /// What was written, up to the last whole byte.
  std::string take() {
    out_.resize(used_);
    return std::move(out_);
  }

 private:
  std::string out_;
  std::size_t used_ = 0;
  std::uint64_t pending_ = 0;
  unsigned count_ = 0;
};

}  // namespace dunlin::gzip

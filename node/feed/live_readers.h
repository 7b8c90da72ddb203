#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "protocol/base/ids.h"

namespace dunlin::feed {

/// Who reads as it happens. Few follow an author and few are connected, so the two are compared rather than
/// each follower of a walk asked: nobody else's push pays for it, posts that are not walked reach the
/// connected as well, and a big walk does not hold them up. One thread.
class LiveReaders {
 public:
  void add(AccountId account);
  void remove(AccountId account);
  bool is_empty() const { return sorted_.empty(); }
  std::size_t size() const { return sorted_.size(); }
  /// Those of `accounts` (ascending) who are connected. Takes as long as the shorter list is, some 10 ns for
  /// each in it.
  std::vector<std::uint32_t> among(std::span<const std::uint32_t> accounts) const;

 private:
  bool has(std::uint32_t account) const {
    return account / 64 < bits_.size() && (bits_[account / 64] >> (account % 64) & 1) != 0;
  }
  std::vector<std::uint32_t> sorted_;
  std::vector<std::uint64_t> bits_;  // the same, by account
};

}  // namespace dunlin::feed

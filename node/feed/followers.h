#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "protocol/base/ids.h"

namespace dunlin::feed {

/// Who follows the authors that post: sorted lists of 32 bits, read from the database once and kept up to
/// date by the follows that are committed. One thread.
class Followers {
 public:
  using List = std::vector<std::uint32_t>;
  using Load = std::function<std::vector<AccountId>(AccountId author)>;
  Followers(Load load, std::size_t bytes_max) : load_(std::move(load)), bytes_max_(bytes_max) {}

  /// By account. Good until the next call of anything.
  const List& of(AccountId author);
  /// `follower` follows `author` from now on.
  void add(AccountId author, AccountId follower);
  /// `follower` does so no more.
  void remove(AccountId author, AccountId follower);
  void clear();
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    List sorted;
    List added;  // not sorted in yet: moving a million accounts for each new one would take too long
    bool is_used = true;
  };
  static void sort_in(Entry& entry);
  void evict(AccountId but);
  static std::size_t cost(const Entry& entry) {
    return sizeof(Entry) + 64 + (entry.sorted.capacity() + entry.added.capacity()) * sizeof(std::uint32_t);
  }

  Load load_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::unordered_map<AccountId, Entry> lists_;
};

/// Those who are in both lists, or are `one`; ascending.
Followers::List common(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, std::uint32_t one);

}  // namespace dunlin::feed

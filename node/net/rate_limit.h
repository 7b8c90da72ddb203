#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "protocol/base/time.h"

namespace dunlin::net {

/// Counts what each key does in fixed windows, such as 300 requests in 5 minutes; a key's window begins with
/// its first use. Safe from any thread. Knows at most `keys_max` keys: past that the oldest window is
/// forgotten.
class RateLimiter {
 public:
  struct Rule {
    int count_max{};
    std::chrono::milliseconds window{};
  };
  struct Answer {
    bool allowed{};
    int limit{};
    int remaining{};    // after this one
    Timestamp reset{};  // when the window ends
  };

  RateLimiter(Rule rule, std::size_t keys_max, const Clock& clock);
  /// Counts one use if it is allowed. A refused one is not counted: it cannot put off the end of the window.
  Answer take(std::string_view key);
  /// What `take` would say, without counting.
  Answer look(std::string_view key) const;
  /// Forgets a key, as after a sign-in that succeeded.
  void forget(std::string_view key);

 private:
  struct Window {
    std::chrono::nanoseconds begin{};
    int used{};
    std::list<std::map<std::string, Window, std::less<>>::iterator>::iterator place;
  };
  // Ordered, not hashed: keys are chosen by strangers.
  using Windows = std::map<std::string, Window, std::less<>>;
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    Windows windows;
    std::list<Windows::iterator> by_age;  // oldest window first
  };
  Shard& shard_of(std::string_view key);
  Answer answer(std::chrono::nanoseconds begin, int used_before, std::chrono::nanoseconds now) const;

  Rule rule_;
  std::size_t keys_per_shard_;
  const Clock& clock_;
  static constexpr std::size_t shard_count = 16;
  std::array<Shard, shard_count> shards_;
};

}  // namespace dunlin::net

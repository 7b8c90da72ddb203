#include "node/net/rate_limit.h"

#include <algorithm>
#include <functional>

namespace dunlin::net {

RateLimiter::RateLimiter(Rule rule, std::size_t keys_max, const Clock& clock)
    : rule_(rule), keys_per_shard_(std::max<std::size_t>(1, keys_max / shard_count)), clock_(clock) {}

RateLimiter::Shard& RateLimiter::shard_of(std::string_view key) {
  return shards_[std::hash<std::string_view>()(key) % shard_count];
}

RateLimiter::Answer RateLimiter::answer(std::chrono::nanoseconds begin, int used_before,
                                        std::chrono::nanoseconds now) const {
  Answer result;
  result.allowed = used_before < rule_.count_max;
  result.limit = rule_.count_max;
  result.remaining = std::max(0, rule_.count_max - used_before - (result.allowed ? 1 : 0));
  auto left = std::chrono::ceil<std::chrono::milliseconds>(begin + rule_.window - now);
  result.reset = clock_.now() + left;
  return result;
}

RateLimiter::Answer RateLimiter::take(std::string_view key) {
  auto now = clock_.monotonic();
  Shard& shard = shard_of(key);
  std::lock_guard lock(shard.mutex);
  auto found = shard.windows.find(key);
  if (found == shard.windows.end()) {
    if (shard.windows.size() >= keys_per_shard_) {
      shard.windows.erase(shard.by_age.front());
      shard.by_age.pop_front();
    }
    found = shard.windows.emplace(key, Window()).first;
    found->second.begin = now;
    found->second.place = shard.by_age.insert(shard.by_age.end(), found);
  }
  Window& window = found->second;
  if (now - window.begin >= rule_.window) {
    window.begin = now;
    window.used = 0;
    shard.by_age.splice(shard.by_age.end(), shard.by_age, window.place);
  }
  auto result = answer(window.begin, window.used, now);
  if (result.allowed) ++window.used;
  return result;
}

RateLimiter::Answer RateLimiter::look(std::string_view key) const {
  auto now = clock_.monotonic();
  const Shard& shard = const_cast<RateLimiter*>(this)->shard_of(key);
  std::lock_guard lock(shard.mutex);
  auto found = shard.windows.find(key);
  if (found == shard.windows.end() || now - found->second.begin >= rule_.window) return answer(now, 0, now);
  return answer(found->second.begin, found->second.used, now);
}

void RateLimiter::forget(std::string_view key) {
  Shard& shard = shard_of(key);
  std::lock_guard lock(shard.mutex);
  auto found = shard.windows.find(key);
  if (found == shard.windows.end()) return;
  shard.by_age.erase(found->second.place);
  shard.windows.erase(found);
}

}  // namespace dunlin::net

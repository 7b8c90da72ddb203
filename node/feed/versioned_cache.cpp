#include "node/feed/versioned_cache.h"

#include <atomic>
#include <random>

namespace dunlin::feed {

std::uint64_t next_version() {
  // Begun anywhere: what a client kept from before a restart is never taken for something else.
  static std::atomic<std::uint64_t> last = std::uint64_t{std::random_device{}()} << 32;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace dunlin::feed

#pragma once
#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>

#include "node/net/cidr.h"
#include "node/net/refusal.h"

namespace dunlin::net {

/// How many connections are open, in all and per client network. Safe from any thread.
class ConnectionCount {
 public:
  ConnectionCount(std::size_t total_max, std::size_t per_address_max)
      : total_max_(total_max), per_address_max_(per_address_max) {}

  /// `none` counts one more, until `leave` with the same arguments. `counted_by_address` is false for
  /// proxies, which stand for many.
  Refusal enter(const Address& client, bool counted_by_address);
  void leave(const Address& client, bool counted_by_address);
  std::size_t open() const { return total_.load(std::memory_order_relaxed); }

 private:
  std::size_t total_max_;
  std::size_t per_address_max_;
  std::atomic<std::size_t> total_{};
  std::mutex mutex_;
  std::map<Address, std::size_t> by_network_;
};

/// The process's limit of open files minus 20 %, which the store, logs and outgoing connections need.
std::size_t connections_max_of_process();

}  // namespace dunlin::net

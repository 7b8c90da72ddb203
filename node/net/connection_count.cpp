#include "node/net/connection_count.h"

#include <sys/resource.h>

#include <limits>

namespace dunlin::net {

Refusal ConnectionCount::enter(const Address& client, bool counted_by_address) {
  std::lock_guard lock(mutex_);
  if (total_ >= total_max_) return Refusal::connections_total;
  if (counted_by_address && per_address_max_ > 0) {
    auto& count = by_network_[client_network(client)];
    if (count >= per_address_max_) return Refusal::connections_per_address;
    ++count;
  }
  ++total_;
  return Refusal::none;
}

void ConnectionCount::leave(const Address& client, bool counted_by_address) {
  std::lock_guard lock(mutex_);
  --total_;
  if (!counted_by_address || per_address_max_ == 0) return;
  auto found = by_network_.find(client_network(client));
  if (found != by_network_.end() && --found->second == 0) by_network_.erase(found);
}

std::size_t connections_max_of_process() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  if (files.rlim_cur == RLIM_INFINITY) return std::numeric_limits<int>::max();
  return static_cast<std::size_t>(files.rlim_cur) / 5 * 4;
}

}  // namespace dunlin::net

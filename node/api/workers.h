#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "node/store/connection.h"

namespace dunlin::api {

/// A few threads for what would hold up an I/O loop, each with a reading connection of its own. The queue is
/// bounded.
class Workers {
 public:
  using Job = std::function<void(store::Connection&)>;
  Workers(unsigned threads, std::size_t queue_max, std::function<std::unique_ptr<store::Connection>()> open);
  ~Workers() { stop(); }
  struct Stats {
    std::size_t queued;
    std::uint64_t refused;
  };
  Stats stats() const;
  /// False when too much waits, or while stopping.
  bool submit(Job job);
  /// Finishes what waits.
  void stop();

 private:
  void loop(store::Connection& connection);
  std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::uint64_t refused_ = 0;
  bool stopping_ = false;
  std::vector<std::unique_ptr<store::Connection>> connections_;
  std::vector<std::thread> threads_;
};

}  // namespace dunlin::api

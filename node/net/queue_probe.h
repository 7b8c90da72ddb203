#pragma once
#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>

#include "node/net/io.h"
#include "protocol/base/time.h"

namespace dunlin::net {

/// How long a socket that has become readable waits until its loop gets to it. Under too much load that
/// queue, in the kernel, is the longest of all, and nothing tells how long it is: so an event of our own is
/// put at its end from time to time (epoll(7) hands out what is ready in turn). On the loop's thread.
class QueueProbe {
 public:
  /// So many requests at least are a queue; fewer have met a slow moment, which is no reason to refuse
  /// anybody.
  static constexpr unsigned queue_min = 128;

  /// Without a wait to tell when the system has no event to give.
  QueueProbe(asio::io_context& io, const Clock& clock);

  /// About how long the request that has just been read had waited. To be asked for each one: a loop that
  /// reads nothing has no queue.
  std::chrono::nanoseconds waited();
  /// As last found. From any thread.
  std::chrono::nanoseconds last() const {
    return std::chrono::nanoseconds(last_.load(std::memory_order_relaxed));
  }

 private:
  void send(std::chrono::nanoseconds now);
  void arrived();

  const Clock& clock_;
  asio::posix::stream_descriptor event_;
  bool is_on_its_way_ = false;
  unsigned read_ = 0;  // requests, while it is on its way
  std::chrono::nanoseconds sent_{}, arrived_{};
  std::atomic<std::int64_t> last_{};
};

}  // namespace dunlin::net

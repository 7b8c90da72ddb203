#include "node/net/queue_probe.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace dunlin::net {

namespace {

using namespace std::chrono_literals;

constexpr auto pause = 5ms;             // between two: they cost two system calls
constexpr auto forgotten_after = 50ms;  // without a request

}  // namespace

QueueProbe::QueueProbe(asio::io_context& io, const Clock& clock) : clock_(clock), event_(io) {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd >= 0) event_.assign(fd);
}

std::chrono::nanoseconds QueueProbe::waited() {
  const auto now = clock_.monotonic();
  if (is_on_its_way_) return ++read_ < queue_min ? last() : std::max(last(), now - sent_);
  if (now - arrived_ > forgotten_after) last_.store(0, std::memory_order_relaxed);
  if (now - arrived_ > pause && event_.is_open()) send(now);
  return last();
}

void QueueProbe::send(std::chrono::nanoseconds now) {
  event_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& error) {
                      if (!error) arrived();
                    });
  // Never read: each write is an event, whether those before were read or not.
  const std::uint64_t one = 1;
  is_on_its_way_ = ::write(event_.native_handle(), &one, sizeof one) == sizeof one;
  sent_ = now;
  read_ = 0;
}

void QueueProbe::arrived() {
  arrived_ = clock_.monotonic();
  is_on_its_way_ = false;
  last_.store(read_ < queue_min ? 0 : (arrived_ - sent_).count(), std::memory_order_relaxed);
}

}  // namespace dunlin::net

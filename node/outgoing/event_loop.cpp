#include "node/outgoing/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "protocol/base/time.h"

namespace dunlin::outgoing {
namespace {

void add(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (fd < 0 || ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "event loop of outgoing requests");
}

/// Empties an eventfd.
void drain(int fd) {
  std::uint64_t count = 0;
  while (::read(fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

}  // namespace

EventLoop::EventLoop(CURLM* multi)
    : multi_(multi), epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  try {
    add(epoll_, wake_);
  } catch (...) {
    for (int fd : {epoll_, wake_}) {
      if (fd >= 0) ::close(fd);
    }
    throw;
  }
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

EventLoop::~EventLoop() {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  for (int fd : {epoll_, wake_}) ::close(fd);
}

void EventLoop::turn() {
  std::array<epoll_event, 128> events{};
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds_left());
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_) {
      drain(wake_);
    } else {
      const int mask = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi_, event.data.fd, mask, &running);
    }
  }
  if (due_ && *due_ <= system_clock().monotonic()) {
    due_.reset();
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

int EventLoop::milliseconds_left() const {
  if (!due_) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - system_clock().monotonic());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

void EventLoop::wake() {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the loop is awake.
  [[maybe_unused]] auto written = ::write(wake_, &one, sizeof one);
}

int EventLoop::watch(CURL*, curl_socket_t fd, int what, void* self, void* known) {
  auto& loop = *static_cast<EventLoop*>(self);
  epoll_event event{};
  event.data.fd = fd;
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(loop.epoll_, EPOLL_CTL_DEL, fd, &event);  // gone already when libcurl closed it first
    return 0;
  }
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  const bool is_new = known == nullptr;
  if (is_new) curl_multi_assign(loop.multi_, fd, self);
  int done = ::epoll_ctl(loop.epoll_, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  // A number that was closed and given out anew in between.
  if (done != 0 && errno == ENOENT) done = ::epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, fd, &event);
  if (done != 0 && errno == EEXIST) done = ::epoll_ctl(loop.epoll_, EPOLL_CTL_MOD, fd, &event);
  return 0;
}

int EventLoop::set_timer(CURLM*, long timeout_ms, void* self) {
  auto& due = static_cast<EventLoop*>(self)->due_;
  due.reset();
  if (timeout_ms >= 0) due = system_clock().monotonic() + std::chrono::milliseconds(timeout_ms);
  return 0;
}

}  // namespace dunlin::outgoing

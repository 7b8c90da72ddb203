#pragma once
#include <curl/curl.h>

#include <chrono>
#include <optional>

namespace dunlin::outgoing {

/// Drives one CURLM by epoll, whose cost does not grow with the connections that are only kept. All but
/// wake() belongs to one thread.
class EventLoop {
 public:
  /// Throws std::system_error when the system has no descriptors left.
  explicit EventLoop(CURLM* multi);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Waits until a socket is ready, a time-out of libcurl passes or wake() was called, and lets libcurl do
  /// what there is to do.
  void turn();
  /// Ends the turn that runs, or else the next one; from any thread.
  void wake();

 private:
  static int watch(CURL*, curl_socket_t fd, int what, void* self, void* known);
  static int set_timer(CURLM*, long timeout_ms, void* self);

  int milliseconds_left() const;

  CURLM* multi_;
  int epoll_ = -1;
  int wake_ = -1;
  /// When libcurl wants to be called although nothing happened. libcurl sets it many times for each transfer,
  /// so it is no timer of the system's.
  std::optional<std::chrono::nanoseconds> due_;
};

}  // namespace dunlin::outgoing

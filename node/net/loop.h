#pragma once
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "node/net/connection_count.h"
#include "node/net/io.h"
#include "node/net/queue_probe.h"
#include "node/net/refusal.h"
#include "node/net/server.h"
#include "node/net/tls.h"

namespace dunlin::net {

class Connection;

/// What all loops of a server share. `options` do not change once it runs.
struct ServerState {
  ServerState(ServerOptions given, Handler& h);
  ServerOptions options;
  Handler& handler;
  std::unique_ptr<TlsContext> tls;  // none: plain HTTP
  ConnectionCount connections;
  std::atomic<std::size_t> refused_open{};  // connections that only wait for their refusal to be read
};

/// A counter with one writer; others may read it at any time.
class Counter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{};
};

struct alignas(64) LoopStats {
  Counter accepted;
  Counter requests;
  Counter bytes_out;
  Counter held;
  std::array<Counter, 6> by_class;
  std::array<Counter, refusal_count> refused;
};

/// One I/O thread: its event loop, its connections and one tick for all their deadlines, which costs less
/// than a timer for each operation. Everything without a lock belongs to the loop's thread. Kept alive by its
/// connections, also after the server.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(unsigned index, std::shared_ptr<ServerState> state);

  /// Runs the loop on a new thread until it has stopped. All connections are gone then.
  void start_thread();
  void join();
  bool is_own_thread() const {
    return std::this_thread::get_id() == thread_id_.load(std::memory_order_relaxed);
  }
  /// Runs `job` on the loop's thread, soon. From any thread. Dropped when the loop has ended.
  template <class Job>
  void post(Job job) {
    std::lock_guard lock(gate_);
    if (!ended_) asio::post(io_, std::move(job));
  }

  /// Calls `pump` of a stream's connection soon, some at a time, so that an event for thousands leaves room
  /// for requests; or a little later, together with what comes until then.
  void pump_soon(std::shared_ptr<Connection> connection);
  void pump_later(std::shared_ptr<Connection> connection);

  void add(Connection& connection);
  void remove(Connection& connection);
  /// No new requests; the loop ends when its last connection does, at the stop deadline at the latest.
  void begin_stop();
  bool stopping() const { return stopping_; }

  asio::io_context& io() { return io_; }
  unsigned index() const { return index_; }
  ServerState& state() { return *state_; }
  /// Monotonic, as of the last tick: up to one tick old.
  std::chrono::nanoseconds now() const { return now_; }
  std::chrono::nanoseconds tick() const { return tick_; }
  const std::string& date_line() const { return date_line_; }
  /// 16 hex digits, not repeated.
  void next_request_id(std::string& id);
  /// Where bytes are read to before they are known to belong anywhere; not across a wait.
  char* scratch() { return scratch_.get(); }
  static constexpr std::size_t scratch_bytes = 64 * 1024;
  LoopStats& stats() { return stats_; }
  QueueProbe& queue() { return queue_; }

 private:
  void run();
  void read_clocks();
  void schedule_tick();
  void end_if_idle();
  void pump_some();

  asio::io_context io_{1};
  asio::executor_work_guard<Executor> work_;
  asio::steady_timer tick_timer_;
  asio::steady_timer stop_timer_;
  asio::steady_timer burst_timer_;
  unsigned index_;
  std::shared_ptr<ServerState> state_;
  std::vector<Connection*> connections_;
  std::deque<std::shared_ptr<Connection>> to_pump_;
  std::vector<std::shared_ptr<Connection>> to_pump_later_;
  bool pumping_ = false;
  std::chrono::nanoseconds tick_{};
  std::chrono::nanoseconds now_{};
  bool ticking_ = false;
  bool stopping_ = false;
  std::string date_line_;
  std::uint64_t id_state_{};
  std::unique_ptr<char[]> scratch_;
  QueueProbe queue_;
  LoopStats stats_;
  std::mutex gate_;
  bool ended_ = false;  // under gate_
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_;
};

}  // namespace dunlin::net

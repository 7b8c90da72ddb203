#include "node/net/loop.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>

#include "node/net/connection.h"
#include "protocol/base/log.h"

namespace dunlin::net {
namespace {

constexpr int pumps_at_once = 64;  // a few hundred microseconds

std::chrono::nanoseconds tick_for(const ServerLimits& limits) {
  auto shortest = std::min({limits.head_deadline, limits.body_deadline, limits.idle_deadline,
                            limits.write_deadline, limits.linger_deadline});
  return std::clamp<std::chrono::nanoseconds>(shortest / 16, std::chrono::milliseconds(2),
                                              std::chrono::milliseconds(500));
}

std::size_t connections_max(const ServerLimits& limits) {
  return limits.connections_max > 0 ? limits.connections_max : connections_max_of_process();
}

}  // namespace

ServerState::ServerState(ServerOptions given, Handler& h)
    : options(std::move(given)),
      handler(h),
      connections(connections_max(options.limits), options.limits.connections_per_address_max) {}

Loop::Loop(unsigned index, std::shared_ptr<ServerState> state)
    : work_(io_.get_executor()),
      tick_timer_(io_),
      stop_timer_(io_),
      burst_timer_(io_),
      index_(index),
      state_(std::move(state)),
      tick_(tick_for(state_->options.limits)),
      scratch_(std::make_unique<char[]>(scratch_bytes)),
      queue_(io_, *state_->options.clock) {
  state_->options.random->fill(std::as_writable_bytes(std::span(&id_state_, 1)));
  read_clocks();
}

void Loop::start_thread() {
  thread_ = std::thread([this] { run(); });
}

void Loop::join() {
  if (thread_.joinable()) thread_.join();
}

void Loop::run() {
  thread_id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  // Signals are for the thread that waits for them.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), ("io-" + std::to_string(index_)).c_str());
  while (true) {
    try {
      io_.run();
      break;
    } catch (const std::exception& error) {
      // Connections catch their own; what gets here is lost, the loop is not.
      log(Level::error, "io_loop_fault", {{"loop", index_}, {"error", error.what()}});
    }
  }
  {
    std::lock_guard lock(gate_);
    ended_ = true;
  }
  // Late replies that came in between: their connections are gone, but what they hold must be let go.
  io_.restart();
  io_.poll();
  to_pump_.clear();
  to_pump_later_.clear();
}

void Loop::pump_soon(std::shared_ptr<Connection> connection) {
  to_pump_.push_back(std::move(connection));
  if (pumping_) return;
  pumping_ = true;
  asio::post(io_, [this] { pump_some(); });
}

void Loop::pump_some() {
  pumping_ = false;
  for (int i = 0; i < pumps_at_once && !to_pump_.empty(); ++i) {
    const auto next = std::move(to_pump_.front());
    to_pump_.pop_front();
    next->pump();
  }
  if (to_pump_.empty() || pumping_) return;
  pumping_ = true;
  asio::post(io_, [this] { pump_some(); });
}

void Loop::pump_later(std::shared_ptr<Connection> connection) {
  to_pump_later_.push_back(std::move(connection));
  if (to_pump_later_.size() > 1) return;
  burst_timer_.expires_after(limits::stream_burst);
  burst_timer_.async_wait([this](const boost::system::error_code&) {
    for (auto& waiting : std::exchange(to_pump_later_, {})) pump_soon(std::move(waiting));
  });
}

void Loop::read_clocks() {
  const Clock& clock = *state_->options.clock;
  now_ = clock.monotonic();
  date_line_ = "Date: " + to_http_date(clock.now()) + "\r\n";
}

void Loop::schedule_tick() {
  ticking_ = true;
  tick_timer_.expires_after(tick_);
  tick_timer_.async_wait([this](const boost::system::error_code& error) {
    ticking_ = false;
    if (error) return;
    read_clocks();
    for (Connection* connection : connections_) connection->check_deadline(now_);
    if (!connections_.empty()) schedule_tick();
  });
}

void Loop::add(Connection& connection) {
  if (!ticking_) {
    read_clocks();
    schedule_tick();
  }
  connection.set_place(connections_.size());
  connections_.push_back(&connection);
}

void Loop::remove(Connection& connection) {
  connections_[connection.place()] = connections_.back();
  connections_[connection.place()]->set_place(connection.place());
  connections_.pop_back();
  end_if_idle();
}

void Loop::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  for (Connection* connection : connections_) connection->stop_when_idle();
  stop_timer_.expires_after(state_->options.limits.stop_deadline);
  stop_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    log(Level::warning, "stop_deadline", {{"loop", index_}, {"connections_cut", connections_.size()}});
    auto cut = connections_;  // abandoning may remove
    for (Connection* connection : cut) connection->abandon();
  });
  end_if_idle();
}

void Loop::end_if_idle() {
  if (!stopping_ || !connections_.empty()) return;
  stop_timer_.cancel();
  tick_timer_.cancel();
  burst_timer_.cancel();
  work_.reset();
}

void Loop::next_request_id(std::string& id) {
  // splitmix64: a permutation of a counter, so no id comes twice.
  auto x = id_state_ += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  x ^= x >> 31;
  id.resize(16);
  for (char& digit : id) {
    digit = "0123456789abcdef"[x & 15];
    x >>= 4;
  }
}

}  // namespace dunlin::net

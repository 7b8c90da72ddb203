// dunlin-bench-load: an HTTP/1.1 load generator in one thread on epoll. One JSON object on stdout; exit 1
// when any answer was not the expected one.
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "tests/bench/histogram.h"
#include "tests/bench/load_accounts.h"
#include "tests/bench/load_connection.h"
#include "tests/bench/load_options.h"

namespace dunlin::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Moment = SteadyClock::time_point;

/// A server that stops answering must not hang the bench.
constexpr auto straggler_deadline = std::chrono::seconds(30);

class Load {
 public:
  explicit Load(const LoadOptions& options)
      : options_(options), accounts_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!options.ids_file.empty()) ids_.open(options.ids_file, std::ios::trunc);
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    for (unsigned i = 0; i < options.connections; ++i) add_connection(i);
  }
  ~Load() { close(epoll_); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void run() {
    start_ = SteadyClock::now();
    end_ = start_ + options_.duration;
    if (options_.rate == 0) {
      for (std::size_t i = 0; i < slots_.size(); ++i) start_request(i, start_);
    } else {
      for (std::size_t i = 0; i < slots_.size(); ++i) idle_.push_back(i);
    }
    while (true) {
      const auto now = SteadyClock::now();
      if (options_.rate > 0) start_due(now);
      if (in_flight_ == 0 && (now >= end_ || alive_ == 0 || is_exhausted())) break;
      if (now > end_ + straggler_deadline) throw std::runtime_error("answers are missing after 30 s");
      wait(now);
    }
    elapsed_ = last_answer_ > start_ ? last_answer_ - start_ : SteadyClock::now() - start_;
  }

  void print() const;
  bool failed() const { return !errors_.empty() || good_ == 0; }

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    Moment due;  // when its request was to be sent
    bool is_busy = false;
  };

  void add_connection(unsigned index) {
    auto connection = std::make_unique<Connection>(options_, index);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = slots_.size();
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->fd(), &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    slots_.push_back({std::move(connection), {}});
    ++alive_;
  }

  /// The moment at which request `n` of the open loop is due.
  Moment due_at(std::uint64_t n) const {
    return start_ +
           std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / options_.rate));
  }

  /// Open loop: sends what is due on idle connections. What finds none stays due, and its waiting counts as
  /// latency: a stalled server cannot hide by keeping the generator from asking.
  void start_due(Moment now) {
    while (!idle_.empty()) {
      const auto due = due_at(scheduled_);
      if (due > now || due >= end_) return;
      const auto slot = idle_.front();
      idle_.pop_front();
      ++scheduled_;
      start_request(slot, due);
    }
  }

  bool is_exhausted() const {
    return (!options_.requests.empty() && sequence_ > options_.requests.size()) ||
           accounts_.is_exhausted(sequence_);
  }

  void start_request(std::size_t index, Moment due) {
    if (is_exhausted()) return;
    auto& slot = slots_[index];
    slot.due = due;
    slot.is_busy = true;
    ++in_flight_;
    const auto sequence = sequence_++;
    if (slot.connection->send(sequence, accounts_.of(sequence)) == Connection::Step::broken) lose(index);
  }

  void wait(Moment now) {
    timespec timeout{1, 0};
    if (options_.rate > 0 && !idle_.empty() && due_at(scheduled_) < end_) {
      const auto left =
          std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(due_at(scheduled_) - now));
      timeout = {static_cast<time_t>(left.count() / 1'000'000'000),
                 static_cast<long>(left.count() % 1'000'000'000)};
    } else if (in_flight_ == 0) {
      timeout = {0, 1'000'000};
    }
    std::array<epoll_event, 128> events{};
    const int ready = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < ready; ++i)
      on_readable(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
  }

  void on_readable(std::size_t index) {
    auto& slot = slots_[index];
    if (!slot.connection) return;
    if (!slot.is_busy) return close_idle(index);
    switch (slot.connection->receive()) {
      case Connection::Step::waiting:
        return;
      case Connection::Step::broken:
        return lose(index);
      case Connection::Step::wrong:
        ++errors_[slot.connection->why()];
        break;
      case Connection::Step::done:
        ++good_;
        if (ids_.is_open()) ids_ << slot.connection->id() << '\n';
        break;
    }
    const auto now = SteadyClock::now();
    latency_.add(static_cast<std::uint64_t>(std::chrono::nanoseconds(now - slot.due).count()));
    last_answer_ = now;
    slot.is_busy = false;
    --in_flight_;
    if (options_.rate > 0) {
      idle_.push_back(index);
    } else if (now < end_) {
      start_request(index, now);
    }
  }

  /// The server wanted it no longer, as it may; only an answer that is missing is an error.
  void close_idle(std::size_t index) {
    std::erase(idle_, index);
    lost_bytes_ += slots_[index].connection->bytes();
    slots_[index].connection.reset();
    --alive_;
  }

  void lose(std::size_t index) {
    auto& connection = slots_[index].connection;
    ++errors_[connection->why()];
    lost_bytes_ += connection->bytes();
    connection.reset();
    --in_flight_;
    --alive_;
  }

  const LoadOptions& options_;
  LoadAccounts accounts_;
  std::ofstream ids_;
  int epoll_;
  std::vector<Slot> slots_;
  std::deque<std::size_t> idle_;  // open loop only; in turn, so that the server closes none as unused
  std::size_t alive_ = 0;
  std::size_t in_flight_ = 0;
  std::uint64_t scheduled_ = 0;  // open loop: requests that have been due and sent
  std::uint64_t sequence_ = 1;
  std::uint64_t good_ = 0;
  std::uint64_t lost_bytes_ = 0;
  std::map<std::string, std::uint64_t> errors_;
  Histogram latency_;
  Moment start_, end_, last_answer_;
  SteadyClock::duration elapsed_{};
};

double process_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void Load::print() const {
  std::uint64_t bytes = lost_bytes_;
  for (const auto& slot : slots_) bytes += slot.connection ? slot.connection->bytes() : 0;
  const double seconds = std::chrono::duration<double>(elapsed_).count();
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e3; };
  std::uint64_t errors = 0;
  std::string kinds;
  for (const auto& [kind, count] : errors_) {  // fixed words and strerror texts: nothing to escape
    errors += count;
    kinds += (kinds.empty() ? "\"" : ", \"") + kind + "\": " + std::to_string(count);
  }
  std::printf(
      "{\"loop\": \"%s\", \"rate\": %.1f, \"connections\": %u, \"seconds\": %.4f, \"requests\": %llu, "
      "\"errors\": %llu, "
      "\"error_kinds\": {%s}, \"requests_per_second\": %.1f, \"bytes\": %llu, "
      "\"latency_us\": {\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f}, "
      "\"load_cpu_seconds\": %.4f}\n",
      options_.rate > 0 ? "open" : "closed", options_.rate, options_.connections, seconds,
      static_cast<unsigned long long>(good_), static_cast<unsigned long long>(errors), kinds.c_str(),
      seconds > 0 ? static_cast<double>(good_) / seconds : 0.0, static_cast<unsigned long long>(bytes),
      us(latency_.quantile(0.5)), us(latency_.quantile(0.9)), us(latency_.quantile(0.99)),
      us(latency_.quantile(0.999)), us(latency_.max()), process_cpu_seconds());
}

}  // namespace
}  // namespace dunlin::bench

int main(int argc, char** argv) {
  try {
    prctl(PR_SET_TIMERSLACK, 1UL);  // the kernel's 50 us would show in every latency of the open loop
    const auto options = dunlin::bench::load_options(argc, argv);
    dunlin::bench::Load load(options);
    load.run();
    load.print();
    return load.failed() ? 1 : 0;
  } catch (const std::exception& e) {
    std::cerr << "dunlin-bench-load: " << e.what() << '\n';
    return 1;
  }
}

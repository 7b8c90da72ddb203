#pragma once
#include <atomic>

#include "protocol/base/time.h"

namespace dunlin {

/// A clock that stands still until it is told otherwise. Any thread may read it, one sets it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = {1'700'000'000'000}) : now_ms_(start.ms) {}
  Timestamp now() const override { return {now_ms_}; }
  std::chrono::nanoseconds monotonic() const override { return std::chrono::nanoseconds(monotonic_ns_); }
  void advance(std::chrono::milliseconds d) { jump(d), monotonic_ns_ += std::chrono::nanoseconds(d).count(); }
  /// The wall clock alone jumps, as when someone sets it.
  void jump(std::chrono::milliseconds d) { now_ms_ += d.count(); }

 private:
  std::atomic<std::int64_t> now_ms_;
  std::atomic<std::int64_t> monotonic_ns_{0};
};

}  // namespace dunlin

#pragma once
#include <chrono>
#include <cstdint>

namespace dunlin::federation {

/// How long something that failed is left alone. Times are Clock::monotonic().
///
/// At first a peer is most likely being restarted or upgraded: it is tried after 5 s, 15 s, 45 s and then
/// once a minute, so that for ten minutes nobody waits longer than that for a peer that is back; a probe a
/// minute costs either side nothing. What stays away longer is likely to stay away longer still: each pause
/// is twice the last, up to twelve hours.
class Backoff {
 public:
  /// `dice` shortens the pause by up to a quarter, so that not all who wait for a host come at once.
  void fail(std::chrono::nanoseconds now, std::uint32_t dice);
  /// There is a sign of life: the pause ends, but never earlier than a second after the last failure, so that
  /// a host that talks and does not listen is not asked at every word.
  void forgive();

  bool has_failed() const { return failures_ > 0; }
  int failures() const { return failures_; }  // in a row
  std::chrono::nanoseconds until() const { return until_; }
  /// How long it has failed.
  std::chrono::nanoseconds lasted(std::chrono::nanoseconds now) const {
    return has_failed() ? now - since_ : std::chrono::nanoseconds(0);
  }

 private:
  int failures_ = 0;
  std::chrono::nanoseconds since_{0};  // the first of them
  std::chrono::nanoseconds last_{0};
  std::chrono::nanoseconds pause_{0};
  std::chrono::nanoseconds until_{0};
};

}  // namespace dunlin::federation

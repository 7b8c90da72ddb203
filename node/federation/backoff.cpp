#include "node/federation/backoff.h"

#include <algorithm>

#include "protocol/base/limits.h"

namespace dunlin::federation {

using std::chrono::nanoseconds;

void Backoff::fail(nanoseconds now, std::uint32_t dice) {
  if (failures_++ == 0) since_ = now;
  last_ = now;
  if (now - since_ < limits::delivery_eager_for) {
    pause_ = std::clamp<nanoseconds>(pause_ * 3, limits::delivery_first_pause, limits::delivery_eager_pause);
  } else {
    pause_ = std::min<nanoseconds>(pause_ * 2, limits::delivery_longest_pause);
  }
  until_ = now + pause_ - pause_ / 4 * (dice % 256) / 256;
}

void Backoff::forgive() {
  failures_ = 0;
  pause_ = nanoseconds(0);
  until_ = std::min(until_, last_ + limits::delivery_least_pause);
}

}  // namespace dunlin::federation

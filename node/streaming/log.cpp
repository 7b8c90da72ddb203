#include "node/streaming/log.h"

#include <algorithm>

#include "protocol/base/limits.h"

namespace dunlin::streaming {

void Log::append(Line line) {
  lines_.push_back(std::move(line));
  if (lines_.size() > limits::stream_events_waiting_max) forget_below(first_ + 1);
}

void Log::forget_below(std::uint64_t number) {
  const auto count = std::min<std::uint64_t>(number - std::min(number, first_), lines_.size());
  if (count == 0) return;
  lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(count));
  first_ += count;
}

}  // namespace dunlin::streaming

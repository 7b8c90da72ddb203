#pragma once
#include <cstdint>
#include <vector>

#include "node/streaming/happening.h"

namespace dunlin::streaming {

class LiveStream;

/// The newest of what happened, numbered from 1, for any number of readers: each has the number of what it
/// reads next and nothing else, so one that is slow costs nobody anything. What it did not read in time is
/// gone, and it can tell. One loop's.
class Log {
 public:
  struct Line {
    HappeningPtr happening;
    std::uint64_t order;  // among all logs of the loop
  };
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return first_ + lines_.size(); }
  const Line& at(std::uint64_t number) const { return lines_[number - first_]; }
  /// Forgets the oldest when there are more than limits::stream_events_waiting_max.
  void append(Line line);
  /// What is below has been read by everybody.
  void forget_below(std::uint64_t number);

  std::vector<LiveStream*> readers;

 private:
  std::vector<Line> lines_;
  std::uint64_t first_ = 1;
};

}  // namespace dunlin::streaming

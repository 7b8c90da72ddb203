#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "node/feed/feeds.h"
#include "node/streaming/log.h"

namespace dunlin::streaming {

/// Counters of all loops.
struct Counters {
  std::atomic<std::uint64_t> sent{0}, dropped{0};
  std::atomic<std::int64_t> waiting{0};
};

/// The streams of one I/O loop and what they have to be told. On that loop's thread only.
class LoopStreams {
 public:
  LoopStreams(feed::Feeds& feeds, const store::CommitSequence& sequence,
              std::function<store::Connection&()> reader, Counters& counters)
      : feeds_(feeds), sequence_(sequence), reader_(std::move(reader)), counters_(counters) {}

  // --- from other threads, by a job of the loop's ---
  /// For those who own a stream of these accounts on this loop.
  void tell(const HappeningPtr& happening, const std::vector<AccountId>& accounts);
  /// Public ones among these, for everyone who listens to public streams.
  void tell_everyone(const std::vector<HappeningPtr>& happenings);
  /// Ends the streams whose token works no more.
  void check_tokens();

  // --- for the streams of this loop ---
  void add(LiveStream& stream) { streams_.push_back(&stream); }
  void remove(LiveStream& stream) { std::erase(streams_, &stream); }
  Log& subscribe(Channel channel, AccountId account, LiveStream& stream);
  void unsubscribe(Channel channel, AccountId account, LiveStream& stream);
  store::Connection& reader() const { return reader_(); }
  const store::CommitSequence& sequence() const { return sequence_; }
  feed::Feeds& feeds() { return feeds_; }
  Counters& counters() { return counters_; }

 private:
  void append(Log& log, const HappeningPtr& happening);
  feed::Feeds& feeds_;
  const store::CommitSequence& sequence_;
  std::function<store::Connection&()> reader_;
  Counters& counters_;
  std::vector<LiveStream*> streams_;
  std::unordered_map<AccountId, Log> personal_;  // of those who are connected
  Log public_;
  std::uint64_t order_ = 0;
};

}  // namespace dunlin::streaming

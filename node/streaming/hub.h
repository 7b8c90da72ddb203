#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "node/feed/feeds.h"
#include "node/streaming/live_stream.h"

namespace dunlin::streaming {

/// Who is connected, and the way of what happened to them:
///   commit -> by the writer (notifications, public posts), or by the fan-out for home feeds -> the loops on
///   which those concerned are connected -> a log there -> each stream at its own pace.
/// Any thread. Outlives every stream.
class Hub {
 public:
  struct Options {
    unsigned loops;
    std::size_t per_token_max, per_account_max, total_max;
  };
  /// Runs a job on the thread of an I/O loop.
  using Post = std::function<void(unsigned loop, std::function<void()> job)>;
  /// `reader`: a loop's own reading connection.
  Hub(Options options, feed::Feeds& feeds, const store::CommitSequence& sequence,
      const std::function<store::Connection&(unsigned loop)>& reader, Post post);

  /// A stream for a connection of that loop. `first`: the name of what it listens to at once, or nothing.
  /// Errc::rate_limited and unavailable when there are too many.
  Result<std::shared_ptr<net::Stream>> open(unsigned loop, net::Stream::Kind kind, const Listener& listener,
                                            std::string first);

  /// On the writer's thread, when pages show the commit.
  void on_commit(const store::Changes& changes);
  /// On the fan-out's thread: something of a home feed. `readers` as in FanOut::Tell.
  void tell(feed::FanOut::News news, StatusId status, const std::vector<std::uint32_t>& readers);

  struct Stats {
    std::size_t events, websockets;  // open, by kind
    std::uint64_t sent, dropped, refused;
    std::size_t waiting;
  };
  Stats stats() const;

 private:
  struct Present {
    std::vector<std::uint16_t> by_loop;
    std::size_t streams = 0;
  };
  void leave(unsigned loop, net::Stream::Kind kind, const Listener& listener);
  template <class Accounts>
  void tell_home(const HappeningPtr& happening, const Accounts& accounts);
  void everywhere(const std::function<void(LoopStreams&)>& job);

  Options options_;
  feed::Feeds& feeds_;
  Post post_;
  Counters counters_;
  std::vector<std::unique_ptr<LoopStreams>> loops_;

  mutable std::mutex mutex_;
  std::unordered_map<AccountId, Present> present_;     // under mutex_
  std::unordered_map<TokenId, std::size_t> of_token_;  // under mutex_
  std::array<std::atomic<std::size_t>, 2> open_{};     // by kind
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace dunlin::streaming

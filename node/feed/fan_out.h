#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "node/feed/followers.h"
#include "node/feed/live_readers.h"
#include "node/feed/pull_accounts.h"
#include "node/feed/rings.h"
#include "node/feed/viewer.h"
#include "node/store/transaction.h"
#include "node/trace/journal.h"

namespace dunlin::feed {

/// Brings every committed post into the rings of those who read it, on a thread of its own, and builds the
/// rings that readers ask for.
///
/// Posts are walked in slices, in turn, so that one to a million followers does not hold up one to ten. Until
/// a walk is done its post is on a short list that every reader looks at beside the ring, so no feed is ever
/// behind a commit. Nothing of this is durable: after a stop everybody pulls.
class FanOut {
 public:
  using Lines = std::vector<store::Listed>;
  struct Options {
    std::size_t ring_bytes_max;
    std::size_t follower_bytes_max;
    PullAccounts::Options pull_accounts;
    trace::Journal* journal = nullptr;
  };
  /// The newest `count` of an account's home feed, not filtered, newest first.
  using Pull = std::function<Lines(const store::ReadTx&, AccountId, int count)>;
  /// What those who read as it happens are told, by the same lists and on the same thread as rings are
  /// filled: candidates, as everywhere; the rules are asked by who tells them. `readers` ascending.
  enum class News : std::uint8_t { posted, edited, removed };
  using Tell = std::function<void(News, StatusId, const std::vector<std::uint32_t>& readers)>;
  /// `connection` is the thread's own.
  FanOut(Options options, const Clock& clock, Pull pull, Tell tell,
         std::unique_ptr<store::Connection> connection, const store::CommitSequence& sequence);
  ~FanOut() { stop(); }
  void stop();

  /// From now on, or no longer, somebody reads as it happens: told of each commit after this call. Each
  /// beginning has its end. Any thread.
  void watch(AccountId account, bool is_live);

  /// On the writer's thread, before pages may show the commit.
  void on_commit(const store::Changes& changes);

  /// The newest of a reader's home feed from memory, not filtered: what the ring holds, and what is on its
  /// way there. Nothing without a valid ring: then pull.
  struct Feed {
    std::vector<Rings::Entry> newest_first;
    StatusId floor;                 // complete from here upwards
    std::vector<AccountId> pulled;  // but for these, whose posts may be there or not
  };
  std::optional<Feed> read(const Viewer& viewer);
  /// True when memory tells that nothing of the feed is above `id`: what most polls ask.
  bool has_nothing_above(const Viewer& viewer, StatusId id);
  /// Builds a ring for who reads often enough to be worth one. For those that read() had nothing for.
  void want(const Viewer& viewer);

  PullAccounts& pull_accounts() { return pull_accounts_; }

  /// Waits until every ring has what was committed: for tests.
  void settle();

  struct Stats {
    Rings::Stats rings;
    std::size_t follower_bytes, posts_waiting;
    std::uint64_t posts, pushes, refused;
    std::uint64_t ring_reads, pulls;
    std::size_t rings_wanted;
    std::size_t pull_accounts;
    double push_ns, pull_ns;                // measured: a follower of a post, a pull account of a page
    std::chrono::microseconds longest_lag;  // from commit to the last ring, since the last look
  };
  Stats stats();
  /// Home feeds that were read since the start, and how many accounts did since then.
  std::uint64_t reads() const { return ring_reads_ + pulls_; }
  std::size_t readers(Timestamp since) const {
    return rings_.readers(static_cast<std::uint32_t>(since.ms / 60'000));
  }

 private:
  struct Post {
    store::Listed status;
    AccountId author;
    std::vector<AccountId> participants;  // of a direct one
    bool is_removed;                      // it leaves the rings
    std::chrono::nanoseconds committed;
  };
  /// A post that is on its way into rings, or out of them.
  struct Walk {
    Post post;
    Rings::Pass pass = {};
    Followers::List some = {};  // of a direct one, or an answer to somebody else: who is shown it
    std::uint32_t next = 0;     // accounts from here on are still to be served
    std::chrono::nanoseconds began = {};
    std::size_t followers = 0, rings = 0;  // walked; pushed into
  };
  /// What the thread has to do, in the order of the commits.
  struct Commit {
    std::vector<store::Changes::Follow> follows;
    std::vector<Post> posts;
    std::vector<Post> edits;  // for the live ones only
    bool everything = false;
  };

  /// Whether it stands in that reader's home feed, as far as whom they follow decides.
  static bool is_for(const Viewer& viewer, const Post& post);
  /// Whom the reader follows of those that are not pushed.
  std::vector<AccountId> pulled_of(const Viewer& viewer) const;
  void look_at_pull_accounts();
  void loop();
  void take(Commit& commit);
  /// Tells those of its readers who are live.
  void tell(const Post& post, News news);
  void begin(Post post);
  /// One slice; true when it was the last.
  bool go_on(Walk& walk);
  void put(Walk& walk, const std::uint32_t* begin, const std::uint32_t* end);
  void finish(const Walk& walk);
  /// When no ring is read any more, nothing has to be looked at beside it.
  void forget_pending();
  void build(AccountId account);
  std::uint32_t minute() const;

  const Clock& clock_;
  trace::Journal* journal_;
  Pull pull_;
  Tell tell_;
  std::unique_ptr<store::Connection> connection_;
  const store::CommitSequence& sequence_;
  Rings rings_;
  Followers followers_;
  PullAccounts pull_accounts_;
  std::uint64_t reads_before_ = 0;  // ring_reads_ at the last look
  LiveReaders live_;
  std::deque<Walk> walks_;  // the thread's alone

  std::mutex mutex_;
  std::condition_variable wake_, settled_;
  bool is_idle_ = false;
  std::deque<Commit> commits_;
  std::deque<AccountId> wanted_;
  std::deque<std::pair<AccountId, bool>> watched_;
  bool stopping_ = false;

  std::mutex pending_mutex_;
  std::deque<Post> pending_;  // committed, and not in all rings yet
  std::atomic<std::size_t> pending_count_{0};

  std::atomic<std::size_t> live_count_{0};  // who is watched, also before the thread knows
  std::atomic<std::size_t> follower_bytes_{0};
  std::atomic<std::uint64_t> posts_{0}, pushes_{0}, refused_{0}, ring_reads_{0}, pulls_{0};
  std::atomic<std::int64_t> longest_lag_us_{0};
  std::thread thread_;
};

}  // namespace dunlin::feed

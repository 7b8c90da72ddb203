#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "node/store/transaction.h"
#include "protocol/base/result.h"

namespace dunlin::store {

/// One write: all of it commits, or nothing.
struct Operation {
  /// Runs on the writer thread. May run twice (see Writer), so it must not move out of its captures.
  std::function<Result<void>(WriteTx&)> apply;
  /// After the commit is on disk (success), or when nothing was changed (error). On the writer thread: must
  /// not block.
  std::function<void(Result<void>)> done;
  /// As Clock::monotonic(): when the request behind it was here, 0 = there is none; and when submit() took
  /// it.
  std::chrono::nanoseconds received{}, queued{};
};

struct WriterStats {
  std::uint64_t operations = 0;  // committed
  std::uint64_t batches = 0;     // commits
  std::uint64_t refused = 0;     // queue was full
  std::uint64_t faults = 0;      // commits that failed
  std::size_t queued = 0;
  std::size_t queue_max = 0;  // how many may be, at the disk's pace of now
};

/// The one thread that writes, and its queue.
///
/// Group commit without a timer: whatever waits when the thread is free becomes one transaction, and while
/// that one syncs the next batch gathers. An operation that fails before it wrote anything just leaves the
/// batch; when one fails later, the whole batch is rolled back and each of its operations runs again in a
/// transaction of its own, so that none can spoil another.
class Writer {
 public:
  /// `on_commit` sees what is there at the start, on the constructing thread; then each commit's changes and
  /// number on the writer thread before any `done` of it: caches are then ahead of every answer, so a client
  /// reads its own writes.
  struct Options {
    std::size_t queue_max;
    std::size_t batch_max;
    /// How long a write may wait in the queue, as far as the last full commits tell: on a slow disk fewer may
    /// wait, but always one full commit.
    std::chrono::milliseconds wait_max;
  };
  Writer(std::unique_ptr<Connection> connection, const Clock& clock, std::uint8_t process_number,
         std::function<void(const Changes&, std::uint64_t)> on_commit, Options options);
  /// Finishes what is queued, then ends the thread.
  ~Writer();

  /// The queue is full: what is submitted now will most likely be refused. One look, so that a request can be
  /// refused before anything is done for it. Any thread.
  bool is_full() const { return is_full_.load(std::memory_order_relaxed); }
  /// Counts one that was.
  void note_refused();
  /// False when the queue is full or the writer is stopping; `done` is then never called.
  bool submit(Operation operation);
  /// Waits for the result. For commands, tests and worker threads; never on an I/O loop.
  Result<void> run(std::function<Result<void>(WriteTx&)> apply);
  /// Refuses new operations and waits for those queued.
  void stop();

  /// Has the write-ahead log emptied between two commits; waits for nothing. Only this connection may: begun
  /// anew by another, the log looks like another process's write, and every cache is dropped.
  void empty_log();

  WriterStats stats() const;
  const CommitSequence& sequence() const { return sequence_; }

 private:
  void loop();
  void commit_batch(std::deque<Operation>& batch);
  void commit_one(Operation& operation);
  bool try_together(std::deque<Operation>& batch, std::vector<Result<void>>& results);
  void published(const Changes& changes);
  /// Of a commit of so many that took so long.
  void set_pace(std::size_t operations, std::chrono::nanoseconds took);
  void notice_other_processes();
  /// What is in the database now: at the start, and after another process wrote.
  void publish_everything();

  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  IdGenerator ids_;
  std::function<void(const Changes&, std::uint64_t)> on_commit_;
  Options options_;
  CommitSequence sequence_{0};
  std::int64_t data_version_ = 0;
  double each_ns_ = 0;  // of a full commit, for each operation; 0 = not known yet

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Operation> queue_;  // protected by mutex_
  std::size_t queue_max_;        // protected by mutex_
  std::atomic<bool> is_full_{false};
  bool stopping_ = false;     // protected by mutex_
  bool is_log_long_ = false;  // protected by mutex_
  WriterStats stats_;         // protected by mutex_
  std::thread thread_;
};

}  // namespace dunlin::store

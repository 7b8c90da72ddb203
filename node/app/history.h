#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "node/store/history.h"
#include "node/store/writer.h"

namespace dunlin::app {

/// The node's own time series: sums up what happened in memory, and every five minutes writes it into the
/// rows of five minutes, of the hour and of the day (UTC). Counts only: who read what is kept nowhere.
class History {
 public:
  /// Since the start of the process, all growing.
  struct Totals {
    std::uint64_t feed_reads = 0, requests = 0, sent_bytes = 0, deliveries = 0;
  };
  struct Sources {
    std::function<Totals()> totals;
    /// Accounts that read their home feed at that time or later.
    std::function<std::size_t(Timestamp since)> readers;
    std::string database_file, media_folder;
  };
  History(const Clock& clock, Sources sources);

  /// On the writer's thread, after a commit.
  void on_commit(const store::Changes& changes);
  /// Writes when five minutes are over. Often; one thread.
  void tick(store::Writer& writer);
  /// Writes what there is of the interval: at the stop. The thread of tick(), or after it.
  void flush(store::Writer& writer);

 private:
  struct Reading {
    Totals totals;
    std::uint64_t posts = 0, posts_elsewhere = 0, received = 0;
    std::int64_t cpu_ms = 0;
  };
  Reading read() const;
  void write(store::Writer& writer, Timestamp begins_at);
  std::int64_t media_bytes(Timestamp now);

  const Clock& clock_;
  Sources sources_;
  std::atomic<std::uint64_t> posts_{0}, posts_elsewhere_{0}, received_{0};
  Reading before_;        // at the beginning of the interval
  Timestamp begins_at_;   // of the interval
  Timestamp written_at_;  // or started
  std::int64_t media_bytes_ = 0;
  std::optional<Timestamp> media_read_at_;
};

}  // namespace dunlin::app

#pragma once
// The node's own time series: counts and sizes, nothing of any one person. See app/history.h.
#include <chrono>
#include <optional>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

/// What happened from `begins_at` for `step` seconds, and how things stood at the end of it.
struct HistoryRow {
  std::int64_t step = 0;
  Timestamp begins_at;
  std::int64_t posts = 0;            // of this node's people, boosts too
  std::int64_t posts_elsewhere = 0;  // of others
  std::int64_t readers = 0;          // distinct accounts that read their home feed; at least so many
  std::int64_t feed_reads = 0;       // of home feeds
  std::int64_t requests = 0;
  std::int64_t sent_bytes = 0;
  std::int64_t deliveries = 0;  // taken by other servers
  std::int64_t received = 0;    // activities of other servers that took effect
  std::int64_t cpu_ms = 0;
  std::int64_t memory_bytes = 0;  // the most
  std::int64_t database_bytes = 0;
  std::int64_t media_bytes = 0;
};

/// Steps that are kept, and for how long: at most some 2,000 rows.
struct HistoryStep {
  std::int64_t seconds;
  std::chrono::hours kept;
};
inline constexpr HistoryStep history_steps[] = {{300, std::chrono::hours(48)},
                                                {3'600, std::chrono::hours(24 * 35)},
                                                {86'400, std::chrono::hours(24 * 400)}};

/// Counts are added to the row's, sizes take their place, of readers and memory the greater counts.
void add_history(WriteTx& tx, const HistoryRow& row);
/// Drops what is older than its step is kept.
void purge_history(WriteTx& tx);
/// Of one step, from `from` on, oldest first.
std::vector<HistoryRow> history_since(const ReadTx& tx, std::int64_t step, Timestamp from);

}  // namespace dunlin::store

#include "node/store/history.h"

namespace dunlin::store {

void add_history(WriteTx& tx, const HistoryRow& r) {
  tx.run("add_history", r.step, r.begins_at, r.posts, r.posts_elsewhere, r.readers, r.feed_reads, r.requests,
         r.sent_bytes, r.deliveries, r.received, r.cpu_ms, r.memory_bytes, r.database_bytes, r.media_bytes);
}

void purge_history(WriteTx& tx) {
  for (const auto& step : history_steps) tx.run("purge_history", step.seconds, tx.now() - step.kept);
}

std::vector<HistoryRow> history_since(const ReadTx& tx, std::int64_t step, Timestamp from) {
  std::vector<HistoryRow> out;
  auto rows = tx.query("history_since", step, from);
  while (rows.step()) {
    HistoryRow r;
    r.step = step;
    r.begins_at = rows.time(0);
    int column = 0;
    for (auto* field :
         {&r.posts, &r.posts_elsewhere, &r.readers, &r.feed_reads, &r.requests, &r.sent_bytes, &r.deliveries,
          &r.received, &r.cpu_ms, &r.memory_bytes, &r.database_bytes, &r.media_bytes})
      *field = rows.integer(++column);
    out.push_back(r);
  }
  return out;
}

}  // namespace dunlin::store

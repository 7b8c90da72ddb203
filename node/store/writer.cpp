#include "node/store/writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <future>
#include <utility>

#include "node/store/database.h"
#include "protocol/base/log.h"

namespace dunlin::store {

namespace {

/// How often the idle writer looks whether a command wrote to the same database.
constexpr auto other_process_interval = std::chrono::milliseconds(500);

tl::unexpected<Error> unavailable(const std::exception& fault) {
  return fail(Errc::unavailable, "The node could not store this. Nothing was changed; try again.",
              fault.what());
}

Result<void> applied(const Operation& operation, WriteTx& tx) {
  auto& listings = tx.changes().listings;
  const auto before = listings.size();
  auto result = operation.apply(tx);
  for (auto i = before; i < listings.size(); ++i) {
    listings[i].received = operation.received;
    listings[i].queued = operation.queued;
  }
  return result;
}

std::int64_t data_version(Connection& connection) {
  auto rows = connection.query("data_version");
  return rows.step() ? rows.integer(0) : 0;
}

void roll_back(Connection& connection) {
  if (connection.in_transaction()) connection.run("rollback");
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock, std::uint8_t process_number,
               std::function<void(const Changes&, std::uint64_t)> on_commit, Options options)
    : connection_(std::move(connection)),
      clock_(clock),
      ids_(process_number, greatest_id(*connection_)),
      on_commit_(std::move(on_commit)),
      options_(options),
      data_version_(data_version(*connection_)),
      queue_max_(options.queue_max) {
  publish_everything();
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() { stop(); }

void Writer::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Writer::submit(Operation operation) {
  operation.queued = clock_.monotonic();
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) {
      ++stats_.refused;
      return false;
    }
    queue_.push_back(std::move(operation));
    is_full_.store(queue_.size() >= queue_max_, std::memory_order_relaxed);
    if (queue_.size() > 1) return true;  // the thread is awake, or has been woken by the first
  }
  wake_.notify_one();
  return true;
}

void Writer::note_refused() {
  std::lock_guard lock(mutex_);
  ++stats_.refused;
}

Result<void> Writer::run(std::function<Result<void>(WriteTx&)> apply) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto future = promise->get_future();
  const bool accepted =
      submit({std::move(apply), [promise](Result<void> result) { promise->set_value(std::move(result)); }});
  if (!accepted) return fail(Errc::unavailable, "The node is busy or stopping; try again.");
  return future.get();
}

WriterStats Writer::stats() const {
  std::lock_guard lock(mutex_);
  WriterStats stats = stats_;
  stats.queued = queue_.size();
  stats.queue_max = queue_max_;
  return stats;
}

void Writer::empty_log() {
  {
    std::lock_guard lock(mutex_);
    is_log_long_ = true;
  }
  wake_.notify_one();
}

void Writer::loop() {
  std::deque<Operation> batch;
  while (true) {
    bool is_log_long = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, other_process_interval,
                     [this] { return stopping_ || is_log_long_ || !queue_.empty(); });
      is_log_long = std::exchange(is_log_long_, false);
      if (queue_.size() <= options_.batch_max) {
        batch.swap(queue_);
      } else {
        for (std::size_t i = 0; i < options_.batch_max; ++i) {
          batch.push_back(std::move(queue_.front()));
          queue_.pop_front();
        }
      }
      if (queue_.size() < queue_max_) is_full_.store(false, std::memory_order_relaxed);
      if (batch.empty() && stopping_) return;
    }
    try {
      notice_other_processes();
    } catch (const Fault& fault) {
      log(Level::error, "database_fault", {{"doing", "data_version"}, {"error", fault.what()}});
    }
    if (!batch.empty()) {
      const auto began = clock_.monotonic();
      commit_batch(batch);
      set_pace(batch.size(), clock_.monotonic() - began);
    }
    batch.clear();
    try {
      // Not for long, as connection.cpp has it: another program may be reading for minutes.
      if (is_log_long)
        connection_->execute(
            "PRAGMA busy_timeout = 50; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 10000");
    } catch (const Fault& fault) {
      log(Level::error, "checkpoint_failed", {{"error", fault.what()}});
    }
  }
}

void Writer::set_pace(std::size_t operations, std::chrono::nanoseconds took) {
  if (operations < options_.batch_max / 2) return;  // mostly the disk's own time, however many there were
  const double each = std::max(1.0, static_cast<double>(took.count()) / static_cast<double>(operations));
  each_ns_ = each_ns_ == 0 ? each : each_ns_ + (each - each_ns_) / 8;
  const double may_wait = static_cast<double>(std::chrono::nanoseconds(options_.wait_max).count()) / each_ns_;
  std::lock_guard lock(mutex_);
  queue_max_ = may_wait >= static_cast<double>(options_.queue_max)
                   ? options_.queue_max
                   : std::max(static_cast<std::size_t>(may_wait), options_.batch_max);
}

void Writer::notice_other_processes() {
  const auto version = data_version(*connection_);
  if (version == data_version_) return;
  data_version_ = version;
  publish_everything();
}

void Writer::publish_everything() {
  Changes changes;
  changes.everything = true;
  changes.newest_id = greatest_id(*connection_);
  ids_.raise_to(changes.newest_id);
  published(changes);
}

void Writer::published(const Changes& changes) {
  // Caches first, number last: a reader that sees the number may keep what it reads (see CommitSequence).
  const std::uint64_t number = sequence_.load(std::memory_order_relaxed) + 1;
  on_commit_(changes, number);
  sequence_.store(number, std::memory_order_release);
}

/// One transaction for the whole batch. False when it was rolled back because an operation failed after it
/// had written.
bool Writer::try_together(std::deque<Operation>& batch, std::vector<Result<void>>& results) {
  Changes changes;
  connection_->run("begin_immediate");
  WriteTx tx(*connection_, ids_, clock_.now(), changes);
  for (auto& operation : batch) {
    const auto before = connection_->total_changes();
    results.push_back(applied(operation, tx));
    if (!results.back() && connection_->total_changes() != before) {
      connection_->run("rollback");
      return false;
    }
  }
  connection_->run("commit");
  published(changes);
  return true;
}

void Writer::commit_batch(std::deque<Operation>& batch) {
  std::vector<Result<void>> results;
  results.reserve(batch.size());
  bool together = false;
  try {
    together = try_together(batch, results);
  } catch (const std::exception& fault) {
    log(Level::error, "commit_failed", {{"operations", batch.size()}, {"error", fault.what()}});
    roll_back(*connection_);
  }
  if (!together) {
    for (auto& operation : batch) commit_one(operation);
    return;
  }
  {
    std::lock_guard lock(mutex_);
    stats_.operations += batch.size();
    ++stats_.batches;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(results[i]));
}

void Writer::commit_one(Operation& operation) {
  Result<void> result;
  try {
    Changes changes;
    connection_->run("begin_immediate");
    WriteTx tx(*connection_, ids_, clock_.now(), changes);
    result = applied(operation, tx);
    if (result) {
      connection_->run("commit");
      published(changes);
    } else {
      connection_->run("rollback");
    }
  } catch (const std::exception& fault) {
    log(Level::error, "commit_failed", {{"operations", 1}, {"error", fault.what()}});
    roll_back(*connection_);
    result = unavailable(fault);
  }
  {
    std::lock_guard lock(mutex_);
    result ? ++stats_.operations : ++stats_.faults;
    ++stats_.batches;
  }
  operation.done(std::move(result));
}

}  // namespace dunlin::store

#include "node/app/housekeeping.h"

#include <filesystem>

#include "node/domain/statuses/polls.h"
#include "node/store/notifications.h"
#include "node/store/oauth.h"
#include "protocol/base/log.h"

namespace dunlin::app {

namespace {

constexpr auto interval = std::chrono::seconds(1);
constexpr int purge_every = 3'600;  // intervals
constexpr int polls_at_once = 100;
// Past this the log is moved: readers of a long log get slower.
constexpr std::uintmax_t wal_bytes_wanted = 16 << 20;
// Past this writers are held for it: a node that was killed reads all of the log at its next start, 0.2 s
// here.
constexpr std::uintmax_t wal_bytes_max = 64 << 20;

}  // namespace

Housekeeping::Housekeeping(store::Writer& writer, const Clock& clock, const std::string& database_file,
                           const store::ConnectionOptions& options, History& history)
    : writer_(writer),
      clock_(clock),
      history_(history),
      wal_file_(database_file + "-wal"),
      connection_(database_file, store::OpenMode::read_write, options),
      thread_([this] { loop(); }) {}

void Housekeeping::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Housekeeping::checkpoint() {
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(wal_file_, missing);
  if (missing || bytes < wal_bytes_wanted) return;
  // Passive moves what no reader needs and waits for nobody; the writer begins the log anew once all of it
  // was moved. Under writes without a pause that moment never comes: then the writer is held for a moment,
  // for the little that is left and until no reader needs the log.
  connection_.execute("PRAGMA wal_checkpoint(PASSIVE)");
  if (bytes >= wal_bytes_max) writer_.empty_log();
}

/// Looks first, so that a quiet node writes nothing.
void Housekeeping::tell_of_polls() {
  const store::ReadTx tx(connection_, writer_.sequence());
  if (store::due_polls(tx, clock_.now(), 1).empty()) return;
  (void)writer_.submit({[](store::WriteTx& write) -> Result<void> {
                          domain::tell_of_due_polls(write, polls_at_once);
                          return {};
                        },
                        [](const Result<void>&) {}});
}

void Housekeeping::loop() {
  for (int i = 0;; ++i) {
    try {
      checkpoint();  // at once for the log that a killed node left behind
    } catch (const store::Fault& fault) {
      log(Level::error, "checkpoint_failed", {{"error", fault.what()}});
    }
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, interval, [this] { return stopping_; })) return;
    }
    tell_of_polls();
    history_.tick(writer_);
    if (i % purge_every != 0) continue;
    const bool accepted = writer_.submit({[](store::WriteTx& tx) -> Result<void> {
                                            store::purge_idempotency(tx);
                                            store::purge_sign_in(tx);
                                            return {};
                                          },
                                          [](const Result<void>&) {}});
    if (!accepted) log(Level::warning, "purge_postponed");
  }
}

}  // namespace dunlin::app

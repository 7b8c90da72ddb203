#include "node/app/history.h"

#include <time.h>

#include <filesystem>

#include "node/app/process.h"
#include "protocol/base/log.h"

namespace dunlin::app {

namespace {

constexpr std::int64_t fine = store::history_steps[0].seconds;
constexpr auto media_read_every = std::chrono::hours(1);  // it looks at every file

Timestamp begin_of(Timestamp at, std::int64_t seconds) { return {at.ms - at.ms % (seconds * 1'000)}; }

std::int64_t cpu_ms() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return std::int64_t{t.tv_sec} * 1'000 + t.tv_nsec / 1'000'000;
}

std::int64_t file_bytes(const std::string& file) {
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(file, missing);
  return missing ? 0 : static_cast<std::int64_t>(bytes);
}

std::int64_t folder_bytes(const std::string& folder) {
  namespace fs = std::filesystem;
  std::int64_t sum = 0;
  std::error_code gone;  // files come and go meanwhile
  for (fs::recursive_directory_iterator it(folder, gone), end; !gone && it != end; it.increment(gone)) {
    std::error_code missing;
    const auto bytes = it->file_size(missing);
    if (!missing) sum += static_cast<std::int64_t>(bytes);
  }
  return sum;
}

std::int64_t grown(std::uint64_t now, std::uint64_t before) {
  return static_cast<std::int64_t>(now - before);
}

}  // namespace

History::History(const Clock& clock, Sources sources)
    : clock_(clock),
      sources_(std::move(sources)),
      begins_at_(begin_of(clock.now(), fine)),
      written_at_(clock.now()) {
  before_.cpu_ms = cpu_ms();
}

void History::on_commit(const store::Changes& changes) {
  posts_ += static_cast<std::uint64_t>(changes.posts);
  posts_elsewhere_ += static_cast<std::uint64_t>(changes.posts_elsewhere);
  received_ += static_cast<std::uint64_t>(changes.received);
}

History::Reading History::read() const {
  return {sources_.totals(), posts_, posts_elsewhere_, received_, cpu_ms()};
}

std::int64_t History::media_bytes(Timestamp now) {
  if (!media_read_at_ || now >= *media_read_at_ + media_read_every || now < *media_read_at_) {
    media_bytes_ = folder_bytes(sources_.media_folder);
    media_read_at_ = now;
  }
  return media_bytes_;
}

void History::tick(store::Writer& writer) {
  const auto now = begin_of(clock_.now(), fine);
  if (now == begins_at_) return;
  write(writer, begins_at_);
  begins_at_ = now;
}

void History::flush(store::Writer& writer) {
  if (clock_.now() > written_at_) write(writer, begins_at_);
}

void History::write(store::Writer& writer, Timestamp begins_at) {
  const auto now = clock_.now();
  const auto reading = read();
  store::HistoryRow row;
  row.posts = grown(reading.posts, before_.posts);
  row.posts_elsewhere = grown(reading.posts_elsewhere, before_.posts_elsewhere);
  row.received = grown(reading.received, before_.received);
  row.feed_reads = grown(reading.totals.feed_reads, before_.totals.feed_reads);
  row.requests = grown(reading.totals.requests, before_.totals.requests);
  row.sent_bytes = grown(reading.totals.sent_bytes, before_.totals.sent_bytes);
  row.deliveries = grown(reading.totals.deliveries, before_.totals.deliveries);
  row.cpu_ms = reading.cpu_ms - before_.cpu_ms;
  row.memory_bytes = resident_bytes();
  row.database_bytes = file_bytes(sources_.database_file) + file_bytes(sources_.database_file + "-wal");
  row.media_bytes = media_bytes(now);
  std::vector<store::HistoryRow> rows;
  for (const auto& step : store::history_steps) {
    row.step = step.seconds;
    row.begins_at = begin_of(begins_at, step.seconds);
    row.readers = static_cast<std::int64_t>(sources_.readers(row.begins_at));
    rows.push_back(row);
  }
  const bool accepted = writer.submit({[rows](store::WriteTx& tx) -> Result<void> {
                                         for (const auto& each : rows) store::add_history(tx, each);
                                         store::purge_history(tx);
                                         return {};
                                       },
                                       [](const Result<void>&) {}});
  if (!accepted) {  // with the next interval, then
    log(Level::warning, "history_postponed");
    return;
  }
  before_ = reading;
  written_at_ = now;
}

}  // namespace dunlin::app

#include "tests/component/feed_world.h"

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include "node/domain/accounts/accounts.h"
#include "node/domain/relationships/relationships.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"

namespace dunlin::test {

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().safe + " " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

QString temporary_place() {
  const bool has_memory = std::filesystem::is_directory("/dev/shm");
  return has_memory ? QStringLiteral("/dev/shm/dunlin-feed-XXXXXX")
                    : QDir::tempPath() + "/dunlin-feed-XXXXXX";
}

store::ConnectionOptions options() {
  store::ConnectionOptions o;
  o.synchronous_full = false;
  return o;
}

/// An empty database with its tables, made once: making them takes longer than a short history.
const std::string& empty_database() {
  static const QTemporaryDir dir(temporary_place());
  static const std::string file = [] {
    auto path = dir.path().toStdString() + "/empty.db";
    must(store::open_for_writing(path, true, options()));
    return path;
  }();
  return file;
}

}  // namespace

FeedWorld::FeedWorld(feed::Feeds::Budget budget)
    : dir_(temporary_place()), file_(dir_.path().toStdString() + "/node.db") {
  set_log_level(Level::error);
  std::filesystem::copy_file(empty_database(), file_);
  feeds_ = std::make_unique<feed::Feeds>(site_, domains_, clock, budget);
  const auto on_commit = [this](const store::Changes& changes, std::uint64_t number) {
    feeds_->on_commit(changes, number);
  };
  writer_ = std::make_unique<store::Writer>(
      must(store::open_for_writing(file_, false, options())), clock, std::uint8_t{0}, on_commit,
      store::Writer::Options{limits::writer_queue_max, limits::writer_batch_max, limits::write_wait_max});
  reader_ = connection();
  feeds_->start_fan_out(connection(), writer_->sequence());
}

FeedWorld::~FeedWorld() {
  writer_->stop();
  feeds_->stop_fan_out();
}

void FeedWorld::write(const std::function<void(store::WriteTx&)>& apply) {
  must(writer_->run([&](store::WriteTx& tx) -> Result<void> {
    apply(tx);
    return {};
  }));
}

std::unique_ptr<store::Connection> FeedWorld::connection() const {
  return store::open_for_reading(file_, options());
}

AccountId FeedWorld::account(const std::string& name) {
  AccountId id;
  write([&](store::WriteTx& tx) {
    domain::NewAccount account;
    account.username = name;
    account.email = name + "@example.org";
    id = must(domain::create_account(tx, account));
  });
  return id;
}

StatusId FeedWorld::post(AccountId author, const domain::StatusDraft& draft) {
  StatusId id;
  write([&](store::WriteTx& tx) { id = must(domain::publish(tx, author, draft)); });
  return id;
}
StatusId FeedWorld::post(AccountId author) { return post(author, draft()); }

void FeedWorld::follow(AccountId reader, AccountId author) {
  write([&](store::WriteTx& tx) { must(domain::follow(tx, reader, author, {}, 0)); });
}

domain::StatusDraft draft(store::Visibility visibility, std::vector<AccountId> mentions) {
  static std::atomic<int> number = 0;
  domain::StatusDraft d;
  d.text.text = "text " + std::to_string(++number);
  d.text.content = "<p>" + d.text.text + "</p>";
  d.text.format = "plain";
  d.text.mentions = std::move(mentions);
  d.visibility = visibility;
  return d;
}

std::vector<std::int64_t> ids_of(const feed::StatusPage& page) {
  std::vector<std::int64_t> ids;
  for (const auto& entry : page.entries) ids.push_back(entry.status->facts.id.value);
  return ids;
}

}  // namespace dunlin::test

#pragma once
#include <QTemporaryDir>
#include <memory>
#include <string>
#include <vector>

#include "node/domain/statuses/publish.h"
#include "node/feed/feeds.h"
#include "node/store/database.h"
#include "node/store/writer.h"
#include "protocol/base/time.h"
#include "tests/support/manual_clock.h"

namespace dunlin::test {

/// A database, its writer and the feeds, wired as in a node but without network: in memory where the system
/// has a place for that, because what is tested here is not the disk.
class FeedWorld {
 public:
  explicit FeedWorld(feed::Feeds::Budget budget = {});
  ~FeedWorld();

  /// Stands at 2026-01-01 until a test moves it. Not while another thread reads or writes.
  ManualClock clock{Timestamp{1'767'225'600'000}};
  feed::Feeds& feeds() { return *feeds_; }
  store::Writer& writer() { return *writer_; }
  const domain::Site& site() const { return site_; }
  const domain::Domains& domains() const { return domains_; }
  const std::string& database_file() const { return file_; }

  /// One commit.
  void write(const std::function<void(store::WriteTx&)>& apply);
  /// A reader's connection of its own; one thread at a time.
  std::unique_ptr<store::Connection> connection() const;
  /// A view for reading that begins with its first query, on the world's own connection: one at a time.
  store::ReadTx read() { return {*reader_, writer_->sequence()}; }

  AccountId account(const std::string& name);
  StatusId post(AccountId author, const domain::StatusDraft& draft);
  /// A public post without anything.
  StatusId post(AccountId author);
  void follow(AccountId reader, AccountId author);

 private:
  QTemporaryDir dir_;
  std::string file_;
  domain::Site site_{"node.test", "http://node.test"};
  domain::Domains domains_{"node.test", false};
  std::unique_ptr<feed::Feeds> feeds_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<store::Connection> reader_;
};

/// A draft of a text that no other draft has; `mentions` as if they were named in it.
domain::StatusDraft draft(store::Visibility visibility = store::Visibility::public_,
                          std::vector<AccountId> mentions = {});

std::vector<std::int64_t> ids_of(const feed::StatusPage& page);

}  // namespace dunlin::test

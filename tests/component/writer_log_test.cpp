#include <filesystem>
#include <thread>

#include "node/store/accounts.h"
#include "tests/component/feed_world.h"
#include "tests/support/qt.h"

using namespace dunlin;

/// A writer counts how often it told the caches that anything may have changed.
class WriterLogTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void an_emptied_log_is_no_write_of_another_process() {
    test::FeedWorld world;
    const AccountId ann = world.account("ann");
    std::atomic<int> drops{0};
    const auto count = [&](const store::Changes& changes, std::uint64_t) { drops += changes.everything; };
    store::Writer writer(std::move(*store::open_for_writing(world.database_file(), false, {})), world.clock,
                         std::uint8_t{1}, count, {100, 100, std::chrono::seconds(1)});
    const auto write = [&] {
      return writer.run([&](store::WriteTx& tx) {
        store::count_new_status(tx, ann, tx.now());
        return Result<void>();
      });
    };
    QVERIFY(write());
    const int before = drops;
    const auto log = world.database_file() + "-wal";
    QVERIFY(std::filesystem::file_size(log) > 0);
    writer.empty_log();
    QTRY_VERIFY(std::filesystem::file_size(log) == 0);
    QVERIFY(write());
    QVERIFY(write());
    QCOMPARE(drops.load(), before);
    world.post(ann);  // by another connection: that is one
    QTRY_VERIFY(drops > before);
  }
};

QTEST_GUILESS_MAIN(WriterLogTest)
#include "writer_log_test.moc"

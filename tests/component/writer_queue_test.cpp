#include <future>

#include "tests/component/feed_world.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace std::chrono_literals;

namespace {

/// A writer of its own on the world's database, whose next commit waits for release().
struct Held {
  test::FeedWorld world;
  store::Writer writer;
  std::promise<void> held;
  std::atomic<int> done{0};

  explicit Held(store::Writer::Options options)
      : writer(
            std::move(*store::open_for_writing(world.database_file(), false, {})), world.clock,
            std::uint8_t{1}, [](const store::Changes&, std::uint64_t) {}, options) {}

  bool submit(std::function<void()> work = [] {}) {
    return writer.submit({[work = std::move(work)](store::WriteTx&) -> Result<void> {
                            work();
                            return {};
                          },
                          [this](const Result<void>&) { ++done; }});
  }
  void hold() {
    auto is_held = std::make_shared<std::promise<void>>();
    auto goes_on = held.get_future().share();
    QVERIFY(submit([is_held, goes_on] {
      is_held->set_value();
      goes_on.wait();
    }));
    is_held->get_future().wait();
  }
};

}  // namespace

class WriterQueueTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void what_does_not_fit_is_refused_and_the_rest_is_done() {
    Held world({4, 2, 1s});
    world.hold();
    for (int i = 0; i < 4; ++i) {
      QVERIFY(!world.writer.is_full());
      QVERIFY(world.submit());
    }
    QVERIFY(world.writer.is_full());
    QVERIFY(!world.submit());
    QCOMPARE(world.writer.stats().refused, std::uint64_t{1});
    world.held.set_value();
    QTRY_COMPARE(world.done.load(), 5);
    QVERIFY(!world.writer.is_full());
    QVERIFY(world.submit());
  }

  void on_a_slow_disk_fewer_may_wait_but_always_a_commit() {
    Held world({64, 8, 1s});
    QCOMPARE(world.writer.stats().queue_max, std::size_t{64});
    for (int commit = 0; commit < 40; ++commit) {
      const int before = world.done;
      world.held = {};
      world.hold();
      for (int i = 0; i < 8; ++i) QVERIFY(world.submit([&] { world.world.clock.advance(100ms); }));
      world.held.set_value();
      QTRY_COMPARE(world.done.load(), before + 9);
    }
    QTRY_COMPARE(world.writer.stats().queue_max, std::size_t{10});  // of 100 ms each, in a second
    world.held = {};
    world.hold();
    for (int i = 0; i < 8; ++i) QVERIFY(world.submit([&] { world.world.clock.advance(1min); }));
    world.held.set_value();
    QTRY_COMPARE(world.done.load(), 41 * 9);
    QTRY_COMPARE(world.writer.stats().queue_max, std::size_t{8});
  }
};

QTEST_GUILESS_MAIN(WriterQueueTest)
#include "writer_queue_test.moc"

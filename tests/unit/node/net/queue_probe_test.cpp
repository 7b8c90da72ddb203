#include "node/net/queue_probe.h"

#include <boost/asio/executor_work_guard.hpp>

#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace std::chrono_literals;

namespace {

/// A probe of a loop that does what it is told, by a clock that does.
struct Probed {
  ManualClock clock;
  net::asio::io_context loop{1};
  net::asio::executor_work_guard<net::Executor> goes_on{loop.get_executor()};
  net::QueueProbe queue{loop, after_an_hour(clock)};

  static const Clock& after_an_hour(ManualClock& clock) {
    clock.advance(1h);
    return clock;
  }
  /// As many requests are read as make a queue; what is told of the last.
  std::chrono::nanoseconds read_a_queue() {
    for (unsigned i = 1; i < net::QueueProbe::queue_min; ++i) queue.waited();
    return queue.waited();
  }
};

}  // namespace

class QueueProbeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void what_waits_in_front_of_it_is_told() {
    Probed p;
    QCOMPARE(p.queue.waited(), 0ns);
    p.clock.advance(30ms);
    QCOMPARE(p.read_a_queue(), 30ms);  // its event is still on its way
    QCOMPARE(p.queue.last(), 0ns);
    p.loop.run_one();
    QCOMPARE(p.queue.last(), 30ms);
    QCOMPARE(p.queue.waited(), 30ms);
    p.clock.advance(10ms);
    QCOMPARE(p.queue.waited(), 30ms);  // and another one is sent
    p.loop.run_one();
    QCOMPARE(p.queue.waited(), 0ns);
  }

  void a_slow_moment_is_no_queue() {
    Probed p;
    p.queue.waited();
    p.clock.advance(2s);
    QCOMPARE(p.queue.waited(), 0ns);
    p.loop.run_one();
    QCOMPARE(p.queue.last(), 0ns);
    QCOMPARE(p.queue.waited(), 0ns);
  }

  void a_queue_of_long_ago_is_forgotten() {
    Probed p;
    p.queue.waited();
    p.clock.advance(300ms);
    p.read_a_queue();
    p.loop.run_one();
    QCOMPARE(p.queue.waited(), 300ms);
    p.clock.advance(1s);
    QCOMPARE(p.queue.waited(), 0ns);
  }
};

QTEST_GUILESS_MAIN(QueueProbeTest)
#include "queue_probe_test.moc"

#include "node/net/queue_probe.h"

#include <boost/asio/executor_work_guard.hpp>

#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace std::chrono_literals;

namespace {

/// As many requests are read as make a queue; what is told of the last.
std::chrono::nanoseconds read_a_queue(net::QueueProbe& queue) {
  for (unsigned i = 1; i < net::QueueProbe::queue_min; ++i) queue.waited();
  return queue.waited();
}

}  // namespace

class QueueProbeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void what_waits_in_front_of_it_is_told() {
    ManualClock clock;
    clock.advance(1h);
    net::asio::io_context loop{1};
    const auto goes_on = net::asio::make_work_guard(loop);
    net::QueueProbe queue(loop, clock);
    QCOMPARE(queue.waited(), 0ns);
    clock.advance(30ms);
    QCOMPARE(read_a_queue(queue), 30ms);  // its event is still on its way
    QCOMPARE(queue.last(), 0ns);
    loop.run_one();
    QCOMPARE(queue.last(), 30ms);
    QCOMPARE(queue.waited(), 30ms);
    clock.advance(10ms);
    QCOMPARE(queue.waited(), 30ms);  // and another one is sent
    loop.run_one();
    QCOMPARE(queue.waited(), 0ns);
  }

  void a_slow_moment_is_no_queue() {
    ManualClock clock;
    clock.advance(1h);
    net::asio::io_context loop{1};
    const auto goes_on = net::asio::make_work_guard(loop);
    net::QueueProbe queue(loop, clock);
    queue.waited();
    clock.advance(2s);
    QCOMPARE(queue.waited(), 0ns);
    loop.run_one();
    QCOMPARE(queue.last(), 0ns);
    QCOMPARE(queue.waited(), 0ns);
  }

  void a_queue_of_long_ago_is_forgotten() {
    ManualClock clock;
    clock.advance(1h);
    net::asio::io_context loop{1};
    const auto goes_on = net::asio::make_work_guard(loop);
    net::QueueProbe queue(loop, clock);
    queue.waited();
    clock.advance(300ms);
    read_a_queue(queue);
    loop.run_one();
    QCOMPARE(queue.waited(), 300ms);
    clock.advance(1s);
    QCOMPARE(queue.waited(), 0ns);
  }
};

QTEST_GUILESS_MAIN(QueueProbeTest)
#include "queue_probe_test.moc"

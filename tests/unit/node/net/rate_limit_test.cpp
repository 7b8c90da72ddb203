#include "node/net/rate_limit.h"

#include <atomic>
#include <thread>
#include <vector>

#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::net;
using namespace std::chrono_literals;

class RateLimitTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_count_runs_down_and_then_refuses();
  void a_window_begins_with_its_first_use_and_ends();
  void refused_uses_do_not_prolong_the_window();
  void keys_do_not_share();
  void looking_does_not_count();
  void forgetting_begins_anew();
  void a_wall_clock_that_jumps_changes_nothing();
  void the_oldest_keys_are_forgotten_first();
  void threads_together_get_no_more_than_the_limit();
};

void RateLimitTest::the_count_runs_down_and_then_refuses() {
  ManualClock clock;
  RateLimiter limiter({3, 5min}, 100, clock);
  for (int remaining : {2, 1, 0}) {
    auto answer = limiter.take("a");
    QVERIFY(answer.allowed);
    QCOMPARE(answer.limit, 3);
    QCOMPARE(answer.remaining, remaining);
    QCOMPARE(answer.reset, clock.now() + 5min);
  }
  auto answer = limiter.take("a");
  QVERIFY(!answer.allowed);
  QCOMPARE(answer.remaining, 0);
}

void RateLimitTest::a_window_begins_with_its_first_use_and_ends() {
  ManualClock clock;
  RateLimiter limiter({1, 5min}, 100, clock);
  auto began = clock.now();
  QVERIFY(limiter.take("a").allowed);
  clock.advance(5min - 1ms);
  QVERIFY(!limiter.take("a").allowed);
  QCOMPARE(limiter.take("a").reset, began + 5min);
  clock.advance(1ms);
  auto answer = limiter.take("a");
  QVERIFY(answer.allowed);
  QCOMPARE(answer.reset, began + 10min);
}

void RateLimitTest::refused_uses_do_not_prolong_the_window() {
  ManualClock clock;
  RateLimiter limiter({1, 10s}, 100, clock);
  QVERIFY(limiter.take("a").allowed);
  for (int i = 0; i < 9; ++i) {
    clock.advance(1s);
    QVERIFY(!limiter.take("a").allowed);
  }
  clock.advance(1s);
  QVERIFY(limiter.take("a").allowed);
}

void RateLimitTest::keys_do_not_share() {
  ManualClock clock;
  RateLimiter limiter({1, 10s}, 100, clock);
  QVERIFY(limiter.take("a").allowed);
  QVERIFY(limiter.take("b").allowed);
  QVERIFY(!limiter.take("a").allowed);
}

void RateLimitTest::looking_does_not_count() {
  ManualClock clock;
  RateLimiter limiter({2, 10s}, 100, clock);
  QVERIFY(limiter.look("a").allowed);
  limiter.take("a");
  for (int i = 0; i < 5; ++i) QCOMPARE(limiter.look("a").remaining, 0);
  QVERIFY(limiter.take("a").allowed);
  QVERIFY(!limiter.look("a").allowed);
}

void RateLimitTest::forgetting_begins_anew() {
  ManualClock clock;
  RateLimiter limiter({1, 10s}, 100, clock);
  limiter.take("a");
  limiter.forget("a");
  limiter.forget("never seen");
  QVERIFY(limiter.take("a").allowed);
}

void RateLimitTest::a_wall_clock_that_jumps_changes_nothing() {
  ManualClock clock;
  RateLimiter limiter({1, 10s}, 100, clock);
  limiter.take("a");
  clock.jump(24h);
  auto answer = limiter.take("a");
  QVERIFY(!answer.allowed);
  QCOMPARE(answer.reset, clock.now() + 10s);
  clock.jump(-48h);
  QVERIFY(!limiter.take("a").allowed);
}

void RateLimitTest::the_oldest_keys_are_forgotten_first() {
  ManualClock clock;
  RateLimiter limiter({1, 1h}, 160, clock);
  limiter.take("first");
  for (int i = 0; i < 10'000; ++i) {
    clock.advance(1ms);
    limiter.take("key " + std::to_string(i));
  }
  QVERIFY(limiter.look("first").allowed);
  QVERIFY(!limiter.look("key 9999").allowed);
  int known = 0;
  for (int i = 0; i < 10'000; ++i) known += limiter.look("key " + std::to_string(i)).allowed ? 0 : 1;
  QVERIFY2(known > 0 && known <= 160, std::to_string(known).c_str());
}

void RateLimitTest::threads_together_get_no_more_than_the_limit() {
  ManualClock clock;
  RateLimiter limiter({1'000, 1h}, 100, clock);
  std::atomic<int> allowed{};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) allowed += limiter.take("shared").allowed ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  QCOMPARE(allowed.load(), 1'000);
}

QTEST_APPLESS_MAIN(RateLimitTest)
#include "rate_limit_test.moc"

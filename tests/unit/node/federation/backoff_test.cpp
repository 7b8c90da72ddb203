#include "node/federation/backoff.h"

#include <vector>

#include "tests/support/qt.h"

using namespace dunlin::federation;
using namespace std::chrono_literals;

namespace {

/// The pauses of an outage, in seconds: tried anew as soon as it may be.
std::vector<std::int64_t> pauses(int count, std::uint32_t dice) {
  std::vector<std::int64_t> out;
  std::chrono::nanoseconds now = 1h;
  Backoff backoff;
  for (int i = 0; i < count; ++i) {
    backoff.fail(now, dice);
    out.push_back((backoff.until() - now) / 1s);
    now = backoff.until();
  }
  return out;
}

}  // namespace

class BackoffTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void for_ten_minutes_a_minute_is_the_longest_pause_then_each_is_twice_the_last() {
    const std::vector<std::int64_t> wanted{5,  15, 45,  60,  60,  60,  60,   60,   60,   60,
                                           60, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360};
    QCOMPARE(pauses(20, 0), wanted);
  }
  void no_pause_is_longer_than_half_a_day() { QCOMPARE(pauses(40, 0).back(), 12 * 3600); }
  void dice_shorten_a_pause_by_a_quarter_at_most() {
    for (std::uint32_t dice = 0; dice < 1000; ++dice) {
      const auto pause = pauses(4, dice).back();
      QVERIFY(pause >= 45 && pause <= 60);
    }
  }
  void a_sign_of_life_ends_the_pause_but_leaves_a_second() {
    Backoff backoff;
    backoff.fail(100s, 0);
    backoff.fail(105s, 0);
    backoff.forgive();
    QVERIFY(!backoff.has_failed());
    QVERIFY(backoff.until() == 106s);
    backoff.fail(106s, 0);
    QVERIFY(backoff.until() == 111s);
  }
};

QTEST_GUILESS_MAIN(BackoffTest)
#include "backoff_test.moc"

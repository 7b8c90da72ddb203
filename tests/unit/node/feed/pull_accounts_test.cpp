#include "node/feed/pull_accounts.h"

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::feed;
using namespace std::chrono_literals;

namespace {

constexpr AccountId star{7};

/// A push costs 10 ns, a merge 100 ns, and a window takes a second.
struct World {
  PullAccounts accounts{{1'000, 1s, 10, 100}};
  std::chrono::nanoseconds now{0};
  std::vector<AccountId> ended;

  bool look(double followers, double reads) {
    return accounts.look(
        now,
        [&](AccountId) {
          return PullAccounts::Load{followers, reads};
        },
        [&](AccountId account) { ended.push_back(account); });
  }

  /// A window in which the star posted, and its readers read, so often. The first begins with a post of its
  /// own.
  void window(int posts, double followers, double reads) {
    if (now == 0s) {
      accounts.count_post(star);
      look(followers, reads);
    }
    for (int i = 0; i < posts; ++i) accounts.count_post(star);
    now += 1s;
    look(followers, reads);
  }
};

}  // namespace

class PullAccountsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void who_is_read_seldom_is_pulled() {
    World world;
    QVERIFY(!world.accounts.now());
    world.window(10, 1'000'000, 10'000'000);  // 0.1 s of pushes against 1 s of merges
    QVERIFY(!world.accounts.now());
    world.window(10, 1'000'000, 100'000);  // against 0.01 s
    QVERIFY(world.accounts.has(star));
    QCOMPARE(*world.accounts.now(), PullAccounts::Accounts{star});
    QVERIFY(world.ended.empty());
  }

  void a_side_is_changed_for_twice_the_cost_only() {
    World world;
    world.window(10, 1'000'000, 600'000);  // 0.1 s against 0.06 s
    QVERIFY(!world.accounts.has(star));
    world.window(10, 1'000'000, 400'000);
    QVERIFY(world.accounts.has(star));
    world.window(10, 1'000'000, 1'900'000);
    QVERIFY(world.accounts.has(star));
    world.window(10, 1'000'000, 2'100'000);
    QVERIFY(!world.accounts.has(star));
    QCOMPARE(world.ended, std::vector<AccountId>{star});
    QVERIFY(!world.accounts.now());
  }

  void who_posts_no_more_is_pushed_again() {
    World world;
    world.window(1, 1'000'000, 0);
    QVERIFY(world.accounts.has(star));
    world.window(0, 1'000'000, 0);
    QVERIFY(!world.accounts.has(star));
    QCOMPARE(world.ended, std::vector<AccountId>{star});
  }

  void nothing_is_decided_within_a_window() {
    World world;
    world.window(1, 1'000'000, 0);
    world.now -= 500ms;
    world.window(0, 1'000'000, 0);  // half a window later
    QVERIFY(world.accounts.has(star));
  }

  void the_first_window_begins_with_a_post() {
    World world;
    world.now = 1h;  // the machine has been up so long
    QVERIFY(!world.look(1'000'000, 0));
    world.accounts.count_post(star);
    QVERIFY(world.look(1'000'000, 0));
    QVERIFY2(!world.accounts.has(star), "decided before anybody could read");
    world.now += 999ms;
    QVERIFY(!world.look(1'000'000, 0));
    world.now += 1ms;
    QVERIFY(world.look(1'000'000, 0));
    QVERIFY(world.accounts.has(star));
  }

  void few_followers_are_always_pushed() {
    const World world;
    QVERIFY(!world.accounts.may_have(999));
    QVERIFY(world.accounts.may_have(1'000));
    QVERIFY(!PullAccounts({0, 1s, 10, 100}).may_have(1'000'000'000));
  }

  void costs_are_measured_unless_they_are_set() {
    World world;
    world.accounts.measured_push(1'000);
    QCOMPARE(world.accounts.push_ns(), 10.0);
    PullAccounts measured({1, 1s});
    for (int i = 0; i < 1'000; ++i) measured.measured_push(33), measured.measured_pull(250);
    QVERIFY(std::abs(measured.push_ns() - 33) < 1 && std::abs(measured.pull_ns() - 250) < 1);
    measured.measured_push(0);  // a clock that stood still tells nothing
    QVERIFY(std::abs(measured.push_ns() - 33) < 1);
  }
};

QTEST_GUILESS_MAIN(PullAccountsTest)
#include "pull_accounts_test.moc"

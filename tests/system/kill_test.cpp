// kill -9 under write load: whatever was acknowledged is there after the restart, once. The process dies, the
// machine does not: what the node wrote and did not yet sync survives this, so that the test says nothing
// about power loss.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "tests/support/qt.h"
#include "tests/system/writers.h"

using namespace dunlin::test;

namespace {

constexpr int writer_count = 8;

std::uint64_t seed_of_this_run() {
  const char* given = std::getenv("DUNLIN_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

int rounds_of_this_run() {
  const char* given = std::getenv("DUNLIN_KILL_ROUNDS");
  return given != nullptr ? std::atoi(given) : 5;
}

std::chrono::milliseconds percentile(std::vector<std::chrono::milliseconds> sorted, std::size_t percent) {
  std::sort(sorted.begin(), sorted.end());
  return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

/// Writes until the kill, at a moment that is uniform over 0 to 500 ms after the first acknowledgement.
void kill_while_writing(NodeProcess& node, Writers& writers, std::chrono::microseconds after) {
  writers.begin();
  QVERIFY2(writers.wait_for_acknowledgement(), "nothing was acknowledged");
  std::this_thread::sleep_for(after);
  node.kill();
  writers.join();
}

}  // namespace

class KillTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void acknowledged_writes_survive_a_kill() {
    const auto seed = seed_of_this_run();
    qInfo("DUNLIN_TEST_SEED=%llu", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    NodeProcess node;
    node.start();
    Writers writers(node, writer_count, seed);
    Findings sum;
    int unsound = 0;
    std::vector<std::chrono::milliseconds> ready;
    const int rounds = rounds_of_this_run();
    for (int round = 0; round < rounds; ++round) {
      kill_while_writing(node, writers,
                         std::chrono::microseconds(std::uniform_int_distribution<int>(0, 500'000)(random)));
      if (QTest::currentTestFailed()) return;
      ready.push_back(node.start());
      const auto findings = writers.check();
      for (const auto& message : findings.messages) qWarning("round %d: %s", round + 1, message.c_str());
      sum.add(findings);
      const auto check = node.command({"check"});
      if (check.exit_code != 0) {
        ++unsound;
        qWarning("check: %d\n%s%s", check.exit_code, check.out.c_str(), check.err.c_str());
      }
    }
    const auto at_the_end = writers.check_all();
    for (const auto& message : at_the_end.messages) qWarning("at the end: %s", message.c_str());
    sum.add(at_the_end);
    qInfo(
        "%d rounds: %llu writes acknowledged, %llu lost, %llu duplicates, %llu refused, %d times unsound; "
        "ready again after "
        "%lld ms (half), %lld ms (99 of 100), %lld ms (slowest)",
        rounds, static_cast<unsigned long long>(sum.acknowledged), static_cast<unsigned long long>(sum.lost),
        static_cast<unsigned long long>(sum.duplicates), static_cast<unsigned long long>(sum.refused),
        unsound, static_cast<long long>(percentile(ready, 50).count()),
        static_cast<long long>(percentile(ready, 99).count()),
        static_cast<long long>(percentile(ready, 100).count()));
    QVERIFY(sum.acknowledged >= static_cast<std::uint64_t>(rounds));
    QCOMPARE(sum.lost, std::uint64_t{0});
    QCOMPARE(sum.duplicates, std::uint64_t{0});
    QCOMPARE(sum.refused, std::uint64_t{0});
    QCOMPARE(unsound, 0);
  }

  /// The test above must be able to fail: a log whose end is gone, as a machine that lost power may leave it,
  /// is noticed.
  void writes_that_are_gone_are_noticed() {
    NodeProcess node;
    node.start();
    Writers writers(node, writer_count, seed_of_this_run());
    QCOMPARE(node.stop().exit_code, 0);  // the log is empty now: what is cut off is the writers' alone
    node.start();
    kill_while_writing(node, writers, std::chrono::milliseconds(300));
    const auto log = node.database() + "-wal";
    const auto bytes = std::filesystem::file_size(log);
    std::filesystem::resize_file(log, bytes / 2);
    node.start();
    const auto findings = writers.check();
    QVERIFY(findings.acknowledged > 0);
    QVERIFY(findings.lost > 0);
    QVERIFY(!findings.messages.empty());
  }
};

QTEST_GUILESS_MAIN(KillTest)
#include "kill_test.moc"

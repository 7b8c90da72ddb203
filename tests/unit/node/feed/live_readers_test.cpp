#include "node/feed/live_readers.h"

#include <algorithm>
#include <random>
#include <set>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::feed;

class LiveReadersTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void finds_who_is_in_both_whichever_is_longer() {
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
      LiveReaders live;
      std::set<std::uint32_t> known;
      std::set<std::uint32_t> followers;
      const auto some = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % most); };
      for (std::uint32_t i = some(60); i > 0; --i) {
        const auto account = some(300);
        live.add(AccountId{account});
        live.add(AccountId{account});  // once is enough
        known.insert(account);
      }
      for (std::uint32_t i = some(20); i > 0; --i) {
        const auto account = some(300);
        live.remove(AccountId{account});
        known.erase(account);
      }
      for (std::uint32_t i = some(round % 2 == 0 ? 10 : 290); i > 0; --i) followers.insert(some(300));
      std::vector<std::uint32_t> wanted;
      std::set_intersection(known.begin(), known.end(), followers.begin(), followers.end(),
                            std::back_inserter(wanted));
      const std::vector<std::uint32_t> list(followers.begin(), followers.end());
      QVERIFY(live.among(list) == wanted);
      QCOMPARE(live.size(), known.size());
    }
  }

  void nobody_is_among_none() {
    LiveReaders live;
    QVERIFY(live.is_empty());
    QVERIFY(live.among({}).empty());
    live.add(AccountId{7});
    QVERIFY(!live.is_empty());
    QVERIFY(live.among({}).empty());
  }
};

QTEST_GUILESS_MAIN(LiveReadersTest)
#include "live_readers_test.moc"

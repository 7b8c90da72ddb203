#include "node/feed/followers.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::feed;

class FollowersTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Against sets: what the database would answer at each moment.
  void lists_are_what_the_database_says() {
    std::mt19937_64 random(1);
    std::map<std::int64_t, std::set<std::uint32_t>> stored;
    int loads = 0;
    Followers followers(
        [&](AccountId author) {
          ++loads;
          std::vector<AccountId> all;
          for (auto account : stored[author.value]) all.push_back(AccountId{account});
          std::shuffle(all.begin(), all.end(), random);
          return all;
        },
        64 << 10);
    for (int step = 0; step < 20'000; ++step) {
      const AccountId author{static_cast<std::int64_t>(1 + random() % 20)};
      const AccountId follower{static_cast<std::int64_t>(1 + random() % 2'000)};
      auto& set = stored[author.value];
      if (random() % 3 != 0) {
        set.insert(static_cast<std::uint32_t>(follower.value));
        followers.add(author, follower);
      } else {
        set.erase(static_cast<std::uint32_t>(follower.value));
        followers.remove(author, follower);
      }
      if (step % 50 == 0) QCOMPARE(followers.of(author), Followers::List(set.begin(), set.end()));
      if (step % 5'000 == 0) followers.clear();
    }
    QVERIFY(followers.bytes() <= (64 << 10) + 16'384);
    QVERIFY2(loads < 200, std::to_string(loads).c_str());  // kept from one post to the next
  }

  void common_ones_are_those_of_both_lists_and_the_one_who_is_answered() {
    std::mt19937_64 random(2);
    for (int round = 0; round < 500; ++round) {
      std::set<std::uint32_t> a, b;
      for (std::size_t i = random() % 400; i > 0; --i) a.insert(static_cast<std::uint32_t>(random() % 1'000));
      for (std::size_t i = random() % 20; i > 0; --i) b.insert(static_cast<std::uint32_t>(random() % 1'000));
      const auto one = static_cast<std::uint32_t>(random() % 1'000);
      std::set<std::uint32_t> expected = {one};
      for (auto account : a) {
        if (b.contains(account)) expected.insert(account);
      }
      const Followers::List x(a.begin(), a.end()), y(b.begin(), b.end());
      QCOMPARE(common(x, y, one), Followers::List(expected.begin(), expected.end()));
      QCOMPARE(common(y, x, one), Followers::List(expected.begin(), expected.end()));
    }
  }
};

QTEST_GUILESS_MAIN(FollowersTest)
#include "followers_test.moc"

#include "node/feed/rings.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::feed;

namespace {

using Ids = std::vector<std::int64_t>;
constexpr AccountId reader{70'000};
constexpr std::uint32_t minute = 1'000;

Ids ids_of(const Rings::Snapshot& ring) {
  Ids out;
  for (const auto entry : ring.entries) out.push_back(entry.id().value);
  return out;
}

void build(Rings& rings, AccountId account, const Ids& newest_first, bool is_whole) {
  std::vector<Rings::Entry> entries;
  for (auto id : newest_first) entries.emplace_back(StatusId{id}, false);
  rings.build(account, rings.version(account), entries, is_whole);
}

void push(Rings& rings, AccountId account, std::int64_t id, bool is_boost = false) {
  const auto number = static_cast<std::uint32_t>(account.value);
  rings.push(&number, &number + 1, rings.begin({StatusId{id}, is_boost}));
}

void remove(Rings& rings, AccountId account, std::int64_t id) {
  const auto number = static_cast<std::uint32_t>(account.value);
  rings.remove(&number, &number + 1, StatusId{id});
}

}  // namespace

class RingsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_ring_is_asked_for_at_the_second_visit_of_a_day() {
    Rings rings(1 << 20);
    QVERIFY(!rings.read(reader, minute));
    QVERIFY(!rings.wants_ring(reader, minute));
    QVERIFY(rings.wants_ring(reader, minute + 1));
    QVERIFY(!rings.wants_ring(reader, minute + 1));  // it is on its way
    rings.refuse(reader);
    QVERIFY(rings.wants_ring(reader, minute + 2));
    build(rings, reader, {3, 2, 1}, true);
    QCOMPARE(ids_of(*rings.read(reader, minute + 2)), (Ids{3, 2, 1}));
    const AccountId rare{5};
    QVERIFY(!rings.wants_ring(rare, minute));
    QVERIFY(!rings.wants_ring(rare, minute + 24 * 60 + 1));
  }

  void a_full_ring_ends_at_a_floor() {
    Rings rings(1 << 20);
    build(rings, reader, {}, true);
    for (int id = 1; id <= 255; ++id) push(rings, reader, id * 10);
    auto ring = rings.read(reader, minute);
    QVERIFY(ring->is_whole);
    QCOMPARE(ring->floor().value, std::int64_t{0});
    push(rings, reader, 2'560, true);
    ring = rings.read(reader, minute);
    QVERIFY(!ring->is_whole);
    QCOMPARE(ring->floor().value, std::int64_t{20});
    QVERIFY(ring->entries.front().is_boost() && !ring->entries.back().is_boost());
    push(rings, reader, 5);  // below: the database has it
    QCOMPARE(rings.read(reader, minute)->floor().value, std::int64_t{20});
  }

  void what_makes_a_ring_incomplete_makes_it_unread() {
    Rings rings(1 << 20);
    build(rings, reader, {1}, true);
    rings.invalidate(reader);
    QVERIFY(!rings.read(reader, minute));
    build(rings, reader, {1}, true);
    QVERIFY(rings.read(reader, minute));
    rings.invalidate_all();
    QVERIFY(!rings.read(reader, minute));
    // A change of whom it follows, while it is built from what was followed before.
    const auto version = rings.version(reader);
    rings.invalidate(reader);
    rings.build(reader, version, {}, true);
    QVERIFY(!rings.read(reader, minute));
  }

  void a_ring_that_nobody_reads_is_dropped() {
    Rings rings(1 << 20);
    build(rings, reader, {}, true);
    for (std::uint32_t id = 1; id <= 2 * Rings::idle_pushes_max; ++id) {
      if (id % 1'000 == 0) QVERIFY(rings.read(reader, minute));
      push(rings, reader, id);
    }
    QCOMPARE(rings.stats().rings, std::size_t{1});
    for (std::uint32_t id = 1; id <= Rings::idle_pushes_max; ++id) push(rings, reader, 10'000 + id);
    QCOMPARE(rings.stats().rings, std::size_t{0});
    QVERIFY(!rings.read(reader, minute));
    QCOMPARE(rings.stats().dropped_idle, std::uint64_t{1});
  }

  void the_memory_is_bounded_and_the_coldest_go() {
    constexpr std::size_t held = 64;
    Rings rings(held * Rings::length * 8);
    for (std::int64_t account = 1; account <= 1'000; ++account) {
      build(rings, AccountId{account}, {account}, true);
      rings.read(AccountId{account}, minute);
      rings.read(AccountId{1},
                 minute + static_cast<std::uint32_t>(account));  // the one who reads all the time
    }
    QCOMPARE(rings.stats().rings, held);
    QVERIFY(rings.read(AccountId{1}, minute));
    for (std::int64_t account = 1; account <= 1'000; ++account) {
      if (const auto ring = rings.read(AccountId{account}, minute)) QCOMPARE(ids_of(*ring), Ids{account});
    }
  }

  /// Against a list that is sorted and cut: pushes in order and late, again, removals.
  void rings_are_what_a_sorted_list_would_be() {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      std::mt19937_64 random(seed);
      Rings rings(1 << 20);
      std::map<std::int64_t, bool, std::greater<>> model;  // all of the feed
      const auto before = static_cast<std::int64_t>(random() % 300);
      for (std::int64_t i = 1; i <= before; ++i) model[i * 100] = false;
      Ids newest;
      for (const auto& [id, _] : model) {
        if (newest.size() < Rings::readable) newest.push_back(id);
      }
      build(rings, reader, newest, newest.size() == model.size());
      std::int64_t last = before * 100;
      for (int step = 0; step < 600; ++step) {
        const auto dice = random() % 100;
        if (dice < 70) {
          push(rings, reader, last += 1 + static_cast<std::int64_t>(random() % 200));
          model[last] = false;
        } else if (dice < 85 && last > 0) {
          const auto late = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last));
          push(rings, reader, late);
          model[late] = false;
        } else if (!model.empty()) {
          const auto at =
              std::next(model.begin(),
                        static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(model.size(), 300)));
          remove(rings, reader, at->first);
          model.erase(at);
        }
        const auto ring = rings.read(reader, minute);
        QVERIFY(ring);
        Ids expected;
        for (const auto& [id, _] : model) {
          if (id >= ring->floor().value && (ring->is_whole || !ring->entries.empty())) expected.push_back(id);
        }
        QCOMPARE(ids_of(*ring), expected);
      }
    }
  }

  /// Several posts on their way at once, each to some accounts, some at a time; rings built in between from
  /// all that was committed; numbers of passes that come round.
  void passes_may_overtake_each_other() {
    constexpr std::uint32_t accounts = 6;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      std::mt19937_64 random(seed);
      Rings rings(1 << 20);
      std::array<std::set<std::int64_t, std::greater<>>, accounts + 1> feeds;
      struct OnItsWay {
        Rings::Pass pass;
        std::vector<std::uint32_t> to;
      };
      std::vector<OnItsWay> on_their_way;
      for (std::uint32_t account = 1; account <= accounts; ++account)
        build(rings, AccountId{account}, {}, true);
      std::int64_t last = 1'000;
      for (int step = 0; step < 400 || !on_their_way.empty(); ++step) {
        const auto dice = random() % 100;
        if (dice < 30 && step < 400) {
          const bool is_late = random() % 5 == 0;
          const auto id = is_late ? last - static_cast<std::int64_t>(random() % 500) : ++last;
          OnItsWay next{rings.begin({StatusId{id}, false}), {}};
          for (std::uint32_t account = 1; account <= accounts; ++account) {
            if (random() % 2 != 0) continue;
            next.to.push_back(account);
            feeds[account].insert(id);
          }
          on_their_way.push_back(std::move(next));
        } else if (dice < 34) {
          const auto account = static_cast<std::uint32_t>(1 + random() % accounts);
          build(rings, AccountId{account}, Ids(feeds[account].begin(), feeds[account].end()), true);
        } else if (dice < 36) {
          for (auto skipped = random() % 40'000; skipped > 0; --skipped) rings.begin({StatusId{1}, false});
        } else if (!on_their_way.empty()) {
          const auto at = random() % on_their_way.size();
          auto& [pass, to] = on_their_way[at];
          const auto some = std::min<std::size_t>(to.size(), 1 + random() % 3);
          rings.push(to.data(), to.data() + some, pass);
          to.erase(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(some));
          if (to.empty()) on_their_way.erase(on_their_way.begin() + static_cast<std::ptrdiff_t>(at));
        }
      }
      for (std::uint32_t account = 1; account <= accounts; ++account) {
        const auto ring = rings.read(AccountId{account}, minute);
        QVERIFY(ring && ring->is_whole);
        QCOMPARE(ids_of(*ring), Ids(feeds[account].begin(), feeds[account].end()));
      }
    }
  }

  /// Readers see a row without holes at any moment of pushes, insertions and new owners of the same memory.
  void rings_are_read_while_they_change() {
    Rings rings(2 * Rings::length * 8);  // two rings for three accounts
    std::atomic<bool> is_done = false;
    std::atomic<int> wrong = 0;
    std::atomic<int> good = 0;
    std::vector<std::thread> readers;
    for (int r = 0; r < 2; ++r) {
      readers.emplace_back([&] {
        while (!is_done) {
          for (std::int64_t account = 1; account <= 3; ++account) {
            const auto ring = rings.read(AccountId{account}, minute);
            if (!ring) continue;
            ++good;
            // Each account has the multiples of four and its own remainder.
            for (std::size_t i = 0; i < ring->entries.size(); ++i) {
              const auto id = ring->entries[i].id().value;
              if (id % 4 != account || (i > 0 && ring->entries[i - 1].id().value != id + 4)) ++wrong;
            }
          }
        }
      });
    }
    std::mt19937_64 random(1);
    std::int64_t next[4] = {0, 10'001, 10'002, 10'003};
    for (int step = 0; step < 200'000; ++step) {
      const auto account = static_cast<std::int64_t>(1 + random() % 3);
      auto& id = next[account];
      if (step % 1'000 == 0) {
        Ids row;
        for (std::int64_t i = 0; i < 200; ++i) row.push_back(id - 4 * i);
        build(rings, AccountId{account}, row, false);
      } else {
        push(rings, AccountId{account}, id += 4);
        push(rings, AccountId{account}, id);  // again
        if (step % 7 == 0) remove(rings, AccountId{account}, id), push(rings, AccountId{account}, id);
      }
    }
    while (good < 100) std::this_thread::yield();
    is_done = true;
    for (auto& thread : readers) thread.join();
    QCOMPARE(wrong.load(), 0);
  }
};

QTEST_GUILESS_MAIN(RingsTest)
#include "rings_test.moc"

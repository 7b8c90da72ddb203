#include "node/feed/versioned_cache.h"

#include <atomic>
#include <thread>
#include <vector>

#include "protocol/base/ids.h"
#include "tests/support/qt.h"

using namespace dunlin;
using Cache = feed::VersionedCache<StatusId, int>;

namespace {

constexpr std::size_t plenty = 1u << 20;
constexpr StatusId key{42};

std::shared_ptr<const int> value(int n) { return std::make_shared<const int>(n); }

/// What the cache holds, -1 when nothing.
int held(Cache& cache, StatusId id) {
  const auto found = cache.get(id);
  return found ? *found : -1;
}

}  // namespace

class VersionedCacheTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void keeps_what_was_put() {
    Cache cache(plenty);
    QCOMPARE(held(cache, key), -1);
    cache.put(key, value(1), 10, 0);
    QCOMPARE(held(cache, key), 1);
    QCOMPARE(cache.bytes(), std::size_t{10});
    cache.put(key, value(2), 25, 0);
    QCOMPARE(held(cache, key), 2);
    QCOMPARE(cache.bytes(), std::size_t{25});
  }

  void forgets_what_changed_and_nothing_else() {
    Cache cache(plenty);
    for (int i = 0; i < 1'000; ++i) cache.put(StatusId{i}, value(i), 1, 0);
    cache.invalidate(StatusId{500}, 1);
    for (int i = 0; i < 1'000; ++i) QCOMPARE(held(cache, StatusId{i}), i == 500 ? -1 : i);
    QCOMPARE(cache.bytes(), std::size_t{999});
  }

  void a_reader_that_began_before_a_change_puts_nothing_back() {
    Cache cache(plenty);
    const std::uint64_t read_at = 6;  // the reader begins, reads 1 ...
    cache.invalidate(key, 7);         // ... and while it does, commit 7 changes the row
    cache.put(key, value(1), 10, read_at);
    QCOMPARE(held(cache, key), -1);
    QCOMPARE(cache.bytes(), std::size_t{0});
    cache.put(key, value(2), 10, 7);
    QCOMPARE(held(cache, key), 2);
  }

  void a_stale_reader_does_not_spoil_the_new_value() {
    Cache cache(plenty);
    cache.invalidate(key, 7);
    cache.put(key, value(2), 10, 7);
    cache.put(key, value(1), 10, 6);
    QCOMPARE(held(cache, key), 2);
  }

  void nothing_read_before_a_clear_is_kept() {
    Cache cache(plenty);
    for (int i = 0; i < 200; ++i) cache.put(StatusId{i}, value(i), 1, 3);
    cache.clear(4);
    QCOMPARE(cache.bytes(), std::size_t{0});
    for (int i = 0; i < 200; ++i) {
      QCOMPARE(held(cache, StatusId{i}), -1);
      cache.put(StatusId{i}, value(i), 1, 3);
      QCOMPARE(held(cache, StatusId{i}), -1);
      cache.put(StatusId{i}, value(i), 1, 4);
      QCOMPARE(held(cache, StatusId{i}), i);
    }
  }

  void a_value_in_use_outlives_its_eviction() {
    Cache cache(plenty);
    cache.put(key, value(1), 10, 0);
    const auto used = cache.get(key);
    cache.invalidate(key, 1);
    QCOMPARE(*used, 1);
  }

  void stays_within_its_bytes() {
    constexpr std::size_t budget = 64 * 1'000;
    Cache cache(budget);
    for (int i = 0; i < 20'000; ++i) {
      cache.put(StatusId{i}, value(i), 100, 0);
      QVERIFY(cache.bytes() <= budget);
    }
    QVERIFY(cache.bytes() > budget / 2);
  }

  void what_grows_counts_and_makes_others_go() {
    constexpr std::size_t budget = 64 * 1'000;
    Cache cache(budget);
    for (int i = 0; i < 20'000; ++i) {
      const auto kept = value(i);
      cache.put(StatusId{i}, kept, 50, 0);
      cache.grow(StatusId{i}, kept.get(), 50);
      QVERIFY(cache.bytes() <= budget);
    }
    QVERIFY(cache.bytes() > budget / 2);
  }

  void only_what_is_kept_still_can_grow() {
    Cache cache(plenty);
    const auto old = value(1);
    cache.put(key, old, 10, 0);
    cache.put(key, value(2), 10, 0);
    cache.grow(key, old.get(), 100);
    cache.grow(StatusId{43}, old.get(), 100);
    QCOMPARE(cache.bytes(), std::size_t{10});
    cache.invalidate(key, 1);
    QCOMPARE(cache.bytes(), std::size_t{0});
  }

  void one_value_greater_than_the_budget_is_held_until_the_next() {
    Cache cache(64);
    cache.put(key, value(1), 5'000, 0);
    QCOMPARE(held(cache, key), 1);
    for (int i = 0; i < 10'000; ++i) cache.put(StatusId{i}, value(i), 5'000, 0);
    QVERIFY(cache.bytes() <= 64 * 5'000);  // one for each part of the cache
  }

  void what_is_asked_for_stays_and_what_is_not_goes() {
    Cache cache(64 * 1'000);
    cache.put(key, value(-7), 100, 0);
    for (int i = 1'000; i < 21'000; ++i) {
      cache.put(StatusId{i}, value(i), 100, 0);
      QCOMPARE(held(cache, key), -7);
    }
    QCOMPARE(held(cache, StatusId{1'000}), -1);
  }

  /// Commits of one thread against readers that fill the cache from views of any age: whoever knows of a
  /// commit never reads what was there before it.
  void readers_never_see_a_value_older_than_what_they_know() {
    constexpr int keys = 20;
    constexpr std::uint64_t commits = 20'000;
    Cache cache(64 * 100);
    std::vector<std::atomic<int>> rows(keys);  // the database: which commit wrote each row
    std::atomic<std::uint64_t> sequence{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> readers;
    for (int r = 0; r < 2; ++r) {
      readers.emplace_back([&] {
        std::vector<int> known(keys);
        for (std::uint64_t seen = 0; seen < commits;) {
          seen = sequence.load(std::memory_order_acquire);
          for (int k = 0; k < keys; ++k)
            known[static_cast<std::size_t>(k)] = rows[static_cast<std::size_t>(k)];
          for (int k = 0; k < keys; ++k) {
            // Only commits up to `seen` are told to this reader; `known` may hold newer ones.
            const int least = std::min(known[static_cast<std::size_t>(k)], static_cast<int>(seen));
            const auto found = cache.get(StatusId{k});
            const bool is_known_row = known[static_cast<std::size_t>(k)] <= static_cast<int>(seen);
            if (found && is_known_row && *found < least) ++wrong;
            if (!found) cache.put(StatusId{k}, value(known[static_cast<std::size_t>(k)]), 10, seen);
          }
        }
      });
    }
    for (std::uint64_t number = 1; number <= commits; ++number) {
      const auto k = static_cast<std::size_t>(number * 7 % keys);
      rows[k] = static_cast<int>(number);
      cache.invalidate(StatusId{static_cast<std::int64_t>(k)}, number);
      sequence.store(number, std::memory_order_release);
    }
    for (auto& reader : readers) reader.join();
    QCOMPARE(wrong.load(), 0);
  }
};

QTEST_GUILESS_MAIN(VersionedCacheTest)
#include "versioned_cache_test.moc"

#include "protocol/base/id_generator.h"

#include <set>

#include "tests/support/qt.h"

namespace dunlin {
namespace {
constexpr Timestamp now{1'795'244'380'123};
std::int64_t process_of(std::int64_t id) { return (id >> 8) & 0xFF; }
std::int64_t sequence_of(std::int64_t id) { return id & 0xFF; }
}  // namespace

class IdGeneratorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void an_id_holds_time_process_and_sequence();
  void a_new_millisecond_starts_its_sequence_anew();
  void three_hundred_in_one_millisecond_go_on_in_the_next_data();
  void three_hundred_in_one_millisecond_go_on_in_the_next();
  void a_clock_that_steps_back_does_not_take_ids_back();
  void ids_after_an_overflow_meet_the_clock_again();
  void a_restart_goes_on_after_the_last_id_data();
  void a_restart_goes_on_after_the_last_id();
  void two_processes_never_make_the_same_id();
  void any_run_of_the_clock_gives_increasing_ids();
  void a_time_before_1970_gives_positive_ids();
  void bounds_of_a_moment_hold_its_ids_and_no_others();
};

void IdGeneratorTest::an_id_holds_time_process_and_sequence() {
  IdGenerator generator(7);
  const auto id = generator.next(now);
  QCOMPARE(id, (now.ms << 16) + (7 << 8));
  QCOMPARE(time_of(id), now);
  QCOMPARE(generator.next(now), id + 1);
}

void IdGeneratorTest::a_new_millisecond_starts_its_sequence_anew() {
  IdGenerator generator(7);
  generator.next(now);
  generator.next(now);
  const auto id = generator.next({now.ms + 1});
  QCOMPARE(time_of(id), Timestamp{now.ms + 1});
  QCOMPARE(sequence_of(id), 0);
}

void IdGeneratorTest::three_hundred_in_one_millisecond_go_on_in_the_next_data() {
  QTest::addColumn<int>("process");
  for (int process : {0, 1, 7, 254, 255}) QTest::addRow("process %d", process) << process;
}

void IdGeneratorTest::three_hundred_in_one_millisecond_go_on_in_the_next() {
  QFETCH(int, process);
  IdGenerator generator(static_cast<std::uint8_t>(process));
  std::int64_t last = 0;
  for (int i = 0; i < 300; ++i) {
    const auto id = generator.next(now);
    QVERIFY(id > last);
    QCOMPARE(process_of(id), process);
    QCOMPARE(time_of(id), Timestamp{now.ms + i / 256});
    QCOMPARE(sequence_of(id), i % 256);
    last = id;
  }
}

void IdGeneratorTest::a_clock_that_steps_back_does_not_take_ids_back() {
  IdGenerator generator(7);
  const auto first = generator.next(now);
  QCOMPARE(generator.next({now.ms - 3'600'000}), first + 1);
  QCOMPARE(generator.next({0}), first + 2);
  QCOMPARE(time_of(generator.next({now.ms + 1})), Timestamp{now.ms + 1});
}

void IdGeneratorTest::ids_after_an_overflow_meet_the_clock_again() {
  IdGenerator generator(255);
  std::int64_t last = 0;
  for (int i = 0; i < 257; ++i) last = generator.next(now);  // the last one stands in the next millisecond
  QCOMPARE(generator.next({now.ms + 1}), last + 1);
  QCOMPARE(generator.next({now.ms + 2}), first_id_at({now.ms + 2}) | (255 << 8));
}

void IdGeneratorTest::a_restart_goes_on_after_the_last_id_data() {
  QTest::addColumn<std::int64_t>("last");  // less the first id of `now`
  QTest::addColumn<std::int64_t>("next");
  const auto millisecond = std::int64_t{1} << 16;
  const auto own = std::int64_t{7} << 8;
  QTest::newRow("long ago") << -1'000 * millisecond << own;
  QTest::newRow("our own") << own + 3 << own + 4;
  QTest::newRow("our own, full") << own + 255 << millisecond + own;
  QTest::newRow("a lesser process") << (std::int64_t{6} << 8) + 9 << own;
  QTest::newRow("the process before, full") << own - 1 << own;
  QTest::newRow("a greater process") << (std::int64_t{9} << 8) + 9 << millisecond + own;
  QTest::newRow("the greatest process, full") << millisecond - 1 << millisecond + own;
  QTest::newRow("an hour ahead") << 3'600'000 * millisecond + own << 3'600'000 * millisecond + own + 1;
}

void IdGeneratorTest::a_restart_goes_on_after_the_last_id() {
  QFETCH(std::int64_t, last);
  QFETCH(std::int64_t, next);
  IdGenerator generator(7, first_id_at(now) + last);
  QCOMPARE(generator.next(now) - first_id_at(now), next);
}

void IdGeneratorTest::two_processes_never_make_the_same_id() {
  IdGenerator a(3);
  IdGenerator b(4);
  std::set<std::int64_t> ids;
  for (int i = 0; i < 1'000; ++i) ids.insert({a.next({now.ms + i / 400}), b.next({now.ms + i / 300})});
  QCOMPARE(ids.size(), std::size_t{2'000});
}

void IdGeneratorTest::any_run_of_the_clock_gives_increasing_ids() {
  std::uint32_t seed = 1;
  auto draw = [&](std::uint32_t below) {
    seed = seed * 1'664'525 + 1'013'904'223;
    return (seed >> 8) % below;
  };
  for (int round = 0; round < 200; ++round) {
    const auto process = static_cast<std::uint8_t>(draw(256));
    IdGenerator generator(process, first_id_at(now) + draw(1 << 17));
    std::int64_t last = first_id_at(now) - 1;
    Timestamp t = now;
    for (int i = 0; i < 1'000; ++i) {
      const auto id = generator.next(t);
      QVERIFY(id > last);
      QCOMPARE(process_of(id), process);
      last = id;
      if (draw(50) == 0) t.ms += static_cast<std::int64_t>(draw(20)) - 8;
    }
  }
}

void IdGeneratorTest::a_time_before_1970_gives_positive_ids() {
  IdGenerator generator(0);
  QCOMPARE(generator.next({-5}), 1);
  QCOMPARE(generator.next({std::numeric_limits<std::int64_t>::min()}), 2);
}

void IdGeneratorTest::bounds_of_a_moment_hold_its_ids_and_no_others() {
  for (int process : {0, 255}) {
    IdGenerator generator(static_cast<std::uint8_t>(process));
    QVERIFY(generator.next({now.ms - 1}) < first_id_at(now));
    QVERIFY(generator.next(now) >= first_id_at(now));
    QVERIFY(generator.next({now.ms + 1}) >= first_id_at({now.ms + 1}));
  }
  QCOMPARE(time_of(first_id_at(now)), now);
  QCOMPARE(first_id_at({-1}), 0);
  QVERIFY(first_id_at({std::numeric_limits<std::int64_t>::max()}) > first_id_at(now));
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::IdGeneratorTest)
#include "id_generator_test.moc"

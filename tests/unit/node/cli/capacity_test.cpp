// The arithmetic of sizing against examples that are known from books about feeds.
#include "node/cli/capacity.h"

#include <cmath>

#include "tests/support/qt.h"

using namespace dunlin::cli;

namespace {

double base(const Load& load, const char* key, const Costs& costs = {}, const Machine& machine = {}) {
  const auto figures = capacity(load, costs, machine);
  return figure(figures, key).base;
}

bool is_near(double value, double wanted, double share = 0.005) {
  return std::abs(value - wanted) <= share * std::abs(wanted);
}

}  // namespace

class CapacityTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void ten_million_users_make_231_posts_a_second();
  void five_thousand_followers_make_a_million_updates_a_second();
  void texts_pictures_and_videos_make_thirty_terabytes_a_day();
  void a_hundred_million_posts_are_1157_a_second();
  void a_hundred_reads_for_each_post();
  void a_hundred_bytes_a_post_for_ten_years();
  void peak_and_growth_make_six_of_one();
  void a_rounded_day_gives_the_rounded_rate();
  void a_million_requests_need_a_thousand_servers();
  void what_is_scarcest_decides_the_machines();
  void memory_of_ten_million_feeds();
  void numbers_are_short_data();
  void numbers_are_short();
  void costs_are_found_in_the_history();
  void what_is_rare_in_the_history_costs_nothing_known();
  void what_always_happens_together_is_not_told_apart();
  void a_history_that_explains_nothing_is_not_used();
};

void CapacityTest::ten_million_users_make_231_posts_a_second() {
  const Load load{.users = 10e6, .posts_per_user = 2};
  QCOMPARE(base(load, "posts_per_day"), 20e6);
  QVERIFY(is_near(base(load, "posts"), 231, 0.003));
}

void CapacityTest::five_thousand_followers_make_a_million_updates_a_second() {
  const Load load{.users = 10e6, .posts_per_user = 2, .followers = 5'000};
  QVERIFY(is_near(base(load, "feed_updates") * load.seconds_per_day, 100e9));
  QVERIFY(is_near(base(load, "feed_updates"), 1.157e6));
}

void CapacityTest::texts_pictures_and_videos_make_thirty_terabytes_a_day() {
  Costs costs;
  costs.post_bytes = {500e3, Source::given};
  const Load load{.users = 10e6,
                  .posts_per_user = 2,
                  .pictures_per_post = 0.5,
                  .picture_bytes = 1e6,
                  .videos_per_post = 0.1,
                  .video_bytes = 5e6};
  QVERIFY(is_near(base(load, "text_per_day", costs), 10e12));
  QVERIFY(is_near(base(load, "media_per_day", costs), 20e12));
  QVERIFY(is_near(base(load, "disk_per_day", costs), 30e12));
}

void CapacityTest::a_hundred_million_posts_are_1157_a_second() {
  const Load load{.users = 20e6, .posts_per_user = 5};
  QCOMPARE(base(load, "posts_per_day"), 100e6);
  QVERIFY(is_near(base(load, "posts"), 1'157));
}

void CapacityTest::a_hundred_reads_for_each_post() {
  const Load load{.users = 20e6, .posts_per_user = 5, .reads_per_user = 500, .seconds_per_day = 100'000};
  QVERIFY(is_near(base(load, "posts"), 1'000));
  QVERIFY(is_near(base(load, "reads"), 100'000));
}

void CapacityTest::a_hundred_bytes_a_post_for_ten_years() {
  Costs costs;
  costs.post_bytes = {100, Source::given};
  const Load load{.users = 20e6, .posts_per_user = 5};
  QVERIFY(is_near(base(load, "disk_per_day", costs), 10e9));
  QVERIFY(is_near(base(load, "disk_per_year", costs) * 10, 36.5e12));
}

void CapacityTest::peak_and_growth_make_six_of_one() {
  // 60 requests a day of 150 million people; one of sixty writes.
  const Load load{.users = 150e6, .posts_per_user = 1, .reads_per_user = 60, .peak = 3, .growth = 2};
  const auto figures = capacity(load, {}, {});
  const auto& reads = figure(figures, "reads");
  QVERIFY(is_near(reads.base, 104'167));
  QVERIFY(is_near(reads.peak, 3 * reads.base));
  QVERIFY(is_near(reads.growth, 625'000));
  QVERIFY(is_near(reads.growth, 600'000, 0.05));
  QVERIFY(is_near(figure(figures, "posts").growth, 10'000, 0.05));
}

void CapacityTest::a_rounded_day_gives_the_rounded_rate() {
  const Load load{.users = 150e6, .reads_per_user = 60, .seconds_per_day = 100'000};
  QVERIFY(is_near(base(load, "reads"), 90'000));
}

void CapacityTest::a_million_requests_need_a_thousand_servers() {
  Costs costs;
  costs.https_us = {0, Source::given};
  costs.page_us = {1'000, Source::given};  // a server of one core takes 1,000 a second
  const Machine machine{.cores = 1, .memory_bytes = 1e15, .busy = 1};
  const Load load{.users = 1e6, .posts_per_user = 0, .reads_per_user = 86'400};
  QVERIFY(is_near(base(load, "reads", costs), 1e6));
  QCOMPARE(base(load, "processor_machines", costs, machine), 1'000.0);
}

void CapacityTest::what_is_scarcest_decides_the_machines() {
  Costs costs;
  costs.base_bytes = {0, Source::given};
  const Load load{
      .users = 1e6, .posts_per_user = 86.4, .reads_per_user = 0, .followers = 0};  // 1,000 posts/s
  costs.commits_per_s = {100, Source::given};
  const auto by_writer = capacity(load, costs, {.cores = 64, .memory_bytes = 1e15, .busy = 1});
  QCOMPARE(figure(by_writer, "machines").base, 10.0);
  QCOMPARE(figure(by_writer, "machines").peak, 30.0);
  QCOMPARE(figure(by_writer, "machines").growth, 60.0);
  costs.commits_per_s = {1e9, Source::given};
  const auto by_memory = capacity(load, costs, {.cores = 64, .memory_bytes = 1e9, .busy = 1});
  const auto& memory = figure(by_memory, "memory");
  QCOMPARE(memory.peak, memory.base);  // an hour with more reads needs no more of it
  QCOMPARE(memory.growth, 2 * memory.base);
  QCOMPARE(figure(by_memory, "machines").base, std::ceil(memory.base / 1e9));
}

void CapacityTest::memory_of_ten_million_feeds() {
  const Load load{.users = 10e6, .followers = 5'000};
  QVERIFY(is_near(base(load, "ring_memory"), 20.8e9));
  QVERIFY(is_near(base(load, "edge_memory"), 2 * 250e9));
}

void CapacityTest::numbers_are_short_data() {
  QTest::addColumn<double>("number");
  QTest::addColumn<QString>("text");
  QTest::newRow("zero") << 0.0 << "0";
  QTest::newRow("part") << 0.4156 << "0.416";
  QTest::newRow("whole") << 86'400.0 << "86400";
  QTest::newRow("rate") << 231.48 << "231";
  QTest::newRow("thousands") << 115'740.7 << "116 k";
  QTest::newRow("next letter") << 999'900.0 << "1 M";
  QTest::newRow("millions") << 1'157'407.0 << "1.16 M";
  QTest::newRow("much") << 30e12 << "30 T";
}
void CapacityTest::numbers_are_short() {
  QFETCH(double, number);
  QFETCH(QString, text);
  QCOMPARE(QString::fromStdString(short_number(number)), text);
}

void CapacityTest::costs_are_found_in_the_history() {
  std::vector<Interval> intervals;
  for (int i = 0; i < 48; ++i) {
    const double reads = 1'000 + 137 * (i % 12), posts = 400 + 70 * (i % 5), deliveries = 90 * ((i * 7) % 11);
    intervals.push_back({reads, posts, deliveries, 40 * reads + 200 * posts + 300 * deliveries + 5'000});
  }
  const auto costs = explain(intervals);
  QVERIFY(costs);
  QVERIFY(is_near(*costs->read_us, 40));
  QVERIFY(is_near(*costs->post_us, 200));
  QVERIFY(is_near(*costs->delivery_us, 300));
  for (auto& interval : intervals) {
    interval.cpu_us -= 300 * interval.deliveries;
    interval.deliveries = 0;
  }
  const auto alone = explain(intervals);
  QVERIFY(alone && !alone->delivery_us);
  QVERIFY(is_near(*alone->read_us, 40));
}

void CapacityTest::what_is_rare_in_the_history_costs_nothing_known() {
  std::vector<Interval> intervals;
  for (int i = 0; i < 48; ++i) {
    const double reads = 1'000 + 137 * (i % 12), posts = i % 5;
    intervals.push_back({reads, posts, 0, 40 * reads + 9'000 * posts});
  }
  const auto costs = explain(intervals);
  QVERIFY(costs && costs->read_us && !costs->post_us && !costs->delivery_us);
}

void CapacityTest::what_always_happens_together_is_not_told_apart() {
  std::vector<Interval> intervals;
  for (int i = 0; i < 48; ++i) {
    const double posts = 400 + 137 * (i % 12);
    intervals.push_back({50 * posts, posts, 0, 40 * 50 * posts + 200 * posts});
  }
  QVERIFY(!explain(intervals));
}

void CapacityTest::a_history_that_explains_nothing_is_not_used() {
  std::vector<Interval> intervals;
  for (int i = 0; i < 48; ++i)
    intervals.push_back({100, 10, 0, (i * 7919 % 97) * 1e4});  // always the same done, never the same time
  QVERIFY(!explain(intervals));
  QVERIFY(!explain(std::span(intervals).first(intervals_min - 1)));
}

QTEST_GUILESS_MAIN(CapacityTest)
#include "capacity_test.moc"

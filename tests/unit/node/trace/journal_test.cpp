#include "node/trace/journal.h"

#include <QTemporaryDir>
#include <fstream>

#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::trace;
using namespace std::chrono_literals;

namespace {

store::Changes added(std::int64_t id, bool is_added = true) {
  store::Changes changes;
  changes.listings.push_back({{StatusId{id}, {}}, AccountId{1}, {}, is_added});
  return changes;
}

Journal::Attempt attempt(std::int64_t notice, std::int64_t status, const std::string& host,
                         DeliveryState state, int answer = 202) {
  return {notice, StatusId{status}, host, host, 1s, answer, state, answer == 0 ? "timed_out" : ""};
}

}  // namespace

class JournalTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void stages_are_kept_with_their_times();
  void an_edit_does_not_make_a_post_new();
  void attempts_at_one_inbox_are_one_line();
  void the_oldest_are_forgotten();
  void another_programs_file_is_begun_anew();
  void without_a_file_nothing_is_known();

 private:
  std::string file() { return dir_.filePath(QString::number(++files_)).toStdString(); }
  QTemporaryDir dir_;
  int files_ = 0;
};

void JournalTest::stages_are_kept_with_their_times() {
  ManualClock clock({1'000'000});
  const auto name = file();
  const auto journal = Journal::open(name, clock);
  QVERIFY(journal);
  clock.advance(10ms);
  auto changes = added(7);
  changes.listings[0].received = 2ms;
  changes.listings[0].queued = 5ms;
  (*journal)->committed(changes);
  clock.advance(1ms);
  (*journal)->rendered(StatusId{7});
  (*journal)->fanned_out(StatusId{7}, 10ms, 300, 20);
  clock.advance(1ms);
  (*journal)->rendered(StatusId{7});  // only the first time counts
  const auto found = Journal::read(name, StatusId{7});
  QVERIFY(found.has_post);
  const auto ms = [](int n) { return (1'000'000 + n) * std::int64_t{1'000}; };
  QCOMPARE(found.post.received, ms(2));
  QCOMPARE(found.post.queued, ms(5));
  QCOMPARE(found.post.committed, ms(10));
  QCOMPARE(found.post.rendered, ms(11));
  QCOMPARE(found.post.fan_out_began, ms(10));
  QCOMPARE(found.post.fan_out_ended, ms(11));
  QCOMPARE(found.post.followers, 300u);
  QCOMPARE(found.post.rings, 20u);
  QCOMPARE(found.post.removed, 0);
  QVERIFY(!Journal::read(name, StatusId{8}).has_post);
}

void JournalTest::an_edit_does_not_make_a_post_new() {
  ManualClock clock;
  const auto name = file();
  const auto journal = Journal::open(name, clock);
  (*journal)->committed(added(7));
  const auto before = Journal::read(name, StatusId{7}).post.committed;
  clock.advance(1s);
  auto moved = added(7, false);
  moved.listings.push_back(added(7).listings.front());
  (*journal)->committed(moved);
  QCOMPARE(Journal::read(name, StatusId{7}).post.committed, before);
  QCOMPARE(Journal::read(name, StatusId{7}).post.removed, 0);
  (*journal)->committed(added(7, false));
  QCOMPARE(Journal::read(name, StatusId{7}).post.removed, before + 1'000'000);
}

void JournalTest::attempts_at_one_inbox_are_one_line() {
  ManualClock clock;
  const auto name = file();
  const auto journal = Journal::open(name, clock);
  (*journal)->attempted(attempt(8, 7, "https://a.example", DeliveryState::postponed, 0));
  (*journal)->attempted(attempt(8, 7, "https://b.example", DeliveryState::refused, 403));
  (*journal)->attempted(attempt(9, 6, "https://a.example", DeliveryState::delivered));
  const auto first = Journal::read(name, StatusId{7}).deliveries;
  QCOMPARE(first.size(), std::size_t{2});
  QCOMPARE(std::string(first[0].failure.data()), std::string("timed_out"));
  (*journal)->attempted(attempt(8, 7, "https://a.example", DeliveryState::delivered));
  const auto found = Journal::read(name, StatusId{7}).deliveries;
  QCOMPARE(found.size(), std::size_t{2});
  QCOMPARE(std::string(found[0].host.data()), std::string("https://a.example"));
  QCOMPARE(found[0].attempts, 2);
  QCOMPARE(found[0].state, DeliveryState::delivered);
  QCOMPARE(std::string(found[0].failure.data()), std::string());
  QCOMPARE(found[1].http_status, 403);
}

void JournalTest::the_oldest_are_forgotten() {
  ManualClock clock;
  const auto name = file();
  const auto journal = Journal::open(name, clock);
  constexpr int posts = 4 * static_cast<int>(Journal::posts_kept);
  for (int id = 1; id <= posts; ++id) {
    clock.advance(1ms);
    (*journal)->committed(added(id));
  }
  int recent = 0;
  int old = 0;
  for (int i = 0; i < 100; ++i) {
    recent += Journal::read(name, StatusId{posts - i}).has_post;
    old += Journal::read(name, StatusId{1 + i}).has_post;
  }
  QCOMPARE(recent, 100);
  QCOMPARE(old, 0);
}

void JournalTest::another_programs_file_is_begun_anew() {
  ManualClock clock;
  const auto name = file();
  std::ofstream(name) << std::string(5'000'000, 'x');
  QVERIFY(!Journal::read(name, StatusId{7}).has_post);
  const auto journal = Journal::open(name, clock);
  QVERIFY(journal);
  QVERIFY(!Journal::read(name, StatusId{7}).has_post);
  (*journal)->committed(added(7));
  QVERIFY(Journal::read(name, StatusId{7}).has_post);
  // What another run noted stays.
  const auto again = Journal::open(name, clock);
  QVERIFY(Journal::read(name, StatusId{7}).has_post);
}

void JournalTest::without_a_file_nothing_is_known() {
  QVERIFY(!Journal::read(file(), StatusId{7}).has_post);
  ManualClock clock;
  const auto nowhere = Journal::open(file() + "/none/trace", clock);
  QVERIFY(!nowhere);
  QCOMPARE(nowhere.error().code, Errc::unavailable);
}

QTEST_GUILESS_MAIN(JournalTest)
#include "journal_test.moc"

#include "node/federation/fetch_gate.h"

#include <atomic>
#include <thread>

#include "protocol/base/limits.h"
#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

namespace dunlin::federation {

using namespace std::chrono_literals;

class FetchGateTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_host_has_its_places_and_gets_them_back();
  void hosts_of_one_name_share();
  void strangers_leave_room_for_others();
  void a_silent_host_rests_longer_each_time();
  void an_answer_ends_the_rest();
  void new_hosts_of_one_name_are_counted_by_the_hour();
  void what_is_not_there_is_asked_for_so_often_in_an_hour();
  void one_is_at_work_and_the_others_wait();

 private:
  static std::string host(int number, const std::string& site = "evil.test") {
    return "https://h" + std::to_string(number) + "." + site + ":8443";
  }
  /// As many places as there are of this kind.
  template <class Name>
  static std::vector<FetchGate::Place> enter_all(FetchGate& gate, Name name) {
    std::vector<FetchGate::Place> places;
    while (auto place = gate.enter(name(static_cast<int>(places.size())))) places.push_back(*place);
    return places;
  }
  static Errc refusal(FetchGate& gate, const std::string& name) {
    const auto place = gate.enter(name);
    return place ? Errc{} : place.error().code;
  }
};

void FetchGateTest::a_host_has_its_places_and_gets_them_back() {
  ManualClock clock;
  FetchGate gate(clock);
  auto places = enter_all(gate, [](int) { return host(1); });
  QCOMPARE(places.size(), static_cast<std::size_t>(limits::strangers_per_host_max));
  QCOMPARE(refusal(gate, host(1)), Errc::rate_limited);
  QVERIFY(gate.enter(host(2)));
  const auto copy = places.back();
  places.clear();
  QCOMPARE(enter_all(gate, [](int) { return host(1); }).size(),
           static_cast<std::size_t>(limits::strangers_per_host_max - 1));
}

void FetchGateTest::hosts_of_one_name_share() {
  ManualClock clock;
  FetchGate gate(clock);
  const auto places = enter_all(gate, [](int n) { return host(n); });
  QCOMPARE(places.size(), static_cast<std::size_t>(limits::strangers_per_site_max));
  QVERIFY(gate.enter("https://peer.test"));
  QVERIFY(gate.enter("https://[2001:db8::1]:8443"));
  QVERIFY(gate.enter("https://localhost"));
}

void FetchGateTest::strangers_leave_room_for_others() {
  ManualClock clock;
  FetchGate gate(clock);
  const auto places = enter_all(gate, [](int n) { return host(n, "s" + std::to_string(n) + ".test"); });
  QCOMPARE(places.size(), static_cast<std::size_t>(limits::strangers_max));
  QCOMPARE(refusal(gate, "https://peer.test"), Errc::rate_limited);
}

void FetchGateTest::a_silent_host_rests_longer_each_time() {
  ManualClock clock;
  FetchGate gate(clock);
  std::chrono::milliseconds expected = limits::host_rest_first;
  for (int i = 0; i < 10; ++i) {
    gate.failed(host(1));
    gate.failed(host(1));  // of a request that was under way: no second failure
    QVERIFY(gate.is_resting(host(1)));
    QCOMPARE(refusal(gate, host(1)), Errc::unavailable);
    clock.advance(expected - 1ms);
    QVERIFY(gate.is_resting(host(1)));
    clock.advance(1ms);
    QVERIFY(!gate.is_resting(host(1)));
    QVERIFY(gate.enter(host(1)));
    expected = std::min<std::chrono::milliseconds>(2 * expected, limits::host_rest_longest);
  }
  QVERIFY(!gate.is_resting(host(2)));
}

void FetchGateTest::an_answer_ends_the_rest() {
  ManualClock clock;
  FetchGate gate(clock);
  QVERIFY(!gate.is_known(host(1)));
  gate.failed(host(1));
  gate.answered(host(1));
  QVERIFY(!gate.is_resting(host(1)));
  QVERIFY(gate.is_known(host(1)));
  gate.failed(host(1));
  clock.advance(limits::host_rest_first);
  QVERIFY(!gate.is_resting(host(1)));
}

void FetchGateTest::new_hosts_of_one_name_are_counted_by_the_hour() {
  ManualClock clock;
  FetchGate gate(clock);
  for (int n = 0; n < limits::new_hosts_per_site_max; ++n) QVERIFY(gate.enter(host(n)));
  QCOMPARE(refusal(gate, host(100)), Errc::rate_limited);
  gate.answered(host(100));
  QVERIFY(gate.enter(host(100)));
  QCOMPARE(refusal(gate, host(101)), Errc::rate_limited);
  clock.advance(1h);
  QVERIFY(gate.enter(host(101)));
}

void FetchGateTest::what_is_not_there_is_asked_for_so_often_in_an_hour() {
  ManualClock clock;
  FetchGate gate(clock);
  gate.answered(host(1));
  for (int n = 0; n < limits::key_misses_per_host_max; ++n) {
    QVERIFY(gate.enter(host(1)));
    gate.missed(host(1));
  }
  QCOMPARE(refusal(gate, host(1)), Errc::rate_limited);
  QVERIFY(gate.enter(host(2)));
  clock.advance(1h);
  QVERIFY(gate.enter(host(1)));
}

void FetchGateTest::one_is_at_work_and_the_others_wait() {
  ManualClock clock;
  FetchGate gate(clock);
  std::atomic<int> at_work = 0, done = 0;
  std::atomic<bool> overlapped = false;
  std::vector<std::thread> threads;
  {
    const FetchGate::Turn mine(gate, "x");
    QVERIFY(!mine.has_waited());
    const FetchGate::Turn other(gate, "y");
    QVERIFY(!other.has_waited());
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const FetchGate::Turn turn(gate, "x");
        if (++at_work > 1) overlapped = true;
        ++done;
        --at_work;
      });
    }
    QCOMPARE(done.load(), 0);
  }
  for (auto& thread : threads) thread.join();
  QCOMPARE(done.load(), 8);
  QVERIFY(!overlapped);
}

}  // namespace dunlin::federation

QTEST_GUILESS_MAIN(dunlin::federation::FetchGateTest)
#include "fetch_gate_test.moc"

#include "protocol/base/time.h"

#include <QDateTime>
#include <QLocale>

#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

namespace dunlin {
using namespace std::string_literals;
using namespace std::chrono_literals;

class TimeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void moments_are_written_in_each_form_data();
  void moments_are_written_in_each_form();
  void forms_agree_with_another_calendar();
  void moments_past_four_digits_of_a_year_stay_within();
  void internet_date_and_time_is_read_data();
  void internet_date_and_time_is_read();
  void anything_else_is_refused_data();
  void anything_else_is_refused();
  void a_written_moment_is_read_back();
  void an_http_date_is_read_back();
  void what_is_no_http_date_is_refused_data();
  void what_is_no_http_date_is_refused();
  void the_system_clock_goes_on();
  void a_manual_clock_moves_only_when_told();
};

void TimeTest::moments_are_written_in_each_form_data() {
  QTest::addColumn<std::int64_t>("ms");
  QTest::addColumn<std::string>("iso");
  QTest::addColumn<std::string>("http");
  QTest::newRow("1970") << std::int64_t{0} << "1970-01-01T00:00:00.000Z"s
                        << "Thu, 01 Jan 1970 00:00:00 GMT"s;
  QTest::newRow("before 1970") << std::int64_t{-1} << "1969-12-31T23:59:59.999Z"s
                               << "Wed, 31 Dec 1969 23:59:59 GMT"s;
  QTest::newRow("leap day") << std::int64_t{1709251199007} << "2024-02-29T23:59:59.007Z"s
                            << "Thu, 29 Feb 2024 23:59:59 GMT"s;
  QTest::newRow("today") << std::int64_t{1795244380123} << "2026-11-21T06:59:40.123Z"s
                         << "Sat, 21 Nov 2026 06:59:40 GMT"s;
  QTest::newRow("RFC 9110's example") << std::int64_t{784111777000} << "1994-11-06T08:49:37.000Z"s
                                      << "Sun, 06 Nov 1994 08:49:37 GMT"s;
}

void TimeTest::moments_are_written_in_each_form() {
  QFETCH(std::int64_t, ms);
  QFETCH(std::string, iso);
  QFETCH(std::string, http);
  QCOMPARE(to_iso({ms}), iso);
  QCOMPARE(to_iso_date({ms}), iso.substr(0, 10));
  QCOMPARE(to_http_date({ms}), http);
  std::string out = "at ";
  append_iso(out, {ms});
  QCOMPARE(out, "at " + iso);
}

void TimeTest::forms_agree_with_another_calendar() {
  // From 1900 to 2150 in steps of 13 days and some ms, so that every time of day and weekday comes up.
  for (std::int64_t ms = -2'208'988'800'000; ms < 5'680'281'600'000; ms += 13 * 86'400'000LL + 7'654'321) {
    const auto peer = QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC);
    QCOMPARE(to_iso({ms}), peer.toString(Qt::ISODateWithMs).toStdString());
    QCOMPARE(to_http_date({ms}),
             QLocale::c().toString(peer, u"ddd, dd MMM yyyy hh:mm:ss 'GMT'").toStdString());
  }
}

void TimeTest::moments_past_four_digits_of_a_year_stay_within() {
  QCOMPARE(to_iso({std::numeric_limits<std::int64_t>::max()}), "9999-12-31T23:59:59.999Z");
  QCOMPARE(to_iso({std::numeric_limits<std::int64_t>::min()}), "0000-01-01T00:00:00.000Z");
  QCOMPARE(to_iso_date({253'402'300'800'000}), "9999-12-31");
  QCOMPARE(to_http_date({253'402'300'800'000}), "Fri, 31 Dec 9999 23:59:59 GMT");
}

void TimeTest::internet_date_and_time_is_read_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("expected");
  auto row = [](const char* text, const char* expected) {
    QTest::newRow(text) << std::string(text) << std::string(expected);
  };
  row("2026-11-21T06:59:40.123Z", "2026-11-21T06:59:40.123Z");
  row("2026-11-21T06:59:40Z", "2026-11-21T06:59:40.000Z");
  row("2026-11-21t06:59:40z", "2026-11-21T06:59:40.000Z");
  row("2026-11-21 06:59:40Z", "2026-11-21T06:59:40.000Z");
  row("2026-11-21T06:59:40", "2026-11-21T06:59:40.000Z");
  row("2026-11-21T06:59:40.5", "2026-11-21T06:59:40.500Z");
  row("2026-11-21T06:59:40.1Z", "2026-11-21T06:59:40.100Z");
  row("2026-11-21T06:59:40.12Z", "2026-11-21T06:59:40.120Z");
  row("2026-11-21T06:59:40.1239Z", "2026-11-21T06:59:40.123Z");
  row("2026-11-21T06:59:40.123456789012345678901234567890Z", "2026-11-21T06:59:40.123Z");
  row("2026-11-21T06:59:40+00:00", "2026-11-21T06:59:40.000Z");
  row("2026-11-21T06:59:40-00:00", "2026-11-21T06:59:40.000Z");
  row("2026-11-21T06:59:40.5+05:45", "2026-11-21T01:14:40.500Z");
  row("2026-11-21T23:59:40-08:00", "2026-11-22T07:59:40.000Z");
  row("2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00.000Z");
  row("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z");
  row("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000Z");
  row("1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000Z");
  row("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.000Z");
  row("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z");
  row("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z");
  row("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z");
  row("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
}

void TimeTest::internet_date_and_time_is_read() {
  QFETCH(std::string, text);
  QFETCH(std::string, expected);
  const auto t = parse_iso(text);
  QVERIFY(t);
  QCOMPARE(to_iso(*t), expected);
}

void TimeTest::anything_else_is_refused_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-11",
                           "2026-11-21",
                           "2026-11-21T",
                           "2026-11-21T06",
                           "2026-11-21T06:59",
                           "2026-11-21T06:59Z",
                           "2026-11-21T06:59:4",
                           "2026-11-21T06:59:40.",
                           "2026-11-21T06:59:40.Z",
                           "2026-11-21T06:59:40,5Z",
                           "2026-11-21T06:59:40ZZ",
                           "2026-11-21T06:59:40Z ",
                           " 2026-11-21T06:59:40Z",
                           "2026-11-21T06:59:40Z\n",
                           "2026-11-21X06:59:40Z",
                           "2026/11/21T06:59:40Z",
                           "2026-11-21T06.59.40Z",
                           "20261121T065940Z",
                           "26-11-21T06:59:40Z",
                           "+2026-11-21T06:59:40Z",
                           "-026-11-21T06:59:40Z",
                           "12026-11-21T06:59:40Z",
                           "2026-1-21T06:59:40Z",
                           "2026-00-21T06:59:40Z",
                           "2026-13-21T06:59:40Z",
                           "2026-11-00T06:59:40Z",
                           "2026-11-31T06:59:40Z",
                           "2026-02-29T06:59:40Z",
                           "1900-02-29T06:59:40Z",
                           "2026-12-32T06:59:40Z",
                           "2026-11-21T24:00:00Z",
                           "2026-11-21T06:60:40Z",
                           "2026-11-21T06:59:61Z",
                           "2026-11-21T06:59:60Z",
                           "2026-11-21T23:58:60Z",
                           "2026-11-21T23:59:60+01:00",
                           "2026-11-21T06:59:40+",
                           "2026-11-21T06:59:40+01",
                           "2026-11-21T06:59:40+0100",
                           "2026-11-21T06:59:40+01:0",
                           "2026-11-21T06:59:40+24:00",
                           "2026-11-21T06:59:40+01:60",
                           "2026-11-21T06:59:40*01:00",
                           "2026-11-21T06:59:40+01:00Z",
                           "2026-11-21T06:59:4\xD9\xA1Z",
                           "2026-11-2aT06:59:40Z",
                           "2026-11-21T06:59:+4Z",
                           "1795244380",
                           "Sat, 21 Nov 2026 06:59:40 GMT",
                           "9999-12-31T23:59:59-00:01",
                           "0000-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:60Z"}) {
    QTest::newRow(*text != '\0' ? text : "empty") << std::string(text);
  }
  QTest::newRow("zero byte after") << "2026-11-21T06:59:40Z\0"s;
}

void TimeTest::anything_else_is_refused() {
  QFETCH(std::string, text);
  QCOMPARE(parse_iso(text), std::nullopt);
}

void TimeTest::a_written_moment_is_read_back() {
  for (std::int64_t ms = -62'167'219'200'000; ms < 253'402'300'799'999; ms += 98'765'432'123) {
    QCOMPARE(parse_iso(to_iso({ms})), std::optional(Timestamp{ms}));
  }
}

void TimeTest::an_http_date_is_read_back() {
  QCOMPARE(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), std::optional(Timestamp{784'111'777'000}));
  for (std::int64_t ms : {std::int64_t{-86'400'000}, std::int64_t{0}, std::int64_t{1'709'251'199'000},
                          std::int64_t{1'795'244'380'000}, std::int64_t{253'402'300'799'000}}) {
    QCOMPARE(parse_http_date(to_http_date({ms})), std::optional(Timestamp{ms}));
  }
}

void TimeTest::what_is_no_http_date_is_refused_data() {
  QTest::addColumn<std::string>("text");
  const char* const texts[] = {"",
                               "Sunday, 06-Nov-94 08:49:37 GMT",
                               "Sun Nov  6 08:49:37 1994",
                               "Sun, 06 Nov 1994 08:49:37 UTC",
                               "Sun, 06 Nov 1994 08:49:37 +00",
                               "Sun, 06 nov 1994 08:49:37 GMT",
                               "Xyz, 06 Nov 1994 08:49:37 GMT",
                               "unM, 06 Nov 1994 08:49:37 GMT",
                               "Sun, 06 anF 1994 08:49:37 GMT",
                               "Sun, 31 Nov 1994 08:49:37 GMT",
                               "Sun, 00 Nov 1994 08:49:37 GMT",
                               "Sun, 06 Nov 1994 24:49:37 GMT",
                               "Sun, 06 Nov 1994 08:60:37 GMT",
                               "Sun, 06 Nov 1994 08:49:61 GMT",
                               "Sun, 06 Nov 1994 08:49:-7 GMT",
                               " Sun, 06 Nov 1994 08:49:37 GMT",
                               "Sun, 06 Nov 1994 08:49:37 GMT ",
                               "Sun,  6 Nov 1994 08:49:37 GMT",
                               "2026-11-21T06:59:40.123456789Z"};
  for (const char* text : texts) QTest::newRow(text) << std::string(text);
}

void TimeTest::what_is_no_http_date_is_refused() {
  QFETCH(std::string, text);
  QVERIFY(!parse_http_date(text));
}

void TimeTest::the_system_clock_goes_on() {
  const auto before = QDateTime::currentMSecsSinceEpoch();
  const Timestamp now = system_clock().now();
  const auto after = QDateTime::currentMSecsSinceEpoch();
  QVERIFY(before - 1'000 <= now.ms && now.ms <= after + 1'000);  // a machine may correct its clock meanwhile
  const auto start = system_clock().monotonic();
  while (system_clock().monotonic() == start) {
  }
  QVERIFY(system_clock().monotonic() > start);
}

void TimeTest::a_manual_clock_moves_only_when_told() {
  ManualClock clock({1'000});
  clock.advance(5ms);
  QCOMPARE(clock.now(), Timestamp{1'005});
  QCOMPARE(clock.monotonic().count(), 5'000'000);
  clock.jump(-1h);
  QCOMPARE(clock.now(), Timestamp{1'005 - 3'600'000});
  QCOMPARE(clock.monotonic().count(), 5'000'000);
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::TimeTest)
#include "time_test.moc"

#include "protocol/base/ids.h"

#include <unordered_set>

#include "tests/support/qt.h"

namespace dunlin {
using namespace std::string_literals;

class IdsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void decimal_digits_are_read_data();
  void decimal_digits_are_read();
  void anything_else_is_refused_data();
  void anything_else_is_refused();
  void an_id_is_written_as_it_is_read();
  void the_open_end_of_a_page_is_past_every_id();
  void hashes_spread_ids_that_differ_in_high_bits_only();
};

void IdsTest::decimal_digits_are_read_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::int64_t>("number");
  QTest::newRow("one") << "1"s << std::int64_t{1};
  QTest::newRow("zeros inside") << "1000"s << std::int64_t{1000};
  QTest::newRow("as posts have") << "115544433322211100"s << std::int64_t{115544433322211100};
  QTest::newRow("greatest") << "9223372036854775807"s << std::numeric_limits<std::int64_t>::max();
}

void IdsTest::decimal_digits_are_read() {
  QFETCH(std::string, text);
  QFETCH(std::int64_t, number);
  QCOMPARE(parse_id_number(text), std::optional(number));
  QCOMPARE(parse_id<StatusId>(text), std::optional(StatusId{number}));
}

void IdsTest::anything_else_is_refused_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text : {"",
                           "0",
                           "00",
                           "01",
                           "-1",
                           "+1",
                           " 1",
                           "1 ",
                           "1\n",
                           "1.0",
                           "1e3",
                           "0x1",
                           "1a",
                           "a",
                           "null",
                           "-",
                           "١",
                           "１",
                           "9223372036854775808",
                           "9999999999999999999",
                           "10000000000000000000",
                           "18446744073709551617",
                           "-9223372036854775808",
                           "1111111111111111111111111111111111111111"}) {
    QTest::newRow(*text != '\0' ? text : "empty") << std::string(text);
  }
  QTest::newRow("zero byte after") << "1\0"s;
}

void IdsTest::anything_else_is_refused() {
  QFETCH(std::string, text);
  QCOMPARE(parse_id_number(text), std::nullopt);
  QCOMPARE(parse_id<AccountPublicId>(text), std::nullopt);
}

void IdsTest::an_id_is_written_as_it_is_read() {
  QCOMPARE(to_string(StatusId{115544433322211100}), "115544433322211100");
  QCOMPARE(parse_id<StatusId>(to_string(id_max<StatusId>())), std::optional(id_max<StatusId>()));
}

void IdsTest::the_open_end_of_a_page_is_past_every_id() {
  QVERIFY(StatusId{std::numeric_limits<std::int64_t>::max() - 1} < id_max<StatusId>());
  QVERIFY(!StatusId{});
  QVERIFY(StatusId{1});
}

void IdsTest::hashes_spread_ids_that_differ_in_high_bits_only() {
  std::unordered_set<std::size_t> shards;
  for (std::int64_t ms = 0; ms < 256; ++ms) shards.insert(std::hash<StatusId>{}(StatusId{ms << 16}) % 64);
  QVERIFY(shards.size() > 48);
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::IdsTest)
#include "ids_test.moc"

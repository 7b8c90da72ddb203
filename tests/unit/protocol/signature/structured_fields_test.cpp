#include "protocol/signature/structured_fields.h"

#include "tests/support/qt.h"

namespace dunlin::signature {
using namespace std::string_literals;

class StructuredFieldsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void members_of_each_kind_are_read();
  void parameters_and_raw_text_are_kept();
  void what_is_no_dictionary_is_refused_data();
  void what_is_no_dictionary_is_refused();
  void strings_are_escaped();
};

void StructuredFieldsTest::members_of_each_kind_are_read() {
  const auto members = parse_dictionary(
      R"(a=1, b=-2.50 ,c="q\"\\" ,d=tok/en:x,e=:aGk=:, f, g=?0,	*h=(), i=("x" y  3;p );q=1)");
  QVERIFY(members);
  QCOMPARE(members->size(), std::size_t{9});
  auto value = [&](std::size_t i) -> const BareItem& { return (*members)[i].second.value; };
  QCOMPARE(std::get<std::int64_t>(value(0)), std::int64_t{1});
  QCOMPARE(std::get<Decimal>(value(1)).text, "-2.50");
  QCOMPARE(std::get<std::string>(value(2)), "q\"\\");
  QCOMPARE(std::get<Token>(value(3)).text, "tok/en:x");
  QCOMPARE(std::get<ByteSequence>(value(4)).bytes, "hi");
  QCOMPARE(std::get<bool>(value(5)), true);
  QCOMPARE(std::get<bool>(value(6)), false);
  QVERIFY((*members)[7].first == "*h" && (*members)[7].second.is_list && (*members)[7].second.items.empty());
  const Member& list = (*members)[8].second;
  QCOMPARE(list.items.size(), std::size_t{3});
  QCOMPARE(std::get<std::string>(list.items[0].value), "x");
  QCOMPARE(std::get<Token>(list.items[1].value).text, "y");
  QCOMPARE(std::get<bool>(*find_parameter(list.items[2].parameters, "p")), true);
  QCOMPARE(std::get<std::int64_t>(*find_parameter(list.parameters, "q")), std::int64_t{1});
  const auto empty = parse_dictionary("");
  QVERIFY(empty && empty->empty());
}

void StructuredFieldsTest::parameters_and_raw_text_are_kept() {
  const auto members = parse_dictionary(R"(sig1=("a"  "b");created=1; keyid="k" , sig2=:AA==:)");
  QVERIFY(members);
  QCOMPARE((*members)[0].second.raw, "(\"a\"  \"b\");created=1; keyid=\"k\"");
  QCOMPARE((*members)[1].second.raw, ":AA==:");
  QVERIFY(find_parameter((*members)[0].second.parameters, "alg") == nullptr);
}

void StructuredFieldsTest::what_is_no_dictionary_is_refused_data() {
  QTest::addColumn<std::string>("text");
  const char* const texts[] = {"A=1",
                               "1=1",
                               "=1",
                               "a=",
                               "a=1,",
                               "a=1,,b=2",
                               "a=1 b=2",
                               ",a=1",
                               "a=1, a=2",
                               "a;p;p",
                               "a=1;p=1;p=2",
                               "a=(1",
                               "a=(1,2)",
                               "a=(1 2",
                               "a=(\"x\"y)",
                               "a=((1))",
                               "a=\"x",
                               "a=\"\\n\"",
                               "a=\"\x7F\"",
                               "a=\"\xC3\xA4\"",
                               "a=:x:",
                               "a=:aGk=",
                               "a=?2",
                               "a=?",
                               "a=-",
                               "a=1.",
                               "a=1.2345",
                               "a=1234567890123456",
                               "a=1234567890123.1",
                               "a=@1",
                               "a=%\"x\"",
                               "a=1;",
                               "a=1;P",
                               "a=1; =2"};
  for (const char* text : texts) QTest::newRow(text) << std::string(text);
}

void StructuredFieldsTest::what_is_no_dictionary_is_refused() {
  QFETCH(std::string, text);
  const auto members = parse_dictionary(text);
  QVERIFY(!members);
  QCOMPARE(members.error().safe.substr(0, 10), "malformed:");
}

void StructuredFieldsTest::strings_are_escaped() {
  QCOMPARE(serialized_string("a\"b\\c"), "\"a\\\"b\\\\c\"");
  QCOMPARE(serialized_string(""), "\"\"");
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::StructuredFieldsTest)
#include "structured_fields_test.moc"

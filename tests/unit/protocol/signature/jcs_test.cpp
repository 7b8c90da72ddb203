// RFC 8785, sections 3.2.2 to 3.2.4 and appendix B.
#include "protocol/signature/jcs.h"

#include <bit>
#include <limits>
#include <nlohmann/json.hpp>

#include "protocol/base/limits.h"
#include "tests/support/qt.h"

namespace dunlin::signature {
using namespace std::string_literals;
using nlohmann::json;

class JcsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_example_of_the_rfc();
  void keys_are_ordered_by_utf16_code_units();
  void numbers_are_written_as_ecmascript_does_data();
  void numbers_are_written_as_ecmascript_does();
  void integers_are_doubles();
  void text_is_escaped_no_more_than_need_be();
  void nothing_is_normalised();
  void a_canonical_form_is_its_own();
  void what_has_no_canonical_form_is_refused();
};

void JcsTest::the_example_of_the_rfc() {
  const auto text = canonical_json(json::parse(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })"));
  QVERIFY(text);
  QCOMPARE(*text,
           "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
           "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

void JcsTest::keys_are_ordered_by_utf16_code_units() {  // 3.2.3
  const auto text = canonical_json(json::parse(R"({
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"})"));
  QVERIFY(text);
  QCOMPARE(
      *text,
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O "
      "With Diaeresis\",\"\u20ac\":\"Euro Sign\",\"\U0001F600\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew "
      "Letter Dalet With Dagesh\"}");
  QCOMPARE(canonical_json(json::parse(R"({"b":{},"a":[],"":0,"aa":{"d":1,"c":2}})")).value(),
           R"({"":0,"a":[],"aa":{"c":2,"d":1},"b":{}})");
}

void JcsTest::numbers_are_written_as_ecmascript_does_data() {
  QTest::addColumn<quint64>("bits");
  QTest::addColumn<std::string>("text");
  auto add = [](quint64 bits, const char* text) { QTest::newRow(text) << bits << std::string(text); };
  add(0x0000000000000000, "0");
  QTest::newRow("minus zero") << quint64{0x8000000000000000} << "0"s;
  add(0x0000000000000001, "5e-324");
  add(0x8000000000000001, "-5e-324");
  add(0x7fefffffffffffff, "1.7976931348623157e+308");
  add(0xffefffffffffffff, "-1.7976931348623157e+308");
  add(0x4340000000000000, "9007199254740992");
  add(0xc340000000000000, "-9007199254740992");
  add(0x4430000000000000, "295147905179352830000");
  add(0x44b52d02c7e14af5, "9.999999999999997e+22");
  add(0x44b52d02c7e14af6, "1e+23");
  add(0x44b52d02c7e14af7, "1.0000000000000001e+23");
  add(0x444b1ae4d6e2ef4e, "999999999999999700000");
  add(0x444b1ae4d6e2ef4f, "999999999999999900000");
  add(0x444b1ae4d6e2ef50, "1e+21");
  add(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7");
  add(0x3eb0c6f7a0b5ed8d, "0.000001");
  add(0x41b3de4355555553, "333333333.3333332");
  add(0x41b3de4355555554, "333333333.33333325");
  add(0x41b3de4355555555, "333333333.3333333");
  add(0x41b3de4355555556, "333333333.3333334");
  add(0x41b3de4355555557, "333333333.33333343");
  add(0xbecbf647612f3696, "-0.0000033333333333333333");
  add(0x43143ff3c1cb0959, "1424953923781206.2");
}

void JcsTest::numbers_are_written_as_ecmascript_does() {
  QFETCH(quint64, bits);
  QFETCH(std::string, text);
  QCOMPARE(canonical_number(std::bit_cast<double>(bits)), text);
}

void JcsTest::integers_are_doubles() {
  QCOMPARE(canonical_json(json::parse("[9007199254740993,18446744073709551615,-9223372036854775808,56.0,-0]"))
               .value(),
           "[9007199254740992,18446744073709552000,-9223372036854776000,56,0]");
}

void JcsTest::text_is_escaped_no_more_than_need_be() {
  QCOMPARE(canonical_json("\b\t\n\f\r\"\\/\x01\x1f\x7f</script>\u2028").value(),
           "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f\x7f</script>\u2028\"");
}

void JcsTest::nothing_is_normalised() {
  QCOMPARE(canonical_json(json{{"A\u030A", "\u00C5"}}).value(), "{\"A\u030A\":\"\u00C5\"}");
}

void JcsTest::a_canonical_form_is_its_own() {
  const auto once = canonical_json(json::parse(R"({"z":[1e-7,{"y":"\u00e9","x":1.0}],"a":null})")).value();
  QCOMPARE(canonical_json(json::parse(once)).value(), once);
}

void JcsTest::what_has_no_canonical_form_is_refused() {
  QVERIFY(!canonical_json(json(std::numeric_limits<double>::infinity())));
  QVERIFY(!canonical_json(json(std::numeric_limits<double>::quiet_NaN())));
  QVERIFY(!canonical_json(json("\xFF")));
  QVERIFY(!canonical_json(json{{"\xFF", 1}}));
  QVERIFY(!canonical_json(json::binary({1, 2})));
  json deep = 1;
  for (std::size_t i = 1; i < limits::json_depth_max; ++i) deep = json::array({deep});
  QVERIFY(canonical_json(deep));
  QVERIFY(!canonical_json(json::array({deep})));
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::JcsTest)
#include "jcs_test.moc"

#include "protocol/base/json_writer.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>

#include "protocol/base/encoding.h"
#include "tests/support/qt.h"

namespace dunlin {
using namespace std::string_literals;

namespace {
/// What `write` puts out.
template <class Write>
std::string json(Write write) {
  std::string out;
  JsonWriter writer(out);
  write(writer);
  return out;
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}
}  // namespace

class JsonWriterTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void commas_stand_between_values_and_nowhere_else();
  void commas_stand_around_finished_values();
  void empty_containers_take_part_in_commas();
  void every_type_has_its_form();
  void missing_values_are_null();
  void numbers_json_cannot_say_are_null();
  void output_is_appended();
  void strings_are_escaped_data();
  void strings_are_escaped();
  void every_control_byte_is_escaped_at_any_place();
  void malformed_utf8_becomes_the_replacement_character_data();
  void malformed_utf8_becomes_the_replacement_character();
  void any_bytes_give_json_that_parses();
};

void JsonWriterTest::commas_stand_between_values_and_nowhere_else() {
  QCOMPARE(
      json([](JsonWriter& w) {
        w.begin_object().field("a", 1).field("b", 2).key("c").begin_array();
        w.value(1).value("x").begin_object().field("d", true).end_object().begin_array().end_array().value(2);
        w.end_array().field("e", "f").end_object();
      }),
      R"({"a":1,"b":2,"c":[1,"x",{"d":true},[],2],"e":"f"})");
}

void JsonWriterTest::commas_stand_around_finished_values() {
  QCOMPARE(json([](JsonWriter& w) {
             w.begin_array().raw("{}").raw("[1]").value(1).raw("2").null().begin_object();
             w.field_raw("a", "{\"b\":1}")
                 .field("c", 1)
                 .field_raw("d", "[]")
                 .field_null("e")
                 .end_object()
                 .raw("3");
             w.end_array();
           }),
           R"([{},[1],1,2,null,{"a":{"b":1},"c":1,"d":[],"e":null},3])");
}

void JsonWriterTest::empty_containers_take_part_in_commas() {
  QCOMPARE(json([](JsonWriter& w) {
             w.begin_object().key("a").begin_object().end_object().key("b").begin_array().end_array();
             w.key("c")
                 .begin_array()
                 .begin_object()
                 .end_object()
                 .begin_object()
                 .end_object()
                 .end_array()
                 .end_object();
           }),
           R"({"a":{},"b":[],"c":[{},{}]})");
  QCOMPARE(json([](JsonWriter& w) { w.begin_array().end_array(); }), "[]");
}

void JsonWriterTest::every_type_has_its_form() {
  QCOMPARE(json([](JsonWriter& w) {
             w.begin_array().value(true).value(false).value(-5).value(std::uint64_t{18446744073709551615U});
             w.value(std::numeric_limits<std::int64_t>::min()).value(0.5).value(1e300).value(3.0);
             w.value(StatusId{115544433322211100}).value(Timestamp{1'700'000'000'123}).value("c").value("s"s);
             w.end_array();
           }),
           R"([true,false,-5,18446744073709551615,-9223372036854775808,0.5,1e+300,3,)"
           R"("115544433322211100","2023-11-14T22:13:20.123Z","c","s"])");
}

void JsonWriterTest::missing_values_are_null() {
  QCOMPARE(json([](JsonWriter& w) {
             w.begin_object()
                 .field_or_null("a", std::optional<std::string>())
                 .field_or_null("b", std::optional(3));
             w.field_or_null("c", std::optional<StatusId>())
                 .field_or_null("d", std::optional(StatusId{7}))
                 .end_object();
           }),
           R"({"a":null,"b":3,"c":null,"d":"7"})");
}

void JsonWriterTest::numbers_json_cannot_say_are_null() {
  QCOMPARE(json([](JsonWriter& w) {
             w.begin_array().value(std::nan("")).value(HUGE_VAL).value(-HUGE_VAL).value(1).end_array();
           }),
           "[null,null,null,1]");
}

void JsonWriterTest::output_is_appended() {
  std::string out = "data: ";
  JsonWriter(out).begin_array().value(1).end_array();
  QCOMPARE(out, "data: [1]");
}

void JsonWriterTest::strings_are_escaped_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("expected");
  QTest::newRow("empty") << ""s
                         << R"("")"s;
  QTest::newRow("plain") << "a b/c"s
                         << R"("a b/c")"s;
  QTest::newRow("quote and backslash") << "\"\\"s
                                       << R"("\"\\")"s;
  QTest::newRow("line break, return, tab") << "\n\r\t"s
                                           << R"("\n\r\t")"s;
  QTest::newRow("other controls") << "\0\x01\b\f\x1F"s
                                  << R"("\u0000\u0001\u0008\u000c\u001f")"s;
  QTest::newRow("DEL is no control in JSON") << "\x7F"s
                                             << "\"\x7F\""s;
  QTest::newRow("scripts") << "é日本👩‍👧\u2028"s
                           << "\"é日本👩‍👧\u2028\""s;
  QTest::newRow("escape after eight") << "12345678\"12345678\\"s
                                      << R"("12345678\"12345678\\")"s;
  QTest::newRow("all within one word") << "a\"b\\c\nd\te"s
                                       << R"("a\"b\\c\nd\te")"s;
  QTest::newRow("look-alikes in other bits") << "! #[]\x5F\xC2\xA2"s
                                             << "\"! #[]\x5F\xC2\xA2\""s;
}

void JsonWriterTest::strings_are_escaped() {
  QFETCH(std::string, text);
  QFETCH(std::string, expected);
  QCOMPARE(json_string(text), expected);
}

void JsonWriterTest::every_control_byte_is_escaped_at_any_place() {
  for (std::size_t place = 0; place < 20; ++place) {
    for (int c = 0; c < 0x20; ++c) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(c);
      for (char written : json_string(text)) QVERIFY(static_cast<unsigned char>(written) >= 0x20);
    }
  }
}

void JsonWriterTest::malformed_utf8_becomes_the_replacement_character_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<std::string>("expected");
  QTest::newRow("lone byte") << "a\xFF"s
                                "b"s
                             << "\"a\uFFFDb\""s;
  QTest::newRow("two lone bytes") << "\x80\xBF"s
                                  << "\"\uFFFD\uFFFD\""s;
  QTest::newRow("cut at the end") << "ab\xE2\x82"s
                                  << "\"ab\uFFFD\""s;
  QTest::newRow("cut before a quote") << "\xF0\x9F\x98\""s
                                      << "\"\uFFFD\\\"\""s;
  QTest::newRow("cut before a control") << "\xE2\n"s
                                        << "\"\uFFFD\\n\""s;
  QTest::newRow("surrogate") << "\xED\xA0\x80"s
                             << "\"\uFFFD\uFFFD\uFFFD\""s;
  QTest::newRow("overlong quote") << "\xC0\xA2"s
                                  << "\"\uFFFD\uFFFD\""s;
  QTest::newRow("good one after") << "\xC3\xC3\xA9"s
                                  << "\"\uFFFDé\""s;
}

void JsonWriterTest::malformed_utf8_becomes_the_replacement_character() {
  QFETCH(std::string, bytes);
  QFETCH(std::string, expected);
  QCOMPARE(json_string(bytes), expected);
}

void JsonWriterTest::any_bytes_give_json_that_parses() {
  std::uint32_t seed = 20'261'121;
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes;
    for (int i = round % 40; i > 0; --i) {
      seed = seed * 1'664'525 + 1'013'904'223;
      bytes += static_cast<char>(seed >> 24);
    }
    std::string out;
    JsonWriter(out).begin_object().field("k" + bytes, bytes).field("z", 1).end_object();
    QVERIFY(is_utf8(out));
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(out), &error);
    QVERIFY2(error.error == QJsonParseError::NoError, hex(bytes).c_str());
    QCOMPARE(document.object().size(), 2);
    const auto text = document.object().value(QString::fromStdString("k" + bytes));
    if (is_utf8(bytes)) QCOMPARE(text.toString().toStdString(), bytes);
  }
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::JsonWriterTest)
#include "json_writer_test.moc"

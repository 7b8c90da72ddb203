#include "protocol/activitypub/document.h"

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "tests/support/qt.h"

namespace dunlin::activitypub {

class DocumentTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void an_object_is_read_whole();
  void what_two_readers_could_see_differently_is_refused_data();
  void what_two_readers_could_see_differently_is_refused();
  void depth_is_bounded_data();
  void depth_is_bounded();
  void a_hundred_thousand_brackets_are_refused();
  void members_and_elements_are_bounded();
  void huge_numbers_are_read_without_harm();
};

void DocumentTest::an_object_is_read_whole() {
  auto document = parse_document(R"({"a":[1,-2,3.5,true,null,"x",{"b":{}}],"c":"é\n"})");
  QVERIFY2(document, why(document).c_str());
  QCOMPARE(document->dump(), R"({"a":[1,-2,3.5,true,null,"x",{"b":{}}],"c":"é\n"})");
}

void DocumentTest::what_two_readers_could_see_differently_is_refused_data() {
  QTest::addColumn<std::string>("bytes");
  auto row = [](const char* name, std::string bytes) { QTest::newRow(name) << std::move(bytes); };
  row("nothing", "");
  row("space", "  \n");
  row("not an object", "[1]");
  row("a string", "\"x\"");
  row("cut off", R"({"a":1)");
  row("two documents", R"({"a":1}{"b":2})");
  row("something behind", R"({"a":1} x)");
  row("a NUL behind", std::string("{\"a\":1}\0{}", 10));
  row("a NUL in a string", std::string("{\"a\":\"x\0y\"}", 11));
  row("an escaped NUL", R"({"a":"x\u0000y"})");
  row("an escaped NUL in a key", R"({"a\u0000":1})");
  row("bad UTF-8", "{\"a\":\"\xC3\"}");
  row("overlong UTF-8", "{\"a\":\"\xC0\xAF\"}");
  row("a surrogate alone", R"({"a":"\ud800"})");
  row("a key twice", R"({"a":1,"a":2})");
  row("a key twice, once escaped", R"({"a":1,"\u0061":2})");
  row("a key twice, further in", R"({"x":[{"actor":1,"b":0,"actor":2}]})");
  row("a comment", R"({"a":1/**/})");
  row("a comma too many", R"({"a":1,})");
  row("not a number", R"({"a":NaN})");
  row("a number beyond all", R"({"a":1e999})");
  row("a byte order mark in the wrong place", "{\xEF\xBB\xBF\"a\":1}");
}
void DocumentTest::what_two_readers_could_see_differently_is_refused() {
  QFETCH(std::string, bytes);
  auto document = parse_document(bytes);
  QVERIFY(!document);
  QCOMPARE(document.error().code, Errc::bad_request);
  QVERIFY(is_utf8(document.error().safe));
}

void DocumentTest::depth_is_bounded_data() {  // T-D6
  QTest::addColumn<std::string>("open");
  QTest::addColumn<std::string>("close");
  QTest::newRow("arrays") << std::string("[") << std::string("]");
  QTest::newRow("objects") << std::string(R"({"a":)") << std::string("}");
}
void DocumentTest::depth_is_bounded() {
  QFETCH(std::string, open);
  QFETCH(std::string, close);
  auto nested = [&](std::size_t levels) {
    std::string text = R"({"a":)";
    for (std::size_t i = 1; i < levels; ++i) text += open;
    text += "1";
    for (std::size_t i = 1; i < levels; ++i) text += close;
    return text + "}";
  };
  QVERIFY(parse_document(nested(limits::json_depth_max)));
  QVERIFY(!parse_document(nested(limits::json_depth_max + 1)));
  QVERIFY(!parse_document(nested(100'000)));
}

void DocumentTest::a_hundred_thousand_brackets_are_refused() {  // T-D6
  QVERIFY(!parse_document(std::string(100'000, '[')));
  QVERIFY(!parse_document(R"({"a":)" + std::string(100'000, '[')));
  std::string braces;
  for (int i = 0; i < 100'000; ++i) braces += R"({"a":)";
  QVERIFY(!parse_document(braces));
}

void DocumentTest::members_and_elements_are_bounded() {
  auto array = [](std::size_t count) {
    std::string text = R"({"a":[0)";
    for (std::size_t i = 1; i < count; ++i) text += ",0";
    return text + "]}";
  };
  auto object = [](std::size_t count) {
    std::string text = R"({"k":{"0":0)";
    for (std::size_t i = 1; i < count; ++i) text += ",\"" + std::to_string(i) + "\":0";
    return text + "}}";
  };
  QVERIFY(parse_document(array(limits::json_members_max)));
  QVERIFY(!parse_document(array(limits::json_members_max + 1)));
  QVERIFY(parse_document(object(limits::json_members_max)));
  QVERIFY(!parse_document(object(limits::json_members_max + 1)));
}

void DocumentTest::huge_numbers_are_read_without_harm() {
  auto document =
      parse_document(R"({"a":99999999999999999999999999,"b":-1e300,"c":18446744073709551615,"d":1e-999})");
  QVERIFY2(document, why(document).c_str());
}

}  // namespace dunlin::activitypub

QTEST_GUILESS_MAIN(dunlin::activitypub::DocumentTest)
#include "document_test.moc"

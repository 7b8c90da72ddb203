#include "protocol/text/username.h"

#include "tests/support/qt.h"

namespace dunlin::text {
using namespace std::string_literals;

class UsernameTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void good_names_stay_as_typed_data();
  void good_names_stay_as_typed();
  void bad_names_are_refused_naming_the_field_data();
  void bad_names_are_refused_naming_the_field();
};

void UsernameTest::good_names_stay_as_typed_data() {
  QTest::addColumn<std::string>("name");
  for (const std::string& name : {"a"s, "Alice_99"s, "_"s, "0"s, "admin"s, "tagsy"s, std::string(30, 'a')}) {
    QTest::newRow(name.c_str()) << name;
  }
}

void UsernameTest::good_names_stay_as_typed() {
  QFETCH(std::string, name);
  const auto checked = checked_username(name);
  QVERIFY2(checked, why(checked).c_str());
  QCOMPARE(*checked, name);
}

void UsernameTest::bad_names_are_refused_naming_the_field_data() {
  QTest::addColumn<std::string>("name");
  QTest::newRow("empty") << ""s;
  QTest::newRow("31 characters") << std::string(31, 'a');
  QTest::newRow("1 MiB") << std::string(1 << 20, 'a');
  QTest::newRow("space") << "a b"s;
  QTest::newRow("zero byte") << "a\0"s;
  QTest::newRow("line end") << "a\n"s;
  for (const char* name :
       {"a.b",   "a-b",   "@a",       "a/b",     "..",     "é",      "аlice",    "ａ",        "a\u200B",
        "<b>",   "a%00",  "\xFF",     "about",   "API",    "Auth",   "oauth",    "media",     "tags",
        "users", "inbox", "settings", "explore", "static", "assets", "nodeinfo", "undefined", "null"}) {
    QTest::newRow(name) << std::string(name);
  }
}

void UsernameTest::bad_names_are_refused_naming_the_field() {
  QFETCH(std::string, name);
  const auto checked = checked_username(name);
  QVERIFY(!checked);
  QCOMPARE(checked.error().code, Errc::unprocessable);
  QVERIFY(checked.error().safe.starts_with("username "));
}

}  // namespace dunlin::text

QTEST_GUILESS_MAIN(dunlin::text::UsernameTest)
#include "username_test.moc"

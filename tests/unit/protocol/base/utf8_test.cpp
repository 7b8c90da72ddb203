#include "protocol/base/utf8.h"

#include "tests/support/qt.h"

namespace dunlin {
using namespace std::string_literals;

class Utf8Test : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void every_character_is_read_back();
  void malformed_bytes_are_left_at_the_next_possible_start_data();
  void malformed_bytes_are_left_at_the_next_possible_start();
};

void Utf8Test::every_character_is_read_back() {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    const QByteArray bytes = QStringView(QChar::fromUcs4(code)).toUtf8();
    const Utf8Step step = read_utf8({bytes.data(), static_cast<std::size_t>(bytes.size())}, 0);
    QVERIFY(step.valid && step.code == code && step.length == static_cast<std::size_t>(bytes.size()));
  }
}

void Utf8Test::malformed_bytes_are_left_at_the_next_possible_start_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<int>("length");
  QTest::newRow("continuation") << "\x80\x80"s << 1;
  QTest::newRow("overlong") << "\xE0\x80\x80"s << 1;
  QTest::newRow("surrogate") << "\xED\xA0\x80"s << 1;
  QTest::newRow("too great") << "\xF4\x90\x80\x80"s << 1;
  QTest::newRow("broken after one") << "\xC3("s << 1;
  QTest::newRow("broken after two") << "\xE2\x82("s << 2;
  QTest::newRow("broken after three") << "\xF0\x9F\x98("s << 3;
  QTest::newRow("cut after three") << "\xF0\x9F\x98"s << 3;
}

void Utf8Test::malformed_bytes_are_left_at_the_next_possible_start() {
  QFETCH(std::string, bytes);
  QFETCH(int, length);
  const Utf8Step step = read_utf8("a" + bytes, 1);
  QVERIFY(!step.valid);
  QCOMPARE(step.length, static_cast<std::size_t>(length));
  QVERIFY(step.code == U'\uFFFD');
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::Utf8Test)
#include "utf8_test.moc"

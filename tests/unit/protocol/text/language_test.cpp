#include "protocol/text/language.h"

#include "tests/support/qt.h"

namespace dunlin::text {
using namespace std::string_literals;

class LanguageTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void language_tags_are_told_from_other_text_data();
  void language_tags_are_told_from_other_text();
};

void LanguageTest::language_tags_are_told_from_other_text_data() {
  QTest::addColumn<std::string>("tag");
  QTest::addColumn<bool>("is_one");
  for (const char* tag :
       {"en",      "de",      "EN",       "ja",       "ar",    "he",      "hi",         "th",     "yi",
        "nb",      "eo",      "ast",      "ckb",      "kab",   "szl",     "smj",        "cnr",    "jbo",
        "tok",     "pt-BR",   "pt-br",    "zh-CN",    "zh-TW", "zh-Hant", "zh-Hant-HK", "zh-yue", "es-419",
        "sr-Latn", "de-1996", "sl-nedis", "en-x-abc", "mul",   "und",     "zxx"}) {
    QTest::newRow(tag) << std::string(tag) << true;
  }
  for (const char* tag : {"",
                          "e",
                          "xx",
                          "qq",
                          "english",
                          "en_US",
                          "en-",
                          "-en",
                          "en--US",
                          "e1",
                          "12",
                          "en us",
                          " en",
                          "en ",
                          "en\n",
                          "é",
                          "en-é",
                          "en-a",
                          "en-toolongsubtag",
                          "en-US-US",
                          "i-klingon",
                          "x-abc",
                          "../en",
                          "en;x",
                          "<b>",
                          "de-DE-u-co-phonebk-x-a-very-long-tag"}) {
    QTest::newRow(("not " + std::string(tag)).c_str()) << std::string(tag) << false;
  }
  QTest::newRow("zero byte") << "en\0"s << false;
  QTest::newRow("1 MiB") << std::string(1 << 20, 'a') << false;
}

void LanguageTest::language_tags_are_told_from_other_text() {
  QFETCH(std::string, tag);
  QFETCH(bool, is_one);
  QCOMPARE(is_language(tag), is_one);
}

}  // namespace dunlin::text

QTEST_GUILESS_MAIN(dunlin::text::LanguageTest)
#include "language_test.moc"

#include "protocol/text/csv.h"

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::text;

namespace {

/// Rows as "line:cell|cell;...", for comparing at a glance.
std::string shown(const std::vector<CsvRow>& rows) {
  std::string out;
  for (const auto& row : rows) {
    out += std::to_string(row.line) + ":";
    for (const auto& cell : row.cells) out += (&cell == &row.cells.front() ? "" : "|") + cell;
    out += ";";
  }
  return out;
}

}  // namespace

class CsvTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tables_are_read_data();
  void tables_are_read();
  void what_is_no_table_is_refused_data();
  void what_is_no_table_is_refused();
  void what_was_written_is_read_back();
};

void CsvTest::tables_are_read_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("rows");
  QTest::newRow("empty") << QByteArray("") << QByteArray("");
  QTest::newRow("one cell without an end") << QByteArray("a") << QByteArray("1:a;");
  QTest::newRow("LF") << QByteArray("a,b\nc,d\n") << QByteArray("1:a|b;2:c|d;");
  QTest::newRow("CRLF") << QByteArray("a,b\r\nc,d\r\n") << QByteArray("1:a|b;2:c|d;");
  QTest::newRow("empty lines") << QByteArray("a\n\n  \nb\n") << QByteArray("1:a;4:b;");
  QTest::newRow("empty cells") << QByteArray(",a,\n") << QByteArray("1:|a|;");
  QTest::newRow("quoted") << QByteArray("\"a,\"\"b\"\"\nc\",d\r\ne\n") << QByteArray("1:a,\"b\"\nc|d;3:e;");
  QTest::newRow("quote inside") << QByteArray("a\"b\"\n") << QByteArray("1:a\"b\";");
  QTest::newRow("text behind a quoted cell") << QByteArray("\"a\"b,c\n") << QByteArray("1:ab|c;");
  QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf#domain\n") << QByteArray("1:#domain;");
}

void CsvTest::tables_are_read() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, rows);
  const auto read = read_csv(text.toStdString());
  QVERIFY2(read, why(read).c_str());
  QCOMPARE(shown(*read), rows.toStdString());
}

void CsvTest::what_is_no_table_is_refused_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("words");
  QTest::newRow("open quote") << QByteArray("a\nb,\"c\nd") << QByteArray("Line 2");
  QTest::newRow("no UTF-8") << QByteArray("a\xff") << QByteArray("UTF-8");
}

void CsvTest::what_is_no_table_is_refused() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, words);
  const auto read = read_csv(text.toStdString());
  QVERIFY(!read);
  QVERIFY2(read.error().safe.find(words.toStdString()) != std::string::npos, read.error().safe.c_str());
}

void CsvTest::what_was_written_is_read_back() {
  const std::vector<std::string> cells = {"plain", "", "a,b", "say \"hi\"", "two\nlines", "\r", "ünï"};
  std::string text;
  append_csv_row(text, cells);
  append_csv_row(text, {"next"});
  const auto read = read_csv(text);
  QVERIFY2(read, why(read).c_str());
  QCOMPARE(read->size(), std::size_t{2});
  QCOMPARE(shown({(*read)[0]}), shown({{1, cells}}));
  QCOMPARE(shown({(*read)[1]}), "3:next;");
}

QTEST_GUILESS_MAIN(CsvTest)
#include "csv_test.moc"

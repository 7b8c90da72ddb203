#include <sqlite3.h>

#include <QTemporaryDir>
#include <algorithm>
#include <vector>

#include "node/store/database.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::store;

namespace {

struct Statement {
  sqlite3_stmt* prepared = nullptr;
  ~Statement() { sqlite3_finalize(prepared); }
};

/// Why it cannot be prepared; empty when it can. Text behind the first statement is an error too: it would
/// never run.
std::string prepare(sqlite3* database, const std::string& sql, Statement& statement) {
  const char* rest = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement.prepared, &rest) != SQLITE_OK)
    return sqlite3_errmsg(database);
  Statement second;
  if (sqlite3_prepare_v2(database, rest, -1, &second.prepared, nullptr) != SQLITE_OK ||
      second.prepared != nullptr) {
    return std::string("a second statement: ") + rest;
  }
  return {};
}

/// Lines of the plan that read a whole table or index.
std::vector<std::string> scans(sqlite3* database, const std::string& sql) {
  std::vector<std::string> found;
  Statement plan;
  if (const auto wrong = prepare(database, "EXPLAIN QUERY PLAN " + sql, plan); !wrong.empty()) return {wrong};
  while (sqlite3_step(plan.prepared) == SQLITE_ROW) {
    const std::string line(reinterpret_cast<const char*>(sqlite3_column_text(plan.prepared, 3)));
    // A subquery's rows are bounded by its own plan; a constant row is none of a table's.
    if (line.starts_with("SCAN") && !line.starts_with("SCAN (subquery") && line != "SCAN CONSTANT ROW")
      found.push_back(line);
  }
  return found;
}

bool names_a_table(sqlite3* database, const std::string& sql) {
  Statement plan;
  prepare(database, "EXPLAIN QUERY PLAN " + sql, plan);
  return sqlite3_step(plan.prepared) == SQLITE_ROW;
}

}  // namespace

class QueriesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    const auto opened = open_for_writing(folder_.filePath(QStringLiteral("new.db")).toStdString(), true, {});
    QVERIFY2(opened, why(opened).c_str());
    QVERIFY(named_queries().size() > 100);
  }
  void init() {
    connection_ = std::make_unique<Connection>(folder_.filePath(QStringLiteral("new.db")).toStdString(),
                                               OpenMode::read_write, ConnectionOptions{});
  }
  void every_query_can_be_prepared_data() { each_query(false); }
  void every_query_can_be_prepared();
  void hot_queries_read_no_whole_table_data() { each_query(true); }
  void hot_queries_read_no_whole_table();
  void a_scan_is_recognised_data();
  void a_scan_is_recognised();
  void every_table_is_in_the_dump();

 private:
  void each_query(bool only_hot);
  QTemporaryDir folder_;
  std::unique_ptr<Connection> connection_;
};

void QueriesTest::each_query(bool only_hot) {
  QTest::addColumn<QString>("sql");
  for (const auto& [name, query] : named_queries()) {
    if (query.hot || !only_hot) QTest::newRow(query.name.c_str()) << QString::fromStdString(query.sql);
  }
}

void QueriesTest::every_query_can_be_prepared() {
  QFETCH(QString, sql);
  Statement statement;
  const auto wrong = prepare(connection_->handle(), sql.toStdString(), statement);
  QVERIFY2(wrong.empty(), wrong.c_str());
  QVERIFY2(statement.prepared != nullptr, "there is no statement");
}

void QueriesTest::hot_queries_read_no_whole_table() {
  QFETCH(QString, sql);
  const auto found = scans(connection_->handle(), sql.toStdString());
  QVERIFY2(found.empty(), found.empty() ? "" : found[0].c_str());
}

void QueriesTest::a_scan_is_recognised_data() {
  QTest::addColumn<QString>("sql");
  QTest::addColumn<bool>("is_scan");
  QTest::newRow("by key") << "SELECT * FROM status WHERE id = :id" << false;
  QTest::newRow("by index") << "SELECT id FROM account WHERE username_key = :k AND domain = ''" << false;
  QTest::newRow("whole table") << "SELECT * FROM status WHERE text = :t" << true;
  QTest::newRow("whole index") << "SELECT count(*) FROM follow" << true;
  QTest::newRow("in a subquery") << "SELECT 1 FROM (SELECT text FROM status ORDER BY text LIMIT 3)" << true;
  QTest::newRow("bounded subquery")
      << "SELECT id FROM (SELECT id FROM status WHERE id < :i ORDER BY id DESC LIMIT 3)" << false;
  QTest::newRow("an update") << "UPDATE status SET text = '' WHERE language = 'en'" << true;
  QTest::newRow("an optional bound") << "SELECT id FROM status WHERE :max IS NULL OR id < :max" << true;
}

void QueriesTest::a_scan_is_recognised() {
  QFETCH(QString, sql);
  QFETCH(bool, is_scan);
  QCOMPARE(!scans(connection_->handle(), sql.toStdString()).empty(), is_scan);
}

void QueriesTest::every_table_is_in_the_dump() {
  Statement tables;
  prepare(connection_->handle(),
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", tables);
  int count = 0;
  for (; sqlite3_step(tables.prepared) == SQLITE_ROW; ++count) {
    const std::string table(reinterpret_cast<const char*>(sqlite3_column_text(tables.prepared, 0)));
    const auto* dump = query_text("dump_" + table);
    QVERIFY2(dump != nullptr, ("node/store/sql/maintenance.sql has no dump_" + table).c_str());
    QVERIFY2(dump->find("FROM " + table + " ORDER BY ") != std::string::npos &&
                 names_a_table(connection_->handle(), *dump),
             table.c_str());
  }
  const auto& all = named_queries();
  QCOMPARE(std::count_if(all.begin(), all.end(), [](const auto& q) { return q.first.starts_with("dump_"); }),
           count);
}

QTEST_APPLESS_MAIN(QueriesTest)
#include "queries_test.moc"

#include <sqlite3.h>

#include <QRegularExpression>
#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "node/store/database.h"
#include "protocol/base/log.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::store;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Every file of a folder with its bytes.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(folder))
    all[entry.path().filename().string()] = read(entry.path());
  return all;
}

/// What a statement means: without comments, spaces as one, none beside brackets and commas.
QString normalised(const char* sql) {
  auto text = QString::fromUtf8(sql == nullptr ? "" : sql);
  text.remove(QRegularExpression(QStringLiteral("--[^\n]*")));
  text.replace(QRegularExpression(QStringLiteral("\\s+")), QStringLiteral(" "));
  text.replace(QRegularExpression(QStringLiteral(" ?([(),]) ?")), QStringLiteral("\\1"));
  return text.trimmed();
}

std::map<std::string, QString> schema_of(Connection& connection) {
  std::map<std::string, QString> all;
  sqlite3_stmt* rows = nullptr;
  sqlite3_prepare_v2(connection.handle(),
                     "SELECT type || ' ' || name || ' on ' || tbl_name, sql FROM sqlite_schema", -1, &rows,
                     nullptr);
  while (sqlite3_step(rows) == SQLITE_ROW) {
    all[reinterpret_cast<const char*>(sqlite3_column_text(rows, 0))] =
        normalised(reinterpret_cast<const char*>(sqlite3_column_text(rows, 1)));
  }
  sqlite3_finalize(rows);
  return all;
}

}  // namespace

class MigrationsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    set_log_sink([](std::string_view) {});
  }
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void they_add_up_to_schema_sql();
  void a_new_database_has_the_newest_version();
  void opening_again_changes_nothing();
  void a_database_that_is_not_there_is_made_only_when_asked();
  void a_newer_database_is_refused_untouched();
  void a_newer_database_is_refused_untouched_when_only_its_log_says_so();
  void a_migration_that_fails_changes_nothing();

 private:
  std::string path(const char* name = "test.db") const {
    return folder_->filePath(QString::fromUtf8(name)).toStdString();
  }
  std::unique_ptr<QTemporaryDir> folder_;
};

void MigrationsTest::they_add_up_to_schema_sql() {
  const auto migrated = open_for_writing(path(), true, {});
  QVERIFY2(migrated, why(migrated).c_str());
  Connection written(path("schema.db"), OpenMode::read_write, {});
  written.execute(read(SCHEMA).c_str());
  const auto by_migrations = schema_of(**migrated);
  const auto by_schema = schema_of(written);
  QVERIFY(by_migrations.size() > 40);
  for (const auto& [name, sql] : by_migrations) {
    QVERIFY2(by_schema.contains(name), ("not in schema.sql: " + name).c_str());
    QCOMPARE(by_schema.at(name), sql);
  }
  for (const auto& [name, sql] : by_schema)
    QVERIFY2(by_migrations.contains(name), ("only in schema.sql: " + name).c_str());
}

void MigrationsTest::a_new_database_has_the_newest_version() {
  const auto made = open_for_writing(path(), true, {});
  QVERIFY2(made, why(made).c_str());
  QCOMPARE((*made)->pragma_integer("PRAGMA user_version"), std::int64_t{schema_version()});
  // In the main file, where a program that is older looks without opening the log.
  QCOMPARE(static_cast<int>(read(path()).at(63)), schema_version());
}

void MigrationsTest::opening_again_changes_nothing() {
  QVERIFY(open_for_writing(path(), true, {}));
  const auto before = contents(folder_->path().toStdString());
  QVERIFY(open_for_writing(path(), false, {}));
  QVERIFY(contents(folder_->path().toStdString()) == before);
  QCOMPARE(before.size(), std::size_t{1});  // closed, it is one file
}

void MigrationsTest::a_database_that_is_not_there_is_made_only_when_asked() {
  const auto opened = open_for_writing(path(), false, {});
  QVERIFY(!opened);
  QCOMPARE(static_cast<int>(opened.error().code), static_cast<int>(Errc::not_found));
  QVERIFY(contents(folder_->path().toStdString()).empty());
}

void MigrationsTest::a_newer_database_is_refused_untouched() {
  {
    const auto made = open_for_writing(path(), true, {});
    (*made)->execute("PRAGMA user_version = 99; CREATE TABLE of_the_future (id INTEGER PRIMARY KEY);");
  }
  const auto before = contents(folder_->path().toStdString());
  QCOMPARE(before.size(), std::size_t{1});
  for (const bool create : {false, true}) {
    const auto opened = open_for_writing(path(), create, {});
    QVERIFY(!opened);
    QCOMPARE(static_cast<int>(opened.error().code), static_cast<int>(Errc::unsupported));
    QVERIFY2(opened.error().safe.find("schema 99") != std::string::npos, opened.error().safe.c_str());
  }
  QVERIFY(contents(folder_->path().toStdString()) == before);
}

void MigrationsTest::a_newer_database_is_refused_untouched_when_only_its_log_says_so() {
  // As a newer program leaves it that was killed between its migration and the writing back of the log.
  const fs::path killed = path("killed");
  fs::create_directory(killed);
  {
    const auto made = open_for_writing(path(), true, {});
    (*made)->execute(
        "PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99; CREATE TABLE of_the_future (id INTEGER "
        "PRIMARY KEY);");
    for (const char* file : {"test.db", "test.db-wal"}) fs::copy(path(file), killed / file);
  }
  const auto before = contents(killed);
  QCOMPARE(static_cast<int>(before.at("test.db").at(63)), schema_version());
  const auto opened = open_for_writing(killed / "test.db", false, {});
  QVERIFY(!opened);
  QCOMPARE(static_cast<int>(opened.error().code), static_cast<int>(Errc::unsupported));
  auto after = contents(killed);
  after.erase("test.db-shm");  // an index of the log, made anew by whoever opens it
  QVERIFY(after == before);
}

void MigrationsTest::a_migration_that_fails_changes_nothing() {
  {
    Connection half(path(), OpenMode::read_write, {});
    half.execute(
        "CREATE TABLE status (id INTEGER PRIMARY KEY, mine TEXT); INSERT INTO status VALUES (1, 'kept')");
  }
  bool threw = false;
  try {
    (void)open_for_writing(path(), false, {});
  } catch (const Fault&) {
    threw = true;
  }
  QVERIFY(threw);
  Connection after(path(), OpenMode::read_write, {});
  QCOMPARE(after.pragma_integer("PRAGMA user_version"), std::int64_t{0});
  QCOMPARE(after.pragma_integer("SELECT count(*) FROM sqlite_schema"), std::int64_t{1});
  QCOMPARE(after.pragma_integer("SELECT count(*) FROM status WHERE mine = 'kept'"), std::int64_t{1});
}

QTEST_APPLESS_MAIN(MigrationsTest)
#include "migrations_test.moc"

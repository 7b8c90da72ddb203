#include "node/cli/dump.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <map>
#include <set>
#include <sstream>

#include "node/store/database.h"
#include "tests/support/qt.h"
#include "tests/unit/node/cli/node_folder.h"

using namespace dunlin;
using namespace dunlin::cli;

namespace {

std::string dump(const NodeFolder& node, bool with_secrets = false) {
  std::ostringstream out;
  const auto done = dump_node(node.path(), out, with_secrets);
  return done ? out.str() : "refused: " + done.error().safe;
}

std::vector<QJsonObject> lines(const std::string& dump) {
  std::vector<QJsonObject> all;
  for (const auto& line : QByteArray::fromStdString(dump).split('\n')) {
    if (!line.isEmpty()) all.push_back(QJsonDocument::fromJson(line).object());
  }
  return all;
}

}  // namespace

class DumpTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { node_.fill(); }
  void every_row_of_every_table_is_a_line_of_json();
  void the_same_content_gives_the_same_bytes_however_it_lies_on_disk();
  void another_content_gives_other_bytes();
  void secrets_are_left_out_unless_asked_for();
  void bytes_are_hex_and_broken_text_is_told();
  void a_folder_without_a_node_is_refused();

 private:
  NodeFolder node_;
};

void DumpTest::every_row_of_every_table_is_a_line_of_json() {
  std::map<std::string, int> rows;
  const auto all = lines(dump(node_));
  QCOMPARE(all.at(0).value("schema").toInt(), store::schema_version());
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto table = all[i].value("table").toString().toStdString();
    QVERIFY(!table.empty() && !all[i].value("row").toObject().isEmpty());
    ++rows[table];
  }
  std::istringstream tables(
      node_.ask("SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table'"));
  std::size_t count = 0;
  for (std::string table; tables >> table; ++count) {
    QCOMPARE(std::to_string(rows[table]), node_.ask("SELECT count(*) FROM " + table));
    QVERIFY2(rows[table] > 0, (table + " has no row: the test shows nothing for it").c_str());
  }
  QVERIFY(count > 20);
}

void DumpTest::the_same_content_gives_the_same_bytes_however_it_lies_on_disk() {
  const NodeFolder other(node_);
  other.sql(
      "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024;"
      "CREATE TABLE moved AS SELECT * FROM favourite; DELETE FROM favourite;"
      "INSERT INTO favourite SELECT * FROM moved ORDER BY id DESC; DROP TABLE moved; VACUUM;");
  QVERIFY(contents(other.path())["dunlin.db"] != contents(node_.path())["dunlin.db"]);
  QCOMPARE(dump(other), dump(node_));
}

void DumpTest::another_content_gives_other_bytes() {
  const NodeFolder other(node_);
  other.sql("UPDATE status SET text = text || ' ' WHERE id = (SELECT max(id) FROM status)");
  QVERIFY(dump(other) != dump(node_));
}

void DumpTest::secrets_are_left_out_unless_asked_for() {
  const NodeFolder other(node_);
  other.sql(
      "UPDATE user SET password_hash = 'secret-1'; UPDATE app SET secret_hash = CAST('secret-2' AS BLOB);"
      "UPDATE token SET token_hash = CAST('secret-3' AS BLOB), code_hash = CAST('secret-4' AS BLOB);"
      "UPDATE authorization_code SET code_hash = CAST('secret-5' AS BLOB);"
      "UPDATE browser_session SET session_hash = CAST('secret-6' AS BLOB); UPDATE invite SET code = "
      "'secret-7';"
      "UPDATE signing_key SET private_key = 'secret-8', proof_key = 'secret-9';");
  const auto hidden = dump(other);
  const auto shown = dump(other, true);
  for (int i = 1; i <= 9; ++i) {
    const auto secret = "secret-" + std::to_string(i);
    const auto as_hex = QByteArray::fromStdString(secret).toHex().toStdString();
    QVERIFY2(shown.find(secret) != std::string::npos || shown.find(as_hex) != std::string::npos,
             secret.c_str());
    QVERIFY2(hidden.find(secret) == std::string::npos && hidden.find(as_hex) == std::string::npos,
             secret.c_str());
  }
  QCOMPARE(lines(hidden).size(), lines(shown).size());
}

void DumpTest::bytes_are_hex_and_broken_text_is_told() {
  const NodeFolder other(node_);
  other.sql(
      "UPDATE idempotency SET key_hash = x'00ff' WHERE key_hash = (SELECT max(key_hash) FROM idempotency);"
      "UPDATE account SET note = CAST(x'41ff42' AS TEXT) WHERE id = 1;");
  const auto text = dump(other);
  QVERIFY(text.find("\"key_hash\":\"00ff\"") != std::string::npos);
  QVERIFY(text.find("\"note\":{\"hex\":\"41ff42\"}") != std::string::npos);
}

void DumpTest::a_folder_without_a_node_is_refused() {
  std::ostringstream out;
  const auto done = dump_node(node_.beside("nothing"), out);
  QVERIFY(!done);
  QCOMPARE(static_cast<int>(done.error().code), static_cast<int>(Errc::not_found));
  QVERIFY(out.str().empty());
}

QTEST_APPLESS_MAIN(DumpTest)
#include "dump_test.moc"

#include "node/store/emojis.h"

#include <QTemporaryDir>
#include <optional>

#include "node/store/database.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::store;
using namespace std::chrono_literals;

namespace {

const Timestamp now{1'767'225'600'000};

Emoji told(const std::string& host, const std::string& name, const std::string& url,
           std::optional<Timestamp> updated = std::nullopt) {
  Emoji emoji;
  emoji.host = host;
  emoji.shortcode = name;
  emoji.url = url;
  emoji.updated_at = updated;
  return emoji;
}

}  // namespace

class EmojisTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void cleanup();
  void hosts_do_not_touch_each_others();
  void a_later_word_counts_data();
  void a_later_word_counts();
  void a_host_has_an_end();
  void a_picture_is_of_one_version();
  void failures_are_of_one_version();
  void the_longest_unused_come_first();
  void local_ones_are_told_of();

 private:
  bool put(const Emoji& emoji) { return put_remote_emoji(*tx_, emoji, 3); }
  Emoji row(const std::string& host, const std::string& name) { return *emoji_by_name(*tx_, host, name); }
  void at(Timestamp time) { tx_.emplace(*connection_, ids_, time, changes_); }

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<Connection> connection_;
  IdGenerator ids_{0, 0};
  Changes changes_;
  std::optional<WriteTx> tx_;
};

void EmojisTest::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  connection_ =
      std::move(*open_for_writing(folder_->filePath(QStringLiteral("new.db")).toStdString(), true, {}));
  connection_->execute("BEGIN IMMEDIATE");
  changes_ = {};
  at(now);
}

void EmojisTest::cleanup() {
  tx_.reset();
  connection_->execute("ROLLBACK");
  connection_.reset();
}

void EmojisTest::hosts_do_not_touch_each_others() {
  Emoji own;
  own.shortcode = "blob";
  own.file = "emojis/own.png";
  own.file_bytes = 3;
  put_local_emoji(*tx_, own);
  QVERIFY(put(told("good.example", "blob", "https://good.example/blob.png")));
  QVERIFY(put(told("evil.example", "blob", "https://evil.example/blob.png", now)));
  QCOMPARE(row("", "blob").file, "emojis/own.png");
  QCOMPARE(row("", "blob").url, "");
  QCOMPARE(row("good.example", "blob").url, "https://good.example/blob.png");
  QCOMPARE(row("evil.example", "blob").url, "https://evil.example/blob.png");
  QVERIFY(!emoji_by_name(*tx_, "other.example", "blob"));
  QVERIFY(!emoji_by_name(*tx_, "good.example", "BLOB"));
  QCOMPARE(local_emojis(*tx_).size(), std::size_t{1});
}

void EmojisTest::a_later_word_counts_data() {
  QTest::addColumn<bool>("knows_time");
  QTest::addColumn<int>("minutes");  // later than what is known; 99 = no time is told
  QTest::addColumn<QString>("url");
  QTest::addColumn<bool>("counts");
  const auto row = [](const char* name, bool knows_time, int minutes, const char* url, bool counts) {
    QTest::newRow(name) << knows_time << minutes << QStringLiteral("https://a.example/%1").arg(url) << counts;
  };
  row("the same", true, 0, "1.png", false);
  row("the same without a time", false, 99, "1.png", false);
  row("later", true, 1, "1.png", true);
  row("later, elsewhere", true, 1, "2.png", true);
  row("earlier", true, -1, "2.png", false);
  row("at the same time elsewhere", true, 0, "2.png", true);
  row("no time any more, elsewhere", true, 99, "2.png", true);
  row("no time, elsewhere", false, 99, "2.png", true);
  row("a time for the first time", false, 0, "1.png", false);
}

void EmojisTest::a_later_word_counts() {
  QFETCH(bool, knows_time);
  QFETCH(int, minutes);
  QFETCH(QString, url);
  QFETCH(bool, counts);
  QVERIFY(put(
      told("a.example", "blob", "https://a.example/1.png", knows_time ? std::optional(now) : std::nullopt)));
  const auto time = minutes == 99 ? std::nullopt : std::optional(now + std::chrono::minutes(minutes));
  QCOMPARE(put(told("a.example", "blob", url.toStdString(), time)), counts);
  QCOMPARE(row("a.example", "blob").version, std::int64_t{counts ? 2 : 1});
  if (counts) QCOMPARE(row("a.example", "blob").url, url.toStdString());
}

void EmojisTest::a_host_has_an_end() {
  for (int i = 0; i < 5; ++i)
    QCOMPARE(put(told("a.example", "e" + std::to_string(i), "https://a.example/")), i < 3);
  QVERIFY(put(told("b.example", "blob", "https://b.example/")));
  QVERIFY(put(told("a.example", "e1", "https://a.example/new")));  // who is known may change
  QCOMPARE(count_emojis(*tx_, "a.example"), std::int64_t{3});
}

void EmojisTest::a_picture_is_of_one_version() {
  put(told("a.example", "blob", "https://a.example/1.png"));
  const auto first = row("a.example", "blob");
  QVERIFY(!first.is_fetched());
  QCOMPARE(put_emoji_file(*tx_, first, "remote/1.png", 10), std::optional<std::string>(""));
  QVERIFY(row("a.example", "blob").is_fetched());
  put(told("a.example", "blob", "https://a.example/2.png"));
  const auto second = row("a.example", "blob");
  QVERIFY(!second.is_fetched());
  QCOMPARE(second.file, "remote/1.png");  // serves meanwhile
  QVERIFY(!put_emoji_file(*tx_, first, "remote/late.png", 10));
  QCOMPARE(put_emoji_file(*tx_, second, "remote/2.png", 20), std::optional<std::string>("remote/1.png"));
  QCOMPARE(remote_emoji_bytes(*tx_), std::int64_t{20});
}

void EmojisTest::failures_are_of_one_version() {
  put(told("a.example", "blob", "https://a.example/1.png"));
  const auto first = row("a.example", "blob");
  put_emoji_failure(*tx_, first, 1, now + 60s);
  QCOMPARE(row("a.example", "blob").attempts, std::int64_t{1});
  QCOMPARE(row("a.example", "blob").next_at, std::optional(now + 60s));
  put(told("a.example", "blob", "https://a.example/2.png"));
  put_emoji_failure(*tx_, first, 2, now + 300s);
  QCOMPARE(row("a.example", "blob").attempts, std::int64_t{0});
  QVERIFY(!row("a.example", "blob").next_at);
}

void EmojisTest::the_longest_unused_come_first() {
  for (const std::string name : {"aa", "bb", "cc"}) {
    put(told("a.example", name, "https://a.example/"));
    put_emoji_file(*tx_, row("a.example", name), "remote/" + name + ".png", 10);
    at(tx_->now() + 1h);
  }
  touch_emoji(*tx_, row("a.example", "aa").id);
  const auto stale = stalest_emojis(*tx_, 2);
  QCOMPARE(stale.size(), std::size_t{2});
  QCOMPARE(stale[0].shortcode, "bb");
  QCOMPARE(stale[1].shortcode, "cc");
  drop_emoji_file(*tx_, stale[0].id);
  QCOMPARE(row("a.example", "bb").file, "");
  QCOMPARE(remote_emoji_bytes(*tx_), std::int64_t{20});
}

void EmojisTest::local_ones_are_told_of() {
  Emoji own;
  own.shortcode = "blob";
  own.file = "emojis/1.png";
  own.file_bytes = 3;
  QCOMPARE(put_local_emoji(*tx_, own), "");
  QVERIFY(changes_.emojis);
  own.file = "emojis/2.png";
  QCOMPARE(put_local_emoji(*tx_, own), "emojis/1.png");
  QVERIFY(row("", "blob").is_fetched());
  changes_ = {};
  QCOMPARE(delete_local_emoji(*tx_, "blob"), std::optional<std::string>("emojis/2.png"));
  QVERIFY(changes_.emojis);
  QVERIFY(!delete_local_emoji(*tx_, "blob"));
}

QTEST_APPLESS_MAIN(EmojisTest)
#include "emojis_test.moc"

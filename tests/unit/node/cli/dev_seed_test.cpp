#include "node/cli/dev_seed.h"

#include <set>
#include <sstream>

#include "node/cli/check.h"
#include "node/cli/demo_text.h"
#include "node/cli/dump.h"
#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"
#include "tests/unit/node/cli/node_folder.h"

using namespace dunlin;
using namespace dunlin::cli;

namespace {

const ManualClock noon(Timestamp{1'800'000'000'000});

std::string dump(const NodeFolder& node) {
  std::ostringstream out;
  return dump_node(node.path(), out) ? out.str() : "refused";
}

}  // namespace

class DevSeedTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void it_makes_what_was_asked_for();
  void the_node_is_sound_afterwards();
  void posts_are_spread_over_the_past_year_in_order();
  void there_is_something_of_everything();
  void the_same_seed_makes_the_same_rows();
  void nobody_can_sign_in_with_a_password();
  void a_second_time_is_refused();
  void sizes_out_of_range_are_refused();
  void texts_have_100_to_400_characters();
  void names_do_not_repeat();
};

void DevSeedTest::it_makes_what_was_asked_for() {
  const NodeFolder node;
  const auto done =
      dev_seed(node.path(), {.accounts = 40, .statuses = 500, .follows_per_account = 10, .seed = 1}, noon);
  QVERIFY2(done, why(done).c_str());
  QCOMPARE(node.ask("SELECT count(*) FROM account"), std::string("40"));
  QCOMPARE(node.ask("SELECT count(*) FROM status"), std::string("500"));
  QCOMPARE(node.ask("SELECT following_count FROM account WHERE username = 'reader'"), std::string("10"));
  QCOMPARE(node.ask("SELECT count(*) FROM account WHERE following_count <> 10"), std::string("0"));
  // By a power law: the best known tenth has far more than a tenth of the followers.
  QVERIFY(
      std::stoi(node.ask(
          "SELECT sum(followers_count) FROM (SELECT * FROM account ORDER BY followers_count DESC LIMIT 4)")) >
      80);
}

void DevSeedTest::the_node_is_sound_afterwards() {
  const NodeFolder node;
  QVERIFY(
      dev_seed(node.path(), {.accounts = 40, .statuses = 1'500, .follows_per_account = 39, .seed = 2}, noon));
  const auto report = check_node(node.path());
  QVERIFY2(report.is_sound(), report.problems.empty() ? "" : report.problems[0].c_str());
}

void DevSeedTest::posts_are_spread_over_the_past_year_in_order() {
  const NodeFolder node;
  QVERIFY(
      dev_seed(node.path(), {.accounts = 10, .statuses = 1'000, .follows_per_account = 5, .seed = 3}, noon));
  const auto day = [&](const char* which) {
    return (noon.now().ms -
            (std::stoll(node.ask(std::string("SELECT ") + which + "(id) FROM status")) >> 16)) /
           86'400'000;
  };
  QCOMPARE(day("min"), 363);
  QCOMPARE(day("max"), 0);
  QVERIFY(std::stoll(node.ask("SELECT max(id) FROM status")) >> 16 < noon.now().ms);
  const auto months = node.ask("SELECT count(DISTINCT (id >> 16) / 2678400000) FROM status");
  QVERIFY2(std::stoi(months) >= 12, months.c_str());
}

void DevSeedTest::there_is_something_of_everything() {
  const NodeFolder node;
  QVERIFY(
      dev_seed(node.path(), {.accounts = 30, .statuses = 2'000, .follows_per_account = 5, .seed = 4}, noon));
  for (const char* what :
       {"status WHERE in_reply_to_id IS NOT NULL", "status WHERE reblog_of_id IS NOT NULL",
        "status WHERE mentions <> ''", "status WHERE tags <> ''", "status WHERE spoiler_text <> ''",
        "status WHERE visibility = 'direct'", "status WHERE visibility = 'private'",
        "status WHERE visibility = 'unlisted'", "favourite", "notification WHERE type = 'mention'",
        "status WHERE content LIKE '<p>%class=\"u-url mention\"%'"}) {
    const auto count = std::stoi(node.ask(std::string("SELECT count(*) FROM ") + what));
    QVERIFY2(count >= 10, what);
  }
}

void DevSeedTest::the_same_seed_makes_the_same_rows() {
  const NodeFolder one, same, other;
  QVERIFY(dev_seed(one.path(), {.accounts = 20, .statuses = 200, .follows_per_account = 5, .seed = 5}, noon));
  QVERIFY(
      dev_seed(same.path(), {.accounts = 20, .statuses = 200, .follows_per_account = 5, .seed = 5}, noon));
  QVERIFY(
      dev_seed(other.path(), {.accounts = 20, .statuses = 200, .follows_per_account = 5, .seed = 6}, noon));
  QCOMPARE(dump(same), dump(one));
  QVERIFY(dump(other) != dump(one));
}

void DevSeedTest::nobody_can_sign_in_with_a_password() {
  const NodeFolder node;
  QVERIFY(dev_seed(node.path(), {.accounts = 5, .statuses = 0, .follows_per_account = 1, .seed = 7}, noon));
  QCOMPARE(node.ask("SELECT count(*) FROM user WHERE password_hash = '' AND state = 'active'"),
           std::string("5"));
}

void DevSeedTest::a_second_time_is_refused() {
  const NodeFolder node;
  QVERIFY(dev_seed(node.path(), {.accounts = 5, .statuses = 10, .follows_per_account = 1, .seed = 8}, noon));
  const auto before = dump(node);
  const auto again =
      dev_seed(node.path(), {.accounts = 5, .statuses = 10, .follows_per_account = 1, .seed = 8}, noon);
  QVERIFY(!again);
  QCOMPARE(static_cast<int>(again.error().code), static_cast<int>(Errc::conflict));
  QCOMPARE(dump(node), before);
}

void DevSeedTest::sizes_out_of_range_are_refused() {
  const NodeFolder node;
  for (const DevSeed& size : {DevSeed{.accounts = 1}, DevSeed{.statuses = -1},
                              DevSeed{.follows_per_account = -1}, DevSeed{.accounts = 1'000'001}}) {
    const auto done = dev_seed(node.path(), size, noon);
    QVERIFY(!done);
    QCOMPARE(static_cast<int>(done.error().code), static_cast<int>(Errc::bad_request));
  }
  QCOMPARE(node.ask("SELECT count(*) FROM account"), std::string("0"));
}

void DevSeedTest::texts_have_100_to_400_characters() {
  Dice dice(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto characters = QString::fromStdString(demo_post(dice)).size();
    QVERIFY2(characters >= 100 && characters <= 400, std::to_string(characters).c_str());
  }
}

void DevSeedTest::names_do_not_repeat() {
  std::set<std::string> names;
  for (std::size_t i = 0; i < 5'000; ++i) {
    const auto name = demo_username(i);
    QVERIFY2(names.insert(name).second && name.size() <= 30, name.c_str());
  }
}

QTEST_APPLESS_MAIN(DevSeedTest)
#include "dev_seed_test.moc"

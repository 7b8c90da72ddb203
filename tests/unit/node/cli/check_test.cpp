#include "node/cli/check.h"

#include <QRegularExpression>
#include <algorithm>
#include <fstream>

#include "node/cli/demo_text.h"
#include "node/domain/accounts/accounts.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/quotes.h"
#include "node/store/database.h"
#include "protocol/base/random.h"
#include "tests/support/qt.h"
#include "tests/unit/node/cli/node_folder.h"

using namespace dunlin;
using namespace dunlin::cli;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& line : lines) all += line + "\n";
  return all;
}

bool has(const std::vector<std::string>& lines, const std::string& wanted) {
  return std::find(lines.begin(), lines.end(), wanted) != lines.end();
}

void flip_a_bit(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 1));
}

}  // namespace

class CheckTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { node_.fill(); }
  void a_node_that_was_only_used_is_sound();
  void whatever_people_do_leaves_a_sound_node();
  void each_broken_invariant_is_told_with_its_row_data();
  void each_broken_invariant_is_told_with_its_row();
  void many_broken_rows_are_counted();
  void a_damaged_page_is_found();
  void a_row_that_names_a_missing_row_is_found();
  void a_damaged_picture_is_found();
  void a_missing_picture_is_found();
  void a_file_that_nobody_names_is_only_noted();
  void a_node_that_writes_at_the_same_time_does_not_matter();
  void what_is_no_database_is_a_problem();
  void another_schema_is_a_problem();

 private:
  NodeFolder node_;
};

void CheckTest::a_node_that_was_only_used_is_sound() {
  const auto report = check_node(node_.path());
  QVERIFY2(report.is_sound(), joined(report.problems).c_str());
  QVERIFY2(report.notes.empty(), joined(report.notes).c_str());
  QCOMPARE(report.totals.accounts, 29);  // one of 30 is deleted
  QCOMPARE(std::to_string(report.totals.statuses),
           node_.ask("SELECT count(*) FROM status WHERE deleted_at IS NULL"));
  QCOMPARE(report.media_files, std::size_t{2});
}

namespace {

std::optional<domain::PollDraft> poll(Dice& dice) {
  return domain::PollDraft{
      {"heron", "gull", dice.percent(50) ? "tern" : "skua"}, dice.percent(50), false, std::chrono::hours(1)};
}

/// One thing that a person may do, allowed or not.
void do_something(store::WriteTx& tx, Dice& dice) {
  const auto accounts = store::all_local_accounts(tx);
  const auto anyone = [&] { return accounts[dice.below(accounts.size())]; };
  const auto me = anyone(), other = anyone();
  const auto page = store::account_older(tx, other, id_max<StatusId>(), 10);
  const auto directs = store::directs_older(tx, me, id_max<StatusId>(), 5);
  StatusId status;
  if (!page.empty()) status = page[dice.below(page.size())].id;
  if (!directs.empty() && dice.percent(20)) status = directs[dice.below(directs.size())].id;
  const auto account = store::find_account(tx, me);
  if (account->is_gone()) return;  // signed out
  const auto visibility = static_cast<store::Visibility>(dice.below(4));
  const auto text = [&] {
    const auto name = store::find_account(tx, other)->username;
    return *domain::prepare_text(tx, NodeFolder::site(), {.characters_max = 5'000},
                                 "@" + name + " " + demo_post(dice), "", "plain");
  };
  domain::Policies policies;
  if (dice.percent(30))
    policies.quote = domain::quote_rule_named(dice.percent(50)   ? "followers"
                                              : dice.percent(50) ? "nobody"
                                                                 : "public");
  if (dice.percent(20)) policies.reply.emplace().automatic.followers = true;
  switch (dice.below(28)) {
    case 0:
    case 1:
    case 2: {
      domain::StatusDraft draft;
      draft.text = text();
      draft.visibility = visibility;
      if (dice.percent(60)) draft.in_reply_to = status;
      if (dice.percent(20)) draft.poll = poll(dice);
      if (dice.percent(40)) draft.quotes = status;
      draft.policies = policies;
      (void)domain::publish(tx, me, draft);
      break;
    }
    case 24: {
      for (const auto& each : page) {
        const auto quotes = store::quotes_older(tx, each.id, id_max<StatusId>(), 5);
        if (quotes.empty()) continue;
        (void)domain::revoke_quote(tx, other, each.id, quotes.front().id);
        break;
      }
      break;
    }
    case 25:
      (void)domain::set_policies(tx, other, status, policies);
      break;
    case 3:
      (void)domain::edit_status(
          tx, other, status, {text(), false, std::nullopt, {}, dice.percent(50) ? poll(dice) : std::nullopt});
      break;
    case 4:
      (void)domain::delete_status(tx, other, status);
      break;
    case 5:
    case 6:
      (void)domain::favourite(tx, me, status);
      break;
    case 7:
      (void)domain::unfavourite(tx, me, status);
      break;
    case 8:
    case 9:
      (void)domain::reblog(tx, me, status, static_cast<store::Visibility>(dice.below(3)));
      break;
    case 10:
      (void)domain::unreblog(tx, me, status);
      break;
    case 11:
      (void)domain::bookmark(tx, me, status);
      break;
    case 12:
      (void)domain::unbookmark(tx, me, status);
      break;
    case 13:
      (void)domain::pin(tx, other, status);
      break;
    case 14:
      (void)domain::mute_conversation(tx, me, status, dice.percent(50));
      break;
    case 15:
    case 16:
      (void)domain::follow(tx, me, other, {{}, dice.percent(30), {}}, 0);
      break;
    case 17:
      (void)domain::unfollow(tx, me, other);
      break;
    case 18:
      (void)domain::block(tx, me, other);
      break;
    case 19:
      (void)domain::unblock(tx, me, other);
      break;
    case 20: {
      domain::ProfileChange change;
      change.locked = dice.percent(50);
      (void)domain::change_profile(tx, NodeFolder::site(), me, change);
      break;
    }
    case 21:
      (void)domain::accept_follow_request(tx, me, other);
      break;
    case 22:
      (void)domain::reject_follow_request(tx, me, other);
      break;
    case 23:
      if (dice.percent(3)) domain::delete_account(tx, other);
      if (dice.percent(3)) store::set_suspended(tx, other, dice.percent(50));
      break;
    case 26:
      if (auto asked = store::find_poll(tx, status); asked && dice.percent(20)) {
        asked->expires_at = asked->due_at = tx.now();
        store::put_poll(tx, *asked);
      }
      domain::tell_of_due_polls(tx, 10);
      break;
    case 27:
      (void)domain::vote(tx, me, status, {static_cast<int>(dice.below(3))});
      break;
  }
}

}  // namespace

void CheckTest::whatever_people_do_leaves_a_sound_node() {
  NodeFolder used(node_);
  // CHECK_SEED=... tries another history.
  Dice dice(qEnvironmentVariable("CHECK_SEED", "1").toULongLong());
  for (int batch = 0; batch < 20; ++batch) {
    const auto done = used.write([&](store::WriteTx& tx) -> Result<void> {
      for (int i = 0; i < 200; ++i) do_something(tx, dice);
      return {};
    });
    QVERIFY2(done, why(done).c_str());
    const auto report = check_node(used.path());
    QVERIFY2(report.is_sound(), joined(report.problems).c_str());
  }
  for (const char* made : {"status WHERE deleted_at IS NOT NULL AND reblog_of_id IS NULL",
                           "status WHERE deleted_at IS NOT NULL AND reblog_of_id IS NOT NULL",
                           "status_edit",
                           "direct",
                           "block",
                           "follow_request",
                           "conversation_mute",
                           "bookmark",
                           "pin",
                           "quote WHERE state = 'accepted'",
                           "quote WHERE state = 'revoked'",
                           "quote WHERE state = 'deleted'",
                           "status WHERE quotes_count > 0",
                           "notification WHERE type = 'quote'",
                           "notification WHERE type = 'poll'",
                           "poll_vote",
                           "account WHERE deleted_at IS NOT NULL AND username <> 'silver_heron'",
                           "notification WHERE type = 'update'",
                           "notification WHERE type = 'reblog'",
                           "notification WHERE type = 'follow_request'",
                           "notification WHERE type = 'status'"}) {
    QVERIFY2(used.ask(std::string("SELECT count(*) FROM ") + made) != "0", made);
  }
}

void CheckTest::each_broken_invariant_is_told_with_its_row_data() {
  QTest::addColumn<QString>("pick");      // the row, by a query
  QTest::addColumn<QString>("breaking");  // %1 is what was picked
  QTest::addColumn<QString>("problem");   // likewise

  const auto row = [](const char* name, const char* pick, const char* breaking, const char* problem) {
    QTest::newRow(name) << QString::fromUtf8(pick) << QString::fromUtf8(breaking)
                        << QString::fromUtf8(problem);
  };
  const char* favourited = "SELECT id FROM status WHERE favourites_count = 2 AND deleted_at IS NULL";
  row("a favourite too many counted", favourited, "UPDATE status SET favourites_count = 3 WHERE id = %1",
      "status %1: favourites_count is 3, favourites there are 2");
  row("a favourite lost", favourited,
      "DELETE FROM favourite WHERE status_id = %1; DELETE FROM notification WHERE status_id = %1 AND type = "
      "'favourite'",
      "status %1: favourites_count is 2, favourites there are 0");
  row("boosts", "SELECT id FROM status WHERE reblogs_count = 1",
      "UPDATE status SET reblogs_count = 0 WHERE id = %1",
      "status %1: reblogs_count is 0, boosts there are 1");
  const char* asked = "SELECT status_id FROM poll WHERE votes = '0 1'";
  row("votes", asked, "UPDATE poll SET votes = '1 1' WHERE status_id = %1",
      "poll of status %1: option 0 counts 1 votes, votes there are 0");
  row("voters", asked, "UPDATE poll SET voters = 2 WHERE status_id = %1",
      "poll of status %1: counts 2 voters, voters there are 1");
  row("replies", "SELECT id FROM status WHERE replies_count = 1",
      "UPDATE status SET replies_count = 9 WHERE id = %1",
      "status %1: replies_count is 9, replies there are 1");
  row("quotes", "SELECT max(id) FROM status WHERE deleted_at IS NULL",
      "UPDATE status SET quotes_count = 9 WHERE id = %1", "status %1: quotes_count is 9, quotes there are 0");
  row("a quote that does not say so", "SELECT status_id FROM quote",
      "UPDATE status SET is_quote = 0 WHERE id = %1", "quote %1: the status does not say that it is one");
  row("a quote of nothing", "SELECT status_id FROM quote",
      "UPDATE quote SET quoted_id = 77 WHERE status_id = %1", "quote %1: what it quotes does not exist");
  row("a quote without its row", "SELECT status_id FROM quote", "DELETE FROM quote WHERE status_id = %1",
      "status %1: says that it is a quote, but there is no row of what");
  row("statuses", "SELECT id FROM account WHERE username = 'silver_heron'",
      "UPDATE account SET statuses_count = 5 WHERE id = %1",
      "account %1 (silver_heron): statuses_count is 5, statuses there are 0");
  row("followers", "SELECT id FROM account WHERE username = 'silver_heron'",
      "UPDATE account SET followers_count = 5 WHERE id = %1",
      "account %1 (silver_heron): followers_count is 5, followers there are 0");
  row("followed", "SELECT id FROM account WHERE username = 'silver_heron'",
      "UPDATE account SET following_count = 5 WHERE id = %1",
      "account %1 (silver_heron): following_count is 5, accounts it follows are 0");
  row("a name's key", "SELECT id FROM account WHERE username = 'reader'",
      "UPDATE account SET username_key = 'other' WHERE id = %1",
      "account %1 (reader): username_key is other, not its name in lower case");
  row("fields that are no JSON", "SELECT id FROM account WHERE username = 'reader'",
      "UPDATE account SET fields = '[' WHERE id = %1", "account %1 (reader): fields are no JSON");
  row("the profile of a deleted account", "SELECT id FROM account WHERE username = 'silver_heron'",
      "UPDATE account SET note = 'I was here' WHERE id = %1",
      "account %1 (silver_heron): is deleted, but its profile is still there");
  row("an account without a user", "SELECT id FROM account WHERE username = 'reader'",
      "DELETE FROM user WHERE account_id = %1", "account %1 (reader): is local, but has no user row");
  row("a user of a deleted account", "SELECT id FROM account WHERE username = 'silver_heron'",
      "INSERT INTO user (account_id, email, email_key, password_hash, state, created_at) VALUES (%1, 'a', "
      "'a', '', 'active', 1)",
      "user %1 (silver_heron): its account is deleted");
  row("a token of a deleted account", "SELECT id FROM account WHERE username = 'silver_heron'",
      "UPDATE token SET account_id = %1 WHERE id = 1", "token 1: its account %1 (silver_heron) is deleted");

  const char* post = "SELECT id FROM status WHERE text LIKE '%an answer%'";
  row("mentions that are no ids", post, "UPDATE status SET mentions = 'x y' WHERE id = %1",
      "status %1: mentions are no list of ids: x y");
  row("a mention of nobody", post, "UPDATE status SET mentions = '99999' WHERE id = %1",
      "status %1: mentions account 99999, which does not exist");
  const char* direct = "SELECT id FROM status WHERE text LIKE '%only for you%'";
  row("a direct row too many", direct, "INSERT INTO direct VALUES (29, %1)",
      "direct (account 29, status %1): the account takes no part in the status");
  row("a direct row of a public status", post, "INSERT INTO direct VALUES (1, %1)",
      "direct (account 1, status %1): the status is public");
  row("a direct row of no status", "SELECT 77", "INSERT INTO direct VALUES (1, %1)",
      "direct (account 1, status %1): the status does not exist");
  row("an author's direct row missing", direct, "DELETE FROM direct WHERE account_id = 1 AND status_id = %1",
      "status %1: is direct, but has no direct row for account 1");
  row("a mentioned one's direct row missing", direct,
      "DELETE FROM direct WHERE account_id = 2 AND status_id = %1",
      "status %1: is direct, but has no direct row for account 2");
  row("a tag row too many", post,
      "INSERT INTO tag VALUES (4711, 'nowhere'); INSERT INTO status_tag VALUES (4711, %1)",
      "status_tag (tag 4711 nowhere, status %1): the status does not have this tag");
  row("a tag row of a deleted status",
      "SELECT id FROM status WHERE deleted_at IS NOT NULL AND visibility = 'direct'",
      "INSERT INTO tag VALUES (4711, 'nowhere'); INSERT INTO status_tag VALUES (4711, %1)",
      "status_tag (tag 4711 nowhere, status %1): the status is deleted");
  row("a tag row missing", post, "DELETE FROM status_tag WHERE status_id = %1",
      "status %1: is not filed under its tag birds");

  row("an answer to nothing", post, "UPDATE status SET in_reply_to_id = 77 WHERE id = %1",
      "status %1: answers status 77, which does not exist");
  row("an answer to another author", post, "UPDATE status SET in_reply_to_account_id = 3 WHERE id = %1",
      "status %1: in_reply_to_account_id is not the author of the answered status");
  row("an answer in another thread", post, "UPDATE status SET conversation_id = 3 WHERE id = %1",
      "status %1: conversation_id is not that of the answered status");
  row("a first post in another thread", "SELECT id FROM status WHERE text LIKE 'First, edited%'",
      "UPDATE status SET conversation_id = 3 WHERE id = %1",
      "status %1: begins a thread, but conversation_id is 3");
  const char* boost = "SELECT max(id) FROM status WHERE reblog_of_id IS NOT NULL AND deleted_at IS NULL";
  row("a boost of nothing", boost, "UPDATE status SET reblog_of_id = 77 WHERE id = %1",
      "status %1: boosts status 77, which does not exist");
  row("a direct boost", boost, "UPDATE status SET visibility = 'direct' WHERE id = %1",
      "status %1: is a boost, but direct");
  row("a boost with a text", boost, "UPDATE status SET text = 'no' WHERE id = %1",
      "status %1: is a boost, but has a text");
  row("history lost", "SELECT id FROM status WHERE revision = 1",
      "DELETE FROM status_edit WHERE status_id = %1",
      "status %1: revision is 1, former versions there are 0");

  const char* tombstone = "SELECT id FROM status WHERE deleted_at IS NOT NULL AND visibility = 'direct'";
  row("the text of a tombstone", tombstone, "UPDATE status SET content = '<p>secret</p>' WHERE id = %1",
      "status %1: is deleted, but its text is still there");
  row("the mentions of a tombstone", tombstone, "UPDATE status SET mentions = '2' WHERE id = %1",
      "status %1: is deleted, but its mentions or tags are still there");
  row("the history of a tombstone", tombstone,
      "INSERT INTO status_edit VALUES (%1, 0, 1, 0, '', 'secret', '')",
      "status %1: is deleted, but former versions are still there");
  row("a favourite of a tombstone", tombstone, "INSERT INTO favourite VALUES (2, %1, 1)",
      "status %1: is deleted, but favourites are still there");
  row("another's pin", post, "INSERT INTO pin VALUES (1, %1, 1)",
      "pin (account 1, status %1): the status is another's or a boost");

  row("a notification about no status", "SELECT id FROM notification WHERE type = 'mention'",
      "UPDATE notification SET status_id = 77 WHERE id = %1",
      "notification %1 (mention): status 77 does not exist");
  row("a notification about a deleted status", "SELECT id FROM notification WHERE type = 'mention'",
      "UPDATE notification SET status_id = (SELECT max(id) FROM status WHERE deleted_at IS NOT NULL) WHERE "
      "id = %1",
      "notification %1 (mention): status * is deleted");
  row("a notification of nothing", "SELECT id FROM notification WHERE type = 'mention'",
      "UPDATE notification SET status_id = 0 WHERE id = %1", "notification %1 (mention): is about no status");
  row("a notification of a favourite undone",
      "SELECT id FROM notification WHERE type = 'favourite' ORDER BY id DESC",
      "UPDATE notification SET from_account_id = 29, status_id = (SELECT max(id) FROM status WHERE "
      "deleted_at IS NULL) WHERE id = %1",
      "notification %1 (favourite): what it tells of, by account 29, is not there");
  row("a notification told twice", "SELECT id FROM notification WHERE type = 'follow'",
      "DROP INDEX notification_once; INSERT INTO notification SELECT id + 1, account_id, type, "
      "from_account_id, status_id FROM notification WHERE id = %1",
      "notification * (follow): tells account * again what notification %1 tells");
  row("an idempotency key of nothing", "SELECT status_id FROM idempotency",
      "UPDATE idempotency SET status_id = 77 WHERE status_id = %1",
      "idempotency (account *, key *): status 77 does not exist");
  row("an idempotency key of another's status", "SELECT status_id FROM idempotency WHERE account_id = 1",
      "UPDATE idempotency SET status_id = (SELECT max(id) FROM status WHERE account_id = 2) WHERE status_id "
      "= %1",
      "idempotency (account 1, key *): status * is of account 2");

  row("a follow of oneself", "SELECT 1", "INSERT INTO follow (account_id, target_id, id) VALUES (1, 1, 5)",
      "follow (account 1, target 1): is of an account to itself");
  row("a follow of a deleted account", "SELECT id FROM account WHERE username = 'silver_heron'",
      "INSERT INTO follow (account_id, target_id, id) VALUES (1, %1, 5)",
      "follow (account 1, target %1): one of the two is deleted");
  row("a follow of a blocked account", "SELECT target_id FROM block WHERE account_id = 1",
      "INSERT INTO follow (account_id, target_id, id) VALUES (1, %1, 5)",
      "follow (account 1, target %1): one of the two blocks the other");
  row("a follow by a blocked account", "SELECT target_id FROM block WHERE account_id = 1",
      "INSERT INTO follow (account_id, target_id, id) VALUES (%1, 1, 5)",
      "follow (account %1, target 1): one of the two blocks the other");
  row("a request by who follows already", "SELECT target_id FROM follow WHERE account_id = 1",
      "INSERT INTO follow_request (account_id, target_id, id) VALUES (1, %1, 5)",
      "follow_request (account 1, target %1): follows already");
  const char* emoji = "SELECT id FROM emoji WHERE shortcode = 'blob'";
  row("an emoji that no text can name", emoji, "UPDATE emoji SET shortcode = 'a b' WHERE id = %1",
      "emoji %1 (a b@good.example): no text can name it");
  row("an emoji of this node without a picture", emoji, "UPDATE emoji SET host = '', url = '' WHERE id = %1",
      "emoji %1 (blob): is of this node, but has no picture");
  row("an emoji without an address", emoji, "UPDATE emoji SET url = '' WHERE id = %1",
      "emoji %1 (blob@good.example): is of another node, but has no address");
  row("an emoji's bytes without a file", emoji, "UPDATE emoji SET file_bytes = 5 WHERE id = %1",
      "emoji %1 (blob@good.example): file_bytes is 5, the file is named ");
  row("an emoji's picture lost", emoji,
      "UPDATE emoji SET file = 'remote/x-y.png', file_bytes = 5, file_version = 1 WHERE id = %1",
      "media/remote/x-y.png: is missing; emoji %1 (blob@good.example) shows it");
  row("a block of oneself", "SELECT 1", "INSERT INTO block VALUES (1, 1, 5)",
      "block (account 1, target 1): is of an account to itself");
}

void CheckTest::each_broken_invariant_is_told_with_its_row() {
  QFETCH(QString, pick);
  QFETCH(QString, breaking);
  QFETCH(QString, problem);
  const NodeFolder broken(node_);
  const auto picked = QString::fromStdString(broken.ask(pick.toStdString()));
  QVERIFY2(!picked.isEmpty(), "the test's node has no such row");
  broken.sql("PRAGMA foreign_keys = OFF; " + QString(breaking).replace("%1", picked).toStdString());
  const auto report = check_node(broken.path());
  const auto wanted = QRegularExpression(
      "^" + QRegularExpression::escape(problem.replace("%1", picked)).replace("\\*", ".+") + "$");
  const bool is_told = std::any_of(report.problems.begin(), report.problems.end(), [&](const auto& line) {
    return wanted.match(QString::fromStdString(line)).hasMatch();
  });
  QVERIFY2(is_told, (problem.toStdString() + " is not in:\n" + joined(report.problems)).c_str());
}

void CheckTest::many_broken_rows_are_counted() {
  const NodeFolder broken(node_);
  broken.sql("UPDATE status SET favourites_count = favourites_count + 1");
  const auto report = check_node(broken.path());
  const auto live = std::stoul(broken.ask("SELECT count(*) FROM status WHERE deleted_at IS NULL"));
  QCOMPARE(report.problems.size(), std::size_t{101});
  QVERIFY2(has(report.problems, "check_favourites_count: and " + std::to_string(live - 100) + " more"),
           joined(report.problems).c_str());
}

void CheckTest::a_damaged_page_is_found() {
  const NodeFolder broken(node_);
  broken.sql("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(broken.file("dunlin.db")));
  const auto page =
      std::stol(broken.ask("SELECT rootpage FROM sqlite_schema WHERE name = 'notification_once'"));
  const std::streamoff at = (page - 1) * 4096;
  QVERIFY(at > 0 && at < size);
  for (std::streamoff i = 0; i < 16; ++i) flip_a_bit(broken.file("dunlin.db"), at + i);
  const auto report = check_node(broken.path());
  QVERIFY(!report.is_sound());
}

void CheckTest::a_row_that_names_a_missing_row_is_found() {
  const NodeFolder broken(node_);
  broken.sql("PRAGMA foreign_keys = OFF; UPDATE token SET app_id = 99 WHERE id = 1");
  const auto report = check_node(broken.path());
  QVERIFY2(has(report.problems, "database: token row 1 names a row of app that does not exist"),
           joined(report.problems).c_str());
}

void CheckTest::a_damaged_picture_is_found() {
  const NodeFolder broken(node_);
  const auto avatar = broken.ask("SELECT avatar FROM account WHERE id = 1");
  flip_a_bit(broken.file("media/" + avatar), 4'321);
  const auto report = check_node(broken.path());
  QVERIFY2(has(report.problems, "media/" + avatar + ": is damaged; account 1 (reader) shows it"),
           joined(report.problems).c_str());
}

void CheckTest::a_missing_picture_is_found() {
  const NodeFolder broken(node_);
  const auto header = broken.ask("SELECT header FROM account WHERE id = 1");
  std::filesystem::remove(broken.file("media/" + header));
  const auto report = check_node(broken.path());
  QVERIFY2(has(report.problems, "media/" + header + ": is missing; account 1 (reader) shows it"),
           joined(report.problems).c_str());
}

void CheckTest::a_file_that_nobody_names_is_only_noted() {
  const NodeFolder node(node_);
  const auto name = media::Files(node.file("media"), system_random()).put("avatars", "picture", "image/gif");
  const auto report = check_node(node.path());
  QVERIFY2(report.is_sound(), joined(report.problems).c_str());
  QCOMPARE(joined(report.notes), "media/" + name + ": nothing shows it\n");
}

void CheckTest::a_node_that_writes_at_the_same_time_does_not_matter() {
  NodeFolder node(node_);
  const auto snapshot = store::Snapshot::open(node.file("dunlin.db"));
  QVERIFY2(snapshot, why(snapshot).c_str());
  const auto before = (*snapshot)->totals();
  const auto written = node.write([](store::WriteTx& tx) -> Result<void> {
    domain::StatusDraft draft;
    draft.text.text = "while the check runs";
    draft.text.format = "plain";
    TRY_DO(domain::publish(tx, AccountId{1}, draft));
    return {};
  });
  QVERIFY2(written, why(written).c_str());
  QVERIFY((*snapshot)->broken_invariants().empty());
  QCOMPARE((*snapshot)->totals().statuses, before.statuses);
  QCOMPARE(check_node(node.path()).totals.statuses, before.statuses + 1);
}

void CheckTest::what_is_no_database_is_a_problem() {
  const NodeFolder broken(node_);
  QCOMPARE(check_node(broken.beside("nothing")).problems.size(), std::size_t{1});
  std::ofstream(broken.file("dunlin.db"), std::ios::trunc) << std::string(8'192, 'x');
  QVERIFY(!check_node(broken.path()).is_sound());
}

void CheckTest::another_schema_is_a_problem() {
  for (const char* version : {"99", "0"}) {
    const NodeFolder other(node_);
    other.sql(std::string("PRAGMA user_version = ") + version);
    const auto report = check_node(other.path());
    QCOMPARE(report.problems.size(), std::size_t{1});
    QVERIFY2(report.problems[0].find(std::string("(schema ") + version) != std::string::npos,
             report.problems[0].c_str());
  }
}

QTEST_APPLESS_MAIN(CheckTest)
#include "check_test.moc"

// The node's own history: what it counts equals what was done, and administrators alone see it.
#include "node/store/history.h"

#include "node/store/accounts.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

const std::string path = "/api/dunlin/v1/admin/history";

void make_admin(TestNode& node, const Person& person) {
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::set_user_role(tx, person.account, store::Role::admin);
    return {};
  });
}

json rows(HttpClient& admin, int step = 300) {
  return admin.get(path, {{"step", std::to_string(step)}}).json();
}

std::int64_t sum(const json& all, const std::string& field) {
  std::int64_t sum = 0;
  for (const auto& row : all) sum += row.at(field).get<std::int64_t>();
  return sum;
}

}  // namespace

class HistoryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void counts_equal_what_was_done();
  void a_restart_loses_nothing_and_adds_to_the_row();
  void hours_and_days_are_the_sum_of_their_parts();
  void old_rows_go();
  void only_administrators_see_it();
  void the_page_shows_graphs_of_a_day_and_a_month();
};

void HistoryTest::counts_equal_what_was_done() {
  TestNode node;
  const auto ann = node.person("ann", "read write follow admin:read");
  const auto bob = node.person("bob");
  make_admin(node, ann);
  auto author = node.client(ann);
  auto reader = node.client(bob);
  for (int i = 0; i < 5; ++i) post_status(author, "post " + std::to_string(i));
  const auto boosted = post_status(reader, "boost me");
  QCOMPARE(author.post("/api/v1/statuses/" + boosted + "/reblog").status, 200);
  QCOMPARE(author.post("/api/v1/statuses", {{"status", ""}}).status, 422);  // was not written
  for (int i = 0; i < 3; ++i) QCOMPARE(reader.get("/api/v1/timelines/home").status, 200);
  for (int i = 0; i < 2; ++i) QCOMPARE(author.get("/api/v1/timelines/home").status, 200);
  node.clock.advance(5min);
  QVERIFY(wait_until([&] { return rows(author).size() == 1; }));
  const auto row = rows(author)[0];
  QCOMPARE(row["begins_at"], "2026-01-01T00:00:00.000Z");
  QCOMPARE(row["seconds"], 300);
  QCOMPARE(row["posts"], 7);
  QCOMPARE(row["posts_elsewhere"], 0);
  QCOMPARE(row["feed_reads"], 5);
  QCOMPARE(row["readers"], 2);
  QCOMPARE(row["deliveries"], 0);
  QCOMPARE(row["received"], 0);
  QVERIFY(row["requests"] >= 13);
  QVERIFY(row["sent_bytes"] > 1'000);
  QVERIFY(row["memory_bytes"] > 1'000'000 && row["database_bytes"] > 100'000 && row["cpu_ms"] >= 0);
}

void HistoryTest::a_restart_loses_nothing_and_adds_to_the_row() {
  TestNode node;
  const auto ann = node.person("ann", "read write admin:read");
  make_admin(node, ann);
  {
    auto author = node.client(ann);
    post_status(author, "before");
  }
  node.clock.advance(1min);
  node.restart();
  auto author = node.client(ann);
  QCOMPARE(sum(rows(author), "posts"), 1);
  post_status(author, "after");
  post_status(author, "and again");
  node.clock.advance(5min);
  QVERIFY(wait_until([&] { return sum(rows(author), "posts") == 3; }));
  QCOMPARE(rows(author).size(), std::size_t{1});
}

void HistoryTest::hours_and_days_are_the_sum_of_their_parts() {
  TestNode node;
  const auto ann = node.person("ann", "read write admin:read");
  make_admin(node, ann);
  auto author = node.client(ann);
  for (std::size_t i = 1; i <= 3; ++i) {
    post_status(author, "one each time");
    node.clock.advance(40min);
    QVERIFY(wait_until([&] { return rows(author).size() == i; }));
  }
  QCOMPARE(rows(author, 3'600).size(), std::size_t{2});
  QCOMPARE(rows(author, 3'600)[0]["posts"], 2);
  QCOMPARE(rows(author, 3'600)[1]["posts"], 1);
  QCOMPARE(rows(author, 86'400).size(), std::size_t{1});
  for (const std::string field : {"posts", "requests", "sent_bytes", "cpu_ms"}) {
    QCOMPARE(sum(rows(author, 3'600), field), sum(rows(author), field));
    QCOMPARE(sum(rows(author, 86'400), field), sum(rows(author), field));
  }
}

void HistoryTest::old_rows_go() {
  TestNode node;
  const auto ann = node.person("ann", "read write admin:read");
  make_admin(node, ann);
  auto author = node.client(ann);
  const auto tick = [&](std::chrono::hours later, int step, std::size_t wanted) {
    node.clock.advance(later);
    return wait_until([&] { return rows(author, step).size() == wanted; });
  };
  QVERIFY(tick(1h, 300, 1));
  QVERIFY(tick(1h, 300, 2));
  QVERIFY(tick(72h, 300, 0));  // even the one that was just written began 72 hours ago
  QCOMPARE(rows(author, 3'600).size(), std::size_t{3});
}

void HistoryTest::only_administrators_see_it() {
  TestNode node({"server.insecure_http=true"});
  const std::string password = "correct horse ann staple";
  const auto ann = person_with_password(node, "ann", password);
  auto all = ann;
  all.token = node.token(ann, "read write admin:read");
  auto client = node.client(all);
  QCOMPARE(client.get(path).status, 403);
  Browser browser(node);
  const auto away = browser.get("/admin/history?view=month");
  QCOMPARE(away.status, 302);
  QCOMPARE(away.header("location"), "/auth/sign_in?return_to=%2Fadmin%2Fhistory%3Fview%3Dmonth");
  sign_in(browser, "ann", password);
  QCOMPARE(browser.get("/admin/history").status, 403);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::set_user_role(tx, ann.account, store::Role::moderator);
    return {};
  });
  QCOMPARE(browser.get("/admin/history").status, 403);
  make_admin(node, ann);
  QCOMPARE(browser.get("/admin/history").status, 200);
  QCOMPARE(client.get(path).status, 200);
  QCOMPARE(client.get(path, {{"step", "60"}}).status, 422);
  auto limited = node.client(ann);
  limited.token = node.token(ann, "read write");
  QCOMPARE(limited.get(path).status, 403);
}

void HistoryTest::the_page_shows_graphs_of_a_day_and_a_month() {
  TestNode node;
  const std::string password = "correct horse ann staple";
  const auto ann = person_with_password(node, "ann", password);
  make_admin(node, ann);
  Browser browser(node);
  sign_in(browser, "ann", password);
  QVERIFY(browser.get("/admin/history").body.find("There is nothing yet") != std::string::npos);
  auto author = node.client(ann);
  author.token = node.token(ann, "read write admin:read");
  post_status(author, "to be seen");
  node.clock.advance(5min);
  QVERIFY(wait_until([&] { return rows(author).size() == 1; }));
  const auto day = browser.get("/admin/history");
  QVERIFY2(day.body.find("1 Jan 2026, 00:00 UTC: 1 here, 0 from elsewhere") != std::string::npos,
           day.body.c_str());
  QVERIFY(day.header("content-security-policy").find("default-src 'none'; style-src 'self'") == 0);
  QCOMPARE(day.header("cache-control"), "no-store");
  for (const char* none : {"<script", " style=", "<style", "onclick"})
    QVERIFY(day.body.find(none) == std::string::npos);
  const auto month = browser.get("/admin/history", {{"view", "month"}});
  QVERIFY(month.body.find("1 Jan 2026: 1 here, 0 from elsewhere") != std::string::npos);
}

QTEST_GUILESS_MAIN(HistoryTest)
#include "history_test.moc"

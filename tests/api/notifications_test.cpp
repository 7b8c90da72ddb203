// What people are told, and how far they have read. Source: docs.joinmastodon.org/methods/notifications,
// /markers
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

std::vector<std::string> column(const json& list, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& entry : list) out.push_back(entry[name]);
  return out;
}
using Words = std::vector<std::string>;

/// Alice, whom Bob gave one notification of five types; the newest first.
struct Told {
  TestNode node;
  Person alice = node.person("alice");
  Person bob = node.person("bob");
  HttpClient as_alice = node.client(alice);
  HttpClient as_bob = node.client(bob);
  std::string post = post_status(as_alice, "text");
  const Words types = {"update", "mention", "reblog", "favourite", "follow"};

  Told() {
    as_bob.post("/api/v1/accounts/" + alice.id + "/follow");
    as_bob.post("/api/v1/statuses/" + post + "/favourite");
    as_bob.post("/api/v1/statuses/" + post + "/reblog");
    const auto other = post_status(as_bob, "hello @alice");
    as_alice.post("/api/v1/statuses/" + other + "/reblog");
    as_bob.send("PUT", "/api/v1/statuses/" + other, R"({"status":"hello again @alice"})", "application/json");
  }
  json list(const Fields& query = {}) { return as_alice.get("/api/v1/notifications", query).json(); }
};

}  // namespace

class NotificationsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void each_type_has_its_account_and_status();
  void types_and_exclude_types_choose();
  void pages_walk_in_both_directions();
  void filtered_pages_never_end_early();
  void account_id_chooses();
  void one_is_shown_and_dismissed_by_its_owner_alone();
  void clear_removes_ones_own();
  void unread_count_starts_at_the_marker();
  void what_is_not_visible_is_not_told();
  void nobody_is_told_of_oneself();
  void markers_keep_the_position();
  void wrong_markers_are_refused();
};

void NotificationsTest::each_type_has_its_account_and_status() {
  Told told;
  const auto list = told.list();
  QCOMPARE(column(list, "type"), told.types);
  for (const auto& entry : list) {
    QVERIFY(entry["id"].is_string());
    QVERIFY(entry["created_at"].get<std::string>().ends_with("Z"));
    QVERIFY(entry["group_key"].is_string());
    QCOMPARE(entry["account"]["id"], told.bob.id);
    QCOMPARE(entry.contains("status"), entry["type"] != "follow");
    if (entry["type"] == "favourite" || entry["type"] == "reblog") QCOMPARE(entry["status"]["id"], told.post);
  }
  auto ids = column(list, "id");
  QVERIFY(std::is_sorted(ids.rbegin(), ids.rend()));
}

void NotificationsTest::types_and_exclude_types_choose() {
  Told told;
  QCOMPARE(column(told.list({{"types[]", "mention"}, {"types[]", "follow"}}), "type"),
           (Words{"mention", "follow"}));
  QCOMPARE(column(told.list({{"exclude_types[]", "mention"}, {"exclude_types[]", "update"}}), "type"),
           (Words{"reblog", "favourite", "follow"}));
  QCOMPARE(column(told.list({{"types[]", "mention"}, {"exclude_types[]", "mention"}}), "type"), Words{});
  QCOMPARE(column(told.list({{"types[]", "severed_relationships"}}), "type"), Words{});
  QCOMPARE(column(told.list({{"types", "follow"}}), "type"), Words{"follow"});
}

void NotificationsTest::pages_walk_in_both_directions() {
  Told told;
  const auto all = column(told.list(), "id");
  Words walked;
  auto page = told.as_alice.get("/api/v1/notifications?limit=2&exclude_types[]=poll");
  while (!page.json().empty()) {
    for (const auto& id : column(page.json(), "id")) walked.push_back(id);
    if (page.link("next").empty()) break;
    QVERIFY(page.link("next").starts_with("http://node.test/api/v1/notifications?"));
    QVERIFY(page.link("next").find("exclude_types[]=poll") != std::string::npos);
    page = told.as_alice.get(path_of(page.link("next")));
  }
  QCOMPARE(walked, all);
  QCOMPARE(column(told.list({{"min_id", all[4]}, {"limit", "2"}}), "id"), (Words{all[2], all[3]}));
  QCOMPARE(column(told.list({{"since_id", all[4]}, {"limit", "2"}}), "id"), (Words{all[0], all[1]}));
  QCOMPARE(column(told.list({{"max_id", all[1]}, {"limit", "2"}}), "id"), (Words{all[2], all[3]}));
  QCOMPARE(column(told.list({{"max_id", all[0]}, {"since_id", all[2]}}), "id"), Words{all[1]});
  const auto first = told.as_alice.get("/api/v1/notifications");
  QCOMPARE(told.as_alice.get(path_of(first.link("prev"))).json().size(), std::size_t{0});
  told.as_bob.post("/api/v1/accounts/" + told.alice.id + "/unfollow");
  told.as_bob.post("/api/v1/accounts/" + told.alice.id + "/follow");
  QCOMPARE(column(told.as_alice.get(path_of(first.link("prev"))).json(), "type"), Words{"follow"});
}

void NotificationsTest::filtered_pages_never_end_early() {
  TestNode node;
  const auto alice = node.person("alice");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(node.person("bob"));
  Words mentions;
  for (int i = 0; i < 12; ++i) {
    const auto own = post_status(as_alice, "post " + std::to_string(i));
    as_bob.post("/api/v1/statuses/" + own + "/favourite");
    if (i % 3 == 0) continue;
    mentions.insert(mentions.begin(), post_status(as_bob, "@alice " + std::to_string(i)));
  }
  for (int limit = 1; limit <= 9; ++limit) {
    for (const bool is_upwards : {false, true}) {
      Words walked;
      auto page =
          as_alice.get("/api/v1/notifications", {{"limit", std::to_string(limit)},
                                                 {"types[]", "mention"},
                                                 {is_upwards ? "min_id" : "max_id", is_upwards ? "1" : ""}});
      for (int i = 0; i < 40; ++i) {
        Words here;
        for (const auto& entry : page.json()) here.push_back(entry["status"]["id"]);
        QVERIFY(static_cast<int>(here.size()) <= limit);
        walked.insert(is_upwards ? walked.begin() : walked.end(), here.begin(), here.end());
        const auto link = page.link(is_upwards ? "prev" : "next");
        if (link.empty()) break;
        page = as_alice.get(path_of(link));
        if (is_upwards && page.json().empty()) break;
      }
      QCOMPARE(walked, mentions);
    }
  }
}

void NotificationsTest::account_id_chooses() {
  Told told;
  auto carol = told.node.client(told.node.person("carol"));
  carol.post("/api/v1/statuses/" + told.post + "/favourite");
  QCOMPARE(told.list().size(), std::size_t{6});
  QCOMPARE(told.list({{"account_id", told.bob.id}}).size(), std::size_t{5});
  QCOMPARE(told.as_alice.get("/api/v1/notifications", {{"account_id", "1"}}).status, 404);
}

void NotificationsTest::one_is_shown_and_dismissed_by_its_owner_alone() {
  Told told;
  const auto list = told.list();
  const std::string id = list[0]["id"];
  QCOMPARE(told.as_alice.get("/api/v1/notifications/" + id).json(), list[0]);
  QCOMPARE(told.as_bob.get("/api/v1/notifications/" + id).status, 404);
  QCOMPARE(told.as_bob.post("/api/v1/notifications/" + id + "/dismiss").status, 404);
  QCOMPARE(told.as_alice.post("/api/v1/notifications/" + id + "/dismiss").json().dump(), std::string("{}"));
  QCOMPARE(told.list().size(), std::size_t{4});
  QCOMPARE(told.as_alice.post("/api/v1/notifications/" + id + "/dismiss").status, 404);
  for (const std::string wrong : {"1", "x", "-1"})
    QCOMPARE(told.as_alice.get("/api/v1/notifications/" + wrong).status, 404);
}

void NotificationsTest::clear_removes_ones_own() {
  Told told;
  auto carol = told.node.client(told.node.person("carol"));
  carol.post("/api/v1/accounts/" + told.bob.id + "/follow");
  QCOMPARE(told.as_alice.post("/api/v1/notifications/clear").json().dump(), std::string("{}"));
  QCOMPARE(told.list().size(), std::size_t{0});
  QCOMPARE(told.as_bob.get("/api/v1/notifications").json().size(),
           std::size_t{2});  // Alice's boost and Carol's follow
}

void NotificationsTest::unread_count_starts_at_the_marker() {
  Told told;
  const auto count = [&](const Fields& query = {}) {
    return told.as_alice.get("/api/v1/notifications/unread_count", query).json()["count"].get<int>();
  };
  QCOMPARE(count(), 5);
  QCOMPARE(count({{"limit", "3"}}), 3);
  QCOMPARE(count({{"types[]", "mention"}}), 1);
  told.as_alice.post("/api/v1/markers", {{"notifications[last_read_id]", told.list()[1]["id"]}});
  QCOMPARE(count(), 1);
}

void NotificationsTest::what_is_not_visible_is_not_told() {
  TestNode node;
  const auto alice = node.person("alice");
  auto as_alice = node.client(alice);
  const auto bob = node.person("bob");
  auto as_bob = node.client(bob);
  const auto id = post_status(as_bob, "hi @alice");
  QCOMPARE(as_alice.get("/api/v1/notifications").json().size(), std::size_t{1});
  as_bob.send("DELETE", "/api/v1/statuses/" + id);
  QCOMPARE(as_alice.get("/api/v1/notifications").json().size(), std::size_t{0});
  post_status(as_bob, "hi @alice");
  as_alice.post("/api/v1/accounts/" + bob.id + "/block");
  QCOMPARE(as_alice.get("/api/v1/notifications").json().size(), std::size_t{0});
  as_alice.post("/api/v1/accounts/" + bob.id + "/unblock");
  QCOMPARE(as_alice.get("/api/v1/notifications").json().size(), std::size_t{0});
}

void NotificationsTest::nobody_is_told_of_oneself() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto id = post_status(alice, "me, @alice");
  alice.post("/api/v1/statuses/" + id + "/favourite");
  alice.post("/api/v1/statuses/" + id + "/reblog");
  QCOMPARE(alice.get("/api/v1/notifications").json().size(), std::size_t{0});
}

void NotificationsTest::markers_keep_the_position() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  QCOMPARE(alice.get("/api/v1/markers", {{"timeline[]", "home"}}).json().dump(), std::string("{}"));
  auto answer = alice.send("POST", "/api/v1/markers",
                           R"({"home":{"last_read_id":"123"},"notifications":{"last_read_id":"9"}})",
                           "application/json");
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.json()["home"]["last_read_id"], "123");
  QCOMPARE(answer.json()["home"]["version"].get<int>(), 1);
  QCOMPARE(answer.json()["home"]["updated_at"], to_iso(node.clock.now()));
  answer = alice.post("/api/v1/markers", {{"home[last_read_id]", "456"}});
  QCOMPARE(answer.json().size(), std::size_t{1});
  QCOMPARE(answer.json()["home"]["version"].get<int>(), 2);
  const auto both =
      alice.get("/api/v1/markers", {{"timeline[]", "home"}, {"timeline[]", "notifications"}}).json();
  QCOMPARE(both["home"]["last_read_id"], "456");
  QCOMPARE(both["notifications"]["last_read_id"], "9");
  QCOMPARE(alice.get("/api/v1/markers", {{"timeline[]", "notifications"}}).json().size(), std::size_t{1});
  QCOMPARE(bob.get("/api/v1/markers", {{"timeline[]", "home"}}).json().dump(), std::string("{}"));
}

void NotificationsTest::wrong_markers_are_refused() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto before = database_dump(node);
  for (const char* body :
       {R"({"home":{"last_read_id":"x"}})", R"({"home":{"last_read_id":["1"]}})", R"({"home":5})",
        R"({"home":{"last_read_id":"-5"}})", R"({"home":{"last_read_id":true}})"}) {
    const auto answer = alice.send("POST", "/api/v1/markers", body, "application/json");
    QCOMPARE(answer.status, 422);
    QVERIFY2(answer.json()["error"].get<std::string>().find("home") != std::string::npos,
             answer.body.c_str());
  }
  QCOMPARE(database_dump(node), before);
}

QTEST_GUILESS_MAIN(NotificationsTest)
#include "notifications_test.moc"

// Following, muting, blocking and requests. Source: docs.joinmastodon.org/methods/accounts, /mutes, /blocks,
// /follow_requests
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

Answer act(HttpClient& client, const Person& target, const std::string& action, const Fields& form = {}) {
  return client.post("/api/v1/accounts/" + target.id + "/" + action, form);
}

json relationship(HttpClient& client, const Person& target) {
  return client.get("/api/v1/accounts/relationships", {{"id[]", target.id}}).json().at(0);
}

json account(HttpClient& client, const Person& who) {
  return client.get("/api/v1/accounts/" + who.id).json();
}

std::vector<std::string> ids_of(const json& list) {
  std::vector<std::string> ids;
  for (const auto& entry : list) ids.push_back(entry["id"]);
  return ids;
}
std::vector<std::string> home(HttpClient& client) {
  return ids_of(client.get("/api/v1/timelines/home").json());
}
std::vector<std::string> types(HttpClient& client) {
  std::vector<std::string> out;
  for (const auto& entry : client.get("/api/v1/notifications").json()) out.push_back(entry["type"]);
  return out;
}
using Words = std::vector<std::string>;

Answer lock(HttpClient& client, bool is_locked) {
  return client.send("PATCH", "/api/v1/accounts/update_credentials",
                     std::string("locked=") + (is_locked ? "true" : "false"),
                     "application/x-www-form-urlencoded");
}

}  // namespace

class RelationshipsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void relationship_has_every_field();
  void relationships_take_one_or_many_ids();
  void follow_and_unfollow_change_counts_and_feed();
  void follow_options_can_change_later();
  void hidden_boosts_leave_the_posts();
  void notify_tells_of_each_post();
  void languages_narrow_the_feed();
  void locked_account_is_asked_first();
  void request_is_rejected_or_taken_back();
  void unlocking_accepts_nobody_by_itself();
  void follow_limit_is_a_setting();
  void nobody_follows_mutes_or_blocks_oneself();
  void unknown_accounts_are_not_found();
  void followers_can_be_removed();
  void mute_hides_and_ends_by_time();
  void mute_may_keep_notifications();
  void block_ends_both_follows_and_hides();
  void blocked_person_cannot_follow_or_answer();
  void lists_page_by_their_own_order();
  void note_is_ones_own();
  void familiar_followers_are_those_one_follows();
};

void RelationshipsTest::relationship_has_every_field() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto bob = node.person("bob");
  const auto r = relationship(alice, bob);
  QCOMPARE(r["id"], bob.id);
  for (const char* name :
       {"following", "showing_reblogs", "notifying", "followed_by", "blocking", "blocked_by", "muting",
        "muting_notifications", "requested", "requested_by", "domain_blocking", "endorsed"}) {
    QVERIFY2(r.contains(name) && r[name] == false, name);
  }
  QCOMPARE(r["note"], "");
  QVERIFY(r.contains("languages"));
}

void RelationshipsTest::relationships_take_one_or_many_ids() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto bob = node.person("bob");
  const auto carol = node.person("carol");
  const std::string path = "/api/v1/accounts/relationships?";
  QCOMPARE(alice.get(path + "id=" + bob.id).json().size(), std::size_t{1});
  QCOMPARE(alice.get(path + "id[]=" + bob.id + "&id[]=" + carol.id).json().size(), std::size_t{2});
  QCOMPARE(alice.get(path + "id=" + bob.id + "&id=" + carol.id).json().size(), std::size_t{2});
  QCOMPARE(alice.get(path + "id[]=" + bob.id + "&id[]=1&id[]=x").json().size(), std::size_t{1});
  QCOMPARE(alice.get(path).json().dump(), std::string("[]"));
}

void RelationshipsTest::follow_and_unfollow_change_counts_and_feed() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  const auto early = post_status(as_bob, "early");
  for (int i = 0; i < 2; ++i) {
    const auto answer = act(as_alice, bob, "follow");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.json()["following"], true);
    QCOMPARE(answer.json()["showing_reblogs"], true);
    QCOMPARE(answer.json()["notifying"], false);
  }
  QCOMPARE(relationship(as_bob, alice)["followed_by"], true);
  QCOMPARE(account(as_alice, alice)["following_count"].get<int>(), 1);
  QCOMPARE(account(as_alice, bob)["followers_count"].get<int>(), 1);
  QCOMPARE(types(as_bob), Words{"follow"});
  QCOMPARE(home(as_alice), Words{early});
  for (int i = 0; i < 2; ++i) QCOMPARE(act(as_alice, bob, "unfollow").json()["following"], false);
  QCOMPARE(account(as_alice, alice)["following_count"].get<int>(), 0);
  QCOMPARE(account(as_alice, bob)["followers_count"].get<int>(), 0);
  QCOMPARE(home(as_alice), Words{});
  QCOMPARE(types(as_bob), Words{});
}

void RelationshipsTest::follow_options_can_change_later() {
  TestNode node;
  const auto bob = node.person("bob");
  auto alice = node.client(node.person("alice"));
  auto r = act(alice, bob, "follow",
               {{"reblogs", "false"}, {"notify", "true"}, {"languages[]", "de"}, {"languages[]", "en"}})
               .json();
  QCOMPARE(r["showing_reblogs"], false);
  QCOMPARE(r["notifying"], true);
  QCOMPARE(r["languages"].dump(), std::string(R"(["de","en"])"));
  r = act(alice, bob, "follow", {{"notify", "false"}}).json();
  QCOMPARE(r["showing_reblogs"], false);
  QCOMPARE(r["notifying"], false);
  QCOMPARE(r["languages"].size(), std::size_t{2});
  r = alice
          .send("POST", "/api/v1/accounts/" + bob.id + "/follow", R"({"reblogs":true,"languages":[]})",
                "application/json")
          .json();
  QCOMPARE(r["showing_reblogs"], true);
  QVERIFY(r["languages"].is_null() || r["languages"].empty());
  QCOMPARE(act(alice, bob, "follow", {{"languages[]", "klingon!"}}).status, 422);
}

void RelationshipsTest::hidden_boosts_leave_the_posts() {
  TestNode node;
  const auto bob = node.person("bob");
  auto alice = node.client(node.person("alice"));
  auto as_bob = node.client(bob);
  auto carol = node.client(node.person("carol"));
  act(alice, bob, "follow");
  const auto by_carol = post_status(carol, "of carol");
  const auto own = post_status(as_bob, "own");
  const std::string boost = as_bob.post("/api/v1/statuses/" + by_carol + "/reblog").json()["id"];
  QCOMPARE(home(alice), (Words{boost, own}));
  act(alice, bob, "follow", {{"reblogs", "false"}});
  QCOMPARE(home(alice), Words{own});
  act(alice, bob, "follow", {{"reblogs", "true"}});
  QCOMPARE(home(alice), (Words{boost, own}));
}

void RelationshipsTest::notify_tells_of_each_post() {
  TestNode node;
  const auto bob = node.person("bob");
  auto alice = node.client(node.person("alice"));
  auto as_bob = node.client(bob);
  act(alice, bob, "follow", {{"notify", "true"}});
  const auto id = post_status(as_bob, "news");
  post_status(as_bob, "a reply", {{"in_reply_to_id", id}});
  post_status(as_bob, "a secret", {{"visibility", "direct"}});
  const auto list = alice.get("/api/v1/notifications").json();
  QCOMPARE(list.size(), std::size_t{1});
  QCOMPARE(list[0]["type"], "status");
  QCOMPARE(list[0]["status"]["id"], id);
  act(alice, bob, "follow", {{"notify", "false"}});
  post_status(as_bob, "more news");
  QCOMPARE(types(alice), Words{"status"});
}

void RelationshipsTest::languages_narrow_the_feed() {
  TestNode node;
  const auto bob = node.person("bob");
  auto alice = node.client(node.person("alice"));
  auto as_bob = node.client(bob);
  act(alice, bob, "follow", {{"languages[]", "de"}});
  const auto german = post_status(as_bob, "hallo", {{"language", "de"}});
  post_status(as_bob, "bonjour", {{"language", "fr"}});
  const auto untold = post_status(as_bob, "?");
  QCOMPARE(home(alice), (Words{untold, german}));
}

void RelationshipsTest::locked_account_is_asked_first() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  QCOMPARE(lock(as_bob, true).json()["locked"], true);
  const auto secret = post_status(as_bob, "for followers", {{"visibility", "private"}});
  for (int i = 0; i < 2; ++i) {
    const auto r = act(as_alice, bob, "follow", {{"notify", "true"}}).json();
    QCOMPARE(r["following"], false);
    QCOMPARE(r["requested"], true);
  }
  QCOMPARE(relationship(as_bob, alice)["requested_by"], true);
  QCOMPARE(types(as_bob), Words{"follow_request"});
  QCOMPARE(account(as_alice, bob)["followers_count"].get<int>(), 0);
  QCOMPARE(as_alice.get("/api/v1/statuses/" + secret).status, 404);
  QCOMPARE(
      as_bob.get("/api/v1/accounts/verify_credentials").json()["source"]["follow_requests_count"].get<int>(),
      1);
  QCOMPARE(ids_of(as_bob.get("/api/v1/follow_requests").json()), Words{alice.id});

  const auto accepted = as_bob.post("/api/v1/follow_requests/" + alice.id + "/authorize");
  QCOMPARE(accepted.status, 200);
  QCOMPARE(accepted.json()["followed_by"], true);
  QCOMPARE(accepted.json()["requested_by"], false);
  const auto r = relationship(as_alice, bob);
  QCOMPARE(r["following"], true);
  QCOMPARE(r["requested"], false);
  QCOMPARE(r["notifying"], true);
  QCOMPARE(home(as_alice), Words{secret});
  QCOMPARE(account(as_alice, bob)["followers_count"].get<int>(), 1);
  QCOMPARE(types(as_bob), Words{"follow"});
  QCOMPARE(as_bob.get("/api/v1/follow_requests").json().size(), std::size_t{0});
  QCOMPARE(as_bob.post("/api/v1/follow_requests/" + alice.id + "/authorize").status, 404);
}

void RelationshipsTest::request_is_rejected_or_taken_back() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  lock(as_bob, true);
  act(as_alice, bob, "follow");
  const auto answer = as_bob.post("/api/v1/follow_requests/" + alice.id + "/reject");
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.json()["requested_by"], false);
  QCOMPARE(relationship(as_alice, bob)["requested"], false);
  QCOMPARE(relationship(as_alice, bob)["following"], false);
  QCOMPARE(types(as_bob), Words{});
  QCOMPARE(as_bob.post("/api/v1/follow_requests/" + alice.id + "/reject").status, 404);
  act(as_alice, bob, "follow");
  QCOMPARE(act(as_alice, bob, "unfollow").json()["requested"], false);
  QCOMPARE(as_bob.get("/api/v1/follow_requests").json().size(), std::size_t{0});
}

void RelationshipsTest::unlocking_accepts_nobody_by_itself() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  lock(as_bob, true);
  act(as_alice, bob, "follow");
  lock(as_bob, false);
  QCOMPARE(relationship(as_alice, bob)["requested"], true);
  QCOMPARE(ids_of(as_bob.get("/api/v1/follow_requests").json()), Words{alice.id});
}

void RelationshipsTest::follow_limit_is_a_setting() {
  TestNode node({"follows.max=2"});
  auto alice = node.client(node.person("alice"));
  const auto a = node.person("target_a");
  const auto b = node.person("target_b");
  const auto c = node.person("target_c");
  QCOMPARE(act(alice, a, "follow").status, 200);
  QCOMPARE(act(alice, b, "follow").status, 200);
  const auto answer = act(alice, c, "follow");
  QCOMPARE(answer.status, 422);
  QVERIFY(answer.json()["error"].get<std::string>().find("2") != std::string::npos);
  QCOMPARE(relationship(alice, c)["following"], false);
  QCOMPARE(act(alice, a, "follow", {{"notify", "true"}}).status, 200);  // changing one that is there
  act(alice, a, "unfollow");
  QCOMPARE(act(alice, c, "follow").status, 200);

  TestNode endless({"follows.max=0"});
  auto bob = endless.client(endless.person("bob"));
  QCOMPARE(act(bob, endless.person("one"), "follow").status, 200);
}

void RelationshipsTest::nobody_follows_mutes_or_blocks_oneself() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const auto before = database_dump(node);
  for (const char* action : {"follow", "mute", "block", "remove_from_followers"})
    QCOMPARE(act(client, alice, action).status, 403);
  QCOMPARE(database_dump(node), before);
}

void RelationshipsTest::unknown_accounts_are_not_found() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  for (const std::string id : {"1", "x", "0", "-1", "99999999999999999999999999"}) {
    for (const char* action :
         {"follow", "unfollow", "mute", "unmute", "block", "unblock", "note", "remove_from_followers"}) {
      QCOMPARE(client.post("/api/v1/accounts/" + id + "/" + action).status, 404);
    }
    QCOMPARE(client.post("/api/v1/follow_requests/" + id + "/authorize").status, 404);
    QCOMPARE(client.post("/api/v1/follow_requests/" + id + "/reject").status, 404);
  }
}

void RelationshipsTest::followers_can_be_removed() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  act(as_alice, bob, "follow");
  QCOMPARE(act(as_bob, alice, "remove_from_followers").json()["followed_by"], false);
  QCOMPARE(relationship(as_alice, bob)["following"], false);
  QCOMPARE(account(as_bob, bob)["followers_count"].get<int>(), 0);
  QCOMPARE(account(as_bob, alice)["following_count"].get<int>(), 0);
}

void RelationshipsTest::mute_hides_and_ends_by_time() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  act(as_alice, bob, "follow");
  const auto id = post_status(as_bob, "hi @alice");
  QCOMPARE(home(as_alice), Words{id});
  auto r = act(as_alice, bob, "mute", {{"duration", "3600"}}).json();
  QCOMPARE(r["muting"], true);
  QCOMPARE(r["muting_notifications"], true);
  QCOMPARE(r["following"], true);
  QCOMPARE(home(as_alice), Words{});
  QCOMPARE(as_alice.get("/api/v1/statuses/" + id).status, 200);  // asked for by itself it is there
  post_status(as_bob, "again @alice");
  QCOMPARE(types(as_alice), Words{"mention"});
  QCOMPARE(relationship(as_bob, alice)["muting"], false);
  const auto mutes = as_alice.get("/api/v1/mutes").json();
  QCOMPARE(ids_of(mutes), Words{bob.id});
  QCOMPARE(mutes[0]["mute_expires_at"], to_iso(node.clock.now() + std::chrono::hours(1)));
  node.clock.advance(std::chrono::hours(1) - std::chrono::milliseconds(1));
  QCOMPARE(relationship(as_alice, bob)["muting"], true);
  QCOMPARE(home(as_alice), Words{});
  node.clock.advance(std::chrono::milliseconds(1));
  QCOMPARE(relationship(as_alice, bob)["muting"], false);
  QCOMPARE(home(as_alice).size(), std::size_t{2});
  QCOMPARE(as_alice.get("/api/v1/mutes").json().size(), std::size_t{0});
  post_status(as_bob, "third @alice");
  QCOMPARE(types(as_alice).size(), std::size_t{2});
  // Without a duration it lasts, and the latest word counts.
  act(as_alice, bob, "mute", {{"duration", "1"}});
  act(as_alice, bob, "mute", {{"duration", "0"}});
  node.clock.advance(std::chrono::hours(24 * 365));
  QCOMPARE(relationship(as_alice, bob)["muting"], true);
  QVERIFY(as_alice.get("/api/v1/mutes").json()[0]["mute_expires_at"].is_null());
  QCOMPARE(act(as_alice, bob, "unmute").json()["muting"], false);
  QCOMPARE(home(as_alice).size(), std::size_t{3});
  QCOMPARE(act(as_alice, bob, "mute", {{"duration", "-1"}}).status, 422);
}

void RelationshipsTest::mute_may_keep_notifications() {
  TestNode node;
  const auto bob = node.person("bob");
  auto alice = node.client(node.person("alice"));
  auto as_bob = node.client(bob);
  QCOMPARE(act(alice, bob, "mute", {{"notifications", "false"}}).json()["muting_notifications"], false);
  post_status(as_bob, "hi @alice");
  QCOMPARE(types(alice), Words{"mention"});
}

void RelationshipsTest::block_ends_both_follows_and_hides() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  const auto carol = node.person("carol");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  auto as_carol = node.client(carol);
  act(as_alice, bob, "follow");
  act(as_bob, alice, "follow");
  act(as_alice, carol, "follow");
  const auto theirs = post_status(as_bob, "hi @alice");
  as_carol.post("/api/v1/statuses/" + theirs + "/reblog");
  auto r = act(as_alice, bob, "block").json();
  QCOMPARE(r["blocking"], true);
  QCOMPARE(r["following"], false);
  QCOMPARE(r["followed_by"], false);
  r = relationship(as_bob, alice);
  QCOMPARE(r["blocked_by"], true);
  QCOMPARE(r["following"], false);
  for (const auto& who : {alice, bob}) {
    QCOMPARE(account(as_carol, who)["followers_count"].get<int>(), 0);
    QCOMPARE(account(as_carol, who)["following_count"].get<int>(), who.id == alice.id ? 1 : 0);
  }
  QCOMPARE(home(as_alice), Words{});  // the boost as well
  QCOMPARE(types(as_alice), Words{});
  QCOMPARE(types(as_bob), Words{"reblog"});  // by Carol
  QCOMPARE(ids_of(as_alice.get("/api/v1/blocks").json()), Words{bob.id});
  QCOMPARE(act(as_alice, bob, "unblock").json()["blocking"], false);
  QCOMPARE(relationship(as_bob, alice)["following"], false);
  QCOMPARE(as_alice.get("/api/v1/blocks").json().size(), std::size_t{0});
}

void RelationshipsTest::blocked_person_cannot_follow_or_answer() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  const auto id = post_status(as_alice, "text");
  act(as_alice, bob, "block");
  QCOMPARE(act(as_bob, alice, "follow").status, 403);
  QCOMPARE(act(as_alice, bob, "follow").status, 403);
  QCOMPARE(as_bob.get("/api/v1/statuses/" + id).status, 404);
  QCOMPARE(as_bob.post("/api/v1/statuses", {{"status", "so there"}, {"in_reply_to_id", id}}).status, 404);
  QCOMPARE(as_bob.post("/api/v1/statuses/" + id + "/favourite").status, 404);
  QCOMPARE(as_bob.post("/api/v1/statuses/" + id + "/reblog").status, 404);
  post_status(as_bob, "@alice look");
  QCOMPARE(types(as_alice), Words{});
}

void RelationshipsTest::lists_page_by_their_own_order() {
  TestNode node;
  const auto alice = node.person("alice");
  auto as_alice = node.client(alice);
  std::vector<Person> people;
  for (const std::string name : {"pa", "pb", "pc", "pd", "pe"}) people.push_back(node.person(name));
  Words order;
  for (const std::size_t i : {3u, 0u, 4u, 1u, 2u}) {
    order.insert(order.begin(), people[i].id);
    act(as_alice, people[i], "follow");
    act(as_alice, people[i], "mute");
    auto them = node.client(people[i]);
    act(them, alice, "follow");
  }
  const auto walk = [&](const std::string& path, const std::string& rel, const std::string& start) {
    Words walked;
    for (auto page = as_alice.get(start, {}); page.status == 200 && !page.json().empty();) {
      for (const auto& id : ids_of(page.json())) walked.push_back(id);
      if (page.link(rel).empty()) break;
      page = as_alice.get(path_of(page.link(rel)));
    }
    Q_UNUSED(path);
    return walked;
  };
  for (const std::string& path :
       {"/api/v1/accounts/" + alice.id + "/following", "/api/v1/accounts/" + alice.id + "/followers",
        std::string("/api/v1/mutes")}) {
    QCOMPARE(ids_of(as_alice.get(path).json()), order);
    QCOMPARE(walk(path, "next", path + "?limit=2"), order);
    // From the last page back to the first.
    auto page = as_alice.get(path + "?limit=2");
    page = as_alice.get(path_of(page.link("next")));
    page = as_alice.get(path_of(page.link("next")));
    QCOMPARE(ids_of(page.json()), Words{order[4]});
    page = as_alice.get(path_of(page.link("prev")));
    QCOMPARE(ids_of(page.json()), (Words{order[2], order[3]}));
    page = as_alice.get(path_of(page.link("prev")));
    QCOMPARE(ids_of(page.json()), (Words{order[0], order[1]}));
  }
  for (const auto& person : people) act(as_alice, person, "block");
  QCOMPARE(as_alice.get("/api/v1/blocks?limit=2").json().size(), std::size_t{2});
  QCOMPARE(walk("/api/v1/blocks", "next", "/api/v1/blocks?limit=2").size(), std::size_t{5});
}

void RelationshipsTest::note_is_ones_own() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  const std::string comment = "met at <the> lake \xF0\x9F\xA6\x86";
  QCOMPARE(act(as_alice, bob, "note", {{"comment", comment}}).json()["note"], comment);
  QCOMPARE(relationship(as_alice, bob)["note"], comment);
  QCOMPARE(relationship(as_bob, alice)["note"], "");
  QCOMPARE(act(as_alice, bob, "note", {{"comment", std::string(2001, 'a')}}).status, 422);
  QCOMPARE(act(as_alice, bob, "note").json()["note"], "");
}

void RelationshipsTest::familiar_followers_are_those_one_follows() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  const auto carol = node.person("carol");
  const auto dora = node.person("dora");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  auto as_carol = node.client(carol);
  act(as_alice, bob, "follow");
  act(as_bob, dora, "follow");
  act(as_carol, dora, "follow");
  const auto answer = as_alice.get("/api/v1/accounts/familiar_followers", {{"id[]", dora.id}}).json();
  QCOMPARE(answer.size(), std::size_t{1});
  QCOMPARE(answer[0]["id"], dora.id);
  QCOMPARE(ids_of(answer[0]["accounts"]), Words{bob.id});
}

QTEST_GUILESS_MAIN(RelationshipsTest)
#include "relationships_test.moc"

// Access that was never given by a boost, and access that ends: with a follow, a mention, the post, a block,
// an account.
#include <set>

#include "node/store/accounts.h"
#include "protocol/base/encoding.h"
#include "tests/api/helpers.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

using Names = std::set<std::string>;

Names ids_in(const nlohmann::json& list) {
  Names ids;
  for (const auto& each : list) {
    ids.insert(each.at("id"));
    if (each.contains("reblog") && each.at("reblog").is_object()) ids.insert(each.at("reblog").at("id"));
  }
  return ids;
}

}  // namespace

class LostAccessTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void followers_only_post_is_boosted_by_its_author_alone() {
    TestNode node;
    const auto alice = node.person("alice");
    auto as_alice = node.client(alice);
    const auto fay = node.person("fay");
    auto as_fay = node.client(fay);
    auto as_bob = node.client(node.person("bob"));
    as_fay.post("/api/v1/accounts/" + alice.id + "/follow");
    const auto kept = post_status(as_alice, "kept @fay", {{"visibility", "private"}});
    const auto whispered = post_status(as_alice, "whispered @fay", {{"visibility", "direct"}});
    const auto before = database_dump(node);
    for (const auto& id : {kept, whispered}) {
      for (const std::string visibility : {"public", "unlisted", "private", "direct"}) {
        const auto refused = as_fay.post("/api/v1/statuses/" + id + "/reblog", {{"visibility", visibility}});
        QVERIFY2(refused.status == 404 || refused.status == 422, refused.body.c_str());
      }
    }
    QVERIFY(as_alice.post("/api/v1/statuses/" + whispered + "/reblog").status != 200);
    QVERIFY(database_dump(node) == before);

    const auto boosted = as_alice.post("/api/v1/statuses/" + kept + "/reblog", {{"visibility", "public"}});
    QCOMPARE(boosted.status, 200);
    const std::string boost = boosted.json().at("id");
    auto anonymous = node.client();
    for (auto* client : {&as_bob, &anonymous}) {
      QCOMPARE(client->get("/api/v1/statuses/" + boost).status, 404);
      for (const auto& path : {"/api/v1/accounts/" + alice.id + "/statuses",
                               std::string("/api/v1/timelines/public"), std::string("/@alice")}) {
        QVERIFY(client->get(path).body.find("kept") == std::string::npos);
      }
    }
    QCOMPARE(as_fay.get("/api/v1/statuses/" + boost).status, 200);
    QVERIFY(ids_in(as_fay.get("/api/v1/timelines/home").json()).contains(kept));
  }

  /// Who boosts a public post for followers only is not named to others.
  void followers_only_boost_of_a_public_post_is_for_followers() {
    TestNode node;
    const auto alice = node.person("alice");
    auto as_alice = node.client(alice);
    auto as_fay = node.client(node.person("fay"));
    auto as_bob = node.client(node.person("bob"));
    const auto dora = node.person("dora");
    auto as_dora = node.client(dora);
    as_fay.post("/api/v1/accounts/" + dora.id + "/follow");
    const auto id = post_status(as_alice, "read this");
    const auto boosted = as_dora.post("/api/v1/statuses/" + id + "/reblog", {{"visibility", "private"}});
    QCOMPARE(boosted.status, 200);
    QVERIFY(ids_in(as_fay.get("/api/v1/timelines/home").json()).contains(boosted.json().at("id")));
    auto anonymous = node.client();
    for (auto* client : {&as_bob, &anonymous}) {
      QCOMPARE(client->get("/api/v1/statuses/" + std::string(boosted.json().at("id"))).status, 404);
      QVERIFY(client->get("/api/v1/statuses/" + id + "/reblogged_by").body.find("dora") == std::string::npos);
      QVERIFY(client->get("/api/v1/accounts/" + dora.id + "/statuses").body.find("read this") ==
              std::string::npos);
    }
    QCOMPARE(as_dora.post("/api/v1/statuses/" + id + "/unreblog").status, 200);
    QCOMPARE(as_dora.post("/api/v1/statuses/" + id + "/reblog").status, 200);
    QVERIFY(as_bob.get("/api/v1/statuses/" + id + "/reblogged_by").body.find("dora") != std::string::npos);
  }

  /// Everything that a follower kept of a post goes when the follow ends, and comes back with it.
  void access_that_is_lost_empties_every_list() {
    TestNode node;
    const auto alice = node.person("alice");
    auto as_alice = node.client(alice);
    const auto fay = node.person("fay");
    auto as_fay = node.client(fay);
    as_fay.post("/api/v1/accounts/" + alice.id + "/follow", {{"notify", "true"}});
    const auto id = post_status(as_alice, "quokka", {{"visibility", "private"}});
    as_fay.post("/api/v1/statuses/" + id + "/favourite");
    as_fay.post("/api/v1/statuses/" + id + "/bookmark");
    const std::vector<std::string> places = {"/api/v1/favourites",
                                             "/api/v1/bookmarks",
                                             "/api/v1/notifications",
                                             "/api/v1/timelines/home",
                                             "/api/v1/accounts/" + alice.id + "/statuses",
                                             "/api/v1/statuses/" + id};
    const auto unread = [&] {
      return as_fay.get("/api/v1/notifications/unread_count").json().at("count").get<int>();
    };
    for (const auto& place : places)
      QVERIFY2(as_fay.get(place).body.find("quokka") != std::string::npos, place.c_str());
    QCOMPARE(unread(), 1);
    QCOMPARE(as_alice.post("/api/v1/accounts/" + fay.id + "/remove_from_followers").status, 200);
    for (const auto& place : places)
      QVERIFY2(as_fay.get(place).body.find("quokka") == std::string::npos, place.c_str());
    QCOMPARE(unread(), 0);
    QCOMPARE(as_fay.post("/api/v1/accounts/" + alice.id + "/follow").status, 200);
    for (const auto& place : places)
      QVERIFY2(as_fay.get(place).body.find("quokka") != std::string::npos, place.c_str());
  }

  void edit_that_drops_a_mention_takes_access_away_data() {
    QTest::addColumn<QString>("visibility");
    QTest::newRow("followers only") << "private";
    QTest::newRow("direct") << "direct";
  }
  void edit_that_drops_a_mention_takes_access_away() {
    QFETCH(QString, visibility);
    TestNode node;
    auto as_alice = node.client(node.person("alice"));
    auto as_meg = node.client(node.person("meg"));
    auto as_ned = node.client(node.person("ned"));
    const auto id = post_status(as_alice, "quokka @meg", {{"visibility", visibility.toStdString()}});
    const auto edit = [&](const std::string& text) {
      return as_alice
          .send("PUT", "/api/v1/statuses/" + id, form_encoded({{"status", text}}),
                "application/x-www-form-urlencoded")
          .status;
    };
    const auto finds = [&](HttpClient& client) {
      Names where;
      for (const auto& place : {"/api/v1/statuses/" + id, "/api/v1/statuses/" + id + "/history",
                                std::string("/api/v1/notifications")}) {
        if (client.get(place).body.find("quokka") != std::string::npos) where.insert(place);
      }
      const auto unread = client.get("/api/v1/notifications/unread_count").json().at("count").get<int>();
      if (unread != 0) where.insert("unread_count");
      return where.size();
    };
    QCOMPARE(finds(as_meg), std::size_t{4});
    QCOMPARE(finds(as_ned), std::size_t{0});
    QCOMPARE(edit("quokka @ned"), 200);
    QCOMPARE(finds(as_meg), std::size_t{0});
    QCOMPARE(finds(as_ned), std::size_t{4});
    QCOMPARE(edit("quokka"), 200);
    QCOMPARE(finds(as_meg) + finds(as_ned), std::size_t{0});
  }

  /// threats.md T-G8.
  void deleted_post_is_gone_everywhere_at_once() {
    TestNode node;
    const auto alice = node.person("alice");
    auto as_alice = node.client(alice);
    const auto fay = node.person("fay");
    auto as_fay = node.client(fay);
    as_fay.post("/api/v1/accounts/" + alice.id + "/follow", {{"notify", "true"}});
    const auto root = post_status(as_alice, "the thread");
    const auto id = post_status(as_alice, "quokka #quokka @fay", {{"in_reply_to_id", root}});
    const auto answer = post_status(as_fay, "an answer", {{"in_reply_to_id", id}});
    for (const std::string action : {"favourite", "bookmark", "reblog"})
      QCOMPARE(as_fay.post("/api/v1/statuses/" + id + "/" + action).status, 200);
    QCOMPARE(as_alice.post("/api/v1/statuses/" + id + "/pin").status, 200);
    const auto boost = as_fay.post("/api/v1/statuses/" + id + "/reblog").json().at("id").get<std::string>();
    const std::vector<std::string> places = {
        "/api/v1/statuses/" + id,
        "/api/v1/statuses/" + boost,
        "/api/v1/statuses/" + id + "/history",
        "/api/v1/statuses?id[]=" + id,
        "/api/v1/statuses/" + root + "/context",
        "/api/v1/statuses/" + answer + "/context",
        "/api/v1/accounts/" + alice.id + "/statuses",
        "/api/v1/accounts/" + alice.id + "/statuses?pinned=true",
        "/api/v1/accounts/" + fay.id + "/statuses",
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/quokka",
        "/api/v1/favourites",
        "/api/v1/bookmarks",
        "/api/v1/notifications",
        "/@alice",
        "/@alice/" + id,
        "/@alice/" + root,
        "/@fay",
        "/@fay/" + answer,
        "/",
        "/api/v2/search?q=" + percent_encode(TestNode::public_url + "/@alice/" + id)};
    for (const auto& place : places)
      QVERIFY2(as_fay.get(place).body.find("quokka ") != std::string::npos, place.c_str());
    QCOMPARE(as_alice.send("DELETE", "/api/v1/statuses/" + id).status, 200);
    for (const auto& place : places) {
      for (auto* client : {&as_fay, &as_alice})
        QVERIFY2(client->get(place).body.find("quokka ") == std::string::npos, place.c_str());
    }
    QVERIFY(as_fay.get("/api/v2/search?q=%23quokka").json().at("hashtags").empty());
    for (const auto& path : {"/api/v1/statuses/" + id, "/api/v1/statuses/" + boost, "/@alice/" + id})
      QCOMPARE(as_fay.get(path).status, 404);
    QCOMPARE(as_fay.get("/api/v1/statuses/" + root).json().at("replies_count").get<int>(), 0);
    // Nothing brings it back.
    for (const std::string action : {"favourite", "reblog", "bookmark", "pin"}) {
      QCOMPARE(as_alice.post("/api/v1/statuses/" + id + "/" + action).status, 404);
    }
    QCOMPARE(
        as_alice.send("PUT", "/api/v1/statuses/" + id, "status=quokka", "application/x-www-form-urlencoded")
            .status,
        404);
    QCOMPARE(as_alice.send("DELETE", "/api/v1/statuses/" + id).status, 404);
  }

  void block_parts_both_sides() {
    TestNode node;
    const auto alice = node.person("alice");
    auto as_alice = node.client(alice);
    const auto bob = node.person("bob");
    auto as_bob = node.client(bob);
    as_bob.post("/api/v1/accounts/" + alice.id + "/follow");
    as_alice.post("/api/v1/accounts/" + bob.id + "/follow");
    const auto of_alice = post_status(as_alice, "quokka @bob");
    const auto of_bob = post_status(as_bob, "wombat @alice", {{"in_reply_to_id", of_alice}});
    as_bob.post("/api/v1/statuses/" + of_alice + "/favourite");
    const auto below_bob = post_status(as_alice, "and I", {{"in_reply_to_id", of_bob}});
    QCOMPARE(as_alice.post("/api/v1/accounts/" + bob.id + "/block").status, 200);

    for (const auto& path :
         {"/api/v1/statuses/" + of_alice, "/api/v1/statuses/" + of_alice + "/context",
          "/api/v1/accounts/" + alice.id + "/statuses", std::string("/api/v1/timelines/home"),
          std::string("/api/v1/timelines/public"), "/api/v1/statuses/" + of_bob + "/context",
          std::string("/api/v1/favourites"), std::string("/api/v1/notifications")}) {
      QVERIFY2(as_bob.get(path).body.find("quokka") == std::string::npos, path.c_str());
    }
    for (const auto& path :
         {std::string("/api/v1/timelines/home"), std::string("/api/v1/timelines/public"),
          std::string("/api/v1/notifications"), "/api/v1/statuses/" + of_alice + "/context",
          "/api/v1/statuses/" + below_bob + "/context"}) {
      QVERIFY2(as_alice.get(path).body.find("wombat") == std::string::npos, path.c_str());
    }
    for (const auto& [client, other] : {std::pair{&as_alice, bob.id}, std::pair{&as_bob, alice.id}}) {
      const auto relationship = client->get("/api/v1/accounts/relationships", {{"id[]", other}}).json().at(0);
      QVERIFY(!relationship.at("following").get<bool>() && !relationship.at("followed_by").get<bool>());
      QVERIFY(client->post("/api/v1/accounts/" + other + "/follow").status != 200);
      QVERIFY(client->get("/api/v1/accounts/" + other + "/followers").body.find("\"username\"") ==
              std::string::npos);
    }
    // Bob can do nothing that reaches Alice.
    const auto before = as_alice.get("/api/v1/notifications").json();
    for (const std::string action : {"favourite", "reblog", "bookmark"})
      QCOMPARE(as_bob.post("/api/v1/statuses/" + of_alice + "/" + action).status, 404);
    QCOMPARE(as_bob.post("/api/v1/statuses", {{"status", "hey @alice"}, {"in_reply_to_id", of_alice}}).status,
             404);
    post_status(as_bob, "hey @alice");
    QVERIFY(as_alice.get("/api/v1/notifications").json() == before);
    QCOMPARE(as_alice.get("/api/v1/notifications/unread_count").json().at("count").get<int>(), 0);
  }

  /// What is nobody's any more cannot be answered: nothing tells that it is still stored.
  void post_of_a_suspended_account_is_gone() {
    TestNode node;
    const auto alice = node.person("alice");
    auto as_alice = node.client(alice);
    auto as_bob = node.client(node.person("bob"));
    const auto id = post_status(as_alice, "quokka");
    change_database(node, [&](store::WriteTx& tx) -> Result<void> {
      store::set_suspended(tx, alice.account, true);
      return {};
    });
    QVERIFY(wait_until([&] { return as_bob.get("/api/v1/statuses/" + id).status == 404; }));
    const auto before = database_dump(node);
    for (const std::string action : {"favourite", "reblog", "bookmark", "mute"}) {
      QCOMPARE(as_bob.post("/api/v1/statuses/" + id + "/" + action).status, 404);
    }
    QCOMPARE(as_bob.post("/api/v1/statuses", {{"status", "an answer"}, {"in_reply_to_id", id}}).status, 404);
    QVERIFY(database_dump(node) == before);
    QVERIFY(as_bob.get("/api/v1/timelines/public").json().empty());
    QCOMPARE(as_bob.get("/@alice/" + id).status, 404);
  }
};

QTEST_GUILESS_MAIN(LostAccessTest)
#include "lost_access_test.moc"

// Quotes, and who may quote and answer. Source: docs.joinmastodon.org/entities/Quote, /methods/statuses
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

json status(HttpClient& client, const std::string& id) { return client.get("/api/v1/statuses/" + id).json(); }

Answer put(HttpClient& client, const std::string& path, const Fields& form) {
  return client.send("PUT", path, form_encoded(form), "application/x-www-form-urlencoded");
}

std::string quote(HttpClient& client, const std::string& id, Fields more = {}) {
  more.push_back({"quoted_status_id", id});
  return post_status(client, "look", more);
}

Answer try_quote(HttpClient& client, const std::string& id, Fields more = {}) {
  more.insert(more.end(), {{"status", "look"}, {"quoted_status_id", id}});
  return client.post("/api/v1/statuses", more);
}

std::string error_of(const Answer& answer) { return answer.json().value("error", ""); }

}  // namespace

class QuotesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void quote_of_ones_own_node_is_shown_and_told() {
    TestNode node;
    auto alice = node.client(node.person("alice"));
    auto bob = node.client(node.person("bob"));
    const auto post = post_status(alice, "worth it");
    QCOMPARE(status(bob, post)["quote"], json(nullptr));
    QCOMPARE(status(bob, post)["quote_approval"]["current_user"], "automatic");
    QCOMPARE(status(bob, post)["quotes_count"], 0);
    const auto quoting = quote(bob, post);
    const auto shown = status(alice, quoting);
    QCOMPARE(shown["quote"]["state"], "accepted");
    QCOMPARE(shown["quote"]["quoted_status"]["id"], post);
    QCOMPARE(shown["quote"]["quoted_status"]["quote"], json(nullptr));
    QCOMPARE(status(alice, post)["quotes_count"], 1);
    const auto told = alice.get("/api/v1/notifications").json();
    QCOMPARE(told.at(0).at("type"), "quote");
    QCOMPARE(told.at(0).at("status").at("id"), quoting);
    const auto listed = alice.get("/api/v1/statuses/" + post + "/quotes").json();
    QCOMPARE(listed.size(), std::size_t{1});
    QCOMPARE(listed.at(0).at("id"), quoting);
    // One level is shown, the next is named.
    const auto outer = status(bob, quote(alice, quoting));
    QCOMPARE(outer["quote"]["quoted_status"]["quote"],
             json({{"state", "accepted"}, {"quoted_status_id", post}}));
    // A boost of a quote shows it too, and quoting a boost quotes its original.
    const auto boost = alice.post("/api/v1/statuses/" + quoting + "/reblog").json();
    QCOMPARE(boost["reblog"]["quote"]["quoted_status"]["id"], post);
    const auto of_boost = status(bob, quote(bob, boost["id"]));
    QCOMPARE(of_boost["quote"]["quoted_status"]["id"], quoting);
  }

  void policy_decides_who_may_quote() {
    TestNode node;
    const auto alice_person = node.person("alice");
    auto alice = node.client(alice_person);
    auto bob = node.client(node.person("bob"));
    auto carol = node.client(node.person("carol"));
    QCOMPARE(carol.post("/api/v1/accounts/" + alice_person.id + "/follow").status, 200);
    const auto closed = post_status(alice, "mine", {{"quote_approval_policy", "nobody"}});
    QCOMPARE(status(bob, closed)["quote_approval"],
             json({{"automatic", json::array()}, {"manual", json::array()}, {"current_user", "denied"}}));
    auto refused = try_quote(bob, closed);
    QCOMPARE(refused.status, 403);
    QVERIFY(error_of(refused).starts_with("quoted_status_id: "));
    QCOMPARE(status(alice, closed)["quote_approval"]["current_user"], "automatic");
    QCOMPARE(try_quote(alice, closed).status, 200);
    const auto followers = post_status(alice, "ours", {{"quote_approval_policy", "followers"}});
    QCOMPARE(try_quote(bob, followers).status, 403);
    QCOMPARE(try_quote(carol, followers).status, 200);
    QCOMPARE(put(alice, "/api/v1/statuses/" + followers + "/interaction_policy",
                 {{"quote_approval_policy", "public"}})
                 .status,
             200);
    QCOMPARE(try_quote(bob, followers).status, 200);
    QCOMPARE(put(bob, "/api/v1/statuses/" + followers + "/interaction_policy",
                 {{"quote_approval_policy", "public"}})
                 .status,
             404);
    for (const char* wrong : {"everyone", "PUBLIC", "followers nobody"}) {
      const auto answer = alice.post("/api/v1/statuses", {{"status", "x"}, {"quote_approval_policy", wrong}});
      QCOMPARE(answer.status, 422);
      QVERIFY(error_of(answer).find("quote_approval_policy") != std::string::npos);
    }
    QCOMPARE(put(alice, "/api/v1/statuses/" + followers + "/interaction_policy", {}).status, 422);
  }

  void what_may_not_be_seen_cannot_be_quoted() {
    TestNode node;
    auto alice = node.client(node.person("alice"));
    const auto bob_person = node.person("bob");
    auto bob = node.client(bob_person);
    const auto secret = post_status(alice, "hush", {{"visibility", "private"}});
    const auto direct = post_status(alice, "hush @bob", {{"visibility", "direct"}});
    const auto nothing = try_quote(bob, "1");
    QCOMPARE(nothing.status, 404);
    QCOMPARE(try_quote(bob, secret).body, nothing.body);
    QCOMPARE(try_quote(bob, "nonsense").body, nothing.body);
    QCOMPARE(try_quote(bob, direct).status, 403);
    QCOMPARE(try_quote(alice, direct).status, 403);
    // One's own private post makes the quote private.
    const auto quoting = quote(alice, secret, {{"visibility", "public"}});
    QCOMPARE(status(alice, quoting)["visibility"], "private");
    QCOMPARE(bob.get("/api/v1/statuses/" + quoting).status, 404);
    // Who may see the quote sees what it quotes only as they may anyway.
    const auto answer =
        alice.post("/api/v1/statuses",
                   {{"status", "for you @bob"}, {"visibility", "direct"}, {"quoted_status_id", secret}});
    QCOMPARE(answer.status, 200);
    const auto seen = status(bob, answer.json()["id"]);
    QCOMPARE(seen["quote"], json({{"state", "unauthorized"}, {"quoted_status", nullptr}}));
    QVERIFY(seen.dump().find("hush") == std::string::npos);
    // A direct post quotes only those whom it is for.
    const auto open_post = post_status(alice, "open");
    auto carol = node.client(node.person("carol"));
    QCOMPARE(try_quote(carol, open_post, {{"visibility", "direct"}}).status, 422);
    // Blocked: not there. And what was quoted before is not shown to who blocks or mutes.
    auto visitor = node.client();
    const auto quoted_by_carol = quote(carol, open_post);
    QCOMPARE(alice.post("/api/v1/accounts/" + bob_person.id + "/block").status, 200);
    QCOMPARE(try_quote(bob, open_post).status, 404);
    QCOMPARE(status(bob, quoted_by_carol)["quote"]["state"], "unauthorized");
    QCOMPARE(status(visitor, quoted_by_carol)["quote"]["state"], "accepted");
  }

  void blocked_and_muted_are_not_shown_in_quotes() {
    TestNode node;
    const auto alice_person = node.person("alice");
    auto alice = node.client(alice_person);
    auto bob = node.client(node.person("bob"));
    auto carol = node.client(node.person("carol"));
    const auto quoting = quote(bob, post_status(alice, "loud"));
    QCOMPARE(carol.post("/api/v1/accounts/" + alice_person.id + "/mute").status, 200);
    QCOMPARE(status(carol, quoting)["quote"], json({{"state", "muted_account"}, {"quoted_status", nullptr}}));
    QCOMPARE(carol.post("/api/v1/accounts/" + alice_person.id + "/block").status, 200);
    QCOMPARE(status(carol, quoting)["quote"],
             json({{"state", "blocked_account"}, {"quoted_status", nullptr}}));
  }

  void consent_is_taken_back_by_the_quoted_author_alone() {
    TestNode node;
    auto alice = node.client(node.person("alice"));
    auto bob = node.client(node.person("bob"));
    const auto post = post_status(alice, "regretted");
    const auto other = post_status(alice, "another");
    const auto quoting = quote(bob, post);
    const auto path = [&](const std::string& of) {
      return "/api/v1/statuses/" + of + "/quotes/" + quoting + "/revoke";
    };
    QCOMPARE(bob.post(path(post)).status, 403);
    QCOMPARE(alice.post(path(other)).status, 404);
    const auto revoked = alice.post(path(post));
    QCOMPARE(revoked.status, 200);
    QCOMPARE(revoked.json()["quote"], json({{"state", "revoked"}, {"quoted_status", nullptr}}));
    QCOMPARE(alice.post(path(post)).status, 200);
    QCOMPARE(status(alice, post)["quotes_count"], 0);
    QCOMPARE(alice.get("/api/v1/statuses/" + post + "/quotes").json().size(), std::size_t{0});
    for (const auto& each : alice.get("/api/v1/notifications").json()) QVERIFY(each["type"] != "quote");
  }

  void deletion_takes_quotes_along() {
    TestNode node;
    auto alice = node.client(node.person("alice"));
    auto bob = node.client(node.person("bob"));
    const auto post = post_status(alice, "short-lived");
    const auto first = quote(bob, post);
    const auto second = quote(bob, post);
    QCOMPARE(bob.send("DELETE", "/api/v1/statuses/" + first).status, 200);
    QCOMPARE(status(alice, post)["quotes_count"], 1);
    QCOMPARE(alice.send("DELETE", "/api/v1/statuses/" + post).status, 200);
    QCOMPARE(status(bob, second)["quote"], json({{"state", "deleted"}, {"quoted_status", nullptr}}));
  }

  void edit_tells_who_quoted_it() {
    TestNode node;
    auto alice = node.client(node.person("alice"));
    auto bob = node.client(node.person("bob"));
    const auto post = post_status(alice, "frist");
    const auto quoting = quote(bob, post);
    QCOMPARE(put(alice, "/api/v1/statuses/" + post, {{"status", "first"}}).status, 200);
    const auto told = bob.get("/api/v1/notifications").json();
    QCOMPARE(told.at(0).at("type"), "quoted_update");
    QCOMPARE(told.at(0).at("status").at("id"), quoting);
    // What is quoted cannot be changed, who may quote can.
    QCOMPARE(put(bob, "/api/v1/statuses/" + quoting,
                 {{"status", "now"}, {"quoted_status_id", post_status(alice, "else")}})
                 .status,
             422);
    const auto edited =
        put(bob, "/api/v1/statuses/" + quoting,
            {{"status", "now"}, {"quoted_status_id", post}, {"quote_approval_policy", "nobody"}});
    QCOMPARE(edited.status, 200);
    QCOMPARE(edited.json()["quote"]["quoted_status"]["id"], post);
    QCOMPARE(edited.json()["quote_approval"]["automatic"], json::array());
  }

  void quotes_are_listed_by_pages() {
    TestNode node;
    auto alice = node.client(node.person("alice"));
    auto bob = node.client(node.person("bob"));
    const auto post = post_status(alice, "often quoted");
    std::vector<std::string> all;
    for (int i = 0; i < 5; ++i) all.insert(all.begin(), quote(bob, post));
    quote(bob, post, {{"visibility", "private"}});
    std::vector<std::string> found;
    std::string max;
    for (int page = 0; page < 4; ++page) {
      const auto list =
          alice
              .get("/api/v1/statuses/" + post + "/quotes",
                   max.empty() ? Fields{{"limit", "2"}} : Fields{{"limit", "2"}, {"max_id", max}})
              .json();
      for (const auto& each : list) found.push_back(max = each["id"]);
    }
    QVERIFY(found == all);  // the private one is not for her
    QCOMPARE(status(alice, post)["quotes_count"], 5);
  }

  void author_decides_who_may_answer() {
    TestNode node;
    const auto alice_person = node.person("alice");
    auto alice = node.client(alice_person);
    auto bob = node.client(node.person("bob"));
    auto carol = node.client(node.person("carol"));
    auto dave = node.client(node.person("dave"));
    QCOMPARE(carol.post("/api/v1/accounts/" + alice_person.id + "/follow").status, 200);
    const auto answer = [](HttpClient& client, const std::string& id) {
      return client.post("/api/v1/statuses", {{"status", "an answer"}, {"in_reply_to_id", id}});
    };
    const std::string name = "interaction_policy[can_reply][automatic_approval][]";
    const auto followers = post_status(alice, "ours, and @dave", {{name, "followers"}});
    const auto refused = answer(bob, followers);
    QCOMPARE(refused.status, 403);
    QVERIFY(error_of(refused).starts_with("in_reply_to_id: "));
    QCOMPARE(status(alice, followers)["replies_count"], 0);
    for (auto* client : {&alice, &carol, &dave}) QCOMPARE(answer(*client, followers).status, 200);
    QCOMPARE(status(alice, followers)["replies_count"], 3);
    QCOMPARE(status(bob, followers)["interaction_policy"]["can_reply"]["automatic_approval"],
             json({"followers", "mentioned", "author"}));
    const auto closed =
        alice.send("POST", "/api/v1/statuses",
                   R"({"status":"mine","interaction_policy":{"can_reply":{"automatic_approval":[]}}})",
                   "application/json");
    QCOMPARE(closed.status, 200);
    const std::string id = closed.json()["id"];
    for (auto* client : {&bob, &carol, &dave}) QCOMPARE(answer(*client, id).status, 403);
    QCOMPARE(put(alice, "/api/v1/statuses/" + id + "/interaction_policy", {{name, "public"}}).status, 200);
    QCOMPARE(answer(bob, id).status, 200);
    QVERIFY(!status(bob, id).contains("interaction_policy"));
    const auto wrong = alice.post("/api/v1/statuses", {{"status", "x"}, {name, "mutuals"}});
    QCOMPARE(wrong.status, 422);
    QVERIFY(error_of(wrong).find("can_reply") != std::string::npos);
    QCOMPARE(alice
                 .post("/api/v1/statuses",
                       {{"status", "x"}, {"interaction_policy[can_reply][manual_approval][]", "public"}})
                 .status,
             422);
  }

  void quote_and_stamp_stand_in_documents() {
    TestNode node;
    auto alice = node.client(node.person("alice"));
    auto bob = node.client(node.person("bob"));
    const auto post = status(bob, post_status(alice, "quoted & <b>"));
    const auto quoting = quote(bob, post["id"]);
    auto visitor = node.client();
    visitor.headers = {{"Accept", "application/activity+json"}};
    const auto note = visitor.get("/users/bob/statuses/" + quoting).json();
    QCOMPARE(note["quote"], post["uri"]);
    const std::string content = note["content"];
    QVERIFY(content.starts_with("<p class=\"quote-inline\">RE: <a href=\"" + post["url"].get<std::string>()));
    QVERIFY(status(bob, quoting)["content"].get<std::string>().find("quote-inline") == std::string::npos);
    const std::string address = note["quoteAuthorization"];
    const auto path = address.substr(TestNode::public_url.size());
    const auto stamp = visitor.get(path).json();
    QCOMPARE(stamp["type"], "QuoteAuthorization");
    QCOMPARE(stamp["id"], address);
    QCOMPARE(stamp["interactingObject"], note["id"]);
    QCOMPARE(stamp["interactionTarget"], post["uri"]);
    QCOMPARE(visitor.get("/users/bob" + path.substr(path.find("/quote_auth"))).status, 404);
    QCOMPARE(note["interactionPolicy"]["canQuote"]["automaticApproval"],
             json::array({"https://www.w3.org/ns/activitystreams#Public"}));
    const auto closed = post_status(alice, "no", {{"quote_approval_policy", "nobody"}});
    QCOMPARE(
        visitor.get("/users/alice/statuses/" + closed).json()["interactionPolicy"]["canQuote"],
        json({{"automaticApproval", {"http://node.test/users/alice"}}, {"manualApproval", json::array()}}));
    QCOMPARE(
        alice.post("/api/v1/statuses/" + post["id"].get<std::string>() + "/quotes/" + quoting + "/revoke")
            .status,
        200);
    QCOMPARE(visitor.get(path).status, 404);
    QVERIFY(!visitor.get("/users/bob/statuses/" + quoting).json().contains("quoteAuthorization"));
  }
};

QTEST_GUILESS_MAIN(QuotesTest)
#include "quotes_test.moc"

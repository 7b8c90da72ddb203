// Rules about other servers: the administrator's API, and what is shown of servers with a rule. Source:
// docs.joinmastodon.org/methods/admin/domain_blocks, /domain_allows, /methods/instance/#domain_blocks
#include "node/store/domains.h"

#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/notices.h"
#include "node/store/notifications.h"
#include "node/store/relationships.h"
#include "node/store/statuses.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

const std::string blocks = "/api/v1/admin/domain_blocks";
const std::string allows = "/api/v1/admin/domain_allows";
const std::string admin_scopes = "read write follow admin:read admin:write";

Person admin_of(TestNode& node) {
  auto person = node.person("root", admin_scopes);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::set_user_role(tx, person.account, store::Role::admin);
    return {};
  });
  return person;
}

/// Someone elsewhere with a public post, as if both had come from there.
struct Stranger {
  AccountId account;
  std::string id;
  std::string status;
};
Stranger stranger(TestNode& node, const std::string& name, const std::string& domain) {
  Stranger out;
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    const auto uri = "https://" + domain + "/users/" + name;
    out.account = store::insert_account(tx, name, "Someone " + name, domain, uri);
    out.id = to_string(store::find_account(tx, out.account)->public_id);
    store::Actor actor;
    actor.account = out.account;
    actor.inbox = uri + "/inbox";
    actor.key_id = uri + "#main-key";
    actor.fetched_at = tx.now();
    store::put_actor(tx, actor);
    store::Status status;
    status.id = StatusId{tx.next_id()};
    status.account = out.account;
    status.conversation = status.id;
    status.uri = uri + "/1";
    status.content = "<p>from afar</p>";
    status.tags = {"afar"};
    store::insert_status(tx, status);
    out.status = to_string(status.id);
    return {};
  });
  return out;
}

/// Both follow each other, and something waits to be sent.
void befriend(TestNode& node, const Person& person, const Stranger& other) {
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    for (const auto& [a, b] :
         {std::pair(person.account, other.account), std::pair(other.account, person.account)}) {
      store::put_follow(tx, a, b, {});
      store::add_to_counts(tx, a, {.following = 1});
      store::add_to_counts(tx, b, {.followers = 1});
    }
    return {};
  });
}

std::size_t shown(HttpClient& client, const std::string& path) { return client.get(path).json().size(); }

Answer block(HttpClient& admin, const std::string& domain, const std::string& severity) {
  return admin.post(blocks, {{"domain", domain}, {"severity", severity}});
}

}  // namespace

class DomainsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_rule_is_made_read_changed_and_removed();
  void a_second_rule_for_a_name_is_refused_with_the_first();
  void wrong_rules_are_refused_data();
  void wrong_rules_are_refused();
  void only_administrators_reach_the_rules();
  void rules_page_by_id();
  void servers_are_allowed_and_disallowed();
  void everyone_may_read_what_is_limited();
  void what_is_of_a_blocked_server_is_hidden_everywhere();
  void a_rule_holds_for_names_below_its_own();
  void blocking_ends_what_ties_to_the_server();
  void a_silenced_server_is_shown_to_followers_only();
  void the_inbox_refuses_a_blocked_server_before_all_else();
  void a_blocked_server_is_not_told_what_everyone_may_read();
  void a_node_with_an_allow_list_hides_all_others();
};

void DomainsTest::a_rule_is_made_read_changed_and_removed() {
  TestNode node;
  auto admin = node.client(admin_of(node));
  const auto made = admin.post(blocks, {{"domain", "Bad.Example"},
                                        {"severity", "suspend"},
                                        {"reject_reports", "true"},
                                        {"private_comment", "for us"},
                                        {"public_comment", "spam"}});
  QCOMPARE(made.status, 200);
  const auto rule = made.json();
  QCOMPARE(rule["domain"], "bad.example");
  QCOMPARE(rule["severity"], "suspend");
  QCOMPARE(rule["reject_media"], false);
  QCOMPARE(rule["reject_reports"], true);
  QCOMPARE(rule["obfuscate"], false);
  QCOMPARE(rule["private_comment"], "for us");
  QCOMPARE(rule["public_comment"], "spam");
  QCOMPARE(rule["digest"].get<std::string>().size(), std::size_t{64});
  QCOMPARE(rule["created_at"], "2026-01-01T00:00:00.000Z");
  const auto place = blocks + "/" + rule["id"].get<std::string>();
  QCOMPARE(admin.get(place).json(), rule);
  const auto changed =
      admin.send("PUT", place, "severity=noop&obfuscate=true", "application/x-www-form-urlencoded");
  QCOMPARE(changed.status, 200);
  QCOMPARE(changed.json()["severity"], "noop");
  QCOMPARE(changed.json()["id"], rule["id"]);
  QCOMPARE(changed.json()["private_comment"], "for us");
  QCOMPARE(admin.send("DELETE", place).json(), json::object());
  QCOMPARE(admin.get(place).status, 404);
  QCOMPARE(admin.get(blocks).json(), json::array());
}

void DomainsTest::a_second_rule_for_a_name_is_refused_with_the_first() {
  TestNode node;
  auto admin = node.client(admin_of(node));
  const auto first = block(admin, "bad.example", "silence").json();
  const auto second = block(admin, "bad.example", "suspend");
  QCOMPARE(second.status, 422);
  QCOMPARE(second.json()["existing_domain_block"], first);
}

void DomainsTest::wrong_rules_are_refused_data() {
  QTest::addColumn<QByteArray>("domain");
  QTest::addColumn<QByteArray>("severity");
  QTest::newRow("no name") << QByteArray("") << QByteArray("suspend");
  QTest::newRow("no name of a server") << QByteArray("a b") << QByteArray("suspend");
  QTest::newRow("this node") << QByteArray("node.test") << QByteArray("suspend");
  QTest::newRow("unknown severity") << QByteArray("bad.example") << QByteArray("destroy");
}

void DomainsTest::wrong_rules_are_refused() {
  QFETCH(QByteArray, domain);
  QFETCH(QByteArray, severity);
  TestNode node;
  auto admin = node.client(admin_of(node));
  QCOMPARE(block(admin, domain.toStdString(), severity.toStdString()).status, 422);
  QCOMPARE(admin.get(blocks).json(), json::array());
}

void DomainsTest::only_administrators_reach_the_rules() {
  TestNode node;
  const auto person = node.person("ann", admin_scopes);
  auto ann = node.client(person);
  for (const auto& place : {blocks, allows}) {
    QCOMPARE(ann.get(place).status, 403);
    QCOMPARE(ann.post(place, {{"domain", "bad.example"}}).status, 403);
    QCOMPARE(ann.send("DELETE", place + "/1").status, 403);
    QCOMPARE(ann.get(place + "/1").status, 403);
  }
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::set_user_role(tx, person.account, store::Role::moderator);
    return {};
  });
  QCOMPARE(ann.get(blocks).status, 403);
}

void DomainsTest::rules_page_by_id() {
  TestNode node;
  auto admin = node.client(admin_of(node));
  for (const std::string name : {"a", "b", "c"}) block(admin, name + ".example", "silence");
  const auto first = admin.get(blocks, {{"limit", "2"}});
  QCOMPARE(first.json().at(0)["domain"], "c.example");
  QCOMPARE(first.json().size(), std::size_t{2});
  const auto last = first.json().at(1)["id"].get<std::string>();
  QVERIFY(first.link("next").find("max_id=" + last) != std::string::npos);
  const auto second = admin.get(blocks, {{"limit", "2"}, {"max_id", last}});
  QCOMPARE(second.json().size(), std::size_t{1});
  QCOMPARE(second.json().at(0)["domain"], "a.example");
}

void DomainsTest::servers_are_allowed_and_disallowed() {
  TestNode node;
  auto admin = node.client(admin_of(node));
  const auto made = admin.post(allows, {{"domain", "friend.example"}});
  QCOMPARE(made.status, 200);
  QCOMPARE(made.json()["domain"], "friend.example");
  QCOMPARE(admin.post(allows, {{"domain", "friend.example"}}).json(), made.json());
  QCOMPARE(admin.get(allows).json(), json::array({made.json()}));
  const auto place = allows + "/" + made.json()["id"].get<std::string>();
  QCOMPARE(admin.get(place).json(), made.json());
  QCOMPARE(admin.send("DELETE", place).status, 200);
  QCOMPARE(admin.get(place).status, 404);
}

void DomainsTest::everyone_may_read_what_is_limited() {
  TestNode node;
  auto admin = node.client(admin_of(node));
  admin.post(blocks, {{"domain", "bad.example"},
                      {"severity", "suspend"},
                      {"public_comment", "spam"},
                      {"private_comment", "for us"}});
  admin.post(blocks, {{"domain", "hidden.example"}, {"severity", "silence"}, {"obfuscate", "true"}});
  block(admin, "fine.example", "noop");
  auto visitor = node.client();
  const auto list = visitor.get("/api/v1/instance/domain_blocks");
  QCOMPARE(list.status, 200);
  QCOMPARE(list.json().size(), std::size_t{2});
  QCOMPARE(list.json().at(0)["domain"], "bad.example");
  QCOMPARE(list.json().at(0)["severity"], "suspend");
  QCOMPARE(list.json().at(0)["comment"], "spam");
  QCOMPARE(list.json().at(1)["domain"], "hid***.****ple");
  QVERIFY(list.body.find("for us") == std::string::npos);
}

void DomainsTest::what_is_of_a_blocked_server_is_hidden_everywhere() {
  TestNode node;
  const auto person = node.person("ann");
  auto admin = node.client(admin_of(node));
  const auto eve = stranger(node, "eve", "bad.example");
  befriend(node, person, eve);
  auto ann = node.client(person);
  const auto reads = {"/api/v1/accounts/" + eve.id, "/api/v1/accounts/" + eve.id + "/statuses",
                      "/api/v1/statuses/" + eve.status, "/api/v1/statuses/" + eve.status + "/context",
                      std::string("/api/v1/accounts/lookup?acct=eve@bad.example")};
  const auto lists = {std::string("/api/v1/timelines/home"),
                      std::string("/api/v1/timelines/public"),
                      std::string("/api/v1/timelines/tag/afar"),
                      "/api/v1/accounts/" + person.id + "/followers",
                      "/api/v1/accounts/" + person.id + "/following",
                      std::string("/api/v1/accounts/search?q=eve"),
                      std::string("/api/v1/accounts/search?q=@eve@bad.example")};
  for (const auto& path : reads) QVERIFY2(ann.get(path).status == 200, path.c_str());
  for (const auto& path : lists) QVERIFY2(wait_until([&] { return shown(ann, path) == 1; }), path.c_str());
  QCOMPARE(block(admin, "bad.example", "suspend").status, 200);
  for (const auto& path : reads) QVERIFY2(ann.get(path).status == 404, path.c_str());
  for (const auto& path : lists) QVERIFY2(shown(ann, path) == 0, path.c_str());
  for (const std::string action : {"favourite", "reblog", "bookmark"})
    QCOMPARE(ann.post("/api/v1/statuses/" + eve.status + "/" + action).status, 404);
  QCOMPARE(ann.post("/api/v1/accounts/" + eve.id + "/follow").status, 404);
  const auto rule = admin.get(blocks).json().at(0)["id"].get<std::string>();
  QCOMPARE(admin.send("DELETE", blocks + "/" + rule).status, 200);
  for (const auto& path : reads) QVERIFY2(ann.get(path).status == 200, path.c_str());
  QCOMPARE(shown(ann, "/api/v1/favourites"), std::size_t{0});
}

void DomainsTest::a_rule_holds_for_names_below_its_own() {
  TestNode node;
  auto admin = node.client(admin_of(node));
  const auto eve = stranger(node, "eve", "deep.bad.example:8443");
  const auto gus = stranger(node, "gus", "good.bad.example");
  block(admin, "bad.example", "suspend");
  block(admin, "good.bad.example", "noop");
  QCOMPARE(admin.get("/api/v1/accounts/" + eve.id).status, 404);
  QCOMPARE(admin.get("/api/v1/accounts/" + gus.id).status, 200);
}

void DomainsTest::blocking_ends_what_ties_to_the_server() {
  TestNode node;
  const auto person = node.person("ann");
  auto admin = node.client(admin_of(node));
  const auto eve = stranger(node, "eve", "bad.example");
  const auto gus = stranger(node, "gus", "good.example");
  befriend(node, person, eve);
  befriend(node, person, gus);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    const auto notice =
        store::insert_notice(tx, {0, store::NoticeKind::follow, person.account, {}, gus.account, {}});
    store::set_notice_body(tx, notice, "{}");
    for (const std::string host : {"bad.example", "good.example"})
      store::insert_delivery(tx, notice, "https://" + host + "/inbox");
    const auto alone =
        store::insert_notice(tx, {0, store::NoticeKind::follow, person.account, {}, eve.account, {}});
    store::set_notice_body(tx, alone, "{}");
    store::insert_delivery(tx, alone, "https://bad.example/inbox");
    return {};
  });
  auto ann = node.client(person);
  const auto counts = [&] {
    const auto me = ann.get("/api/v1/accounts/" + person.id).json();
    return std::pair(me["followers_count"].get<int>(), me["following_count"].get<int>());
  };
  QVERIFY(wait_until([&] { return counts() == std::pair(2, 2); }));
  QCOMPARE(block(admin, "bad.example", "suspend").status, 200);
  QVERIFY(counts() == std::pair(1, 1));
  const auto dump = database_dump(node);
  QVERIFY(dump.find("\"inbox\":\"https://bad.example/inbox\"") == std::string::npos);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    const auto waiting = store::waiting_inboxes(tx);
    for (const auto& inbox : waiting) {
      if (inbox.find("bad.example") != std::string::npos)
        return fail(Errc::conflict, "still to be sent: " + inbox);
    }
    return {};
  });
}

void DomainsTest::a_silenced_server_is_shown_to_followers_only() {
  TestNode node;
  const auto follower = node.person("ann");
  const auto other = node.person("bob");
  auto admin = node.client(admin_of(node));
  const auto eve = stranger(node, "eve", "loud.example");
  befriend(node, follower, eve);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::put_notification(tx, follower.account, "mention", eve.account, {});
    store::put_notification(tx, other.account, "mention", eve.account, {});
    return {};
  });
  auto ann = node.client(follower);
  auto bob = node.client(other);
  QVERIFY(wait_until([&] { return shown(bob, "/api/v1/notifications") == 1; }));
  QCOMPARE(block(admin, "loud.example", "silence").status, 200);
  QCOMPARE(shown(ann, "/api/v1/timelines/home"), std::size_t{1});
  QCOMPARE(shown(ann, "/api/v1/notifications"), std::size_t{1});
  QCOMPARE(shown(bob, "/api/v1/notifications"), std::size_t{0});
  QCOMPARE(bob.get("/api/v1/notifications/unread_count").json()["count"], 0);
  QCOMPARE(shown(ann, "/api/v1/timelines/public"), std::size_t{0});
  QCOMPARE(shown(bob, "/api/v1/timelines/tag/afar"), std::size_t{0});
  QCOMPARE(shown(ann, "/api/v1/accounts/search?q=eve"), std::size_t{1});
  QCOMPARE(shown(bob, "/api/v1/accounts/search?q=eve"), std::size_t{0});
  QCOMPARE(shown(bob, "/api/v1/accounts/search?q=@eve@loud.example"), std::size_t{1});
  const auto account = bob.get("/api/v1/accounts/" + eve.id).json();
  QCOMPARE(account["limited"], true);
  QVERIFY(!account.contains("suspended"));
  QCOMPARE(bob.get("/api/v1/statuses/" + eve.status).status, 200);
}

void DomainsTest::the_inbox_refuses_a_blocked_server_before_all_else() {
  TestNode node;
  auto admin = node.client(admin_of(node));
  const auto deliver = [&](const std::string& header, const std::string& value) {
    auto peer = node.client();
    peer.headers = {{header, value}};
    return peer.send("POST", "/inbox", "{", "application/activity+json").status;
  };
  const std::string cavage =
      "keyId=\"https://sub.bad.example/users/eve#main-key\",algorithm=\"rsa-sha256\","
      "headers=\"(request-target) host date digest\",signature=\"AAAA\"";
  const std::string rfc = "sig1=(\"@method\");created=1;keyid=\"https://bad.example/users/eve#main-key\"";
  QCOMPARE(deliver("Signature", cavage), 401);
  QCOMPARE(block(admin, "bad.example", "suspend").status, 200);
  QCOMPARE(deliver("Signature", cavage), 403);
  QCOMPARE(deliver("Signature-Input", rfc), 403);
  QCOMPARE(deliver("Signature", "keyId=\"https://fine.example/users/eve\",signature=\"AAAA\""), 401);
}

void DomainsTest::a_blocked_server_is_not_told_what_everyone_may_read() {
  TestNode node;
  const auto person = node.person("ann");
  auto admin = node.client(admin_of(node));
  block(admin, "bad.example", "suspend");
  auto peer = node.client();
  peer.headers = {{"Accept", "application/activity+json"}};
  for (const std::string path : {"/users/ann", "/users/ann/outbox", "/users/ann/followers"}) {
    peer.headers.resize(1);
    QCOMPARE(peer.get(path).status, 200);
    peer.headers.emplace_back("Signature", "keyId=\"https://bad.example/actor#main-key\",signature=\"AAAA\"");
    QCOMPARE(peer.get(path).status, 403);
  }
}

void DomainsTest::a_node_with_an_allow_list_hides_all_others() {
  TestNode node({"federation.mode=allow_list"});
  const auto person = node.person("ann");
  auto admin = node.client(admin_of(node));
  const auto eve = stranger(node, "eve", "else.example");
  const auto gus = stranger(node, "gus", "friend.example");
  QCOMPARE(admin.post(allows, {{"domain", "friend.example"}}).status, 200);
  auto ann = node.client(person);
  QCOMPARE(ann.get("/api/v1/accounts/" + eve.id).status, 404);
  QCOMPARE(ann.get("/api/v1/accounts/" + gus.id).status, 200);
  QCOMPARE(ann.get("/api/v1/accounts/" + person.id).status, 200);
  QCOMPARE(ann.get("/api/v2/instance").json()["configuration"]["limited_federation"], true);
  befriend(node, person, eve);
  befriend(node, person, gus);
  node.restart();
  auto again = node.client(person);
  QCOMPARE(again.get("/api/v1/accounts/" + person.id).json()["followers_count"], 1);
  QCOMPARE(shown(again, "/api/v1/accounts/" + person.id + "/following"), std::size_t{1});
}

QTEST_GUILESS_MAIN(DomainsTest)
#include "domains_test.moc"

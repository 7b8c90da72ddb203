// Every route with every scope, and with the ids of other people. The routes are the program's own table: a
// new one is covered by itself, and a new kind of id fails the test until it says here whose it is.
#include <algorithm>
#include <map>
#include <set>

#include "node/api/route.h"
#include "node/auth/token.h"
#include "node/domain/accounts/accounts.h"
#include "node/store/accounts.h"
#include "node/store/oauth.h"
#include "protocol/base/random.h"
#include "tests/api/helpers.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::test;
using api::Access;
using api::Route;

namespace {

using Kind = Access::Kind;

/// Nobody's id, of any kind.
const std::string no_id = "1";

std::string name_of(const Route& route) {
  return std::string(net::to_string(route.method)) + " " + std::string(route.pattern);
}

/// The pattern with `id` for each of its arguments.
std::string address_of(const Route& route, const std::string& id) {
  std::string path;
  std::string_view rest = route.pattern;
  while (rest.size() > 1) {
    rest.remove_prefix(1);
    const auto segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    const bool is_argument = segment.starts_with(':') || segment == "*";
    path += "/" + (is_argument ? id : std::string(segment));
  }
  return path.empty() ? "/" : path;
}

Answer call(HttpClient& client, const Route& route, const std::string& id = no_id) {
  return client.send(std::string(net::to_string(route.method)), address_of(route, id));
}

/// What a token with the scope `given` may do, as docs.joinmastodon.org/api/oauth-scopes says.
bool reaches(const std::string& given, const std::string& needed) {
  if (given == needed || needed.starts_with(given + ":")) return true;
  if (given == "follow") {
    const auto about = needed.substr(needed.find(':') + 1);
    const bool is_read_or_write = needed.starts_with("read:") || needed.starts_with("write:");
    return is_read_or_write && (about == "follows" || about == "blocks" || about == "mutes");
  }
  return needed == "profile" && (given == "read" || given == "read:accounts");
}

bool reaches(const std::string& given, const Route& route) {
  return reaches(given, std::string(to_string(route.access.scope())));
}

bool ignores_tokens(const Route& route) {
  const auto kind = route.access.kind();
  return kind == Kind::page || kind == Kind::uncounted || kind == Kind::open || kind == Kind::peer;
}

bool needs_scope(const Route& route) {
  const auto kind = route.access.kind();
  return kind == Kind::anyone || kind == Kind::app || kind == Kind::user;
}

std::vector<std::string> all_scopes() {
  std::vector<std::string> scopes = {""};  // a token that may do nothing
  for (const auto name : auth::scope_names()) scopes.emplace_back(name);
  return scopes;
}

/// Status, body and headers, but what differs between any two answers.
std::string essence(const Answer& answer) {
  std::string out = std::to_string(answer.status) + "\n" + answer.body + "\n";
  for (const auto& [name, value] : answer.headers) {
    if (name != "date" && name != "x-request-id") out += name + ": " + value + "\n";
  }
  return out;
}

#define EXPECT(condition, route, answer)                                                                  \
  QVERIFY2(condition,                                                                                     \
           (name_of(route) + ": " + std::to_string((answer).status) + " " + (answer).body.substr(0, 300)) \
               .c_str())

}  // namespace

class MatrixTest : public QObject {
  Q_OBJECT

  static std::string insert_token(store::WriteTx& tx, AccountId account, const std::string& scopes) {
    const auto secret = auth::new_token(system_random());
    store::Token row;
    row.account = account;
    row.scopes = scopes;
    store::insert_token(tx, auth::token_digest(secret), row, std::nullopt);
    return secret;
  }

 private Q_SLOTS:
  void every_route_refuses_what_its_access_does_not_allow() {
    TestNode node;
    const auto bob = node.person("bob");
    const auto app = app_token(node, register_app(node, "https://app.test/", "read write follow push"),
                               "read write follow push");
    std::map<std::string, std::string> tokens;
    const auto suspended = node.person("mallory");
    auto revoked = node.client(node.person("ruth"));
    QCOMPARE(revoked.get("/api/v1/accounts/verify_credentials").status,
             200);  // known to the node from now on
    QCOMPARE(revoked.send("DELETE", "/api/dunlin/v1/sessions").status, 200);
    change_database(node, [&](store::WriteTx& tx) -> Result<void> {
      for (const auto& scope : all_scopes()) tokens[scope] = insert_token(tx, bob.account, scope);
      store::set_suspended(tx, suspended.account, true);
      return {};
    });
    auto client = node.client(suspended);
    QVERIFY(wait_until([&] { return client.get("/api/v1/accounts/verify_credentials").status == 401; }));
    const std::vector<std::string> bad_tokens = {"nonsense",      revoked.token, suspended.token,
                                                 bob.token + "x", " ",           "\"'"};

    // Keys to sign with are made when somebody first looks for them: that is no change of this test's.
    client.token.clear();
    QCOMPARE(client.get("/actor").status, 200);
    const auto before = database_dump(node);
    for (const Route& route : api::all_routes()) {
      const auto kind = route.access.kind();
      client.token.clear();
      const auto without = call(client, route);
      const bool is_for_all = ignores_tokens(route);
      EXPECT(without.status < 500 && without.status != 0, route, without);
      EXPECT(is_for_all || (without.status == 401) == (kind != Kind::anyone), route, without);
      for (const auto& bad : bad_tokens) {
        client.headers = {{"Authorization", "Bearer " + bad}};
        const auto answer = call(client, route);
        client.headers.clear();
        EXPECT(answer.status == (is_for_all ? without.status : 401), route, answer);
      }
      if (!needs_scope(route)) continue;
      for (const auto& [scope, token] : tokens) {
        if (reaches(scope, route) && kind != Kind::app) continue;
        client.token = token;
        const auto answer = call(client, route);
        EXPECT(answer.status == 403, route, answer);
        EXPECT(answer.json().is_object() && answer.json().contains("error"), route, answer);
      }
      client.token = app;
      const auto by_app = call(client, route);
      if (kind == Kind::user) EXPECT(by_app.status == 422 || by_app.status == 403, route, by_app);
    }
    QVERIFY(database_dump(node) == before);
  }

  void every_route_opens_for_the_scope_that_it_needs() {
    TestNode node;
    // Somebody new for each call: a route may end all sessions of whoever calls it.
    struct Try {
      const Route* route;
      std::string token;
    };
    std::vector<Try> tries;
    change_database(node, [&](store::WriteTx& tx) -> Result<void> {
      for (const Route& route : api::all_routes()) {
        const auto kind = route.access.kind();
        for (const auto& scope : all_scopes()) {
          if (kind == Kind::app || kind == Kind::page || kind == Kind::peer) continue;
          const bool opens = needs_scope(route) ? reaches(scope, route) : true;
          if (!opens) continue;
          domain::NewAccount account;
          account.username = "p" + std::to_string(tries.size());
          if (std::string_view(to_string(route.access.scope())).starts_with("admin:"))
            account.role = store::Role::admin;
          account.email = account.username + "@example.org";
          TRY(const auto id, domain::create_account(tx, account));
          tries.push_back({&route, insert_token(tx, id, scope)});
        }
      }
      return {};
    });
    QVERIFY(tries.size() > api::all_routes().size());
    auto client = node.client();
    for (const auto& [route, token] : tries) {
      client.token = token;
      const auto answer = call(client, *route);
      EXPECT(answer.status != 401 && answer.status != 403 && answer.status < 500 && answer.status != 0,
             *route, answer);
    }
  }

  void application_token_opens_what_is_for_applications() {
    TestNode node;
    auto client = node.client();
    const auto app = register_app(node, "https://app.test/", "read write follow push");
    for (const std::string scope : {"read", "write", "follow", "push", "read:accounts", "write:accounts",
                                    "write:statuses", "read:statuses"}) {
      client.token = app_token(node, app, scope);
      for (const Route& route : api::all_routes()) {
        if (ignores_tokens(route) || route.access.kind() == Kind::user) continue;
        const auto answer = call(client, route);
        const bool opens = !needs_scope(route) || reaches(scope, route);
        EXPECT((answer.status != 403) == opens && answer.status != 401 && answer.status < 500, route, answer);
      }
    }
  }

  /// Whoever waits for approval has a token that will work; until then it opens nothing.
  void account_that_waits_is_refused_without_being_signed_out() {
    TestNode node;
    const auto walter = node.person("walter");
    auto client = node.client(walter);
    change_database(node, [&](store::WriteTx& tx) -> Result<void> {
      store::set_user_state(tx, walter.account, store::UserState::pending);
      return {};
    });
    QVERIFY(wait_until([&] { return client.get("/api/v1/accounts/verify_credentials").status == 403; }));
    for (const Route& route : api::all_routes()) {
      if (ignores_tokens(route)) continue;
      const auto answer = call(client, route);
      EXPECT(answer.status == 403, route, answer);
    }
  }

  /// The table against Mastodon's documentation, for what people would be hurt by: a route that declared less
  /// than this would pass the tests above.
  void routes_need_the_documented_scope_data() {
    QTest::addColumn<QString>("route");
    QTest::addColumn<QString>("scope");
    const std::pair<const char*, const char*> documented[] = {
        {"POST /api/v1/statuses", "write:statuses"},
        {"PUT /api/v1/statuses/:id", "write:statuses"},
        {"DELETE /api/v1/statuses/:id", "write:statuses"},
        {"GET /api/v1/statuses/:id/source", "read:statuses"},
        {"POST /api/v1/statuses/:id/reblog", "write:statuses"},
        {"GET /api/v1/statuses/:id/quotes", "read:statuses"},
        {"POST /api/v1/statuses/:id/quotes/:quoting_id/revoke", "write:statuses"},
        {"PUT /api/v1/statuses/:id/interaction_policy", "write:statuses"},
        {"POST /api/v1/statuses/:id/favourite", "write:favourites"},
        {"POST /api/v1/statuses/:id/bookmark", "write:bookmarks"},
        {"POST /api/v1/statuses/:id/pin", "write:accounts"},
        {"POST /api/v1/statuses/:id/mute", "write:mutes"},
        {"GET /api/v1/timelines/home", "read:statuses"},
        {"GET /api/v1/favourites", "read:favourites"},
        {"GET /api/v1/bookmarks", "read:bookmarks"},
        {"GET /api/v1/notifications", "read:notifications"},
        {"GET /api/v1/notifications/:id", "read:notifications"},
        {"POST /api/v1/notifications/:id/dismiss", "write:notifications"},
        {"POST /api/v1/notifications/clear", "write:notifications"},
        {"GET /api/v1/markers", "read:statuses"},
        {"POST /api/v1/markers", "write:statuses"},
        {"GET /api/v1/accounts/verify_credentials", "profile"},
        {"PATCH /api/v1/accounts/update_credentials", "write:accounts"},
        {"GET /api/v1/accounts/relationships", "read:follows"},
        {"POST /api/v1/accounts/:id/follow", "write:follows"},
        {"POST /api/v1/accounts/:id/block", "write:blocks"},
        {"POST /api/v1/accounts/:id/mute", "write:mutes"},
        {"POST /api/v1/accounts/:id/note", "write:accounts"},
        {"GET /api/v1/blocks", "read:blocks"},
        {"GET /api/v1/mutes", "read:mutes"},
        {"GET /api/v1/follow_requests", "read:follows"},
        {"POST /api/v1/follow_requests/:id/authorize", "write:follows"},
        {"POST /api/v1/follow_requests/:id/reject", "write:follows"},
        {"GET /api/v2/search", "read:search"},
        {"POST /api/v1/polls/:id/votes", "write:statuses"},
        {"GET /api/v1/preferences", "read:accounts"},
        {"GET /api/dunlin/v1/sessions", "read:accounts"},
        {"DELETE /api/dunlin/v1/sessions/:id", "write:accounts"},
        {"DELETE /api/dunlin/v1/sessions", "write:accounts"},
    };
    for (const auto& [route, scope] : documented) QTest::newRow(route) << route << scope;
  }
  void routes_need_the_documented_scope() {
    QFETCH(QString, route);
    QFETCH(QString, scope);
    const auto& routes = api::all_routes();
    const auto found = std::find_if(routes.begin(), routes.end(),
                                    [&](const Route& r) { return name_of(r) == route.toStdString(); });
    QVERIFY(found != routes.end());
    QVERIFY(found->access.kind() == Kind::user);
    QCOMPARE(to_string(found->access.scope()), scope.toStdString());
  }

  /// threats.md T-F12: for each route that takes an id, Bob with Alice's ids. 404 as for an id that never
  /// existed, and nothing changes.
  void ids_of_others_are_as_good_as_none() {
    TestNode node;
    const auto alice = node.person("alice");
    const auto carol = node.person("carol");
    auto as_alice = node.client(alice);
    auto as_carol = node.client(carol);
    auto as_bob = node.client(node.person("bob"));
    const std::map<std::string, std::vector<std::string>> owned = {
        {"/api/v1/statuses/:id",
         {post_status(as_alice, "followers only", {{"visibility", "private"}}),
          post_status(as_alice, "for carol @carol", {{"visibility", "direct"}})}},
        {"/api/v1/polls/:id",
         {post_status(as_alice, "a poll",
                      {{"visibility", "private"},
                       {"poll[options][]", "a"},
                       {"poll[options][]", "b"},
                       {"poll[expires_in]", "3600"}})}},
        {"/api/v1_alpha/async_refreshes/:id",
         {post_status(as_alice, "mine too", {{"visibility", "private"}})}},
        {"/api/v1/notifications/:id", {notification_of(as_alice, as_carol, alice)}},
        {"/api/dunlin/v1/sessions/:id", {as_alice.get("/api/dunlin/v1/sessions").json().at(0).at("id")}},
        {"/api/v1/follow_requests/:id", {request_to(as_alice, as_carol, alice, carol)}},
        {"/api/dunlin/v1/imports/:id", {failed_import_of(as_alice)}},
    };
    const auto before = database_dump(node);
    std::set<std::string> covered;
    for (const Route& route : api::all_routes()) {
      const std::string pattern(route.pattern);
      // Accounts are everybody's to look at; pages know no tokens, visibility_test looks at them.
      if (pattern.find("/:id") == std::string::npos || pattern.starts_with("/api/v1/accounts/")) continue;
      // Refused whatever the id: this is asked of the role first.
      if (ignores_tokens(route) || pattern.starts_with("/api/v1/admin/")) continue;
      const auto family = pattern.substr(0, pattern.find("/:id") + 4);
      QVERIFY2(owned.contains(family), (name_of(route) + ": say in this test whose ids these are").c_str());
      covered.insert(family);
      const auto none = call(as_bob, route);
      EXPECT(none.status == 404, route, none);
      for (const auto& id : owned.at(family)) {
        const auto answer = call_with_text(as_bob, route, id);
        const auto nothing = call_with_text(as_bob, route, no_id);
        EXPECT(answer.status == 404, route, answer);
        QCOMPARE(essence(answer), essence(nothing));
      }
    }
    QCOMPARE(covered.size(), owned.size());
    QVERIFY(database_dump(node) == before);
  }

  /// What Bob may read but not change.
  void public_status_of_another_cannot_be_changed_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("action");
    QTest::addColumn<int>("status");
    QTest::newRow("edit") << "PUT"
                          << "" << 404;
    QTest::newRow("delete") << "DELETE"
                            << "" << 404;
    QTest::newRow("source") << "GET"
                            << "/source" << 404;
    QTest::newRow("pin") << "POST"
                         << "/pin" << 422;
    QTest::newRow("unpin") << "POST"
                           << "/unpin" << 404;
  }
  void public_status_of_another_cannot_be_changed() {
    QFETCH(QString, method);
    QFETCH(QString, action);
    QFETCH(int, status);
    TestNode node;
    auto as_alice = node.client(node.person("alice"));
    auto as_bob = node.client(node.person("bob"));
    const auto id = post_status(as_alice, "mine");
    const auto before = database_dump(node);
    const auto answer =
        as_bob.send(method.toStdString(), "/api/v1/statuses/" + id + action.toStdString(),
                    form_encoded({{"status", "changed"}}), "application/x-www-form-urlencoded");
    QCOMPARE(answer.status, status);
    QVERIFY(database_dump(node) == before);
  }

  /// Lists without an id are of who asks: nothing that only Alice has is in any of them.
  void lists_are_the_callers_own() {
    TestNode node;
    const auto alice = node.person("alice");
    const auto carol = node.person("carol");
    auto as_alice = node.client(alice);
    auto as_carol = node.client(carol);
    const auto secret =
        post_status(as_alice, "quokka", {{"visibility", "direct"}, {"spoiler_text", "quokka"}});
    const auto about = "/api/v1/accounts/" + carol.id;
    QCOMPARE(as_alice.post("/api/v1/statuses/" + secret + "/favourite").status, 200);
    QCOMPARE(as_alice.post("/api/v1/statuses/" + secret + "/bookmark").status, 200);
    QCOMPARE(as_alice.post(about + "/note", {{"comment", "quokka"}}).status, 200);
    QCOMPARE(as_alice.post(about + "/mute").status, 200);
    QCOMPARE(as_alice.post(about + "/block").status, 200);
    QCOMPARE(as_alice.post("/api/v1/markers", {{"home[last_read_id]", "424242"}}).status, 200);
    const std::string session = as_alice.get("/api/dunlin/v1/sessions").json().at(0).at("id");
    const std::vector<std::string> words = {"quokka", secret, "424242", "\"id\":\"" + session + "\""};
    const auto query = "?q=alice&acct=alice&id[]=" + secret + "&id[]=" + carol.id +
                       "&timeline[]=home&timeline[]=notifications&account_id=" + alice.id;
    auto anonymous = node.client();
    auto as_bob = node.client(node.person("bob"));
    for (const Route& route : api::all_routes()) {
      if (route.method != net::Method::get) continue;
      for (auto* client : {&anonymous, &as_bob}) {
        const auto answer = client->get(address_of(route, alice.id) + query);
        for (const auto& word : words) EXPECT(answer.body.find(word) == std::string::npos, route, answer);
        const bool is_of_people = route.pattern.ends_with("/blocks") || route.pattern.ends_with("/mutes");
        if (is_of_people) EXPECT(answer.body.find("carol") == std::string::npos, route, answer);
      }
    }
    QVERIFY(as_bob.get("/api/v1/accounts/relationships", {{"id[]", carol.id}}).body.find("quokka") ==
            std::string::npos);
  }

  /// threats.md T-F10: however the path is written, the answer is the refusal or nothing.
  void protected_paths_are_judged_after_one_normalisation() {
    TestNode node;
    auto client = node.client();
    for (const Route& route : api::all_routes()) {
      if (route.access.kind() != Kind::user) continue;
      const auto path = address_of(route, no_id);
      for (const auto& written : {"/%61" + path.substr(2), "/" + path, path + "/", path + "/.",
                                  "/x/.." + path, "/%2e" + path, "/x/%2e%2e" + path, "/API" + path.substr(4),
                                  path + "?access_token=", path + "%00", path + ";x"}) {
        const auto answer = client.send(std::string(net::to_string(route.method)), written);
        EXPECT(answer.status == 401 || answer.status == 404 || answer.status == 400 || answer.status == 405,
               route, answer);
      }
    }
  }

 private:
  /// PUT and POST need something to say to come as far as the question whose it is.
  static Answer call_with_text(HttpClient& client, const Route& route, const std::string& id) {
    const bool has_body = route.method != net::Method::get;
    return client.send(std::string(net::to_string(route.method)), address_of(route, id),
                       has_body ? form_encoded({{"status", "changed"}}) : "",
                       has_body ? "application/x-www-form-urlencoded" : "");
  }

  /// Carol mentions Alice, who is told.
  static std::string notification_of(HttpClient& as_alice, HttpClient& as_carol, const Person& alice) {
    post_status(as_carol, "hello @" + alice.name);
    return as_alice.get("/api/v1/notifications").json().at(0).at("id");
  }

  /// Carol asks to follow Alice; the id that the request is answered by.
  /// Of a line that names nobody: it is worked off at once.
  static std::string failed_import_of(HttpClient& client) {
    return client.post("/api/dunlin/v1/imports", {{"kind", "blocks"}, {"data", "nobody"}}).json().at("id");
  }

  static std::string request_to(HttpClient& as_alice, HttpClient& as_carol, const Person& alice,
                                const Person& carol) {
    as_alice.send("PATCH", "/api/v1/accounts/update_credentials", form_encoded({{"locked", "true"}}),
                  "application/x-www-form-urlencoded");
    as_carol.post("/api/v1/accounts/" + alice.id + "/follow");
    return carol.id;
  }
};

QTEST_GUILESS_MAIN(MatrixTest)
#include "matrix_test.moc"

// What stands around every answer: limits and their headers, CORS, links between pages, caching, security
// headers, methods.
#include <QUrl>
#include <set>

#include "node/api/routes.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

std::vector<std::string> with_limits(std::vector<std::string> more) {
  more.insert(more.begin(), "rate_limit.enabled=true");
  return more;
}

bool has_limit_headers(const Answer& answer) {
  return !answer.header("x-ratelimit-limit").empty() && !answer.header("x-ratelimit-remaining").empty() &&
         answer.header("x-ratelimit-reset").ends_with("Z");
}

bool has_page_headers(const Answer& answer) {
  const auto policy = answer.header("content-security-policy");
  return policy.starts_with("default-src 'none'") && policy.find("unsafe") == std::string::npos &&
         policy.find("frame-ancestors 'none'") != std::string::npos &&
         answer.header("x-content-type-options") == "nosniff" && answer.header("x-frame-options") == "DENY" &&
         answer.header("referrer-policy") == "same-origin";
}

}  // namespace

class LimitsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void account_has_its_limit_with_three_headers();
  void visitors_are_limited_by_address();
  void tokens_cannot_be_guessed_without_limit();
  void forwarded_address_counts_from_trusted_proxies_alone();
  void one_network_is_one_address();
  void posts_have_a_limit_of_their_own();
  void boosts_count_as_posts();
  void uploads_have_a_limit_of_their_own();
  void limits_can_be_switched_off();
  void files_and_health_are_not_counted();

  void preflight_needs_no_token_on_any_shared_route();
  void answers_are_shared_with_other_origins_data();
  void answers_are_shared_with_other_origins();
  void pages_are_not_shared_with_other_origins();

  void links_keep_other_parameters_but_no_token();
  void links_are_plain_addresses_data();
  void links_are_plain_addresses();

  void every_answer_has_an_id_of_its_own();
  void head_is_get_without_its_body();
  void other_methods_are_told_what_is_allowed();
  void trailing_slash_works();
  void private_answers_are_not_stored();
  void one_address_answers_each_reader_alone();
  void health_is_told_to_anyone();
  void metrics_are_for_this_machine_or_a_token();
  void pages_carry_security_headers_data();
  void pages_carry_security_headers();
  void errors_have_the_form_of_their_path_data();
  void errors_have_the_form_of_their_path();
};

void LimitsTest::account_has_its_limit_with_three_headers() {
  TestNode node(with_limits({"rate_limit.requests_per_account=3", "rate_limit.requests_per_address=100"}));
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  auto other = node.client();
  other.token = node.token(alice, "read");
  const auto reset = to_iso(node.clock.now() + std::chrono::minutes(5));
  for (int left = 2; left >= 0; --left) {
    // Another token is no way around it.
    const auto answer = (left == 1 ? other : client).get("/api/v1/accounts/verify_credentials");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("x-ratelimit-limit"), "3");
    QCOMPARE(answer.header("x-ratelimit-remaining"), std::to_string(left));
    QCOMPARE(answer.header("x-ratelimit-reset"), reset);
  }
  node.clock.advance(std::chrono::seconds(60));
  const auto refused = client.get("/api/v1/accounts/verify_credentials");
  QCOMPARE(refused.status, 429);
  QVERIFY(has_limit_headers(refused));
  QCOMPARE(refused.header("retry-after"), "240");
  QVERIFY(refused.json()["error"].is_string());
  QCOMPARE(refused.header("access-control-allow-origin"), "*");
  QCOMPARE(other.get("/api/v1/timelines/home").status, 429);
  auto bob = node.client(node.person("bob"));
  QCOMPARE(bob.get("/api/v1/timelines/home").status, 200);
  QCOMPARE(node.client().get("/api/v1/timelines/public").status, 200);
  node.clock.advance(std::chrono::seconds(240));
  QCOMPARE(client.get("/api/v1/accounts/verify_credentials").status, 200);
}

void LimitsTest::visitors_are_limited_by_address() {
  TestNode node(with_limits({"rate_limit.requests_per_address=3"}));
  auto client = node.client();
  QCOMPARE(client.get("/api/v1/timelines/public").status, 200);
  QCOMPARE(client.get("/api/v2/instance").header("x-ratelimit-remaining"), "1");
  QCOMPARE(client.get("/api/v1/nothing/here").status, 404);  // nothing is looked up for it
  QCOMPARE(client.post("/oauth/token", {{"grant_type", "client_credentials"}}).status, 401);
  const auto refused = client.get("/api/v1/timelines/public");
  QCOMPARE(refused.status, 429);
  QVERIFY(has_limit_headers(refused));
  QVERIFY(!refused.header("retry-after").empty());
  QCOMPARE(client.get("/@nobody").status, 429);
  auto alice = node.client(node.person("alice"));
  QCOMPARE(alice.get("/api/v1/timelines/home").status, 200);  // has a count of her own
}

void LimitsTest::tokens_cannot_be_guessed_without_limit() {
  TestNode node(with_limits({"rate_limit.requests_per_address=3"}));
  auto client = node.client();
  for (int i = 0; i < 3; ++i) {
    client.token = "guess-" + std::to_string(i);
    const auto answer = client.get("/api/v1/accounts/verify_credentials");
    QCOMPARE(answer.status, 401);
    QVERIFY(has_limit_headers(answer));
  }
  QCOMPARE(client.get("/api/v1/accounts/verify_credentials").status, 429);
  client.token.clear();
  QCOMPARE(client.send("POST", "/api/v1/statuses", "{", "application/json").status, 429);
}

void LimitsTest::forwarded_address_counts_from_trusted_proxies_alone() {
  const auto ask = [](TestNode& node, const std::string& from) {
    auto client = node.client();
    client.headers = {{"X-Forwarded-For", from}};
    return client.get("/api/v1/timelines/public").status;
  };
  TestNode open(with_limits({"rate_limit.requests_per_address=2"}));
  QCOMPARE(ask(open, "192.0.2.1"), 200);
  QCOMPARE(ask(open, "192.0.2.2"), 200);
  QCOMPARE(ask(open, "192.0.2.3"), 429);

  TestNode node(behind_proxy(with_limits({"rate_limit.requests_per_address=2", "proxy.trusted=127.0.0.1"})));
  for (int i = 0; i < 4; ++i) QCOMPARE(ask(node, "192.0.2." + std::to_string(i)), 200);
  QCOMPARE(ask(node, "203.0.113.1, 192.0.2.50"), 200);
  QCOMPARE(ask(node, "203.0.113.2, 192.0.2.50"), 200);
  QCOMPARE(ask(node, "203.0.113.3, 192.0.2.50"), 429);
}

void LimitsTest::one_network_is_one_address() {
  TestNode node(behind_proxy(with_limits({"rate_limit.requests_per_address=3", "proxy.trusted=127.0.0.1"})));
  const auto ask = [&](const std::string& from) {
    auto client = node.client();
    client.headers = {{"X-Forwarded-For", from}};
    return client.get("/api/v1/timelines/public").status;
  };
  QCOMPARE(ask("2001:db8::1"), 200);
  QCOMPARE(ask("2001:db8::2:3:4"), 200);
  QCOMPARE(ask("2001:db8:0:0:ffff::1"), 200);
  QCOMPARE(ask("2001:db8::5"), 429);
  QCOMPARE(ask("2001:db8:0:1::5"), 200);
}

void LimitsTest::posts_have_a_limit_of_their_own() {
  TestNode node(with_limits({"rate_limit.statuses_per_account=2"}));
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  post_status(client, "one");
  post_status(client, "two");
  const auto before = database_dump(node);
  const auto refused = client.post("/api/v1/statuses", {{"status", "three"}});
  QCOMPARE(refused.status, 429);
  QCOMPARE(refused.header("x-ratelimit-limit"), "2");
  QCOMPARE(refused.header("x-ratelimit-remaining"), "0");
  QCOMPARE(refused.header("retry-after"), std::to_string(3 * 60 * 60));
  QCOMPARE(database_dump(node), before);
  QCOMPARE(client.get("/api/v1/timelines/home").status, 200);
  QCOMPARE(client.post("/api/v1/statuses", {{"status", ""}}).status,
           422);  // what is wrong is told first, and costs nothing
  node.clock.advance(std::chrono::hours(3));
  post_status(client, "three");
}

void LimitsTest::boosts_count_as_posts() {
  TestNode node(with_limits({"rate_limit.statuses_per_account=2"}));
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  const auto one = post_status(alice, "one");
  const auto two = post_status(alice, "two");
  QCOMPARE(bob.post("/api/v1/statuses/" + one + "/reblog").status, 200);
  QCOMPARE(bob.post("/api/v1/statuses/" + two + "/reblog").status, 200);
  QCOMPARE(bob.post("/api/v1/statuses/" + one + "/unreblog").status, 200);
  QCOMPARE(bob.post("/api/v1/statuses/" + one + "/reblog").status, 429);
  QCOMPARE(bob.post("/api/v1/statuses", {{"status", "x"}}).status, 429);
}

void LimitsTest::uploads_have_a_limit_of_their_own() {
  TestNode node(with_limits({"rate_limit.uploads_per_account=1"}));
  auto client = node.client(node.person("alice"));
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"x\"\r\nContent-Type: "
      "image/png\r\n\r\nx\r\n--b--";
  const auto upload = [&] {
    return client.send("PATCH", "/api/v1/accounts/update_credentials", body,
                       "multipart/form-data; boundary=b");
  };
  QCOMPARE(upload().status, 422);
  const auto refused = upload();
  QCOMPARE(refused.status, 429);
  QVERIFY(has_limit_headers(refused));
  QVERIFY(!refused.header("retry-after").empty());
  QCOMPARE(
      client
          .send("PATCH", "/api/v1/accounts/update_credentials", "note=x", "application/x-www-form-urlencoded")
          .status,
      200);
}

void LimitsTest::limits_can_be_switched_off() {
  TestNode node({"rate_limit.enabled=false", "rate_limit.requests_per_account=1",
                 "rate_limit.statuses_per_account=1", "rate_limit.requests_per_address=1",
                 "rate_limit.sign_ins_per_address=1", "rate_limit.sign_ins_per_account=1"});
  auto client = node.client(node.person("alice"));
  for (int i = 0; i < 3; ++i) post_status(client, "text");
  const auto answer = client.get("/api/v1/timelines/home");
  QCOMPARE(answer.status, 200);
  QVERIFY(answer.header("x-ratelimit-limit").empty());
  Browser browser(node);
  const auto page = browser.get("/auth/sign_in");
  for (int i = 0; i < 3; ++i)
    QCOMPARE(browser.submit(page, "/auth/sign_in", {{"username", "alice"}, {"password", "x"}}).status, 401);
}

/// A page shows many pictures, and who watches the node asks each second.
void LimitsTest::files_and_health_are_not_counted() {
  TestNode node(with_limits({"rate_limit.requests_per_address=2"}));
  auto client = node.client();
  for (int i = 0; i < 4; ++i) {
    QCOMPARE(client.get("/livez").status, 200);
    QCOMPARE(client.get("/readyz").status, 200);
    QCOMPARE(client.get("/metrics").status, 200);
    QCOMPARE(client.get("/assets/header.png").status, 200);
    QCOMPARE(client.get("/media/avatars/none.png").status, 404);
  }
  QCOMPARE(client.get("/api/v1/timelines/public").status, 200);
}

// --- CORS ---

void LimitsTest::preflight_needs_no_token_on_any_shared_route() {
  TestNode node(with_limits({"rate_limit.requests_per_address=1"}));  // nor does it count
  auto client = node.client();
  client.headers = {{"Origin", "https://client.test"},
                    {"Access-Control-Request-Method", "POST"},
                    {"Access-Control-Request-Headers", "authorization,content-type,idempotency-key"}};
  for (const auto& route : api::all_routes()) {
    std::string path(route.pattern);
    const bool is_shared = path.starts_with("/api/") || path == "/oauth/token" || path == "/oauth/revoke" ||
                           path.starts_with("/.well-known/") || path.starts_with("/nodeinfo/") ||
                           path.starts_with("/media/");
    if (!is_shared) continue;
    const auto answer = client.send("OPTIONS", path);
    QVERIFY2(answer.status == 204 || answer.status == 200, path.c_str());
    QCOMPARE(answer.header("access-control-allow-origin"), "*");
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
      QVERIFY2(answer.header("access-control-allow-methods").find(method) != std::string::npos, method);
    }
    const auto allowed = answer.header("access-control-allow-headers");
    for (const char* name : {"Authorization", "Content-Type", "Idempotency-Key"})
      QVERIFY2(allowed.find(name) != std::string::npos, name);
    QVERIFY(answer.header("access-control-allow-credentials").empty());
  }
}

void LimitsTest::answers_are_shared_with_other_origins_data() {
  QTest::addColumn<QString>("path");
  QTest::addColumn<int>("status");
  QTest::newRow("success") << "/api/v1/timelines/public" << 200;
  QTest::newRow("no token") << "/api/v1/timelines/home" << 401;
  QTest::newRow("not found") << "/api/v1/statuses/1" << 404;
  QTest::newRow("no such route") << "/api/v1/none" << 404;
  QTest::newRow("bad parameter") << "/api/v1/timelines/public?limit=x" << 422;
  QTest::newRow("bad query") << "/api/v1/timelines/public?x=%zz" << 400;
  QTest::newRow("other method") << "/api/v1/apps" << 405;
  QTest::newRow("refused by the server") << "/api/v1/x%zz" << 400;
  QTest::newRow("nodeinfo") << "/nodeinfo/2.0" << 200;
  QTest::newRow("host-meta") << "/.well-known/host-meta" << 200;
  QTest::newRow("picture") << "/assets/header.png" << 200;
}
void LimitsTest::answers_are_shared_with_other_origins() {
  QFETCH(QString, path);
  QFETCH(int, status);
  TestNode node;
  auto client = node.client();
  client.headers = {{"Origin", "https://client.test"}};
  const auto answer = client.get(path.toStdString());
  QCOMPARE(answer.status, status);
  QCOMPARE(answer.header("access-control-allow-origin"), "*");
  const auto exposed = answer.header("access-control-expose-headers");
  for (const char* name :
       {"Link", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id"}) {
    QVERIFY2(exposed.find(name) != std::string::npos, exposed.c_str());
  }
}

void LimitsTest::pages_are_not_shared_with_other_origins() {
  TestNode node;
  node.person("alice");
  auto client = node.client();
  client.headers = {{"Origin", "https://evil.test"}};
  for (const std::string path :
       {"/", "/@alice", "/auth/sign_in", "/auth/sign_up", "/oauth/authorize", "/metrics", "/none"}) {
    QVERIFY2(client.get(path).header("access-control-allow-origin").empty(), path.c_str());
    QVERIFY2(client.send("OPTIONS", path).header("access-control-allow-origin").empty(), path.c_str());
  }
}

// --- pages of lists ---

void LimitsTest::links_keep_other_parameters_but_no_token() {
  TestNode node(behind_proxy());
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(post_status(client, "post"));
  client.token.clear();
  for (const std::string name : {"access_token", "access%5Ftoken", "access_toke%6e"}) {
    const auto answer = client.get("/api/v1/timelines/home?limit=2&exclude_types[]=a%26b&" + name + "=" +
                                   alice.token + "&max_id=" + ids[4] + "&x=1");
    QCOMPARE(answer.status, 200);
    const auto link = answer.header("link");
    QVERIFY2(link.find(alice.token) == std::string::npos, link.c_str());
    const auto next = answer.link("next");
    QVERIFY2(next.starts_with("https://node.test/api/v1/timelines/home?"), next.c_str());
    auto query = query_of(next);
    QCOMPARE(query["limit"], "2");
    QCOMPARE(query["exclude_types[]"], "a&b");
    QCOMPARE(query["x"], "1");
    QCOMPARE(query["max_id"], ids[2]);
    QCOMPARE(query.size(), std::size_t{4});
    query = query_of(answer.link("prev"));
    QCOMPARE(query["min_id"], ids[3]);
    QVERIFY(!query.contains("max_id"));
  }
}

void LimitsTest::links_are_plain_addresses_data() {
  QTest::addColumn<QString>("tag");
  QTest::newRow("ascii") << "bird";
  QTest::newRow("umlaut") << QString::fromUtf8("vögel");
  QTest::newRow("chinese") << QString::fromUtf8("鳥");
}
void LimitsTest::links_are_plain_addresses() {
  QFETCH(QString, tag);
  TestNode node;
  auto client = node.client(node.person("alice"));
  for (int i = 0; i < 25; ++i) post_status(client, "#" + tag.toStdString());
  const auto encoded = QUrl::toPercentEncoding(tag).toStdString();
  const auto is_plain = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  };
  const auto answer = client.get("/api/v1/timelines/tag/" + encoded + "?limit=2");
  QVERIFY2(is_plain(answer.link("next")), answer.header("link").c_str());
  QCOMPARE(client.get(path_of(answer.link("next"))).json().size(), std::size_t{2});
  // The same on the page for people.
  const auto page = client.get("/tags/" + encoded);
  const auto at = page.body.find("?max_id=");
  QVERIFY(at != std::string::npos);
  const auto begin = page.body.rfind('"', at) + 1;
  const auto href = page.body.substr(begin, page.body.find('"', begin) - begin);
  QVERIFY2(is_plain(href), href.c_str());
  QCOMPARE(client.get(href).status, 200);
  QVERIFY(client.get(href).body.find("<article") != std::string::npos);
  // What stands in the path cannot end the address in the header.
  for (const std::string evil : {"a%22%3E%3C", "a%3E%3B%20rel=%22x", "a%3Fb", "a%23b"}) {
    const auto odd = client.get("/api/v1/timelines/tag/" + evil + "?limit=2&q=%22%3E");
    QVERIFY(odd.status == 200 || odd.status == 404);
    QVERIFY(is_plain(odd.link("next")));
  }
}

// --- the rest ---

void LimitsTest::every_answer_has_an_id_of_its_own() {
  TestNode node;
  auto client = node.client();
  std::set<std::string> ids;
  for (const std::string path : {"/", "/api/v1/timelines/public", "/api/v1/timelines/home", "/none",
                                 "/api/v1/none", "/livez", "/x%zz"}) {
    ids.insert(client.get(path).header("x-request-id"));
  }
  QCOMPARE(ids.size(), std::size_t{7});
  QVERIFY(!ids.contains(""));
}

void LimitsTest::head_is_get_without_its_body() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  post_status(client, "text");
  for (const std::string path :
       {"/api/v1/timelines/home", "/@alice", "/livez", "/assets/header.png", "/api/v1/statuses/1", "/none"}) {
    const auto get = client.get(path);
    const auto head = client.send("HEAD", path);
    QCOMPARE(head.status, get.status);
    QCOMPARE(head.header("content-type"), get.header("content-type"));
    QCOMPARE(head.header("content-length"), get.header("content-length"));
    QCOMPARE(head.header("link"), get.header("link"));
    QVERIFY(head.body.empty());
  }
}

void LimitsTest::other_methods_are_told_what_is_allowed() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  auto answer = client.send("DELETE", "/api/v1/timelines/home");
  QCOMPARE(answer.status, 405);
  QCOMPARE(answer.header("allow"), "GET, HEAD, OPTIONS");
  QVERIFY(answer.json()["error"].is_string());
  answer = client.send("PATCH", "/api/v1/statuses/1");
  QCOMPARE(answer.status, 405);
  QCOMPARE(answer.header("allow"), "GET, HEAD, PUT, DELETE, OPTIONS");
  answer = client.send("PUT", "/auth/sign_in");
  QCOMPARE(answer.status, 405);
  QCOMPARE(answer.header("allow"), "GET, HEAD, POST");
  QVERIFY(answer.header("content-type").starts_with("text/html"));
  QVERIFY(client.send("BREW", "/api/v1/timelines/home").status >= 400);
}

void LimitsTest::trailing_slash_works() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  for (const auto& path : std::vector<std::string>{
           "/api/v1/timelines/home/", "/api/v1/accounts/" + alice.id + "/", "/@alice/", "/livez/"}) {
    QCOMPARE(client.get(path).status, 200);
  }
  QCOMPARE(client.post("/api/v1/statuses/", {{"status", "x"}}).status, 200);
}

void LimitsTest::private_answers_are_not_stored() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const auto id = post_status(client, "text");
  for (const auto& path :
       std::vector<std::string>{"/api/v1/timelines/home", "/api/v1/timelines/public",
                                "/api/v1/statuses/" + id, "/api/v1/accounts/verify_credentials",
                                "/api/v1/statuses/1", "/api/v1/none", "/api/v1/timelines/home?limit=x"}) {
    const auto answer = client.get(path);
    QCOMPARE(answer.header("cache-control"), "private, no-store");
    QCOMPARE(answer.headers.count("cache-control"), std::size_t{1});
    QCOMPARE(answer.header("x-content-type-options"), "nosniff");
  }
  for (const std::string path : {"/auth/sign_in", "/auth/sign_up", "/oauth/authorize"}) {
    QVERIFY2(client.get(path).header("cache-control").find("no-store") != std::string::npos, path.c_str());
  }
  QVERIFY(client.get("/@alice").header("cache-control").starts_with("public"));
  QVERIFY(client.get("/@nobody").header("cache-control").find("public") == std::string::npos);
}

/// T-G7: whoever asked before.
void LimitsTest::one_address_answers_each_reader_alone() {
  TestNode node;
  const auto alice = node.person("alice");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(node.person("bob"));
  auto anonymous = node.client();
  const auto open = post_status(as_alice, "open");
  const auto closed = post_status(as_alice, "closed", {{"visibility", "private"}});
  as_bob.post("/api/v1/statuses/" + open + "/favourite");
  for (int round = 0; round < 2; ++round) {
    QCOMPARE(as_alice.get("/api/v1/statuses/" + open).json()["favourited"], false);
    QCOMPARE(as_bob.get("/api/v1/statuses/" + open).json()["favourited"], true);
    QVERIFY(anonymous.get("/api/v1/statuses/" + open).json().value("favourited", false) == false);
    QCOMPARE(as_alice.get("/api/v1/statuses/" + closed).status, 200);
    QCOMPARE(as_bob.get("/api/v1/statuses/" + closed).status, 404);
    QCOMPARE(anonymous.get("/api/v1/statuses/" + closed).status, 404);
    QCOMPARE(as_alice.get("/@alice").body, anonymous.get("/@alice").body);
    QVERIFY(as_alice.get("/@alice").body.find("closed") == std::string::npos);
  }
}

void LimitsTest::health_is_told_to_anyone() {
  TestNode node;
  auto client = node.client();
  for (const std::string path : {"/livez", "/readyz", "/health"}) {
    const auto answer = client.get(path);
    QCOMPARE(answer.status, 200);
    QVERIFY(answer.header("content-type").starts_with("text/plain"));
  }
}

void LimitsTest::metrics_are_for_this_machine_or_a_token() {
  TestNode node(behind_proxy({"proxy.trusted=127.0.0.1", "metrics.token=0123456789abcdef"}));
  auto client = node.client();
  const auto answer = client.get("/metrics");
  QCOMPARE(answer.status, 200);
  QVERIFY(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
  QVERIFY(answer.body.find("# TYPE ") != std::string::npos);
  client.headers = {{"X-Forwarded-For", "192.0.2.1"}};
  QCOMPARE(client.get("/metrics").status, 404);
  client.headers = {{"X-Forwarded-For", "127.0.0.1"}};
  QCOMPARE(client.get("/metrics").status, 404);  // through the proxy is not this machine
  client.headers = {{"Forwarded", "for=127.0.0.1"}};
  QCOMPARE(client.get("/metrics").status, 404);
  client.headers = {{"X-Forwarded-For", "192.0.2.1"}};
  client.token = "0123456789abcdeX";
  QCOMPARE(client.get("/metrics").status, 404);
  client.token = "0123456789abcdef";
  QCOMPARE(client.get("/metrics").status, 200);
}

void LimitsTest::pages_carry_security_headers_data() {
  QTest::addColumn<QString>("path");
  QTest::addColumn<int>("status");
  QTest::newRow("front") << "/" << 200;
  QTest::newRow("about") << "/about" << 200;
  QTest::newRow("profile") << "/@alice" << 200;
  QTest::newRow("tag") << "/tags/x" << 200;
  QTest::newRow("sign in") << "/auth/sign_in" << 200;
  QTest::newRow("sign up") << "/auth/sign_up" << 200;
  QTest::newRow("no such profile") << "/@nobody" << 404;
  QTest::newRow("no such page") << "/none/at/all" << 404;
  QTest::newRow("bad authorize") << "/oauth/authorize" << 400;
  QTest::newRow("bad query") << "/?x=%zz" << 400;
  QTest::newRow("other method") << "/auth/sign_out" << 405;
}
void LimitsTest::pages_carry_security_headers() {
  QFETCH(QString, path);
  QFETCH(int, status);
  for (const bool is_https : {false, true}) {
    TestNode node(is_https ? behind_proxy() : std::vector<std::string>{});
    node.person("alice");
    auto client = node.client();
    const auto answer = client.get(path.toStdString());
    QCOMPARE(answer.status, status);
    QVERIFY(answer.header("content-type").starts_with("text/html"));
    QVERIFY2(has_page_headers(answer), answer.header("content-security-policy").c_str());
    QVERIFY(answer.body.find("<script") == std::string::npos &&
            answer.body.find(" style=") == std::string::npos);
    QCOMPARE(answer.header("strict-transport-security").empty(), !is_https);
  }
}

void LimitsTest::errors_have_the_form_of_their_path_data() {
  QTest::addColumn<QString>("path");
  QTest::addColumn<bool>("is_json");
  for (const char* path : {"/api/v1/none", "/api/v1/timelines/home", "/oauth/token", "/oauth/revoke",
                           "/.well-known/none", "/nodeinfo/9.9", "/api", "/api/v1/apps", "/api/v1/x%zz"}) {
    QTest::addRow("%s", path) << path << true;
  }
  for (const char* path :
       {"/none", "/@nobody", "/@alice/1", "/@alice/x", "/users", "/oauth/authorize", "/auth/none"}) {
    QTest::addRow("%s", path) << path << false;
  }
}
void LimitsTest::errors_have_the_form_of_their_path() {
  QFETCH(QString, path);
  QFETCH(bool, is_json);
  TestNode node;
  node.person("alice");
  auto client = node.client();
  for (const std::string accept : {"*/*", "application/json", "text/html"}) {
    client.headers = {{"Accept", accept}};
    const auto answer = client.get(path.toStdString());
    QVERIFY(answer.status >= 400 && answer.status < 500);
    if (is_json) {
      QCOMPARE(answer.header("content-type"), "application/json; charset=utf-8");
      QVERIFY2(answer.json()["error"].is_string() && answer.json()["error"] != "", answer.body.c_str());
    } else {
      QCOMPARE(answer.header("content-type"), "text/html; charset=utf-8");
    }
    // Pictures are asked for by programs, and by people who open one in a tab.
    const auto picture = client.get("/media/avatars/none.png");
    QCOMPARE(picture.header("content-type").starts_with("text/html"), accept == "text/html");
  }
}

QTEST_GUILESS_MAIN(LimitsTest)
#include "limits_test.moc"

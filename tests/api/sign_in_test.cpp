// Signing in with a browser, and guessing: redirects, forms, cookies, throttling, paths.
#include <algorithm>

#include "tests/api/oauth_flow.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;

class SignInTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void return_path_stays_on_the_node_data();
  void return_path_stays_on_the_node();
  void forms_need_their_token_and_origin_data();
  void forms_need_their_token_and_origin();
  void cookies_are_guarded();
  void no_get_changes_anything();
  void sign_out_ends_the_browser_session();

  void wrong_passwords_of_an_account_are_throttled_from_any_address();
  void account_has_one_count_under_all_its_names();
  void wrong_passwords_of_an_address_are_throttled();
  void forwarded_addresses_count_only_from_trusted_proxies();
  void addresses_of_one_network_are_one();
  void unknown_name_and_wrong_password_answer_alike();
  void path_variants_meet_the_same_checks_data();
  void path_variants_meet_the_same_checks();
};

void SignInTest::return_path_stays_on_the_node_data() {
  QTest::addColumn<QString>("target");
  QTest::addColumn<QString>("location");
  QTest::newRow("path") << "/@alice?x=1"
                        << "/@alice?x=1";
  for (const char* evil :
       {"//evil.test", "https://evil.test", "https:evil.test", "/%2F%2Fevil.test", "/%2fevil.test",
        "/\\evil.test", "\\\\evil.test", "/%5Cevil.test", "/%5c/evil.test", "///evil.test", "/\t/evil.test",
        "/\n/evil.test", " //evil.test", "javascript:alert(1)", "@evil.test", ".evil.test", "",
        "/\r\nSet-Cookie: a=b", "/x\xC2\x85y"}) {
    QTest::addRow("%s", evil) << QString::fromUtf8(evil) << "/";
  }
}
void SignInTest::return_path_stays_on_the_node() {
  QFETCH(QString, target);
  QFETCH(QString, location);
  TestNode node;
  person_with_password(node, "alice", password);
  Browser browser(node);
  const auto page = browser.get("/auth/sign_in", {{"return_to", target.toStdString()}});
  const auto answer = browser.submit(page, "/auth/sign_in", {{"username", "alice"}, {"password", password}});
  QCOMPARE(answer.status, 303);
  QCOMPARE(answer.header("location"), location.toStdString());
  // The hidden field is the browser's to change.
  auto fields = hidden_fields(browser.get("/auth/sign_in").body, "/auth/sign_in").value();
  std::erase_if(fields, [](const auto& field) { return field.first == "return_to"; });
  fields.insert(fields.end(),
                {{"return_to", target.toStdString()}, {"username", "alice"}, {"password", password}});
  QCOMPARE(browser.post("/auth/sign_in", fields).header("location"), location.toStdString());
}

void SignInTest::forms_need_their_token_and_origin_data() {
  QTest::addColumn<QString>("form");
  QTest::addColumn<QString>("attack");
  for (const char* form : {"sign_in", "authorize", "sign_out", "sign_up"}) {
    for (const char* attack : {"no token", "wrong token", "token of another browser", "no cookie",
                               "foreign origin", "null origin", "origin with a port", "plain origin"}) {
      QTest::addRow("%s: %s", form, attack) << form << attack;
    }
  }
}
void SignInTest::forms_need_their_token_and_origin() {
  QFETCH(QString, form);
  QFETCH(QString, attack);
  TestNode node(behind_proxy({"registration.mode=open"}));
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  Browser another(node);
  sign_in(browser, "alice", password);
  const std::string action = form == "authorize" ? "/oauth/authorize" : "/auth/" + form.toStdString();
  const auto page = form == "sign_in"   ? browser.get(action)
                    : form == "sign_up" ? browser.get(action)
                                        : browser.get("/oauth/authorize", request_of(app));
  auto fields = hidden_fields(page.body, action).value();
  const auto token =
      std::find_if(fields.begin(), fields.end(), [](const auto& f) { return f.first == "csrf_token"; });
  QVERIFY(token != fields.end());
  const auto good = token->second;
  if (attack == "wrong token") token->second[0] = token->second[0] == 'A' ? 'B' : 'A';
  if (attack == "token of another browser") {
    token->second = hidden_fields(another.get("/auth/sign_in").body, "/auth/sign_in").value()[0].second;
    QVERIFY(token->second != good);
  }
  if (attack == "no token") fields.erase(token);
  if (attack == "no cookie") browser.cookies.erase("__Host-dunlin_form");
  if (attack == "foreign origin") browser.headers = {{"Origin", "https://evil.test"}};
  if (attack == "null origin") browser.headers = {{"Origin", "null"}};
  if (attack == "origin with a port") browser.headers = {{"Origin", "https://node.test:444"}};
  if (attack == "plain origin") browser.headers = {{"Origin", "http://node.test"}};
  fields.insert(fields.end(), {{"username", form == "sign_up" ? "carol" : "alice"},
                               {"password", password},
                               {"decision", "approve"},
                               {"email", "carol@example.org"},
                               {"agreement", "1"}});
  const auto before = database_dump(node);
  const auto answer = browser.post(action, fields);
  QCOMPARE(answer.status, 403);
  QVERIFY(answer.header("location").empty());
  QVERIFY(answer.header("set-cookie").empty());
  QCOMPARE(database_dump(node), before);
}

void SignInTest::cookies_are_guarded() {
  for (const bool is_https : {true, false}) {
    TestNode node(is_https ? behind_proxy() : std::vector<std::string>{});
    person_with_password(node, "alice", password);
    Browser browser(node);
    sign_in(browser, "alice", password);
    QVERIFY(browser.cookie_lines.size() >= 2);
    for (const auto& line : browser.cookie_lines) {
      QVERIFY2(
          line.find("; HttpOnly") != std::string::npos && line.find("; SameSite=Lax") != std::string::npos,
          line.c_str());
      QVERIFY2(line.find("; Path=/") != std::string::npos && line.find("Domain") == std::string::npos,
               line.c_str());
      QCOMPARE(line.find("; Secure") != std::string::npos, is_https);
      QCOMPARE(line.starts_with("__Host-"), is_https);
    }
    const auto answer = browser.get("/auth/sign_in");
    QCOMPARE(answer.header("strict-transport-security").empty(), !is_https);
  }
}

void SignInTest::no_get_changes_anything() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto before = database_dump(node);
  auto request = request_of(app);
  request.insert(request.end(), {{"decision", "approve"}, {"username", "alice"}, {"password", password}});
  for (const std::string path : {"/oauth/authorize", "/auth/sign_in", "/auth/sign_up", "/auth/sign_out",
                                 "/oauth/token", "/oauth/revoke"}) {
    QVERIFY(browser.get(path, request).status < 500);
  }
  QCOMPARE(database_dump(node), before);
  QCOMPARE(browser.get("/oauth/authorize", request_of(app)).status, 200);  // still signed in
}

void SignInTest::sign_out_ends_the_browser_session() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto stolen = browser.cookies;
  const auto page = browser.get("/oauth/authorize", request_of(app));
  const auto answer = browser.submit(page, "/auth/sign_out", {});
  QCOMPARE(answer.status, 303);
  QVERIFY(answer.header("location").starts_with("/oauth/authorize?"));
  QVERIFY(!browser.cookies.contains("dunlin_session"));
  browser.cookies = stolen;
  QCOMPARE(browser.get("/oauth/authorize", request_of(app)).status, 302);
}

// --- guessing ---

namespace {

/// One try at the form; its status.
int try_password(TestNode& node, const std::string& name, const std::string& secret,
                 const std::string& from = {}) {
  Browser browser(node);
  if (!from.empty()) browser.headers = {{"X-Forwarded-For", from}};
  return browser
      .submit(browser.get("/auth/sign_in"), "/auth/sign_in", {{"username", name}, {"password", secret}})
      .status;
}

const std::vector<std::string> throttled = {"rate_limit.enabled=true", "rate_limit.sign_ins_per_account=3",
                                            "rate_limit.sign_ins_per_address=5",
                                            "rate_limit.requests_per_address=1000"};

std::vector<std::string> throttled_behind_trusted_proxy() {
  auto settings = throttled;
  settings.insert(settings.end(),
                  {"server.insecure_http=false", "proxy.behind=true", "proxy.trusted=127.0.0.1"});
  return settings;
}

}  // namespace

void SignInTest::wrong_passwords_of_an_account_are_throttled_from_any_address() {
  TestNode node(throttled_behind_trusted_proxy());
  person_with_password(node, "alice", password);
  for (int i = 0; i < 3; ++i)
    QCOMPARE(try_password(node, "alice", "wrong", "192.0.2." + std::to_string(i)), 401);
  QCOMPARE(try_password(node, "ALICE", "wrong", "198.51.100.1"), 429);
  QCOMPARE(try_password(node, "alice", password, "198.51.100.2"),
           429);  // the right one does not get through either
  QCOMPARE(try_password(node, "bob", "wrong", "198.51.100.3"), 401);
  node.clock.advance(std::chrono::minutes(5));
  QCOMPARE(try_password(node, "alice", password, "198.51.100.4"), 303);
  QCOMPARE(try_password(node, "alice", "wrong", "198.51.100.4"), 401);  // success starts the count anew
}

void SignInTest::account_has_one_count_under_all_its_names() {
  TestNode node(throttled_behind_trusted_proxy());
  person_with_password(node, "alice", password);
  int tries = 0;
  for (const std::string name : {"alice", "alice@example.org", "ALICE@example.org"}) {
    QCOMPARE(try_password(node, name, "wrong", "192.0.2." + std::to_string(++tries)), 401);
  }
  QCOMPARE(try_password(node, "alice@example.org", "wrong", "192.0.2.100"), 429);
  QCOMPARE(try_password(node, "alice", "wrong", "192.0.2.101"), 429);
}

void SignInTest::wrong_passwords_of_an_address_are_throttled() {
  TestNode node(throttled);
  for (int i = 0; i < 5; ++i) QCOMPARE(try_password(node, "name" + std::to_string(i), "wrong"), 401);
  QCOMPARE(try_password(node, "name9", "wrong"), 429);
  node.clock.advance(std::chrono::minutes(5));
  QCOMPARE(try_password(node, "name9", "wrong"), 401);
}

void SignInTest::forwarded_addresses_count_only_from_trusted_proxies() {
  TestNode node(throttled);
  for (int i = 0; i < 5; ++i)
    QCOMPARE(try_password(node, "a" + std::to_string(i), "wrong", "192.0.2." + std::to_string(i)), 401);
  QCOMPARE(try_password(node, "a9", "wrong", "192.0.2.9"), 429);

  TestNode trusting(throttled_behind_trusted_proxy());
  for (int i = 0; i < 7; ++i)
    QCOMPARE(try_password(trusting, "a" + std::to_string(i), "wrong", "192.0.2." + std::to_string(i)), 401);
  // What stands left of the address that the proxy added is the client's own invention.
  for (int i = 0; i < 5; ++i) {
    const auto from = "203.0.113." + std::to_string(i) + ", 198.51.100.7";
    QCOMPARE(try_password(trusting, "b" + std::to_string(i), "wrong", from), 401);
  }
  QCOMPARE(try_password(trusting, "b9", "wrong", "203.0.113.9, 198.51.100.7"), 429);
}

void SignInTest::addresses_of_one_network_are_one() {
  TestNode node(throttled_behind_trusted_proxy());
  for (int i = 1; i <= 5; ++i)
    QCOMPARE(try_password(node, "a" + std::to_string(i), "wrong", "2001:db8::" + std::to_string(i)), 401);
  QCOMPARE(try_password(node, "a9", "wrong", "2001:db8::abcd:0:0:1"), 429);
  QCOMPARE(try_password(node, "a9", "wrong", "2001:db8:0:1::1"), 401);
}

/// That hashing takes as long for both is measured by a benchmark: see auth::verify_absent.
void SignInTest::unknown_name_and_wrong_password_answer_alike() {
  TestNode node({"oauth.password_grant=true"});
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  const auto headers_of = [](Answer answer) {
    answer.headers.erase("x-request-id");
    answer.headers.erase("set-cookie");
    answer.headers.erase("date");
    return answer.headers;
  };
  Browser browser(node);
  const auto page = browser.get("/auth/sign_in");
  const auto wrong = browser.submit(page, "/auth/sign_in", {{"username", "alice"}, {"password", "wrong"}});
  const auto unknown = browser.submit(page, "/auth/sign_in", {{"username", "alicx"}, {"password", "wrong"}});
  QCOMPARE(unknown.status, wrong.status);
  QVERIFY(headers_of(unknown) == headers_of(wrong));
  QCOMPARE(QString::fromStdString(unknown.body).replace("alicx", "alice").toStdString(), wrong.body);

  auto client = node.client();
  const auto ask = [&](const std::string& name) {
    return client.post("/oauth/token", {{"grant_type", "password"},
                                        {"client_id", app.id},
                                        {"client_secret", app.secret},
                                        {"username", name},
                                        {"password", "wrong"}});
  };
  const auto wrong_token = ask("alice");
  for (const std::string name : {"nobody", "nobody@example.org", "", "alice@", "%", "alice' OR 1=1 --"}) {
    const auto answer = ask(name);
    QCOMPARE(answer.status, wrong_token.status);
    QCOMPARE(answer.body, wrong_token.body);
    QVERIFY(headers_of(answer) == headers_of(wrong_token));
  }
}

/// T-F10: one path, however it is written.
void SignInTest::path_variants_meet_the_same_checks_data() {
  QTest::addColumn<QString>("path");
  QTest::addColumn<int>("status");
  for (const char* path :
       {"/api/v1/timelines/hom%65", "//api/v1/timelines/home", "/api/./v1/timelines/home",
        "/x/../api/v1/timelines/home", "/api/v1/timelines/home/.", "/api/v1/timelines//home",
        "/%61pi/v1/timelines/home", "/api/v1/timelines/home/"}) {
    QTest::addRow("%s", path) << path << 401;
  }
  for (const char* path : {"/API/v1/timelines/home", "/api/v1/timelines/HOME", "/api/v1/timelines/home;x"}) {
    QTest::addRow("%s", path) << path << 404;
  }
  for (const char* path :
       {"/api%2Fv1/timelines/home", "/api/v1/timelines/home%00", "/api/v1/timelines/%zz"}) {
    QTest::addRow("%s", path) << path << 400;
  }
}
void SignInTest::path_variants_meet_the_same_checks() {
  QFETCH(QString, path);
  QFETCH(int, status);
  TestNode node;
  auto client = node.client();
  QCOMPARE(client.get(path.toStdString()).status, status);
}

QTEST_GUILESS_MAIN(SignInTest)
#include "sign_in_test.moc"

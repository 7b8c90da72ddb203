// Letting an application in, as a browser and an application do it: registration, sign-in, approval, tokens,
// and what an attacker tries on the way. Sources: RFC 6749, 7009, 7636, 8414;
// docs.joinmastodon.org/methods/oauth and /apps
#include <iostream>
#include <sstream>

#include "node/cli/account.h"
#include "protocol/base/encoding.h"
#include "tests/api/oauth_flow.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636, appendix B
const std::string challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

}  // namespace

class OauthTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void apps_register_in_every_body_form_data();
  void apps_register_in_every_body_form();
  void wrong_registrations_name_their_field_data();
  void wrong_registrations_name_their_field();
  void app_verifies_itself_with_its_own_token();

  void person_is_sent_to_sign_in_and_back();
  void state_comes_back_unchanged();
  void denial_goes_back_with_error_and_state();
  void out_of_band_code_is_shown_on_a_page();
  void redirect_uri_keeps_its_own_parameters();
  void authorize_answers_errors_itself_data();
  void authorize_answers_errors_itself();
  void custom_scheme_is_allowed_by_the_form_policy();
  void trailing_slash_and_ignored_parameters_work();

  void code_gives_a_token_in_every_body_form_data();
  void code_gives_a_token_in_every_body_form();
  void token_requests_that_are_refused_data();
  void token_requests_that_are_refused();
  void code_used_twice_revokes_what_it_gave();
  void code_ends_after_ten_minutes();
  void code_is_bound_to_its_application_and_redirect();
  void pkce_needs_the_right_verifier_data();
  void pkce_needs_the_right_verifier();
  void scopes_stay_within_what_the_app_registered();
  void scope_left_out_means_read();
  void client_credentials_give_no_person();
  void password_grant_is_a_setting();
  void metadata_names_what_is_there();

  void revoked_token_ends_at_once();
  void other_applications_tokens_are_not_revoked();
  void password_change_and_suspension_end_sessions_data();
  void password_change_and_suspension_end_sessions();
  void password_change_ends_codes_that_wait();
  void sessions_are_listed_and_ended();
};

// --- registration ---

void OauthTest::apps_register_in_every_body_form_data() {
  QTest::addColumn<QString>("type");
  QTest::addColumn<QString>("body");
  const auto form = form_encoded({{"client_name", "Tester"},
                                  {"redirect_uris", "https://app.test/done\ntester://oauth"},
                                  {"scopes", "read write:statuses"},
                                  {"website", "https://app.test"}});
  QTest::newRow("form") << "application/x-www-form-urlencoded" << QString::fromStdString(form);
  QTest::newRow("form, list")
      << "application/x-www-form-urlencoded"
      << "client_name=Tester&redirect_uris[]=https://app.test/done&redirect_uris[]=tester://oauth"
         "&scopes=read+write%3Astatuses&website=https://app.test";
  QTest::newRow("json, array")
      << "application/json"
      << R"({"client_name":"Tester","redirect_uris":["https://app.test/done","tester://oauth"],
                                      "scopes":"read write:statuses","website":"https://app.test"})";
  QTest::newRow("json, lines")
      << "application/json; charset=utf-8"
      << R"({"client_name":"Tester","redirect_uris":"https://app.test/done\r\ntester://oauth\n",
                                      "scopes":"write:statuses read","website":"https://app.test"})";
  QString multipart;
  for (const auto& [name, value] : {std::pair{"client_name", "Tester"},
                                    {"redirect_uris", "https://app.test/done\r\ntester://oauth"},
                                    {"scopes", "read write:statuses"},
                                    {"website", "https://app.test"}}) {
    multipart +=
        QString("--b1\r\nContent-Disposition: form-data; name=\"%1\"\r\n\r\n%2\r\n").arg(name, value);
  }
  QTest::newRow("multipart") << "multipart/form-data; boundary=b1" << multipart + "--b1--\r\n";
}
void OauthTest::apps_register_in_every_body_form() {
  QFETCH(QString, type);
  QFETCH(QString, body);
  TestNode node;
  auto client = node.client();
  const auto answer = client.send("POST", "/api/v1/apps", body.toStdString(), type.toStdString());
  QCOMPARE(answer.status, 200);
  const auto app = answer.json();
  QCOMPARE(app["name"], "Tester");
  QCOMPARE(app["website"], "https://app.test");
  QCOMPARE(app["redirect_uri"], "https://app.test/done\ntester://oauth");
  QCOMPARE(app["redirect_uris"].dump(), std::string(R"(["https://app.test/done","tester://oauth"])"));
  QCOMPARE(app["scopes"].dump(), std::string(R"(["read","write:statuses"])"));
  QVERIFY(app["id"].is_string() && app["vapid_key"].is_string());
  QVERIFY(app["client_id"].get<std::string>().size() >= 22);
  QVERIFY(app["client_secret"].get<std::string>().size() >= 22);
}

void OauthTest::wrong_registrations_name_their_field_data() {
  QTest::addColumn<QString>("body");
  QTest::addColumn<QString>("field");
  const QString rest = R"("redirect_uris":"https://a.test/")";
  QTest::newRow("no name") << "{" + rest + "}"
                           << "client_name";
  QTest::newRow("blank name") << R"({"client_name":" ​",)" + rest + "}"
                              << "client_name";
  QTest::newRow("name is a list") << R"({"client_name":["a"],)" + rest + "}"
                                  << "client_name";
  QTest::newRow("long name") << R"({"client_name":")" + QString(257, 'a') + "\"," + rest + "}"
                             << "client_name";
  QTest::newRow("no redirect") << R"({"client_name":"a"})"
                               << "redirect_uris";
  QTest::newRow("empty redirect list") << R"({"client_name":"a","redirect_uris":[]})"
                                       << "redirect_uris";
  QTest::newRow("redirect is an object") << R"({"client_name":"a","redirect_uris":{"a":"b"}})"
                                         << "redirect_uris";
  for (const QString uri :
       {"/relative", "app.test", "javascript:alert(1)", "data:text/html,x", "https://", "https://a.test/#x",
        "https://a.test/ x", "file:///etc/passwd", "vbscript:x", "https:\\\\a.test"}) {
    QTest::addRow("redirect %s", qPrintable(uri))
        << R"({"client_name":"a","redirect_uris":")" + QString(uri).replace("\\", "\\\\") + "\"}"
        << "redirect_uris";
  }
  QTest::newRow("unknown scope") << R"({"client_name":"a","scopes":"read everything",)" + rest + "}"
                                 << "scopes";
  QTest::newRow("scopes as a number") << R"({"client_name":"a","scopes":true,)" + rest + "}"
                                      << "scopes";
  QTest::newRow("website runs") << R"({"client_name":"a","website":"javascript:x",)" + rest + "}"
                                << "website";
}
void OauthTest::wrong_registrations_name_their_field() {
  QFETCH(QString, body);
  QFETCH(QString, field);
  TestNode node;
  auto client = node.client();
  const auto before = database_dump(node);
  const auto answer = client.send("POST", "/api/v1/apps", body.toStdString(), "application/json");
  QCOMPARE(answer.status, 422);
  QVERIFY2(error_of(answer).find(field.toStdString()) != std::string::npos, answer.body.c_str());
  QCOMPARE(database_dump(node), before);
}

void OauthTest::app_verifies_itself_with_its_own_token() {
  TestNode node;
  const auto app = register_app(node);
  auto client = node.client();
  client.token = app_token(node, app);
  const auto answer = client.get("/api/v1/apps/verify_credentials");
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.json()["name"], "Tester");
  QVERIFY(!answer.json().contains("client_secret"));
  client.token.clear();
  QCOMPARE(client.get("/api/v1/apps/verify_credentials").status, 401);
}

// --- the page ---

void OauthTest::person_is_sent_to_sign_in_and_back() {
  TestNode node;
  const auto alice = person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  auto answer = browser.get("/oauth/authorize", request_of(app, {{"state", "a b&c"}}));
  QCOMPARE(answer.status, 302);
  QVERIFY(answer.header("location").starts_with("/auth/sign_in?return_to="));
  answer = browser.get(answer.header("location"));
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.header("cache-control"), "no-store");
  answer = browser.submit(answer, "/auth/sign_in", {{"username", "Alice"}, {"password", password}});
  QCOMPARE(answer.status, 303);
  answer = browser.get(answer.header("location"));
  QCOMPARE(answer.status, 200);
  QVERIFY(answer.body.find("Tester") != std::string::npos);
  QVERIFY(answer.body.find("alice@node.test") != std::string::npos);
  QCOMPARE(answer.header("cache-control"), "no-store");
  answer = browser.submit(answer, "/oauth/authorize", {{"decision", "approve"}});
  QVERIFY(answer.header("location").starts_with(app_uri + "?code="));
  QCOMPARE(query_of(answer.header("location"))["state"], "a b&c");
  auto client = node.client();
  const auto token = exchange(client, app, code_of(answer));
  QCOMPARE(token.status, 200);
  QCOMPARE(token.json()["token_type"], "Bearer");
  QCOMPARE(token.json()["scope"], "read write");
  QCOMPARE(token.json()["created_at"].get<std::int64_t>(), node.clock.now().ms / 1000);
  QVERIFY(token.header("cache-control").find("no-store") != std::string::npos);
  client.token = token.json()["access_token"];
  QCOMPARE(client.get("/api/v1/accounts/verify_credentials").json()["id"], alice.id);
}

void OauthTest::state_comes_back_unchanged() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const std::string state = "\"><script>&=%41+ünï 漢字/?#";
  const auto answer = decide(browser, request_of(app, {{"state", state}}));
  QCOMPARE(query_of(answer.header("location"))["state"], state);
  const auto page = browser.get("/oauth/authorize", request_of(app, {{"state", state}}));
  QVERIFY(page.body.find("<script>") == std::string::npos);
}

void OauthTest::denial_goes_back_with_error_and_state() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  auto query = query_of(decide(browser, request_of(app, {{"state", "s1"}}), "deny").header("location"));
  QCOMPARE(query["error"], "access_denied");
  QCOMPARE(query["state"], "s1");
  QVERIFY(!query.contains("code"));
}

void OauthTest::out_of_band_code_is_shown_on_a_page() {
  TestNode node;
  person_with_password(node, "alice", password);
  const std::string out_of_band = "urn:ietf:wg:oauth:2.0:oob";
  const auto app = register_app(node, out_of_band);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto page = decide(browser, request_of(app, {{"redirect_uri", out_of_band}}));
  QCOMPARE(page.status, 200);
  QVERIFY(page.header("location").empty());
  QVERIFY(page.header("cache-control").find("no-store") != std::string::npos);
  const auto begin = page.body.find("<code");
  const auto open = page.body.find('>', begin) + 1;
  const auto code = page.body.substr(open, page.body.find('<', open) - open);
  auto client = node.client();
  QCOMPARE(exchange(client, app, code, {{"redirect_uri", out_of_band}}).status, 200);
  const auto denied = decide(browser, request_of(app, {{"redirect_uri", out_of_band}}), "deny");
  QVERIFY(denied.header("location").empty());
}

void OauthTest::redirect_uri_keeps_its_own_parameters() {
  TestNode node;
  person_with_password(node, "alice", password);
  const std::string uri = "https://app.test/done?server=node.test&x=1";
  const auto app = register_app(node, uri);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto answer = decide(browser, request_of(app, {{"redirect_uri", uri}, {"state", "s"}}));
  QVERIFY(answer.header("location").starts_with(uri + "&code="));
  QCOMPARE(query_of(answer.header("location"))["server"], "node.test");
}

/// T-F1 and T-F4: what must not lead to another address, nor to a code.
void OauthTest::authorize_answers_errors_itself_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("value");
  QTest::newRow("prefix") << "redirect_uri"
                          << "https://app.test/don";
  QTest::newRow("longer") << "redirect_uri"
                          << "https://app.test/done.evil.test";
  QTest::newRow("sub-path") << "redirect_uri"
                            << "https://app.test/done/more";
  QTest::newRow("trailing slash") << "redirect_uri"
                                  << "https://app.test/done/";
  QTest::newRow("other port") << "redirect_uri"
                              << "https://app.test:8443/done";
  QTest::newRow("default port") << "redirect_uri"
                                << "https://app.test:443/done";
  QTest::newRow("other scheme") << "redirect_uri"
                                << "http://app.test/done";
  QTest::newRow("other case") << "redirect_uri"
                              << "https://APP.test/done";
  QTest::newRow("other host") << "redirect_uri"
                              << "https://evil.test/done";
  QTest::newRow("user in front") << "redirect_uri"
                                 << "https://app.test@evil.test/done";
  QTest::newRow("one more parameter") << "redirect_uri"
                                      << "https://app.test/done?x=1";
  QTest::newRow("fragment") << "redirect_uri"
                            << "https://app.test/done#x";
  QTest::newRow("dot segments") << "redirect_uri"
                                << "https://app.test/x/../done";
  QTest::newRow("line break") << "redirect_uri"
                              << "https://app.test/done\r\nX: y";
  QTest::newRow("both registered at once") << "redirect_uri"
                                           << "https://app.test/done\nhttps://app.test/other";
  QTest::newRow("left out while two are registered") << "redirect_uri"
                                                     << "";
  QTest::newRow("unknown client") << "client_id"
                                  << "nobody";
  QTest::newRow("no client") << "client_id"
                             << "";
  QTest::newRow("implicit grant") << "response_type"
                                  << "token";
  QTest::newRow("no response type") << "response_type"
                                    << "";
  QTest::newRow("more scopes than registered") << "scope"
                                               << "read write follow push";
  QTest::newRow("wide scope over a granular one") << "scope"
                                                  << "admin:read";
  QTest::newRow("unknown scope") << "scope"
                                 << "everything";
  QTest::newRow("plain challenge") << "code_challenge_method"
                                   << "plain";
  QTest::newRow("challenge too short") << "code_challenge"
                                       << "short";
}
void OauthTest::authorize_answers_errors_itself() {
  QFETCH(QString, name);
  QFETCH(QString, value);
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node, app_uri + "\nhttps://app.test/other", "read write");
  Fields changes = {{name.toStdString(), value.toStdString()}};
  if (name == "code_challenge_method") changes.emplace_back("code_challenge", challenge);
  if (name == "code_challenge") changes.emplace_back("code_challenge_method", "S256");
  Browser browser(node);
  for (const bool is_signed_in : {false, true}) {
    if (is_signed_in) sign_in(browser, "alice", password);
    const auto answer = browser.get("/oauth/authorize", request_of(app, changes));
    QCOMPARE(answer.status, 400);
    QVERIFY(answer.header("location").empty());
    QVERIFY(answer.header("content-type").starts_with("text/html"));
  }
  // The same by the form: its fields are the browser's to change.
  const auto page = browser.get("/oauth/authorize", request_of(app));
  auto fields = hidden_fields(page.body, "/oauth/authorize").value();
  for (const auto& [field, changed] : changes) {
    std::erase_if(fields, [&](const auto& known) { return known.first == field; });
    fields.emplace_back(field, changed);
  }
  fields.emplace_back("decision", "approve");
  const auto before = database_dump(node);
  const auto answer = browser.post("/oauth/authorize", fields);
  QCOMPARE(answer.status, 400);
  QVERIFY(answer.header("location").empty());
  QCOMPARE(database_dump(node), before);
}

void OauthTest::custom_scheme_is_allowed_by_the_form_policy() {
  TestNode node;
  person_with_password(node, "alice", password);
  const std::string uri = "tester-app://oauth";
  const auto app = register_app(node, uri);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto page = browser.get("/oauth/authorize", request_of(app, {{"redirect_uri", uri}}));
  const auto policy = page.header("content-security-policy");
  QVERIFY2(policy.find("form-action 'self' tester-app:") != std::string::npos, policy.c_str());
  QVERIFY(policy.find("frame-ancestors 'none'") != std::string::npos);
  QCOMPARE(page.header("x-frame-options"), "DENY");
  QVERIFY(decide(browser, request_of(app, {{"redirect_uri", uri}}))
              .header("location")
              .starts_with(uri + "?code="));
}

void OauthTest::trailing_slash_and_ignored_parameters_work() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto page = browser.get("/oauth/authorize/",
                                request_of(app, {{"force_login", "false"}, {"lang", "de"}, {"x", "y"}}));
  QCOMPARE(page.status, 200);
  QVERIFY(hidden_fields(page.body, "/oauth/authorize").has_value());
}

// --- tokens ---

void OauthTest::code_gives_a_token_in_every_body_form_data() {
  QTest::addColumn<QString>("how");
  for (const char* how : {"form", "json", "multipart", "basic"}) QTest::newRow(how) << how;
}
void OauthTest::code_gives_a_token_in_every_body_form() {
  QFETCH(QString, how);
  TestNode node;
  const auto alice = person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto code = code_of(decide(browser, request_of(app)));
  Fields fields = {{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", app_uri}};
  auto client = node.client();
  if (how == "basic") {
    const auto encoded = QByteArray::fromStdString(app.id + ":" + app.secret).toBase64().toStdString();
    client.headers = {{"Authorization", "Basic " + encoded}};
  } else {
    fields.emplace_back("client_id", app.id);
    fields.emplace_back("client_secret", app.secret);
  }
  Answer answer;
  if (how == "json") {
    auto body = nlohmann::json::object();
    for (const auto& [name, value] : fields) body[name] = value;
    answer = client.send("POST", "/oauth/token", body.dump(), "application/json");
  } else if (how == "multipart") {
    std::string body;
    for (const auto& [name, value] : fields)
      body += "--bb\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    answer = client.send("POST", "/oauth/token", body + "--bb--\r\n", "multipart/form-data; boundary=bb");
  } else {
    answer = client.post("/oauth/token", fields);
  }
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.header("access-control-allow-origin"), "*");
  client.headers.clear();
  client.token = answer.json()["access_token"];
  QCOMPARE(client.get("/api/v1/accounts/verify_credentials").json()["id"], alice.id);
}

void OauthTest::token_requests_that_are_refused_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("value");
  QTest::addColumn<int>("status");
  QTest::addColumn<QString>("error");
  QTest::newRow("wrong secret") << "client_secret"
                                << "wrong" << 401 << "invalid_client";
  QTest::newRow("no secret") << "client_secret"
                             << "" << 401 << "invalid_client";
  QTest::newRow("unknown client") << "client_id"
                                  << "nobody" << 401 << "invalid_client";
  QTest::newRow("unknown grant") << "grant_type"
                                 << "implicit" << 400 << "unsupported_grant_type";
  QTest::newRow("empty grant") << "grant_type"
                               << "" << 400 << "unsupported_grant_type";
  QTest::newRow("unknown code") << "code"
                                << "nothing" << 400 << "invalid_grant";
  QTest::newRow("empty code") << "code"
                              << "" << 400 << "invalid_grant";
  QTest::newRow("other redirect") << "redirect_uri"
                                  << "https://app.test/other" << 400 << "invalid_grant";
}
void OauthTest::token_requests_that_are_refused() {
  QFETCH(QString, name);
  QFETCH(QString, value);
  QFETCH(int, status);
  QFETCH(QString, error);
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto code = code_of(decide(browser, request_of(app)));
  auto client = node.client();
  const auto before = database_dump(node);
  const auto answer = exchange(client, app, code, {{name.toStdString(), value.toStdString()}});
  QCOMPARE(answer.status, status);
  QCOMPARE(error_of(answer), error.toStdString());
  QVERIFY(answer.json()["error_description"].is_string());
  QVERIFY(answer.header("cache-control").find("no-store") != std::string::npos);
  QCOMPARE(answer.header("access-control-allow-origin"), "*");
  QCOMPARE(database_dump(node), before);
  QCOMPARE(exchange(client, app, code).status, 200);  // a failed try does not spend the code
}

void OauthTest::code_used_twice_revokes_what_it_gave() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto code = code_of(decide(browser, request_of(app)));
  auto client = node.client();
  const std::string token = exchange(client, app, code).json()["access_token"];
  client.token = token;
  QCOMPARE(client.get("/api/v1/accounts/verify_credentials").status, 200);
  client.token.clear();
  const auto again = exchange(client, app, code);
  QCOMPARE(again.status, 400);
  QCOMPARE(error_of(again), "invalid_grant");
  client.token = token;
  QCOMPARE(client.get("/api/v1/accounts/verify_credentials").status, 401);
}

void OauthTest::code_ends_after_ten_minutes() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto early = code_of(decide(browser, request_of(app)));
  auto client = node.client();
  node.clock.advance(std::chrono::minutes(10) - std::chrono::milliseconds(1));
  QCOMPARE(exchange(client, app, early).status, 200);
  const auto late = code_of(decide(browser, request_of(app)));
  node.clock.advance(std::chrono::minutes(10));
  const auto answer = exchange(client, app, late);
  QCOMPARE(answer.status, 400);
  QCOMPARE(error_of(answer), "invalid_grant");
}

void OauthTest::code_is_bound_to_its_application_and_redirect() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node, app_uri + "\nhttps://app.test/other");
  const auto other = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto code = code_of(decide(browser, request_of(app)));
  auto client = node.client();
  QCOMPARE(error_of(exchange(client, other, code)), "invalid_grant");
  QCOMPARE(error_of(exchange(client, app, code, {{"redirect_uri", "https://app.test/other"}})),
           "invalid_grant");
  QCOMPARE(error_of(exchange(client, app, code, {{"redirect_uri", ""}})), "invalid_grant");
  QCOMPARE(exchange(client, app, code).status, 200);
}

void OauthTest::pkce_needs_the_right_verifier_data() {
  QTest::addColumn<QString>("given");
  QTest::addColumn<bool>("is_right");
  QTest::newRow("right") << QString::fromStdString(verifier) << true;
  QTest::newRow("wrong") << QString(43, 'a') << false;
  QTest::newRow("the challenge itself") << QString::fromStdString(challenge) << false;
  QTest::newRow("missing") << "" << false;
  QTest::newRow("too long") << QString(200, 'a') << false;
}
void OauthTest::pkce_needs_the_right_verifier() {
  QFETCH(QString, given);
  QFETCH(bool, is_right);
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto code = code_of(
      decide(browser, request_of(app, {{"code_challenge", challenge}, {"code_challenge_method", "S256"}})));
  auto client = node.client();
  Fields changes;
  if (!given.isEmpty()) changes.emplace_back("code_verifier", given.toStdString());
  const auto answer = exchange(client, app, code, changes);
  QCOMPARE(answer.status, is_right ? 200 : 400);
  if (!is_right) QCOMPARE(error_of(answer), "invalid_grant");
}

void OauthTest::scopes_stay_within_what_the_app_registered() {
  TestNode node;
  const auto app = register_app(node, app_uri, "read:accounts");
  auto client = node.client();
  for (const std::string scope :
       {"read", "read:accounts read:statuses", "write", "admin:read", "read:accounts nonsense"}) {
    const auto answer = client.post("/oauth/token", {{"grant_type", "client_credentials"},
                                                     {"client_id", app.id},
                                                     {"client_secret", app.secret},
                                                     {"scope", scope}});
    QCOMPARE(answer.status, 400);
    QCOMPARE(error_of(answer), "invalid_scope");
  }
  client.token = app_token(node, app, "read:accounts");
  QCOMPARE(client.get("/api/v1/apps/verify_credentials").status, 200);
}

void OauthTest::scope_left_out_means_read() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto code = code_of(decide(browser, request_of(app, {{"scope", ""}})));
  auto client = node.client();
  const auto answer = exchange(client, app, code);
  QCOMPARE(answer.json()["scope"], "read");
  client.token = answer.json()["access_token"];
  QCOMPARE(client.get("/api/v1/timelines/home").status, 200);
  QCOMPARE(client.post("/api/v1/statuses", {{"status", "x"}}).status, 403);
}

void OauthTest::client_credentials_give_no_person() {
  TestNode node;
  const auto app = register_app(node);
  auto client = node.client();
  client.token = app_token(node, app);
  QCOMPARE(client.get("/api/v1/timelines/home").status, 422);
  QCOMPARE(client.get("/api/v1/timelines/public").status, 200);
  QCOMPARE(client.post("/api/v1/statuses", {{"status", "x"}}).status, 422);
}

void OauthTest::password_grant_is_a_setting() {
  for (const bool is_on : {false, true}) {
    TestNode node({std::string("oauth.password_grant=") + (is_on ? "true" : "false")});
    const auto alice = person_with_password(node, "alice", password);
    const auto app = register_app(node);
    auto client = node.client();
    const auto ask = [&](const std::string& name, const std::string& secret) {
      return client.post("/oauth/token", {{"grant_type", "password"},
                                          {"client_id", app.id},
                                          {"client_secret", app.secret},
                                          {"username", name},
                                          {"password", secret},
                                          {"scope", "read"}});
    };
    const auto answer = ask("alice", password);
    const auto by_email = ask("Alice@Example.org", password);
    QCOMPARE(answer.status, is_on ? 200 : 400);
    QCOMPARE(by_email.status, answer.status);
    const auto metadata = client.get("/.well-known/oauth-authorization-server").json();
    QCOMPARE(metadata["grant_types_supported"].dump().find("\"password\"") != std::string::npos, is_on);
    if (!is_on) {
      QCOMPARE(error_of(answer), "unsupported_grant_type");
      continue;
    }
    QCOMPARE(error_of(ask("alice", "wrong password")), "invalid_grant");
    client.token = answer.json()["access_token"];
    QCOMPARE(client.get("/api/v1/accounts/verify_credentials").json()["id"], alice.id);
  }
}

void OauthTest::metadata_names_what_is_there() {
  TestNode node(behind_proxy());
  auto client = node.client();
  const auto answer = client.get("/.well-known/oauth-authorization-server");
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.header("access-control-allow-origin"), "*");
  const auto metadata = answer.json();
  QCOMPARE(metadata["issuer"], "https://node.test/");
  QCOMPARE(metadata["authorization_endpoint"], "https://node.test/oauth/authorize");
  QCOMPARE(metadata["token_endpoint"], "https://node.test/oauth/token");
  QCOMPARE(metadata["revocation_endpoint"], "https://node.test/oauth/revoke");
  QCOMPARE(metadata["app_registration_endpoint"], "https://node.test/api/v1/apps");
  QCOMPARE(metadata["code_challenge_methods_supported"].dump(), std::string(R"(["S256"])"));
  QCOMPARE(metadata["response_types_supported"].dump(), std::string(R"(["code"])"));
  const auto scopes = metadata["scopes_supported"].dump();
  QVERIFY(scopes.find("\"write:statuses\"") != std::string::npos &&
          scopes.find("\"profile\"") != std::string::npos);
}

// --- ends of tokens and sessions ---

void OauthTest::revoked_token_ends_at_once() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  auto client = node.client();
  const std::string token =
      exchange(client, app, code_of(decide(browser, request_of(app)))).json()["access_token"];
  auto signed_in = node.client();
  signed_in.token = token;
  QCOMPARE(signed_in.get("/api/v1/accounts/verify_credentials").status, 200);
  const Fields revocation = {{"client_id", app.id}, {"client_secret", app.secret}, {"token", token}};
  QCOMPARE(client.post("/oauth/revoke", revocation).status, 200);
  QCOMPARE(signed_in.get("/api/v1/accounts/verify_credentials").status, 401);
  QCOMPARE(signed_in.get("/api/v1/timelines/public").status, 401);
  QCOMPARE(client.post("/oauth/revoke", revocation).status, 200);  // RFC 7009 2.2
}

void OauthTest::other_applications_tokens_are_not_revoked() {
  TestNode node;
  const auto app = register_app(node);
  const auto other = register_app(node);
  const auto token = app_token(node, app);
  auto client = node.client();
  QCOMPARE(
      client
          .post("/oauth/revoke", {{"client_id", other.id}, {"client_secret", other.secret}, {"token", token}})
          .status,
      403);
  QCOMPARE(client.post("/oauth/revoke", {{"client_id", app.id}, {"client_secret", "wrong"}, {"token", token}})
               .status,
           403);
  client.token = token;
  QCOMPARE(client.get("/api/v1/apps/verify_credentials").status, 200);
}

void OauthTest::password_change_and_suspension_end_sessions_data() {
  QTest::addColumn<QString>("what");
  for (const char* what : {"password", "suspension", "deletion", "all sessions by the API"})
    QTest::newRow(what) << what;
}
void OauthTest::password_change_and_suspension_end_sessions() {
  QFETCH(QString, what);
  TestNode node;
  const auto alice = person_with_password(node, "alice", password);
  const auto bob = node.person("bob");
  auto client = node.client(alice);
  auto as_bob = node.client(bob);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto app = register_app(node);
  QCOMPARE(browser.get("/oauth/authorize", request_of(app)).status, 200);
  QCOMPARE(client.get("/api/v1/accounts/verify_credentials").status, 200);

  auto session = cli::Session::open(node.folder());
  QVERIFY(session);
  if (what == "password") {
    std::istringstream typed("another good password\n");
    auto* before = std::cin.rdbuf(typed.rdbuf());
    const auto done = cli::set_password(*session, "alice");
    std::cin.rdbuf(before);
    QVERIFY2(done, why(done).c_str());
  } else if (what == "suspension") {
    QVERIFY(cli::set_suspended(*session, "alice", true));
  } else if (what == "deletion") {
    QVERIFY(cli::delete_account(*session, "alice"));
  } else {
    QCOMPARE(client.send("DELETE", "/api/dunlin/v1/sessions").status, 200);
  }
  QVERIFY(wait_until([&] { return client.get("/api/v1/accounts/verify_credentials").status == 401; }));
  QCOMPARE(browser.get("/oauth/authorize", request_of(app)).status, 302);
  QCOMPARE(as_bob.get("/api/v1/accounts/verify_credentials").status, 200);
  if (what == "suspension") {
    QVERIFY(cli::set_suspended(*session, "alice", false));
    // What was ended stays ended.
    QVERIFY(wait_until([&] { return as_bob.get("/api/v1/accounts/" + alice.id).status == 200; }));
    QCOMPARE(client.get("/api/v1/accounts/verify_credentials").status, 401);
  }
}

void OauthTest::password_change_ends_codes_that_wait() {
  TestNode node;
  person_with_password(node, "alice", password);
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  const auto code = code_of(decide(browser, request_of(app)));
  auto session = cli::Session::open(node.folder());
  std::istringstream typed("another good password\n");
  auto* before = std::cin.rdbuf(typed.rdbuf());
  QVERIFY(cli::set_password(*session, "alice"));
  std::cin.rdbuf(before);
  auto client = node.client();
  QCOMPARE(error_of(exchange(client, app, code)), "invalid_grant");
}

void OauthTest::sessions_are_listed_and_ended() {
  TestNode node;
  const auto alice = person_with_password(node, "alice", password);
  const auto bob = node.person("bob");
  const auto app = register_app(node);
  Browser browser(node);
  sign_in(browser, "alice", password);
  auto client = node.client();
  client.token = exchange(client, app, code_of(decide(browser, request_of(app)))).json()["access_token"];
  const auto sessions = client.get("/api/dunlin/v1/sessions").json();
  QCOMPARE(sessions.size(), std::size_t{2});
  QCOMPARE(sessions[0]["application"], "Tester");
  QCOMPARE(sessions[0]["current"], true);
  QCOMPARE(sessions[1]["current"], false);
  const std::string other = sessions[1]["id"];
  auto as_bob = node.client(bob);
  QCOMPARE(as_bob.send("DELETE", "/api/dunlin/v1/sessions/" + other).status, 404);
  auto first = node.client(alice);
  QCOMPARE(first.get("/api/v1/accounts/verify_credentials").status, 200);
  QCOMPARE(client.send("DELETE", "/api/dunlin/v1/sessions/" + other).status, 200);
  QCOMPARE(first.get("/api/v1/accounts/verify_credentials").status, 401);
  QCOMPARE(client.get("/api/dunlin/v1/sessions").json().size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(OauthTest)
#include "oauth_test.moc"

// Joining: the four ways a node takes members, by the API and by the page. Source:
// docs.joinmastodon.org/methods/accounts/#create
#include "node/cli/account.h"
#include "node/store/accounts.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

const std::string password = "correct horse battery";

Fields form_of(const std::string& name, const Fields& changes = {}) {
  std::map<std::string, std::string> fields = {{"username", name},
                                               {"email", name + "@example.org"},
                                               {"password", password},
                                               {"agreement", "true"},
                                               {"locale", "en"}};
  for (const auto& [field, value] : changes) fields[field] = value;
  return {fields.begin(), fields.end()};
}

HttpClient application(TestNode& node) {
  auto client = node.client();
  client.token = app_token(node, register_app(node));
  return client;
}

void add_invite(TestNode& node, const std::string& code, int uses, std::optional<Timestamp> until = {}) {
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::insert_invite(tx, code, uses, until);
    return {};
  });
}

Answer sign_up_by_page(TestNode& node, const Fields& typed) {
  Browser browser(node);
  return browser.submit(browser.get("/auth/sign_up"), "/auth/sign_up", typed);
}

bool can_sign_in(TestNode& node, const std::string& name) {
  Browser browser(node);
  const auto page = browser.get("/auth/sign_in");
  return browser.submit(page, "/auth/sign_in", {{"username", name}, {"password", password}}).status == 303;
}

}  // namespace

class SignUpTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void api_gives_a_token_that_works_at_once();
  void page_makes_an_account_that_can_sign_in();
  void approval_keeps_the_token_waiting();
  void approval_by_page_keeps_from_signing_in();
  void invitations_are_used_up();
  void invitations_expire();
  void closed_node_takes_nobody();
  void instance_tells_the_mode_data();
  void instance_tells_the_mode();
  void every_wrong_field_is_named_data();
  void every_wrong_field_is_named();
  void all_wrong_fields_are_named_together();
  void page_shows_each_error_at_its_field_and_keeps_what_was_typed();
  void names_and_addresses_are_taken_without_case();
  void parallel_sign_ups_of_one_name_make_one_account();
  void only_an_application_signs_people_up();
  void too_many_from_one_address_are_refused();
};

void SignUpTest::api_gives_a_token_that_works_at_once() {
  TestNode node({"registration.mode=open"});
  auto app = application(node);
  const auto answer = app.post("/api/v1/accounts", form_of("Alice"));
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.json()["token_type"], "Bearer");
  QCOMPARE(answer.json()["created_at"].get<std::int64_t>(), node.clock.now().ms / 1000);
  auto alice = node.client();
  alice.token = answer.json()["access_token"];
  const auto me = alice.get("/api/v1/accounts/verify_credentials");
  QCOMPARE(me.status, 200);
  QCOMPARE(me.json()["username"], "Alice");
  QCOMPARE(me.json()["acct"], "Alice");
  post_status(alice, "my first post");
  QVERIFY(can_sign_in(node, "alice"));
  // The password is nowhere as it was typed.
  QVERIFY(database_dump(node).find(password) == std::string::npos);
}

void SignUpTest::page_makes_an_account_that_can_sign_in() {
  TestNode node({"registration.mode=open"});
  const auto answer = sign_up_by_page(node, form_of("alice", {{"agreement", "1"}}));
  QCOMPARE(answer.status, 200);
  QVERIFY(can_sign_in(node, "alice"));
  QVERIFY(can_sign_in(node, "alice@example.org"));
}

void SignUpTest::approval_keeps_the_token_waiting() {
  TestNode node({"registration.mode=approval"});
  const auto staff = node.person("boss");
  const auto other = node.person("bob");
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::set_user_role(tx, staff.account, store::Role::moderator);
    return {};
  });
  auto app = application(node);
  const auto answer = app.post("/api/v1/accounts", form_of("alice", {{"reason", "birds"}}));
  QCOMPARE(answer.status, 200);
  auto alice = node.client();
  alice.token = answer.json()["access_token"];
  // Not 401: clients would take that for signed out and forget the token.
  const auto waiting = alice.get("/api/v1/accounts/verify_credentials");
  QCOMPARE(waiting.status, 403);
  QVERIFY(waiting.json()["error"].is_string());
  QCOMPARE(alice.get("/api/v1/timelines/home").status, 403);
  QCOMPARE(alice.post("/api/v1/statuses", {{"status", "x"}}).status, 403);
  QVERIFY(!can_sign_in(node, "alice"));

  auto as_staff = node.client(staff);
  const auto notifications = as_staff.get("/api/v1/notifications").json();
  QCOMPARE(notifications.size(), std::size_t{1});
  QCOMPARE(notifications[0]["type"], "admin.sign_up");
  QCOMPARE(notifications[0]["account"]["username"], "alice");
  auto as_bob = node.client(other);
  QCOMPARE(as_bob.get("/api/v1/notifications").json().size(), std::size_t{0});

  auto session = cli::Session::open(node.folder());
  QVERIFY(cli::approve_account(*session, "alice"));
  QVERIFY(wait_until([&] { return alice.get("/api/v1/accounts/verify_credentials").status == 200; }));
  QVERIFY(can_sign_in(node, "alice"));
}

void SignUpTest::approval_by_page_keeps_from_signing_in() {
  TestNode node({"registration.mode=approval"});
  auto without_reason = sign_up_by_page(node, form_of("alice", {{"agreement", "1"}}));
  QCOMPARE(without_reason.status, 422);
  const auto answer = sign_up_by_page(node, form_of("alice", {{"agreement", "1"}, {"reason", "birds"}}));
  QCOMPARE(answer.status, 200);
  QVERIFY(!can_sign_in(node, "alice"));
  auto session = cli::Session::open(node.folder());
  QVERIFY(cli::approve_account(*session, "alice"));
  QVERIFY(can_sign_in(node, "alice"));
}

void SignUpTest::invitations_are_used_up() {
  TestNode node({"registration.mode=invite"});
  add_invite(node, "two-uses", 2);
  auto app = application(node);
  QCOMPARE(app.post("/api/v1/accounts", form_of("nobody")).status, 422);
  QCOMPARE(app.post("/api/v1/accounts", form_of("nobody", {{"invite_code", "wrong"}})).status, 422);
  // A refused sign-up does not cost a use.
  QCOMPARE(app.post("/api/v1/accounts", form_of("nobody", {{"invite_code", "two-uses"}, {"password", "x"}}))
               .status,
           422);
  QCOMPARE(app.post("/api/v1/accounts", form_of("alice", {{"invite_code", "two-uses"}})).status, 200);
  QCOMPARE(sign_up_by_page(node, form_of("bob", {{"invite_code", "two-uses"}, {"agreement", "1"}})).status,
           200);
  const auto third = app.post("/api/v1/accounts", form_of("carol", {{"invite_code", "two-uses"}}));
  QCOMPARE(third.status, 422);
  QVERIFY(third.json()["error"].get<std::string>().find("nvite") != std::string::npos);
  const auto by_page =
      sign_up_by_page(node, form_of("carol", {{"invite_code", "two-uses"}, {"agreement", "1"}}));
  QCOMPARE(by_page.status, 422);
  QVERIFY(by_page.header("content-type").starts_with("text/html"));
  QVERIFY(!can_sign_in(node, "carol"));
}

void SignUpTest::invitations_expire() {
  TestNode node({"registration.mode=invite"});
  add_invite(node, "for-a-day", 5, node.clock.now() + std::chrono::hours(24));
  auto app = application(node);
  node.clock.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
  QCOMPARE(app.post("/api/v1/accounts", form_of("alice", {{"invite_code", "for-a-day"}})).status, 200);
  node.clock.advance(std::chrono::milliseconds(1));
  QCOMPARE(app.post("/api/v1/accounts", form_of("bob", {{"invite_code", "for-a-day"}})).status, 422);
}

void SignUpTest::closed_node_takes_nobody() {
  TestNode node({"registration.mode=closed"});
  auto app = application(node);
  const auto before = database_dump(node);
  QCOMPARE(app.post("/api/v1/accounts", form_of("alice")).status, 403);
  Browser browser(node);
  const auto page = browser.get("/auth/sign_up");
  QCOMPARE(page.status, 200);
  QVERIFY(!hidden_fields(page.body, "/auth/sign_up"));
  auto fields = hidden_fields(browser.get("/auth/sign_in").body, "/auth/sign_in").value();
  for (const auto& field : form_of("alice")) fields.push_back(field);
  QCOMPARE(browser.post("/auth/sign_up", fields).status, 403);
  QCOMPARE(database_dump(node), before);
}

void SignUpTest::instance_tells_the_mode_data() {
  QTest::addColumn<QString>("mode");
  QTest::addColumn<bool>("enabled");
  QTest::addColumn<bool>("approval");
  QTest::newRow("open") << "open" << true << false;
  QTest::newRow("approval") << "approval" << true << true;
  QTest::newRow("invite") << "invite" << true << false;
  QTest::newRow("closed") << "closed" << false << false;
}
void SignUpTest::instance_tells_the_mode() {
  QFETCH(QString, mode);
  QFETCH(bool, enabled);
  QFETCH(bool, approval);
  TestNode node({"registration.mode=" + mode.toStdString()});
  auto client = node.client();
  const auto registrations = client.get("/api/v2/instance").json()["registrations"];
  QCOMPARE(registrations["enabled"].get<bool>(), enabled);
  QCOMPARE(registrations["approval_required"].get<bool>(), approval);
  const auto first = client.get("/api/v1/instance").json();
  QCOMPARE(first["registrations"].get<bool>(), enabled);
  QCOMPARE(first["approval_required"].get<bool>(), approval);
}

void SignUpTest::every_wrong_field_is_named_data() {
  QTest::addColumn<QString>("field");
  QTest::addColumn<QString>("value");
  QTest::addColumn<QString>("code");
  QTest::newRow("no name") << "username"
                           << ""
                           << "ERR_BLANK";
  QTest::newRow("name with a space") << "username"
                                     << "a b"
                                     << "ERR_INVALID";
  QTest::newRow("name with a dot") << "username"
                                   << "a.b"
                                   << "ERR_INVALID";
  QTest::newRow("name with a host") << "username"
                                    << "a@b.test"
                                    << "ERR_INVALID";
  QTest::newRow("name of other letters") << "username"
                                         << "дом"
                                         << "ERR_INVALID";
  QTest::newRow("long name") << "username" << QString(31, 'a') << "ERR_TOO_LONG";
  QTest::newRow("reserved name") << "username"
                                 << "OAuth"
                                 << "ERR_RESERVED";
  QTest::newRow("taken name") << "username"
                              << "TAKEN"
                              << "ERR_TAKEN";
  QTest::newRow("no address") << "email"
                              << ""
                              << "ERR_BLANK";
  QTest::newRow("no domain") << "email"
                             << "alice"
                             << "ERR_INVALID";
  QTest::newRow("two addresses") << "email"
                                 << "a@b.test,c@d.test"
                                 << "ERR_INVALID";
  QTest::newRow("address with a line break") << "email"
                                             << "a@b.test\nBcc: c@d.test"
                                             << "ERR_INVALID";
  QTest::newRow("taken address") << "email"
                                 << "Taken@Example.org"
                                 << "ERR_TAKEN";
  QTest::newRow("no password") << "password"
                               << ""
                               << "ERR_BLANK";
  QTest::newRow("short password") << "password"
                                  << "1234567"
                                  << "ERR_TOO_SHORT";
  QTest::newRow("long password") << "password" << QString(1025, 'a') << "ERR_TOO_LONG";
  QTest::newRow("password is the name") << "password"
                                        << "ALICE_IS_HERE"
                                        << "ERR_INVALID";
  QTest::newRow("not agreed") << "agreement"
                              << "false"
                              << "ERR_ACCEPTED";
  QTest::newRow("long reason") << "reason" << QString(501, 'a') << "ERR_TOO_LONG";
}
void SignUpTest::every_wrong_field_is_named() {
  QFETCH(QString, field);
  QFETCH(QString, value);
  QFETCH(QString, code);
  TestNode node({"registration.mode=open"});
  node.person("taken");
  auto app = application(node);
  const auto before = database_dump(node);
  const auto answer =
      app.post("/api/v1/accounts", form_of("alice_is_here", {{field.toStdString(), value.toStdString()}}));
  QCOMPARE(answer.status, 422);
  const auto details = answer.json()["details"];
  QCOMPARE(details.size(), std::size_t{1});
  QVERIFY2(details.contains(field.toStdString()), answer.body.c_str());
  QCOMPARE(QString::fromStdString(details[field.toStdString()][0]["error"]), code);
  QVERIFY(details[field.toStdString()][0]["description"].is_string());
  QVERIFY(answer.json()["error"].get<std::string>().starts_with("Validation failed: "));
  QCOMPARE(database_dump(node), before);
}

void SignUpTest::all_wrong_fields_are_named_together() {
  TestNode node({"registration.mode=approval"});
  auto app = application(node);
  const auto answer = app.post("/api/v1/accounts", {});
  QCOMPARE(answer.status, 422);
  for (const char* field : {"username", "email", "password", "agreement", "reason"}) {
    QVERIFY2(answer.json()["details"].contains(field), answer.body.c_str());
  }
}

void SignUpTest::page_shows_each_error_at_its_field_and_keeps_what_was_typed() {
  TestNode node({"registration.mode=open"});
  node.person("taken");
  const auto page =
      sign_up_by_page(node, {{"username", "Taken"}, {"email", "new@example.org"}, {"password", "Taken"}});
  QCOMPARE(page.status, 422);
  for (const char* field : {"username", "password", "agreement"}) {
    QVERIFY2(page.body.find(std::string("id=\"") + field + "-error\"") != std::string::npos, field);
  }
  QVERIFY(page.body.find("id=\"email-error\"") == std::string::npos);
  QVERIFY(page.body.find("value=\"new@example.org\"") != std::string::npos);
  QVERIFY(page.body.find("value=\"Taken\"") != std::string::npos);
  const auto field = page.body.find("id=\"password\"");
  QVERIFY(page.body.substr(field, page.body.find('>', field) - field).find("value") == std::string::npos);
}

void SignUpTest::names_and_addresses_are_taken_without_case() {
  TestNode node({"registration.mode=open"});
  auto app = application(node);
  QCOMPARE(app.post("/api/v1/accounts", form_of("Alice")).status, 200);
  QCOMPARE(app.post("/api/v1/accounts", form_of("aLICE", {{"email", "new@example.org"}})).status, 422);
  QCOMPARE(app.post("/api/v1/accounts", form_of("bob", {{"email", "ALICE@EXAMPLE.ORG"}})).status, 422);
  // A name is never given out twice, also when its first owner has gone.
  auto session = cli::Session::open(node.folder());
  QVERIFY(cli::delete_account(*session, "alice"));
  QVERIFY(wait_until([&] { return app.get("/api/v1/accounts/lookup", {{"acct", "alice"}}).status == 404; }));
  QCOMPARE(app.post("/api/v1/accounts", form_of("alice", {{"email", "new@example.org"}})).status, 422);
}

void SignUpTest::parallel_sign_ups_of_one_name_make_one_account() {
  TestNode node({"registration.mode=open"});
  const auto token = app_token(node, register_app(node));
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      auto client = node.client();
      client.token = token;
      const auto answer =
          client.post("/api/v1/accounts", form_of("alice", {{"email", std::to_string(i) + "@example.org"}}));
      answer.status == 200 ? ++made : answer.status == 422 ? ++refused : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  QCOMPARE(made.load(), 1);
  QCOMPARE(refused.load(), 5);
}

void SignUpTest::only_an_application_signs_people_up() {
  TestNode node({"registration.mode=open"});
  const auto bob = node.person("bob");
  auto nobody = node.client();
  QCOMPARE(nobody.post("/api/v1/accounts", form_of("alice")).status, 401);
  auto reader = node.client();
  reader.token = app_token(node, register_app(node), "read");
  QCOMPARE(reader.post("/api/v1/accounts", form_of("alice")).status, 403);
  auto as_bob = node.client(bob);
  QCOMPARE(as_bob.post("/api/v1/accounts", form_of("alice")).status, 403);
  QVERIFY(!can_sign_in(node, "alice"));
}

void SignUpTest::too_many_from_one_address_are_refused() {
  TestNode node({"registration.mode=open", "rate_limit.enabled=true", "rate_limit.sign_ups_per_address=2"});
  auto app = application(node);
  QCOMPARE(app.post("/api/v1/accounts", form_of("a")).status, 200);
  QCOMPARE(sign_up_by_page(node, form_of("b", {{"agreement", "1"}})).status, 200);
  const auto answer = app.post("/api/v1/accounts", form_of("c"));
  QCOMPARE(answer.status, 429);
  QVERIFY(answer.json()["error"].is_string());
  QVERIFY(!answer.header("retry-after").empty());
  QCOMPARE(sign_up_by_page(node, form_of("c", {{"agreement", "1"}})).status, 429);
  node.clock.advance(std::chrono::minutes(30));
  QCOMPARE(app.post("/api/v1/accounts", form_of("c")).status, 200);
}

QTEST_GUILESS_MAIN(SignUpTest)
#include "sign_up_test.moc"

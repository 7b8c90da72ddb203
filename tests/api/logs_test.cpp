// What the log must not hold, and what must not break it: T-H3 and T-H4 of a node that logs all it can.
#include <algorithm>
#include <mutex>

#include "protocol/base/log.h"
#include "tests/api/oauth_flow.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

/// Every line that is logged while it lives.
class Lines {
 public:
  Lines() {
    set_log_level(Level::debug);
    set_log_sink([this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      text_ += line;
    });
  }
  ~Lines() {
    set_log_sink({});
    set_log_level(Level::error);
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

}  // namespace

class LogsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void secrets_and_private_words_are_never_logged();
  void hostile_requests_stay_one_short_line_each();
};

void LogsTest::secrets_and_private_words_are_never_logged() {
  TestNode node({"log.requests=true", "oauth.password_grant=true", "registration.mode=open"});
  const auto alice = person_with_password(node, "alice", password);
  std::vector<std::string> secrets = {password, alice.token, "wrong-password-typed", "words for one alone",
                                      "guessed-token-value"};
  Lines lines;
  const auto app = register_app(node);
  secrets.push_back(app.secret);
  Browser browser(node);
  browser.submit(browser.get("/auth/sign_in"), "/auth/sign_in",
                 {{"username", "alice"}, {"password", "wrong-password-typed"}});
  sign_in(browser, "alice", password);
  for (const auto& [name, value] : browser.cookies) secrets.push_back(value);
  const auto code = code_of(decide(browser, request_of(app, {{"state", "a-state-of-the-app"}})));
  secrets.push_back(code);
  auto client = node.client();
  const std::string token = exchange(client, app, code).json()["access_token"];
  secrets.push_back(token);
  exchange(client, app, code);
  client.post("/oauth/token", {{"grant_type", "password"},
                               {"client_id", app.id},
                               {"client_secret", app.secret},
                               {"username", "alice"},
                               {"password", "wrong-password-typed"}});
  auto as_alice = node.client(alice);
  post_status(as_alice, "words for one alone", {{"visibility", "direct"}});
  as_alice.post("/api/v1/statuses", {{"status", "words for one alone"}, {"visibility", "nonsense"}});
  client.get("/api/v1/timelines/home", {{"access_token", alice.token}});
  client.get("/api/v1/timelines/home", {{"access_token", "guessed-token-value"}, {"limit", "x"}});
  client.token = "guessed-token-value";
  client.get("/api/v1/timelines/home");
  client.token.clear();
  client.send("POST", "/oauth/token", "{\"client_secret\":\"" + app.secret + "\"", "application/json");
  client.post("/oauth/revoke", {{"client_id", app.id}, {"client_secret", app.secret}, {"token", token}});
  const auto text = lines.text();
  QVERIFY(std::count(text.begin(), text.end(), '\n') >= 15);  // one for each request at least
  for (const auto& secret : secrets) {
    QVERIFY2(secret.size() >= 10 && text.find(secret) == std::string::npos, secret.c_str());
  }
}

void LogsTest::hostile_requests_stay_one_short_line_each() {
  TestNode node({"log.requests=true"});
  Lines lines;
  auto client = node.client();
  const std::vector<std::string> paths = {"/%E2%80%AE%C2%9B31m", "/" + std::string(10'000, 'a'),
                                          "/%22%7D%2C%7B%22level%22%3A%22error", "/a%5Cnb", "/@%C2%85x"};
  for (const auto& path : paths) QCOMPARE(client.get(path).status, 404);
  client.headers = {{"User-Agent", "evil\x1b[31m"}};
  QCOMPARE(client.get("/").status, 400);
  const auto text = lines.text();
  QCOMPARE(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(paths.size()) + 1);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at, end - at);
    QVERIFY2(line.size() < 4'096, line.substr(0, 100).c_str());
    const bool has_control =
        std::any_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    QVERIFY2(!has_control && line.find("\xC2\x9B") == std::string::npos &&
                 line.find("\xC2\x85") == std::string::npos,
             line.c_str());
    at = end + 1;
  }
}

QTEST_GUILESS_MAIN(LogsTest)
#include "logs_test.moc"

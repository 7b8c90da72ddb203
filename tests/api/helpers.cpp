#include "tests/api/helpers.h"

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "node/auth/password.h"
#include "node/cli/dump.h"
#include "node/cli/session.h"
#include "node/store/accounts.h"
#include "protocol/base/random.h"

namespace dunlin::test {

std::vector<std::string> behind_proxy(std::vector<std::string> more) {
  more.insert(more.begin(), {"server.insecure_http=false", "proxy.behind=true"});
  return more;
}

void change_database(TestNode& node, const std::function<Result<void>(store::WriteTx&)>& change) {
  auto session = cli::Session::open(node.folder());
  if (!session) throw std::runtime_error(session.error().safe);
  if (const auto done = session->write(change); !done) throw std::runtime_error(done.error().safe);
}

Person person_with_password(TestNode& node, const std::string& name, const std::string& password) {
  auto person = node.person(name);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::set_password(tx, person.account, auth::hash_password(password, system_random()));
    return {};
  });
  return person;
}

Application register_app(TestNode& node, const std::string& redirect_uri, const std::string& scopes) {
  auto client = node.client();
  const auto answer = client.post(
      "/api/v1/apps", {{"client_name", "Tester"}, {"redirect_uris", redirect_uri}, {"scopes", scopes}});
  if (answer.status != 200) throw std::runtime_error("registering: " + answer.body + answer.error);
  const auto app = answer.json();
  return {app.at("client_id"), app.at("client_secret")};
}

std::string app_token(TestNode& node, const Application& app, const std::string& scopes) {
  auto client = node.client();
  const auto answer = client.post("/oauth/token", {{"grant_type", "client_credentials"},
                                                   {"client_id", app.id},
                                                   {"client_secret", app.secret},
                                                   {"scope", scopes}});
  if (answer.status != 200) throw std::runtime_error("token: " + answer.body + answer.error);
  return answer.json().at("access_token");
}

void sign_in(Browser& browser, const std::string& name, const std::string& password) {
  const auto page = browser.get("/auth/sign_in");
  const auto answer = browser.submit(page, "/auth/sign_in", {{"username", name}, {"password", password}});
  if (answer.status != 303)
    throw std::runtime_error("signing in: " + std::to_string(answer.status) + " " + answer.body);
}

std::string database_dump(TestNode& node) {
  std::ostringstream out;
  if (const auto done = cli::dump_node(node.folder().path, out, true); !done)
    throw std::runtime_error(done.error().safe);
  // Written by time, not by what anyone does.
  std::istringstream lines(out.str());
  std::string rest;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"table\":\"sign_of_life\"") == std::string::npos) rest += line + "\n";
  }
  return rest;
}

bool wait_until(const std::function<bool()>& is_done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace dunlin::test

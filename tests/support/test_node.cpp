#include "tests/support/test_node.h"

#include <stdexcept>

#include "node/auth/scopes.h"
#include "node/auth/token.h"
#include "node/domain/accounts/accounts.h"
#include "node/store/oauth.h"
#include "protocol/base/log.h"
#include "protocol/base/random.h"

namespace dunlin::test {

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().safe + " " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

TestNode::TestNode(std::vector<std::string> settings) : settings_(std::move(settings)) {
  set_log_level(Level::error);
  settings_.insert(settings_.begin(),
                   {"server.insecure_http=true", "server.listen=127.0.0.1:0", "rate_limit.enabled=false"});
  must(app::init_folder(folder(), "node.test"));
  restart();
}

TestNode::~TestNode() { stop(); }

void TestNode::stop() { node_.reset(); }

void TestNode::restart() {
  stop();
  auto config = must(app::load_config(folder().config_file(), settings_));
  node_ = must(app::Node::start(folder(), std::move(config), clock));
  address_ = node_->addresses().front();
}

Person TestNode::person(const std::string& name, const std::string& scopes) {
  auto session = must(cli::Session::open(folder()));
  Person person;
  person.name = name;
  must(session.write([&](store::WriteTx& tx) -> Result<void> {
    domain::NewAccount account;
    account.username = name;
    account.email = name + "@example.org";
    TRY(person.account, domain::create_account(tx, account));
    person.id = to_string(store::find_account(tx, person.account)->public_id);
    return {};
  }));
  person.token = token(person, scopes);
  return person;
}

std::string TestNode::token(const Person& person, const std::string& scopes) {
  auto session = must(cli::Session::open(folder()));
  const auto secret = auth::new_token(system_random());
  must(session.write([&](store::WriteTx& tx) -> Result<void> {
    store::Token row;
    row.account = person.account;
    TRY(const auto parsed, auth::Scopes::parse(scopes));
    row.scopes = parsed.to_string();
    store::insert_token(tx, auth::token_digest(secret), row, std::nullopt);
    return {};
  }));
  return secret;
}

HttpClient TestNode::client(const Person& person) const {
  HttpClient client(url());
  client.token = person.token;
  return client;
}
HttpClient TestNode::client() const { return HttpClient(url()); }

std::string post_status(HttpClient& client, const std::string& text, const Fields& more) {
  Fields form = {{"status", text}};
  form.insert(form.end(), more.begin(), more.end());
  const auto answer = client.post("/api/v1/statuses", form);
  if (answer.status != 200)
    throw std::runtime_error("posting: " + std::to_string(answer.status) + " " + answer.body + answer.error);
  return answer.json().at("id");
}

}  // namespace dunlin::test

#pragma once
// What several of the tests over HTTP need.
#include <functional>
#include <string>

#include "tests/api/browser.h"
#include "tests/support/test_node.h"

namespace dunlin::test {

/// Settings of a node behind a TLS proxy on this machine: public addresses are https://node.test.
std::vector<std::string> behind_proxy(std::vector<std::string> more = {});

/// Someone who can sign in with a password.
Person person_with_password(TestNode& node, const std::string& name, const std::string& password);

struct Application {
  std::string id;
  std::string secret;
};
/// Registers `redirect_uri` with `scopes` by the API.
Application register_app(TestNode& node, const std::string& redirect_uri = "https://app.test/done",
                         const std::string& scopes = "read write follow");
/// A token of the application itself.
std::string app_token(TestNode& node, const Application& app,
                      const std::string& scopes = "read write follow");

/// Signs the browser in through the page.
void sign_in(Browser& browser, const std::string& name, const std::string& password);

/// `change` on the node's folder through another connection, as the administrator's commands do.
void change_database(TestNode& node, const std::function<Result<void>(store::WriteTx&)>& change);
/// All rows of all tables with their secrets: equal exactly when nothing changed.
std::string database_dump(TestNode& node);

/// Asks again until `is_done` or 5 seconds have passed: for what the node learns from another process.
bool wait_until(const std::function<bool()>& is_done);

}  // namespace dunlin::test

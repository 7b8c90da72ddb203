#pragma once
#include <QTemporaryDir>
#include <memory>
#include <string>
#include <vector>

#include "node/app/node.h"
#include "node/cli/session.h"
#include "protocol/base/time.h"
#include "tests/support/http_client.h"
#include "tests/support/manual_clock.h"

namespace dunlin::test {

/// Someone with an account and a token, as tests need them.
struct Person {
  std::string name;
  AccountId account;
  std::string id;  // as in the API
  std::string token;
};

/// A whole node in this process, on a free loopback port over plain HTTP, with a folder and a clock of its
/// own. Public addresses are http://node.test. Rate limits are off unless a setting says otherwise.
class TestNode {
 public:
  /// `settings`: KEY=VALUE as for --set.
  explicit TestNode(std::vector<std::string> settings = {});
  ~TestNode();

  /// Stands at 2026-01-01 until a test moves it. Not while requests run.
  ManualClock clock{Timestamp{1'767'225'600'000}};
  static inline const std::string public_url = "http://node.test";

  /// Made past the API: no password, everything confirmed.
  Person person(const std::string& name, const std::string& scopes = "read write follow push");
  std::string token(const Person& person, const std::string& scopes);
  /// A client of its own connection, signed in as `person`.
  HttpClient client(const Person& person) const;
  HttpClient client() const;

  /// "127.0.0.1:1234".
  const std::string& address() const { return address_; }
  std::string url() const { return "http://" + address_; }
  app::DataFolder folder() const { return {dir_.path().toStdString() + "/node"}; }
  void stop();
  /// Stops if it runs, and starts again on the same folder (on another port).
  void restart();

 private:
  QTemporaryDir dir_;
  std::vector<std::string> settings_;
  std::unique_ptr<app::Node> node_;
  std::string address_;
};

/// Posts as `client`; the new status's id. Fails the running test when it is refused.
std::string post_status(HttpClient& client, const std::string& text, const Fields& more = {});

}  // namespace dunlin::test

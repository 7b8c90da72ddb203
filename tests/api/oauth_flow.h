#pragma once
// The way of a code from the page to a token, as the tests of it need it.
#include <map>
#include <string>

#include "tests/api/helpers.h"

namespace dunlin::test {

inline const std::string password = "correct horse battery";
inline const std::string app_uri = "https://app.test/done";

/// The parameters that an application sends its person to the page with.
inline Fields request_of(const Application& app, const Fields& changes = {}) {
  std::map<std::string, std::string> fields = {
      {"client_id", app.id}, {"redirect_uri", app_uri}, {"response_type", "code"}, {"scope", "read write"}};
  for (const auto& [name, value] : changes) fields[name] = value;
  return {fields.begin(), fields.end()};
}

/// A signed-in browser that presses the button; the answer to that.
inline Answer decide(Browser& browser, const Fields& request, const std::string& decision = "approve") {
  const auto page = browser.get("/oauth/authorize", request);
  return browser.submit(page, "/oauth/authorize", {{"decision", decision}});
}

inline std::string code_of(const Answer& answer) { return query_of(answer.header("location"))["code"]; }

/// The code for a token.
inline Answer exchange(HttpClient& client, const Application& app, const std::string& code,
                       const Fields& changes = {}) {
  std::map<std::string, std::string> fields = {{"grant_type", "authorization_code"},
                                               {"code", code},
                                               {"client_id", app.id},
                                               {"client_secret", app.secret},
                                               {"redirect_uri", app_uri}};
  for (const auto& [name, value] : changes) fields[name] = value;
  return client.post("/oauth/token", {fields.begin(), fields.end()});
}

inline std::string error_of(const Answer& answer) { return answer.json().value("error", ""); }

}  // namespace dunlin::test

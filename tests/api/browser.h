#pragma once
#include <map>
#include <string>

#include "tests/support/test_node.h"

namespace dunlin::test {

/// What a browser without JavaScript does: keeps cookies, fills in forms with their hidden fields. Follows no
/// redirects.
class Browser {
 public:
  explicit Browser(const TestNode& node) : client_(node.client()) {}

  Answer get(const std::string& path, const Fields& query = {});
  /// Sends the form of `page` that posts to `action`, with its hidden fields and what the person typed or
  /// pressed. Throws when the page has no such form.
  Answer submit(const Answer& page, const std::string& action, const Fields& typed);
  /// A POST with the cookies, and nothing that the page gave.
  Answer post(const std::string& path, const Fields& form);

  /// By name, as the node set them last. A cookie that the node ended is gone.
  std::map<std::string, std::string> cookies;
  /// Set-Cookie lines of all answers so far, whole.
  std::vector<std::string> cookie_lines;
  Fields headers;  // sent with each request

 private:
  Answer take(Answer answer);
  void put_headers();
  HttpClient client_;
};

/// Hidden fields of the form in `html` that posts to `action`; nothing when there is no such form.
std::optional<Fields> hidden_fields(const std::string& html, const std::string& action);
/// "a=1&b=2" behind the question mark of an address, decoded.
std::map<std::string, std::string> query_of(const std::string& url);
/// `url` without scheme and host.
std::string path_of(const std::string& url);

}  // namespace dunlin::test

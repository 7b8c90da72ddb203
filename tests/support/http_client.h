#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::test {

struct Answer {
  int status = 0;                                   // 0: no answer at all, `error` says why
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string error;

  /// The first value of a header, empty when there is none.
  std::string header(const std::string& lower_case_name) const;
  /// The body as JSON; a discarded value when it is none.
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  /// Address in the Link header with this rel, empty when there is none.
  std::string link(std::string_view rel) const;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A blocking HTTP client on one kept connection; one thread at a time. Follows no redirects.
class HttpClient {
 public:
  /// `base` such as "http://127.0.0.1:1234". `ca_file` for https.
  explicit HttpClient(std::string base, std::string ca_file = {});
  ~HttpClient();
  HttpClient(HttpClient&& other) noexcept;
  HttpClient(const HttpClient&) = delete;

  /// Sent as Authorization: Bearer; empty for none.
  std::string token;
  Fields headers;  // sent with each request

  Answer get(const std::string& path, const Fields& query = {});
  Answer post(const std::string& path, const Fields& form = {});
  Answer send(const std::string& method, const std::string& path, const std::string& body = {},
              const std::string& content_type = {});

 private:
  std::string base_;
  std::string ca_file_;
  void* curl_;
};

/// `a=1&b=2`, percent-encoded.
std::string form_encoded(const Fields& fields);

}  // namespace dunlin::test

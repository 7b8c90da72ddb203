#include "tests/support/http_client.h"

#include <curl/curl.h>

#include <mutex>

#include "protocol/base/encoding.h"

namespace dunlin::test {

namespace {

/// A stream of events has no end; what came first is the answer. StreamClient reads them.
bool is_stream(const Answer& answer) { return answer.header("content-type") == "text/event-stream"; }

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* out) {
  auto& answer = *static_cast<Answer*>(out);
  answer.body.append(bytes, count);
  return is_stream(answer) ? 0 : count;  // other than it was given: enough
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* out) {
  const std::string_view line(bytes, count);
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    static_cast<Answer*>(out)->headers.emplace(to_lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return count;
}

}  // namespace

std::string Answer::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

std::string Answer::link(std::string_view rel) const {
  const std::string value = header("link");
  const auto at = value.find("rel=\"" + std::string(rel) + "\"");
  if (at == std::string::npos) return {};
  const auto open = value.rfind('<', at);
  return value.substr(open + 1, value.find('>', open) - open - 1);
}

std::string form_encoded(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + "=" + percent_encode(value);
  }
  return out;
}

HttpClient::HttpClient(std::string base, std::string ca_file)
    : base_(std::move(base)), ca_file_(std::move(ca_file)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_ALL); });
  curl_ = curl_easy_init();
}
HttpClient::~HttpClient() { curl_easy_cleanup(static_cast<CURL*>(curl_)); }
HttpClient::HttpClient(HttpClient&& other) noexcept
    : token(std::move(other.token)),
      headers(std::move(other.headers)),
      base_(std::move(other.base_)),
      ca_file_(std::move(other.ca_file_)),
      curl_(std::exchange(other.curl_, nullptr)) {}

Answer HttpClient::get(const std::string& path, const Fields& query) {
  return send("GET", query.empty() ? path : path + "?" + form_encoded(query));
}
Answer HttpClient::post(const std::string& path, const Fields& form) {
  return send("POST", path, form_encoded(form), "application/x-www-form-urlencoded");
}

Answer HttpClient::send(const std::string& method, const std::string& path, const std::string& body,
                        const std::string& content_type) {
  auto* curl = static_cast<CURL*>(curl_);
  Answer answer;
  curl_easy_reset(curl);
  const std::string url = base_ + path;
  curl_slist* lines = curl_slist_append(nullptr, "Expect:");
  if (!token.empty()) lines = curl_slist_append(lines, ("Authorization: Bearer " + token).c_str());
  if (!content_type.empty()) lines = curl_slist_append(lines, ("Content-Type: " + content_type).c_str());
  for (const auto& [name, value] : headers) lines = curl_slist_append(lines, (name + ": " + value).c_str());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  if (!ca_file_.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file_.c_str());
  if (method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (method != "GET" && method != "HEAD") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  auto code = curl_easy_perform(curl);
  if (code == CURLE_WRITE_ERROR && is_stream(answer)) code = CURLE_OK;
  if (code != CURLE_OK) answer.error = curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = code == CURLE_OK ? static_cast<int>(status) : 0;
  curl_slist_free_all(lines);
  return answer;
}

}  // namespace dunlin::test

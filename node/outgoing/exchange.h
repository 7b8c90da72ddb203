#pragma once
// A request to another host and its answer as values.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "protocol/base/limits.h"
#include "protocol/url/url.h"

namespace dunlin::outgoing {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Url url;
  std::string method = "GET";
  /// Sent on every hop, also to another host: nothing secret. Host, Content-Length, Accept-Encoding and
  /// User-Agent are the client's.
  Headers headers = {};
  /// Shared, so that one notice to many hosts is one copy. Null: none.
  std::shared_ptr<const std::string> body = {};
  std::size_t answer_bytes_max = limits::outgoing_document_bytes_max;  // decoded
  bool answer_is_ignored = false;  // only its head matters; the body is read and let go
  /// Of the whole exchange with its redirects, from its start (not while it waits for its turn).
  std::chrono::milliseconds deadline = limits::outgoing_document_deadline;
  std::chrono::milliseconds connect_deadline = limits::outgoing_connect_deadline;
  /// Adds the headers that hold for one hop: date, signature. Called in send() by its caller for the first
  /// hop, so that the work is spread over the callers' threads, and on the client's thread for each redirect;
  /// that is seldom, so a signature there is fine, but it must not wait. Must not throw.
  std::function<Headers(const Url& url, std::string_view method)> sign = {};
  /// GET and HEAD follow 301, 302, 303, 307 and 308; other methods only 307 and 308, with method and body as
  /// they are. What is not followed is the answer.
  bool follow_redirects = true;
};

struct Response {
  int status = 0;
  Url url;          // that answered, behind all redirects
  Headers headers;  // of that answer, names in lower case, in their order
  std::string body;
  int http_version = 0;  // 10, 11 or 20

  /// The first of that name (lower case); empty when there is none. Content-Type and Location are never
  /// repeated.
  std::string_view header(std::string_view name) const;
  /// Of Content-Type, as it came.
  std::string_view content_type() const { return header("content-type"); }
  bool is_success() const { return status >= 200 && status < 300; }
};

/// Why there is no answer. An answer with any status is none of these.
enum class Failure : std::uint8_t {
  refused_address,     // the host has none but addresses that we must not connect to
  refused_host,        // Options::may_contact said no, also to a redirect
  unresolvable,        // its name has no address
  unreachable,         // no connection, or it broke
  tls,                 // no TLS 1.2 or later, or no certificate that we trust for this name
  timed_out,           // past its deadline
  too_large,           // head or body of the answer
  too_many_redirects,  // more than limits::redirects_max
  redirect_refused,    // to something that is no address, or from https to http
  malformed,           // no HTTP, several content encodings or types; a request that cannot be sent
  cancelled,           // the client stopped
};
inline constexpr std::size_t failures = static_cast<std::size_t>(Failure::cancelled) + 1;
std::string_view to_string(Failure failure);

struct FetchError {
  Failure failure{};
  std::string detail;           // for the log; may name what the other host sent
  bool was_redirected = false;  // so that it says nothing of the host that was asked first
};

/// Not dunlin::Result: what is done next depends on the Failure, and none of it is a status for our own
/// clients.
using Fetched = tl::expected<Response, FetchError>;

}  // namespace dunlin::outgoing

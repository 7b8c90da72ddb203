#pragma once
// A request as signatures see it.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::signature {

/// Refers to the request's bytes: for use within a call.
struct Message {
  std::string method;            // as on the wire: "POST"
  std::string scheme = "https";  // of the URL as the client wrote it, also behind a proxy that ends TLS
  std::string authority;         // host[:port] of the peer, as its Host header will be; for signing only
  std::string target;            // path[?query], undecoded; "/" at least
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // names in any case
  std::string_view body;
  bool has_body = false;
};

/// Headers to add to a request.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// How many headers have this name, compared without case.
std::size_t count_headers(const Message& message, std::string_view name);
/// The values of all headers of this name, trimmed and joined with ", " (RFC 9421 2.1). Nothing when there is
/// none.
std::optional<std::string> header_value(const Message& message, std::string_view name);
/// Whether the body must stand under the signature: there is one, or the method is one that changes
/// something.
bool needs_digest(const Message& message);
/// Path without the query.
std::string_view path_of(const Message& message);
/// '?' and the query; empty when there is none.
std::string_view query_of(const Message& message);
/// Lower case, without the scheme's default port.
std::string normal_authority(std::string_view authority, std::string_view scheme);

}  // namespace dunlin::signature

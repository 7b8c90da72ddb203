#include "protocol/signature/message.h"

#include "protocol/base/encoding.h"

namespace dunlin::signature {

std::size_t count_headers(const Message& message, std::string_view name) {
  std::size_t count = 0;
  for (const auto& header : message.headers) count += equal_ignoring_case(header.first, name) ? 1 : 0;
  return count;
}

std::optional<std::string> header_value(const Message& message, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [key, value] : message.headers) {
    if (!equal_ignoring_case(key, name)) continue;
    if (joined) {
      *joined += ", ";
    } else {
      joined.emplace();
    }
    *joined += trim(value);
  }
  return joined;
}

bool needs_digest(const Message& message) {
  return message.has_body || (message.method != "GET" && message.method != "HEAD");
}

std::string_view path_of(const Message& message) {
  return std::string_view(message.target).substr(0, message.target.find('?'));
}

std::string_view query_of(const Message& message) {
  const auto at = message.target.find('?');
  return at == std::string::npos ? std::string_view() : std::string_view(message.target).substr(at);
}

std::string normal_authority(std::string_view authority, std::string_view scheme) {
  const std::string_view default_port = equal_ignoring_case(scheme, "http") ? ":80" : ":443";
  if (authority.ends_with(default_port)) authority.remove_suffix(default_port.size());
  return to_lower(authority);
}

}  // namespace dunlin::signature

#include "node/web/security_headers.h"

#include <algorithm>
#include <array>

#include "protocol/base/encoding.h"

namespace dunlin::web {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_letter(char c) { return is_alphanumeric(c) && (c < '0' || c > '9'); }

/// RFC 3986 3.1, which is also scheme-part of CSP.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
  });
}

/// host-part and port-part of CSP: no user name, no IPv6 literal, no underscore.
bool is_host_and_port(std::string_view text) {
  const auto colon = text.find(':');
  const auto host = text.substr(0, colon);
  if (host.empty() || !std::all_of(host.begin(), host.end(),
                                   [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; })) {
    return false;
  }
  if (colon == std::string_view::npos) return true;
  const auto port = text.substr(colon + 1);
  return !port.empty() && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Also keeps ';' and ',' out, which would start another directive or another policy.
bool is_source(std::string_view text) {
  if (text.ends_with(':')) return is_scheme(text.substr(0, text.size() - 1));
  const auto separator = text.find("://");
  return separator != std::string_view::npos && is_scheme(text.substr(0, separator)) &&
         is_host_and_port(text.substr(separator + 3));
}

}  // namespace

std::string content_security_policy(std::string_view extra_form_action) {
  std::string policy =
      "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'";
  if (is_source(extra_form_action)) {
    policy += ' ';
    policy += extra_form_action;
  }
  policy += "; frame-ancestors 'none'; base-uri 'none'";
  return policy;
}

std::string form_action_source(std::string_view redirect_uri) {
  // "urn" is out of band; the others name something inside the browser or on the reader's disk.
  static constexpr std::array<std::string_view, 8> refused = {"urn",  "javascript", "data",        "vbscript",
                                                              "file", "blob",       "view-source", "about"};
  const auto colon = redirect_uri.find(':');
  if (colon == std::string_view::npos) return {};
  auto scheme = to_lower(redirect_uri.substr(0, colon));
  if (!is_scheme(scheme) || std::find(refused.begin(), refused.end(), scheme) != refused.end()) return {};
  if (scheme != "http" && scheme != "https") return scheme + ":";
  const auto rest = redirect_uri.substr(colon + 1);
  if (!rest.starts_with("//")) return {};
  const auto authority = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
  // An address that a policy cannot express (IPv6, an underscore) is covered by its scheme.
  return is_host_and_port(authority) ? scheme + "://" + to_lower(authority) : scheme + ":";
}

std::vector<std::pair<std::string, std::string>> page_headers(std::string_view extra_form_action) {
  return {
      {"Content-Security-Policy", content_security_policy(extra_form_action)},
      {"X-Content-Type-Options", "nosniff"},
      // Not "no-referrer": browsers would then send "Origin: null" with our own forms.
      {"Referrer-Policy", "same-origin"},
      {"X-Frame-Options", "DENY"},
      {"Permissions-Policy",
       "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"},
  };
}

}  // namespace dunlin::web

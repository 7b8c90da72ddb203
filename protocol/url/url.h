#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/base/result.h"

namespace dunlin {

enum class UrlSchemes : std::uint8_t { https, http_or_https };

/// An absolute http(s) address in canonical form: scheme and host in lower case, the host in ASCII (names in
/// other scripts as xn--, addresses as 127.0.0.1 or [2001:db8::1] whatever their spelling was) without a
/// trailing dot, no user name, no default port, a path without dot segments that is at least "/", ASCII
/// throughout. Equal places may still differ in their path and query, which are kept as they came.
class Url {
 public:
  static constexpr std::size_t bytes_max = 2'048;

  /// Errc::bad_request for what is no such address, with a reason fit for people. At most bytes_max bytes, as
  /// given and in canonical form.
  static Result<Url> parse(std::string_view text, UrlSchemes schemes = UrlSchemes::https);
  /// What `reference` means on this page: an absolute address, or one relative to this one (RFC 3986 5.2).
  Result<Url> resolve(std::string_view reference, UrlSchemes schemes = UrlSchemes::https) const;

  // Views live as long as this value is neither changed nor moved.
  std::string_view scheme() const { return view(0, scheme_end_); }
  bool is_https() const { return scheme() == "https"; }
  /// "social.example", "192.0.2.1" or "[2001:db8::1]".
  std::string_view host() const { return view(scheme_end_ + 3, host_end_); }
  std::uint16_t port() const { return port_; }
  /// "social.example" or "social.example:8443".
  std::string_view authority() const { return view(scheme_end_ + 3, path_begin_); }
  /// "https://social.example:8443".
  std::string_view origin() const { return view(0, path_begin_); }
  /// "/users/ann?page=1": what a request line and a signature name.
  std::string_view path_and_query() const { return view(path_begin_, fragment_begin_); }
  std::string_view without_fragment() const { return view(0, fragment_begin_); }
  /// With its fragment, when there is one.
  const std::string& text() const { return text_; }

  friend bool operator==(const Url& a, const Url& b) { return a.text_ == b.text_; }
  friend auto operator<=>(const Url& a, const Url& b) { return a.text_ <=> b.text_; }

 private:
  Url() = default;
  std::string_view view(std::size_t begin, std::size_t end) const {
    return std::string_view(text_).substr(begin, end - begin);
  }

  std::string text_;
  std::size_t scheme_end_ = 0;
  std::size_t host_end_ = 0;
  std::size_t path_begin_ = 0;
  std::size_t fragment_begin_ = 0;
  std::uint16_t port_ = 0;
};

/// Scheme, host and port are the same (RFC 6454 5).
inline bool same_origin(const Url& a, const Url& b) { return a.origin() == b.origin(); }

}  // namespace dunlin

template <>
struct std::hash<dunlin::Url> {
  std::size_t operator()(const dunlin::Url& url) const noexcept {
    return std::hash<std::string>()(url.text());
  }
};

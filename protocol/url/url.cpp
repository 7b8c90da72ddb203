#include "protocol/url/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <new>
#include <optional>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin {
namespace {

struct FreeHandle {
  void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
};
using Handle = std::unique_ptr<CURLU, FreeHandle>;

Handle new_handle() {
  Handle handle(curl_url());
  if (!handle) throw std::bad_alloc();
  return handle;
}

tl::unexpected<Error> refuse(std::string why) { return fail(Errc::bad_request, std::move(why)); }

std::string part(CURLU* handle, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(handle, which, &text, 0) != CURLUE_OK) return {};
  std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Blanks, control characters and what some parsers take for a slash.
bool has_forbidden(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || byte == '\\';
  });
}

/// Between "//" and the path. Nothing when the text does not start as `https://a`: libcurl also takes one
/// slash or three for two.
std::optional<std::string_view> authority_of(std::string_view text) {
  auto colon = text.find(':');
  if (colon == text.npos || text.substr(colon, 3) != "://") return std::nullopt;
  auto rest = text.substr(colon + 3);
  auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty()) return std::nullopt;
  return authority;
}

/// UTS 46, non-transitional, as browsers do. Nothing when the name is not allowed.
std::optional<std::string> to_ascii_name(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  constexpr std::uint32_t options =
      UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_USE_STD3_RULES;
  static UIDNA* const uts46 = uidna_openUTS46(options, &status);  // read-only and shared by all threads
  if (uts46 == nullptr) return std::nullopt;
  std::array<char, 512> out{};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  status = U_ZERO_ERROR;
  auto length = uidna_nameToASCII_UTF8(uts46, name.data(), static_cast<std::int32_t>(name.size()), out.data(),
                                       static_cast<std::int32_t>(out.size()), &info, &status);
  if (U_FAILURE(status) || info.errors != 0 || length <= 0) return std::nullopt;
  return std::string(out.data(), static_cast<std::size_t>(length));
}

bool is_number(std::string_view label) {
  if (label.starts_with("0x")) return true;
  return !label.empty() &&
         std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_label(std::string_view label) {
  // Underscores stand in names of real hosts.
  return !label.empty() && label.size() <= 63 && !label.starts_with('-') && !label.ends_with('-') &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

/// The canonical form of a host in ASCII and lower case. Nothing when it is none.
std::optional<std::string> canonical_host(std::string host) {
  if (host.starts_with('[')) {
    std::array<std::uint8_t, 16> bytes{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!host.ends_with(']')) return std::nullopt;
    auto inner = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, inner.c_str(), bytes.data()) != 1) return std::nullopt;
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return "[" + std::string(text.data()) + "]";
  }
  if (host.ends_with('.')) host.pop_back();
  if (host.size() > limits::domain_characters_max) return std::nullopt;
  std::string_view last;
  for (std::size_t begin = 0; begin <= host.size(); begin += last.size() + 1) {
    last = std::string_view(host).substr(begin, host.find('.', begin) - begin);
    if (!is_label(last)) return std::nullopt;
  }
  // libcurl has made an address of every spelling that means one (127.1, 0x7f000001); what is left is no
  // name.
  std::array<std::uint8_t, 4> bytes{};
  if (is_number(last) && inet_pton(AF_INET, host.c_str(), bytes.data()) != 1) return std::nullopt;
  return host;
}

}  // namespace

Result<Url> Url::parse(std::string_view text, UrlSchemes schemes) {
  if (text.size() > bytes_max) return refuse("the address is too long");
  if (has_forbidden(text) || !is_utf8(text))
    return refuse("the address has characters that it must not have");
  auto authority = authority_of(text);
  if (!authority) return refuse("the address must start with https:// and a host");
  if (authority->find('@') != authority->npos) return refuse("the address must not hold a user name");
  if (authority->find('%') != authority->npos) return refuse("the address has no valid host");
  if (!is_ascii(*authority)) {
    auto colon = authority->rfind(':');
    auto name = to_ascii_name(authority->substr(0, colon));
    if (!name || name->empty()) return refuse("the address has no valid host");
    std::string ascii(text.substr(0, static_cast<std::size_t>(authority->data() - text.data())));
    ascii += *name;
    if (colon != authority->npos) ascii += authority->substr(colon);
    ascii += text.substr(static_cast<std::size_t>(authority->data() - text.data()) + authority->size());
    if (!is_ascii(std::string_view(ascii).substr(0, ascii.find_first_of("/?#", ascii.find("://") + 3))))
      return refuse("the address has no valid host");
    return parse(ascii, schemes);
  }

  auto handle = new_handle();
  std::string copy(text);
  if (curl_url_set(handle.get(), CURLUPART_URL, copy.c_str(), CURLU_DISALLOW_USER | CURLU_URLENCODE) !=
      CURLUE_OK)
    return refuse("this is not a valid address");
  Url url;
  url.text_ = to_lower(part(handle.get(), CURLUPART_SCHEME));
  if (url.text_ != "https" && (url.text_ != "http" || schemes == UrlSchemes::https))
    return refuse("the address must start with https://");
  url.scheme_end_ = url.text_.size();
  auto host = canonical_host(to_lower(part(handle.get(), CURLUPART_HOST)));
  if (!host) return refuse("the address has no valid host");
  url.text_ += "://" + *host;
  url.host_end_ = url.text_.size();

  const std::uint16_t default_port = url.is_https() ? 443 : 80;
  url.port_ = default_port;
  if (auto digits = part(handle.get(), CURLUPART_PORT); !digits.empty()) {
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port_);
    if (error != std::errc() || end != digits.data() + digits.size() || url.port_ == 0)
      return refuse("the address has no valid port");
  }
  if (url.port_ != default_port) url.text_ += ":" + std::to_string(url.port_);
  url.path_begin_ = url.text_.size();
  auto path = part(handle.get(), CURLUPART_PATH);
  url.text_ += path.empty() ? "/" : path;
  if (auto query = part(handle.get(), CURLUPART_QUERY); !query.empty()) url.text_ += "?" + query;
  url.fragment_begin_ = url.text_.size();
  if (auto fragment = part(handle.get(), CURLUPART_FRAGMENT); !fragment.empty()) url.text_ += "#" + fragment;
  if (url.text_.size() > bytes_max) return refuse("the address is too long");
  if (!is_ascii(url.text_)) return refuse("this is not a valid address");
  return url;
}

Result<Url> Url::resolve(std::string_view reference, UrlSchemes schemes) const {
  if (reference.size() > bytes_max) return refuse("the address is too long");
  if (reference.empty() || has_forbidden(reference)) return refuse("this is not a valid address");
  // What has a scheme is absolute: read as every other address.
  auto colon = reference.find(':');
  if (colon != reference.npos && colon < reference.find_first_of("/?#")) return parse(reference, schemes);
  // "//host/path", and what libcurl would make one of.
  if (reference.starts_with("//"))
    return parse(std::string(scheme()) + ":" + std::string(reference), schemes);
  if (reference.starts_with('#'))
    return parse(std::string(without_fragment()) + std::string(reference), schemes);
  auto handle = new_handle();
  std::string copy(reference);
  if (curl_url_set(handle.get(), CURLUPART_URL, text_.c_str(), 0) != CURLUE_OK ||
      curl_url_set(handle.get(), CURLUPART_URL, copy.c_str(), CURLU_URLENCODE) != CURLUE_OK) {
    return refuse("this is not a valid address");
  }
  return parse(part(handle.get(), CURLUPART_URL), schemes);
}

}  // namespace dunlin

// Any bytes as an address: the first line is parsed, the second resolved on its page.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "protocol/base/ensure.h"
#include "protocol/url/url.h"

using namespace dunlin;

namespace {

void check(const Url& url) {
  ENSURE(url.text().size() <= Url::bytes_max);
  ENSURE(std::all_of(url.text().begin(), url.text().end(), [](char c) { return c > ' ' && c < '\x7f'; }));
  ENSURE(!url.host().empty() && url.path_and_query().starts_with('/') && url.port() != 0);
  ENSURE(url.authority().find('@') == std::string_view::npos);
  ENSURE(url.text().starts_with(url.origin()) && url.without_fragment().starts_with(url.origin()));
  const auto again = Url::parse(url.text(), UrlSchemes::http_or_https);
  ENSURE(again && *again == url && same_origin(*again, url));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(text.find('\n'), size);
  const auto url = Url::parse(text.substr(0, end), UrlSchemes::http_or_https);
  if (!url) {
    ENSURE(url.error().code == Errc::bad_request);
    return 0;
  }
  check(*url);
  if (!url->is_https()) ENSURE(!Url::parse(text.substr(0, end)));
  const auto target = url->resolve(text.substr(std::min(end + 1, size)));
  if (target) {
    check(*target);
    ENSURE(target->is_https());
  }
  return 0;
}

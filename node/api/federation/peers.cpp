#include "node/api/federation/context.h"
#include "protocol/base/encoding.h"

namespace dunlin::api {

namespace {

/// The text of `name="..."` in a header, whatever the rest of it is.
std::string_view parameter(std::string_view header, std::string_view name) {
  for (std::size_t at = 0; (at = header.find('=', at)) != std::string_view::npos; ++at) {
    const auto before = header.substr(0, at);
    if (before.size() < name.size() || !equal_ignoring_case(before.substr(before.size() - name.size()), name))
      continue;
    auto value = header.substr(at + 1);
    if (!value.starts_with('"')) continue;
    value.remove_prefix(1);
    return value.substr(0, value.find('"'));
  }
  return {};
}

}  // namespace

Result<void> refuse_blocked_peer(const Context& context) {
  const auto& request = context.request;
  for (const std::string_view field : {"Signature", "Signature-Input", "Authorization"}) {
    const auto header = request.header(field);
    const auto key_id = header.empty() ? header : parameter(header, "keyid");
    if (!key_id.empty() && context.services.domains.is_blocked_address(key_id))
      return fail(Errc::forbidden, "This node does not deal with your server");
  }
  return {};
}

}  // namespace dunlin::api

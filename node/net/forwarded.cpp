#include "node/net/forwarded.h"

#include <algorithm>

#include "protocol/base/encoding.h"

namespace dunlin::net {
namespace {

/// An address as proxies write it: bare, `[v6]`, or with a port.
std::optional<Address> parse_hop(std::string_view hop) {
  hop = trim(hop);
  if (hop.starts_with('[')) {
    auto close = hop.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    return Address::parse(hop.substr(1, close - 1));
  }
  auto colon = hop.find(':');
  if (colon != std::string_view::npos && hop.rfind(':') == colon) hop = hop.substr(0, colon);  // v4:port
  return Address::parse(hop);
}

}  // namespace

Address client_address(const Address& peer, const std::vector<Request::Field>& fields,
                       std::span<const Cidr> trusted) {
  Address client = peer;
  if (trusted.empty() || !contains(trusted, peer)) return client;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (!equal_ignoring_case(field->name, "X-Forwarded-For")) continue;
    std::string_view hops = field->value;
    while (true) {
      auto comma = hops.rfind(',');
      auto hop = parse_hop(comma == std::string_view::npos ? hops : hops.substr(comma + 1));
      if (!hop) return client;  // not an address: what stands left of it is no better
      client = *hop;
      if (!contains(trusted, client) || comma == std::string_view::npos) break;
      hops = hops.substr(0, comma);
    }
    if (!contains(trusted, client)) return client;
  }
  return client;
}

bool was_forwarded(const std::vector<Request::Field>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const Request::Field& field) {
    return (field.name.size() == 15 && equal_ignoring_case(field.name, "X-Forwarded-For")) ||
           (field.name.size() == 9 && equal_ignoring_case(field.name, "Forwarded"));
  });
}

}  // namespace dunlin::net

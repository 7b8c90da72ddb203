#pragma once
// Which addresses the node may connect to. Asked for the very address that a socket is about to connect to,
// so that neither a name nor a redirect nor a second answer of the name server gets round it.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "node/net/cidr.h"
#include "protocol/base/result.h"

namespace dunlin::outgoing {

/// An address that anyone in the internet may have: none of the special registries (RFC 6890 and its updates
/// at iana.org/assignments/iana-ipv4-special-registry and -ipv6-), no multicast. IPv6 addresses that carry an
/// IPv4 one are judged by that (mapped, NAT64 64:ff9b::/96) or refused whatever they carry (6to4, Teredo,
/// 64:ff9b:1::/48).
bool is_global_unicast(const net::Address& address);

/// Loopback and the ranges that networks give out on their own: 10/8, 100.64/10, 172.16/12, 192.168/16,
/// fc00::/7. Not link-local, where clouds keep their metadata.
bool is_private(const net::Address& address);

/// Addresses, and maybe the one port, that may be contacted though they are not global.
struct AllowedRange {
  net::Cidr range;
  std::optional<std::uint16_t> port;

  /// "10.0.0.0/8", "127.0.0.1:8443", "fd00::/8", "[fd00::/8]:443". Errc::bad_request for anything else.
  static Result<AllowedRange> parse(std::string_view text);
};

class AddressGuard {
 public:
  /// `allow_private` lets through what is_private().
  explicit AddressGuard(bool allow_private = false, std::vector<AllowedRange> allowed = {})
      : allow_private_(allow_private), allowed_(std::move(allowed)) {}

  bool permits(const net::Address& address, std::uint16_t port) const;

 private:
  bool allow_private_;
  std::vector<AllowedRange> allowed_;
};

}  // namespace dunlin::outgoing

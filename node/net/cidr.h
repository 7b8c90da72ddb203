#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/base/result.h"

namespace dunlin::net {

/// A numeric IP address. IPv4 is kept in its mapped form (::ffff:a.b.c.d), so that one client has one address
/// on either kind of socket.
class Address {
 public:
  Address() = default;
  explicit Address(const std::array<std::uint8_t, 16>& v6) : bytes_(v6) {}
  static Address from_v4(const std::array<std::uint8_t, 4>& v4);
  /// "192.0.2.1" or "2001:db8::1": no brackets, port, zone or name.
  static std::optional<Address> parse(std::string_view text);

  bool is_v4() const;
  bool is_loopback() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  /// The address with everything behind its first `bits` (0..128, counted in the mapped form) cleared.
  Address network(unsigned bits) const;
  std::string to_string() const;
  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// What counts as one client for limits: an IPv4 address, an IPv6 /64 (the least a provider hands to one
/// customer).
Address client_network(const Address& address);

/// A range of addresses, such as 10.0.0.0/8 or 2001:db8::/32.
class Cidr {
 public:
  /// A bare address is a range of one. Bits set behind the prefix are an error: they are a typing mistake
  /// more often than not.
  static Result<Cidr> parse(std::string_view text);
  bool contains(const Address& address) const { return address.network(bits_) == network_; }
  std::string to_string() const;

 private:
  Cidr(const Address& network, unsigned bits) : network_(network), bits_(bits) {}
  Address network_;
  unsigned bits_{};  // in the mapped form: 96 more for IPv4
};

bool contains(std::span<const Cidr> ranges, const Address& address);

}  // namespace dunlin::net

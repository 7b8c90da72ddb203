#include "node/outgoing/address_guard.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "protocol/base/ensure.h"

namespace dunlin::outgoing {
namespace {

using net::Address;
using net::Cidr;

template <std::size_t n>
std::vector<Cidr> ranges(const std::array<std::string_view, n>& texts) {
  std::vector<Cidr> out;
  for (auto text : texts) {
    auto range = Cidr::parse(text);
    ENSURE(range);
    out.push_back(*range);
  }
  return out;
}

/// IPv4 that is not everyone's.
std::span<const Cidr> special_v4() {
  static const auto all = ranges<17>({
      "0.0.0.0/8",        // this network; 0.0.0.0 is this machine
      "10.0.0.0/8",       // private
      "100.64.0.0/10",    // behind a provider's translation
      "127.0.0.0/8",      // loopback
      "169.254.0.0/16",   // link-local, metadata of clouds
      "172.16.0.0/12",    // private
      "192.0.0.0/24",     // protocol assignments
      "192.0.2.0/24",     // documentation
      "192.88.99.0/24",   // 6to4 relays, withdrawn
      "192.168.0.0/16",   // private
      "198.18.0.0/15",    // benchmarks
      "198.51.100.0/24",  // documentation
      "203.0.113.0/24",   // documentation
      "224.0.0.0/4",      // multicast
      "233.252.0.0/24",   // documentation of multicast
      "240.0.0.0/4",      // reserved
      "255.255.255.255/32",
  });
  return all;
}

/// Inside of 2000::/3, the only global unicast IPv6 that is given out.
std::span<const Cidr> special_v6() {
  static const auto all = ranges<4>({
      "2001::/23",      // protocol assignments: Teredo, benchmarks, ORCHID
      "2001:db8::/32",  // documentation
      "2002::/16",      // 6to4
      "3fff::/20",      // documentation
  });
  return all;
}

Address embedded_v4(const Address& address) {
  std::array<std::uint8_t, 4> last{};
  std::copy(address.bytes().begin() + 12, address.bytes().end(), last.begin());
  return Address::from_v4(last);
}

}  // namespace

bool is_global_unicast(const Address& address) {
  static const auto global_v6 = ranges<1>({"2000::/3"});
  static const auto nat64 = ranges<1>({"64:ff9b::/96"});
  if (address.is_v4()) return !net::contains(special_v4(), address);
  // On a network without IPv4 this is how peers that have nothing else are reached (RFC 6052).
  if (net::contains(nat64, address)) return is_global_unicast(embedded_v4(address));
  return net::contains(global_v6, address) && !net::contains(special_v6(), address);
}

bool is_private(const Address& address) {
  static const auto own = ranges<7>({"127.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12",
                                     "192.168.0.0/16", "::1/128", "fc00::/7"});
  return net::contains(own, address);
}

Result<AllowedRange> AllowedRange::parse(std::string_view text) {
  auto range = text;
  std::string_view digits;
  bool has_port = false;
  if (text.starts_with('[')) {
    auto close = text.find(']');
    auto rest = close == text.npos ? std::string_view("?") : text.substr(close + 1);
    if (!rest.starts_with(':'))
      return fail(Errc::bad_request, "\"" + std::string(text) + "\" lacks its port");
    range = text.substr(1, close - 1);
    digits = rest.substr(1);
    has_port = true;
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    range = text.substr(0, text.find(':'));
    digits = text.substr(text.find(':') + 1);
    has_port = true;
  }
  TRY(auto cidr, Cidr::parse(range));
  if (!has_port) return AllowedRange{cidr, std::nullopt};
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0)
    return fail(Errc::bad_request,
                "the port of \"" + std::string(text) + "\" must be a number from 1 to 65535");
  return AllowedRange{cidr, port};
}

bool AddressGuard::permits(const Address& address, std::uint16_t port) const {
  if (is_global_unicast(address) || (allow_private_ && is_private(address))) return true;
  return std::any_of(allowed_.begin(), allowed_.end(), [&](const AllowedRange& allowed) {
    return allowed.range.contains(address) && (!allowed.port || *allowed.port == port);
  });
}

}  // namespace dunlin::outgoing

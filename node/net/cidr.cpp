#include "node/net/cidr.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace dunlin::net {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned v4_prefix_bits = 96;

}  // namespace

Address Address::from_v4(const std::array<std::uint8_t, 4>& v4) {
  Address address;
  std::copy(v4_prefix.begin(), v4_prefix.end(), address.bytes_.begin());
  std::copy(v4.begin(), v4.end(), address.bytes_.begin() + v4_prefix.size());
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  char copy[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() >= sizeof copy || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, copy, v4.data()) == 1) return from_v4(v4);
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, copy, v6.data()) == 1) return Address(v6);
  return std::nullopt;
}

bool Address::is_v4() const { return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes_.begin()); }

bool Address::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  std::array<std::uint8_t, 16> one{};
  one[15] = 1;
  return bytes_ == one;
}

Address Address::network(unsigned bits) const {
  Address result = *this;
  for (unsigned i = 0; i < 16; ++i) {
    unsigned first = i * 8;
    if (first + 8 <= bits) continue;
    unsigned kept = bits > first ? bits - first : 0;
    result.bytes_[i] = static_cast<std::uint8_t>(bytes_[i] & (0xff00U >> kept));
  }
  return result;
}

std::string Address::to_string() const {
  char text[INET6_ADDRSTRLEN];
  const char* done = is_v4() ? inet_ntop(AF_INET, bytes_.data() + v4_prefix.size(), text, sizeof text)
                             : inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  return done == nullptr ? std::string() : std::string(done);
}

Address client_network(const Address& address) { return address.is_v4() ? address : address.network(64); }

Result<Cidr> Cidr::parse(std::string_view text) {
  auto slash = text.find('/');
  auto address = Address::parse(text.substr(0, slash));
  if (!address) {
    return fail(Errc::bad_request,
                "\"" + std::string(text) + "\" is not an address range such as 10.0.0.0/8 or 2001:db8::/32");
  }
  // "::ffff:10.0.0.0/104" counts its bits in the long form already.
  bool short_form = address->is_v4() && text.find(':') == std::string_view::npos;
  unsigned bits_max = short_form ? 32 : 128;
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    auto digits = text.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || bits > bits_max) {
      return fail(Errc::bad_request, "the prefix length of \"" + std::string(text) +
                                         "\" must be a number from 0 to " + std::to_string(bits_max));
    }
  }
  if (short_form) bits += v4_prefix_bits;
  Cidr range(address->network(bits), bits);
  if (range.network_ != *address) {
    return fail(
        Errc::bad_request,
        "\"" + std::string(text) + "\" has bits set behind its prefix; the range is " + range.to_string());
  }
  return range;
}

std::string Cidr::to_string() const {
  bool short_form = network_.is_v4() && bits_ >= v4_prefix_bits;
  return network_.to_string() + "/" + std::to_string(short_form ? bits_ - v4_prefix_bits : bits_);
}

bool contains(std::span<const Cidr> ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Cidr& range) { return range.contains(address); });
}

}  // namespace dunlin::net

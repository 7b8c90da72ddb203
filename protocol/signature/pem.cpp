#include "protocol/signature/pem.h"

#include <cstdint>

#include "protocol/base/encoding.h"

namespace dunlin::signature {
namespace {
using namespace std::string_view_literals;

constexpr std::string_view rsa_oid = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv;  // RFC 8017 A.1
constexpr std::string_view ed25519_oid = "\x06\x03\x2b\x65\x70"sv;                      // RFC 8410 3

/// What stands between the lines of a block of this type, when the text is that block.
std::optional<std::string_view> inside(std::string_view text, std::string_view type) {
  const std::string begin = "-----BEGIN " + std::string(type) + "-----";
  const std::string end = "-----END " + std::string(type) + "-----";
  if (text.size() < begin.size() + end.size() || !text.starts_with(begin) || !text.ends_with(end)) {
    return std::nullopt;
  }
  return text.substr(begin.size(), text.size() - begin.size() - end.size());
}

/// Goes into a SEQUENCE: `der` becomes its content. False when there is none or it is longer than what is
/// there.
bool enter_sequence(std::string_view& der) {
  if (der.size() < 2 || der[0] != '\x30') return false;
  std::size_t length = static_cast<std::uint8_t>(der[1]);
  std::size_t at = 2;
  if (length >= 0x80) {
    const std::size_t bytes = length & 0x7F;
    if (bytes == 0 || bytes > 2 || der.size() < 2 + bytes) return false;  // 64 KiB is more than pem_bytes_max
    length = 0;
    for (; at < 2 + bytes; ++at) length = (length << 8) | static_cast<std::uint8_t>(der[at]);
  }
  if (der.size() - at < length) return false;
  der = der.substr(at, length);
  return true;
}

}  // namespace

std::optional<PublicKeyBlock> read_public_key_block(std::string_view pem) {
  if (pem.size() > pem_bytes_max) return std::nullopt;
  const std::string_view text = trim(pem);
  auto form = PublicKeyBlock::Form::spki;
  auto content = inside(text, "PUBLIC KEY");
  if (!content) {
    form = PublicKeyBlock::Form::pkcs1;
    content = inside(text, "RSA PUBLIC KEY");
  }
  if (!content) return std::nullopt;
  std::string base64;
  for (char c : *content) {
    if (c != '\r' && c != '\n' && c != ' ' && c != '\t') base64 += c;
  }
  // A second block's dashes are none of base64's characters in the middle of padded text, but '-' alone is
  // one of the URL-safe alphabet, which has no place here.
  if (base64.find_first_of("-_") != std::string::npos) return std::nullopt;
  auto der = base64_decode(base64);
  if (!der || der->empty()) return std::nullopt;
  return PublicKeyBlock{form, std::move(*der)};
}

KeyAlgorithm algorithm_of_spki(std::string_view der) {
  if (!enter_sequence(der) || !enter_sequence(der)) return KeyAlgorithm::other;
  if (der.starts_with(rsa_oid)) return KeyAlgorithm::rsa;
  return der == ed25519_oid ? KeyAlgorithm::ed25519 : KeyAlgorithm::other;
}

}  // namespace dunlin::signature

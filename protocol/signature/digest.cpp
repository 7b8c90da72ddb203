#include "protocol/signature/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>

#include "protocol/base/ensure.h"
#include "protocol/signature/refusal.h"
#include "protocol/signature/structured_fields.h"

namespace dunlin::signature {
namespace {

std::string sha512(std::string_view bytes) {
  std::string digest(64, '\0');
  std::size_t size = digest.size();
  ENSURE(EVP_Q_digest(nullptr, "SHA2-512", nullptr, bytes.data(), bytes.size(),
                      reinterpret_cast<unsigned char*>(digest.data()), &size) == 1);
  return digest;
}

auto no_digest() { return refuse(Refusal::no_digest, "no SHA-256 digest of the body"); }
auto wrong_digest() { return refuse(Refusal::wrong_digest, "the digest is of another body"); }

}  // namespace

std::string digest_header(const Sha256& digest) { return "SHA-256=" + base64(bytes_of(digest)); }

std::string content_digest_header(const Sha256& digest) {
  return "sha-256=:" + base64(bytes_of(digest)) + ":";
}

Result<void> check_digest(std::string_view header, std::string_view body) {
  std::optional<Sha256> actual;
  for (std::size_t at = 0; at < header.size();) {
    const std::size_t comma = std::min(header.find(',', at), header.size());
    const std::string_view entry = trim(header.substr(at, comma - at));
    at = comma + 1;
    const auto equals = entry.find('=');
    if (equals == entry.npos || !equal_ignoring_case(entry.substr(0, equals), "sha-256")) continue;
    if (!actual) actual = sha256(body);
    const auto claimed = base64_decode(entry.substr(equals + 1));
    if (!claimed || *claimed != bytes_of(*actual)) return wrong_digest();
  }
  if (!actual) return no_digest();
  return {};
}

Result<void> check_content_digest(std::string_view header, std::string_view body) {
  TRY(const auto members, parse_dictionary(header));
  bool found = false;
  for (const auto& [key, member] : members) {
    if (key != "sha-256" && key != "sha-512") continue;
    found = true;
    const auto* claimed = std::get_if<ByteSequence>(&member.value);
    if (claimed == nullptr) return wrong_digest();
    if (key == "sha-256" ? claimed->bytes != bytes_of(sha256(body)) : claimed->bytes != sha512(body)) {
      return wrong_digest();
    }
  }
  if (!found) return no_digest();
  return {};
}

}  // namespace dunlin::signature

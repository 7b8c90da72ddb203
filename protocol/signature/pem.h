#pragma once
// The armour of public keys (RFC 7468), read without the library's own reader, which takes far more than we
// mean to.
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::signature {

inline constexpr std::size_t pem_bytes_max = 16 * 1024;  // an RSA key of 8192 bits takes 1.5 KiB

struct PublicKeyBlock {
  enum class Form { spki, pkcs1 } form{};
  std::string der;
};
/// Exactly one block of type PUBLIC KEY or RSA PUBLIC KEY with white space around it, and nothing else.
std::optional<PublicKeyBlock> read_public_key_block(std::string_view pem);

enum class KeyAlgorithm { rsa, ed25519, other };
/// What a SubjectPublicKeyInfo says that it holds (RFC 5280 4.1.2.7), so that no other kind is ever decoded.
KeyAlgorithm algorithm_of_spki(std::string_view der);

}  // namespace dunlin::signature

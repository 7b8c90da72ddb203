#pragma once
// RSA and Ed25519 keys. Any number of threads may use one key at once.
#include <memory>
#include <string>
#include <string_view>

#include "protocol/base/result.h"

using EVP_PKEY = struct evp_pkey_st;

namespace dunlin::signature {

enum class KeyKind { rsa, ed25519 };
enum class Hash { sha256, sha512 };

inline constexpr int rsa_bits_made = 2'048;  // every peer takes it
inline constexpr int rsa_bits_min = 2'048;
inline constexpr int rsa_bits_max = 8'192;  // bounds the work of one verification to about 0.2 ms

/// Cheap to copy: copies share the key.
class PublicKey {
 public:
  /// One PUBLIC KEY (SPKI) or RSA PUBLIC KEY (PKCS#1) block of at most 16 KiB, RSA of 2048..8192 bits with an
  /// odd exponent of 3 up to 2^32, or Ed25519. Refusal::bad_key for all else.
  static Result<PublicKey> from_pem(std::string_view pem);
  /// FEP-521a: 'z' and base58 of 0xED01 and the 32 bytes of an Ed25519 key. Refusal::bad_key for all else.
  static Result<PublicKey> from_multibase(std::string_view text);

  KeyKind kind() const { return kind_; }
  /// SPKI.
  std::string pem() const;
  /// As from_multibase() reads it; only for Ed25519.
  std::string multibase() const;
  /// By the key's kind: RSASSA-PKCS1-v1_5 with this hash, or Ed25519 (which has its own hash).
  bool verify(std::string_view bytes, std::string_view signature, Hash hash = Hash::sha256) const;

 private:
  friend class PrivateKey;
  PublicKey(std::shared_ptr<EVP_PKEY> key, KeyKind kind) : key_(std::move(key)), kind_(kind) {}

  std::shared_ptr<EVP_PKEY> key_;
  KeyKind kind_;
};

/// Cheap to copy: copies share the key.
class PrivateKey {
 public:
  /// RSA of rsa_bits_made bits (some 100 ms), or Ed25519. Secret bytes come from the crypto library's own
  /// generator.
  static PrivateKey generate(KeyKind kind);
  /// PKCS#8 or, for RSA, PKCS#1; without a password. The kinds and sizes of PublicKey.
  static Result<PrivateKey> from_pem(std::string_view pem);

  KeyKind kind() const { return kind_; }
  /// PKCS#8, not encrypted.
  std::string pem() const;
  PublicKey public_key() const;
  /// RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519 (64 bytes).
  std::string sign(std::string_view bytes) const;

 private:
  PrivateKey(std::shared_ptr<EVP_PKEY> key, KeyKind kind) : key_(std::move(key)), kind_(kind) {}

  std::shared_ptr<EVP_PKEY> key_;
  KeyKind kind_;
};

}  // namespace dunlin::signature

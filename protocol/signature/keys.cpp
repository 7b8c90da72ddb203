#include "protocol/signature/keys.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <optional>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/signature/pem.h"
#include "protocol/signature/refusal.h"

namespace dunlin::signature {
namespace {
using namespace std::string_view_literals;

template <auto release>
struct Released {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Bio = std::unique_ptr<BIO, Released<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Released<BN_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Released<EVP_MD_CTX_free>>;
using SharedKey = std::shared_ptr<EVP_PKEY>;

constexpr std::string_view multicodec_ed25519 = "\xED\x01"sv;
constexpr std::size_t ed25519_key_bytes = 32;
constexpr std::string_view bad_key_text = "no RSA key of 2048 to 8192 bits and no Ed25519 key";

/// What a failed call leaves in the thread's error queue would be blamed on the next user of the library,
/// which may be a TLS connection.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* as_bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

SharedKey shared(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

/// A parameter of an RSA key; no number when it has none.
Number number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  return Number(EVP_PKEY_get_bn_param(key, name, &number) == 1 ? number : nullptr);
}

/// Nothing unless the key is one that we use.
std::optional<KeyKind> usable_kind(const EVP_PKEY* key) {
  if (key == nullptr) return std::nullopt;
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return KeyKind::ed25519;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return std::nullopt;
  const int bits = EVP_PKEY_get_bits(key);
  const Number modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  const Number exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  if (bits < rsa_bits_min || bits > rsa_bits_max || !modulus || !exponent) return std::nullopt;
  // An exponent of 1 would let anyone sign; a long one makes each verification as costly as a signature.
  if (!BN_is_odd(modulus.get()) || !BN_is_odd(exponent.get()) || BN_is_one(exponent.get()) ||
      BN_num_bits(exponent.get()) > 32) {
    return std::nullopt;
  }
  return KeyKind::rsa;
}

SharedKey decoded(const PublicKeyBlock& block) {
  const unsigned char* at = as_bytes(block.der);
  const auto size = static_cast<long>(block.der.size());
  SharedKey key;
  if (block.form == PublicKeyBlock::Form::pkcs1) {
    key = shared(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size));
  } else if (algorithm_of_spki(block.der) != KeyAlgorithm::other) {
    key = shared(d2i_PUBKEY(nullptr, &at, size));
  }
  return at == as_bytes(block.der) + size ? key : nullptr;
}

const EVP_MD* fetched(Hash hash) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA2-512", nullptr);
  return hash == Hash::sha256 ? sha256 : sha512;
}

template <class Write>
std::string written(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  ENSURE(bio && write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// For a key with a password, which we never ask for.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const QuietErrors quiet;
  const auto block = read_public_key_block(pem);
  if (!block) return refuse(Refusal::bad_key, "not one public key in PEM");
  SharedKey key = decoded(*block);
  const auto kind = usable_kind(key.get());
  if (!kind) return refuse(Refusal::bad_key, std::string(bad_key_text));
  return PublicKey(std::move(key), *kind);
}

Result<PublicKey> PublicKey::from_multibase(std::string_view text) {
  const QuietErrors quiet;
  const auto bytes = text.starts_with('z') ? base58_decode(text.substr(1)) : std::nullopt;
  if (!bytes || !bytes->starts_with(multicodec_ed25519) ||
      bytes->size() != multicodec_ed25519.size() + ed25519_key_bytes) {
    return refuse(Refusal::bad_key, "not one Ed25519 key as a Multikey");
  }
  SharedKey key = shared(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, as_bytes(*bytes) + multicodec_ed25519.size(), ed25519_key_bytes));
  if (!key) return refuse(Refusal::bad_key, std::string(bad_key_text));
  return PublicKey(std::move(key), KeyKind::ed25519);
}

std::string PublicKey::pem() const {
  return written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

std::string PublicKey::multibase() const {
  ENSURE(kind_ == KeyKind::ed25519);
  std::string raw(ed25519_key_bytes, '\0');
  std::size_t size = raw.size();
  ENSURE(EVP_PKEY_get_raw_public_key(key_.get(), as_bytes(raw), &size) == 1 && size == raw.size());
  return "z" + base58(std::string(multicodec_ed25519) + raw);
}

bool PublicKey::verify(std::string_view bytes, std::string_view signature, Hash hash) const {
  const QuietErrors quiet;
  const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* digest = kind_ == KeyKind::rsa ? fetched(hash) : nullptr;
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), as_bytes(signature), signature.size(), as_bytes(bytes),
                          bytes.size()) == 1;
}

PrivateKey PrivateKey::generate(KeyKind kind) {
  SharedKey key = shared(kind == KeyKind::rsa ? EVP_RSA_gen(rsa_bits_made)
                                              : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  ENSURE(key);
  return {std::move(key), kind};
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const QuietErrors quiet;
  if (pem.size() > pem_bytes_max) return refuse(Refusal::bad_key, "not one private key in PEM");
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  ENSURE(bio);
  SharedKey key = shared(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  const auto kind = usable_kind(key.get());
  if (!kind) return refuse(Refusal::bad_key, std::string(bad_key_text));
  return PrivateKey(std::move(key), *kind);
}

std::string PrivateKey::pem() const {
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

PublicKey PrivateKey::public_key() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  ENSURE(size > 0);
  const std::unique_ptr<unsigned char, Released<[](unsigned char* bytes) { OPENSSL_free(bytes); }>> owner(
      der);
  const unsigned char* at = der;
  SharedKey key = shared(d2i_PUBKEY(nullptr, &at, size));
  ENSURE(key);
  return {std::move(key), kind_};
}

std::string PrivateKey::sign(std::string_view bytes) const {
  const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* digest = kind_ == KeyKind::rsa ? fetched(Hash::sha256) : nullptr;
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = signature.size();
  ENSURE(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1);
  ENSURE(EVP_DigestSign(context.get(), as_bytes(signature), &size, as_bytes(bytes), bytes.size()) == 1);
  signature.resize(size);
  return signature;
}

}  // namespace dunlin::signature

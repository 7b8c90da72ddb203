// X.509 profile: RFC 5280 section 4.2; names: RFC 9525.
#include "node/cli/dev_cert.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace dunlin::cli {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

/// What OpenSSL says goes into the log; there is nothing that a caller could do about it.
void must(bool succeeded, const char* what) {
  if (succeeded) return;
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  throw std::runtime_error(std::string("openssl: ") + what + ": " + reason.data());
}

bool is_address(const std::string& name) {
  std::array<std::byte, 16> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

/// Only such names go into the extension's text form, where a comma would begin another entry.
bool is_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  return !name.empty() && name.size() <= 253 && !name.starts_with('.') && name.find("..") == name.npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '.';
         });
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  must(key != nullptr, "key");
  return key;
}

void set_random_serial(X509* certificate) {
  std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_new());
  // 127 bits, so that it is positive in 16 bytes (RFC 5280 4.1.2.2: at most 20).
  must(number && BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
       "serial number");
}

void set_validity(X509* certificate, const Clock& clock) {
  auto now = static_cast<std::time_t>(clock.now().ms / 1000);
  constexpr std::time_t day = 86'400;
  must(ASN1_TIME_set(X509_getm_notBefore(certificate), now - day) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), now + 365 * day) != nullptr,
       "validity");
}

void set_common_name(X509_NAME* name, const std::string& text) {
  // At most 64 characters by X.520. Clients look at the alternative names only.
  auto part = text.substr(0, 64);
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(part.data()),
                                  static_cast<int>(part.size()), -1, 0) == 1,
       "name");
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

Certificate new_certificate(EVP_PKEY* key, const std::string& common_name, const Clock& clock) {
  Certificate certificate(X509_new());
  must(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
           X509_set_pubkey(certificate.get(), key) == 1,
       "certificate");
  set_random_serial(certificate.get());
  set_validity(certificate.get(), clock);
  set_common_name(X509_get_subject_name(certificate.get()), common_name);
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  must(X509_sign(certificate, issuer_key, EVP_sha256()) > 0, "signature");
  must(X509_verify(certificate, X509_get0_pubkey(issuer)) == 1, "signature of an issuer");
}

Certificate make_ca(EVP_PKEY* key, const std::string& first_name, const Clock& clock) {
  auto ca = new_certificate(key, "Dunlin test CA for " + first_name, clock);
  X509* self = ca.get();
  must(X509_set_issuer_name(self, X509_get_subject_name(self)) == 1, "issuer");
  add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(self, self, NID_subject_key_identifier, "hash");
  sign(self, self, key);
  return ca;
}

Certificate make_leaf(EVP_PKEY* key, X509* ca, EVP_PKEY* ca_key, const std::vector<std::string>& names,
                      const Clock& clock) {
  auto leaf = new_certificate(key, names.front(), clock);
  must(X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca)) == 1, "issuer");
  std::string alternative;
  for (const auto& name : names) {
    alternative += (alternative.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  }
  add_extension(leaf.get(), ca, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), ca, NID_key_usage, "critical,digitalSignature");
  add_extension(leaf.get(), ca, NID_ext_key_usage, "serverAuth");
  add_extension(leaf.get(), ca, NID_subject_alt_name, alternative);
  add_extension(leaf.get(), ca, NID_subject_key_identifier, "hash");
  add_extension(leaf.get(), ca, NID_authority_key_identifier, "keyid:always");
  sign(leaf.get(), ca, ca_key);
  return leaf;
}

template <class Write>
std::string as_pem(Write write) {
  std::unique_ptr<BIO, Freed<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
  must(memory && write(memory.get()) == 1, "PEM");
  char* data = nullptr;
  auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
  return as_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

/// Written beside its place and moved there: never half a file, and never wider permissions than asked for,
/// whatever stood there before.
void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode) {
  auto fault = [&] { return std::system_error(errno, std::generic_category(), path.string()); };
  auto fresh = path;
  fresh += ".new";
  unlink(fresh.c_str());
  int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) throw fault();
  std::string_view left = text;
  while (!left.empty()) {
    auto written = write(file, left.data(), left.size());
    if (written < 0 && errno != EINTR) {
      int reason = errno;
      close(file);
      errno = reason;
      throw fault();
    }
    left.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  if (close(file) != 0 || rename(fresh.c_str(), path.c_str()) != 0) throw fault();
}

}  // namespace

Result<void> make_dev_cert(const std::filesystem::path& out_dir, const std::vector<std::string>& names,
                           const Clock& clock) {
  if (names.empty() || names.size() > 50) {
    return fail(Errc::bad_request, "give 1 to 50 names for the certificate, such as localhost and 127.0.0.1");
  }
  for (const auto& name : names) {
    if (!is_address(name) && !is_dns_name(name)) {
      return fail(Errc::bad_request,
                  "\"" + name.substr(0, 80) + "\" is neither a host name nor an IP address");
    }
  }
  auto ca_key = new_key();
  auto ca = make_ca(ca_key.get(), names.front(), clock);
  auto key = new_key();
  auto leaf = make_leaf(key.get(), ca.get(), ca_key.get(), names, clock);
  auto key_pem = as_pem([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  std::filesystem::create_directories(out_dir);
  write_file(out_dir / "ca.pem", pem(ca.get()), 0644);
  write_file(out_dir / "cert.pem", pem(leaf.get()) + pem(ca.get()), 0644);
  write_file(out_dir / "key.pem", key_pem, 0600);
  return {};
}

}  // namespace dunlin::cli

#include "protocol/signature/keys.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <atomic>
#include <thread>
#include <vector>

#include "protocol/base/encoding.h"
#include "protocol/signature/refusal.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/signature/signed_request.h"

namespace dunlin::signature {
using namespace std::string_literals;

namespace {

std::string public_pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(key);
  return pem;
}

/// A public key with any numbers for modulus and exponent.
std::string rsa_pem(int bits, bool odd, const char* exponent_hex) {
  BIGNUM* modulus = BN_new();
  BN_rand(modulus, bits, BN_RAND_TOP_ONE, odd ? BN_RAND_BOTTOM_ODD : BN_RAND_BOTTOM_ANY);
  if (!odd) BN_clear_bit(modulus, 0);
  BIGNUM* exponent = nullptr;
  BN_hex2bn(&exponent, exponent_hex);
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent);
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context);
  EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_free(exponent);
  BN_free(modulus);
  return public_pem(key);
}

std::string with_crlf(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
  return out;
}

std::string rsa() { return test_key(KeyKind::rsa).public_key().pem(); }
std::string ed25519() { return test_key(KeyKind::ed25519).public_key().pem(); }

}  // namespace

class KeysTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_key_is_read_back_data();
  void a_key_is_read_back();
  void other_line_ends_and_space_around_are_taken();
  void strengths_within_the_bounds_are_taken();
  void what_is_no_usable_public_key_is_refused_data();
  void what_is_no_usable_public_key_is_refused();
  void what_is_no_usable_private_key_is_refused();
  void multikeys_are_read_and_written();
  void what_is_no_multikey_is_refused_data();
  void what_is_no_multikey_is_refused();
  void a_bad_signature_is_not_verified();
  void a_refusal_leaves_no_error_behind();
  void threads_share_a_key();
};

void KeysTest::a_key_is_read_back_data() {
  QTest::addColumn<KeyKind>("kind");
  QTest::newRow("RSA") << KeyKind::rsa;
  QTest::newRow("Ed25519") << KeyKind::ed25519;
}

void KeysTest::a_key_is_read_back() {
  QFETCH(KeyKind, kind);
  const PrivateKey key = PrivateKey::generate(kind);
  QVERIFY(
      key.pem().starts_with("-----BEGIN "
                            "PRIVATE KEY-----\n"));
  const auto secret = PrivateKey::from_pem(key.pem());
  QVERIFY(secret && secret->kind() == kind);
  const auto open = PublicKey::from_pem(key.public_key().pem());
  QVERIFY2(open, why(open).c_str());
  QVERIFY(open->kind() == kind);
  QCOMPARE(open->pem(), key.public_key().pem());
  const std::string signature = secret->sign("text");
  QCOMPARE(signature.size(), kind == KeyKind::rsa ? std::size_t{256} : std::size_t{64});
  QCOMPARE(signature, key.sign("text"));
  QVERIFY(open->verify("text", signature));
  QVERIFY(!PrivateKey::generate(kind).public_key().verify("text", signature));
  QVERIFY(open->verify("", key.sign("")));
}

void KeysTest::other_line_ends_and_space_around_are_taken() {
  for (const std::string& pem : {rsa(), ed25519()}) {
    QCOMPARE(PublicKey::from_pem(with_crlf(pem)).value().pem(), pem);
    QCOMPARE(PublicKey::from_pem("\n \t" + pem + "\r\n ").value().pem(), pem);
    QCOMPARE(PublicKey::from_pem(pem.substr(0, pem.size() - 1)).value().pem(), pem);
  }
}

void KeysTest::strengths_within_the_bounds_are_taken() {
  QVERIFY(PublicKey::from_pem(rsa_pem(2048, true, "03")));
  QVERIFY(PublicKey::from_pem(rsa_pem(4096, true, "010001")));
  QVERIFY(PublicKey::from_pem(rsa_pem(8192, true, "FFFFFFFF")));
}

void KeysTest::what_is_no_usable_public_key_is_refused_data() {  // T-B6
  QTest::addColumn<std::string>("pem");
  auto add = [](const char* name, std::string pem) { QTest::newRow(name) << std::move(pem); };
  const std::string der =
      base64_decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=").value();
  add("empty", "");
  add("space", " \n");
  add("text", "not a key");
  add("1 MiB of text", std::string(1 << 20, 'A'));
  add("a key in 1 MiB of space", rsa() + std::string(1 << 20, '\n'));
  add("garbage in the armour", pem_block("PUBLIC KEY", "garbage"));
  add("nothing in the armour", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n");
  add("armour that overlaps", "-----BEGIN PUBLIC KEY-----");
  add("no end", rsa().substr(0, rsa().find("-----END")));
  add("not base64", "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n");
  add("cut short", pem_block("PUBLIC KEY", der.substr(0, der.size() - 1)));
  add("too long", pem_block("PUBLIC KEY", der + "\0"s));
  add("two blocks", rsa() + rsa());
  add("two blocks of two kinds", ed25519() + rsa());
  add("text before", "key: " + rsa());
  add("text after", rsa() + "x");
  add("private RSA key", test_key(KeyKind::rsa).pem());
  add("private Ed25519 key", test_key(KeyKind::ed25519).pem());
  add("private key named public",
      pem_block("PUBLIC KEY",
                "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"s + std::string(32, 'k')));
  add("a public key and its private one", rsa() + test_key(KeyKind::rsa).pem());
  const std::string curve = public_pem(EVP_EC_gen("P-256"));
  add("elliptic curve", curve);
  add("elliptic curve under RSA's name", "-----BEGIN RSA PUBLIC KEY-----" +
                                             curve.substr(26, curve.size() - 26 - 25) +
                                             "-----END RSA PUBLIC KEY-----\n");
  add("SPKI under the name of PKCS#1", pem_block("RSA PUBLIC KEY", der));
  add("X25519", public_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")));
  add("Ed448", public_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")));
  add("1024 bits", rsa_pem(1024, true, "010001"));
  add("2047 bits", rsa_pem(2047, true, "010001"));
  add("8193 bits", rsa_pem(8193, true, "010001"));
  add("16384 bits", rsa_pem(16384, true, "010001"));
  add("exponent 1", rsa_pem(2048, true, "01"));
  add("even exponent", rsa_pem(2048, true, "010000"));
  add("long exponent", rsa_pem(2048, true, "0100000001"));
  add("even modulus", rsa_pem(2048, false, "010001"));
}

void KeysTest::what_is_no_usable_public_key_is_refused() {
  QFETCH(std::string, pem);
  const auto key = PublicKey::from_pem(pem);
  QVERIFY(!key);
  QVERIFY(refusal_of(key.error()) == Refusal::bad_key);
  QVERIFY(key.error().code == Errc::unauthorized);
}

void KeysTest::what_is_no_usable_private_key_is_refused() {
  QVERIFY(!PrivateKey::from_pem(""));
  QVERIFY(!PrivateKey::from_pem(rsa()));
  QVERIFY(!PrivateKey::from_pem(pem_block("PRIVATE KEY", "garbage")));
  QVERIFY(!PrivateKey::from_pem(pem_block("ENCRYPTED PRIVATE KEY", std::string(48, 'a'))));
}

void KeysTest::multikeys_are_read_and_written() {
  const std::string text = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";  // FEP-521a's key, as W3C's
  QCOMPARE(PublicKey::from_multibase(text).value().multibase(), text);
  const PublicKey own = test_key(KeyKind::ed25519).public_key();
  QVERIFY(own.multibase().starts_with("z6Mk"));
  QCOMPARE(PublicKey::from_multibase(own.multibase()).value().pem(), own.pem());
}

void KeysTest::what_is_no_multikey_is_refused_data() {
  QTest::addColumn<std::string>("text");
  auto add = [](const char* name, std::string text) { QTest::newRow(name) << std::move(text); };
  const std::string raw(32, 'k');
  add("empty", "");
  add("only the base", "z");
  add("no base", base58("\xED\x01" + raw));
  add("another base", "u7QGnat");
  add("another kind", "z" + base58("\x80\x24" + raw));
  add("31 bytes", "z" + base58("\xED\x01" + raw.substr(1)));
  add("33 bytes", "z" + base58("\xED\x01k" + raw));
  add("a letter that is none", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ0");
  add("space after", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2 ");
  add("1 MiB", "z" + std::string(1 << 20, '6'));
}

void KeysTest::what_is_no_multikey_is_refused() {
  QFETCH(std::string, text);
  const auto key = PublicKey::from_multibase(text);
  QVERIFY(!key && refusal_of(key.error()) == Refusal::bad_key);
}

void KeysTest::a_bad_signature_is_not_verified() {
  for (KeyKind kind : {KeyKind::rsa, KeyKind::ed25519}) {
    const PublicKey key = test_key(kind).public_key();
    const std::string good = test_key(kind).sign("text");
    QVERIFY(key.verify("text", good));
    QVERIFY(!key.verify("texts", good));
    QVERIFY(!key.verify("text", ""));
    QVERIFY(!key.verify("text", good.substr(1)));
    QVERIFY(!key.verify("text", good + "a"));
    QVERIFY(!key.verify("text", std::string(good.size(), '\0')));
    for (std::size_t at : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
      std::string bad = good;
      bad[at] ^= 1;
      QVERIFY(!key.verify("text", bad));
    }
  }
  QVERIFY(
      !test_key(KeyKind::rsa).public_key().verify("text", test_key(KeyKind::rsa).sign("text"), Hash::sha512));
}

void KeysTest::a_refusal_leaves_no_error_behind() {
  ERR_clear_error();
  QVERIFY(!PublicKey::from_pem(pem_block("PUBLIC KEY", "garbage")));
  QVERIFY(!PublicKey::from_pem(pem_block("RSA PUBLIC KEY", "garbage")));
  QVERIFY(!PrivateKey::from_pem(pem_block("PRIVATE KEY", "garbage")));
  QVERIFY(!test_key(KeyKind::rsa).public_key().verify("text", "bad"));
  QCOMPARE(ERR_peek_error(), 0UL);
}

void KeysTest::threads_share_a_key() {
  for (KeyKind kind : {KeyKind::rsa, KeyKind::ed25519}) {
    const PrivateKey& secret = test_key(kind);
    const PublicKey open = secret.public_key();
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const std::string text = std::to_string(t) + "," + std::to_string(i);
          good += open.verify(text, secret.sign(text)) ? 1 : 0;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    QCOMPARE(good.load(), 200);
  }
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::KeysTest)
#include "keys_test.moc"

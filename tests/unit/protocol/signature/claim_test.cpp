#include "protocol/signature/claim.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "protocol/base/encoding.h"
#include "protocol/signature/cavage.h"
#include "protocol/signature/rfc9421.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/signature/signed_request.h"

namespace dunlin::signature {
using namespace std::string_literals;

namespace {

std::string hmac(std::string_view key, std::string_view text) {
  std::string out(32, '\0');
  unsigned int size = 32;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

std::string rsa_sha512(const PrivateKey& key, std::string_view text) {
  const std::string pem = key.pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* secret = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string out(256, '\0');
  std::size_t size = out.size();
  EVP_DigestSignInit(context, nullptr, EVP_sha512(), nullptr, secret);
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(secret);
  BIO_free(bio);
  return out;
}

/// Puts another signature into a signed request.
void resign(SignedRequest& request, const std::string& signature) {
  const std::string header = request.get("Signature");
  request.set("Signature",
              header.substr(0, header.find(",signature=")) + ",signature=\"" + base64(signature) + "\"");
}

}  // namespace

class ClaimTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_public_key_is_no_shared_secret();
  void rsa_sha256_rules_out_other_keys();
  void alg_rules_out_other_keys();
  void hs2019_may_stand_for_sha_512();
  void a_target_without_its_query_is_accepted();
  void created_may_stand_for_the_date();
  void a_get_is_not_a_post();
  void the_target_may_be_covered_in_parts_data();
  void the_target_may_be_covered_in_parts();
  void of_several_labels_the_usable_one_counts();
  void a_precomputed_digest_is_used();
};

void ClaimTest::the_public_key_is_no_shared_secret() {  // T-B5
  const PublicKey key = test_key(KeyKind::rsa).public_key();
  for (const char* algorithm : {"rsa-sha256", "hs2019", "HS2019"}) {
    SignedRequest request = a_post();
    request.sign(Scheme::cavage, test_key(KeyKind::rsa)).replace("Signature", "rsa-sha256", algorithm);
    const auto honest = request.read();
    QVERIFY2(honest, why(honest).c_str());
    QVERIFY(honest->is_signed_by(key));
    resign(request, hmac(key.pem(), honest->signed_texts.front()));
    const auto forged = request.read();
    QVERIFY2(forged, why(forged).c_str());
    QVERIFY(!forged->is_signed_by(key));
  }
}

void ClaimTest::rsa_sha256_rules_out_other_keys() {
  SignedRequest request = a_post();
  request.sign(Scheme::cavage, test_key(KeyKind::ed25519));
  const auto honest = request.read();
  QVERIFY(honest && honest->is_signed_by(test_key(KeyKind::ed25519).public_key()));
  request.replace("Signature", "hs2019", "rsa-sha256");
  const auto claim = request.read();
  QVERIFY(claim && !claim->is_signed_by(test_key(KeyKind::ed25519).public_key()));
}

void ClaimTest::alg_rules_out_other_keys() {
  for (KeyKind kind : {KeyKind::rsa, KeyKind::ed25519}) {
    for (const char* alg : {"rsa-v1_5-sha256", "ed25519"}) {
      const bool fits = (kind == KeyKind::rsa) == (alg == "rsa-v1_5-sha256"s);
      const auto input = parse_dictionary(
          R"(sig1=("@method" "@target-uri");created=1795244380;keyid="a";alg=")"s + alg + "\"");
      QVERIFY(input);
      SignedRequest request = a_get();
      const auto base = signature_base(request.message(), input->front().second);
      QVERIFY(base);
      request.set("Signature-Input", "sig1=" + input->front().second.raw)
          .set("Signature", "sig1=:" + base64(test_key(kind).sign(*base)) + ":");
      const auto claim = request.read();
      QVERIFY2(claim, why(claim).c_str());
      QCOMPARE(claim->is_signed_by(test_key(kind).public_key()), fits);
    }
  }
}

void ClaimTest::hs2019_may_stand_for_sha_512() {
  SignedRequest request = a_post("/inbox?a=1");
  request.sign(Scheme::cavage, test_key(KeyKind::rsa));
  const auto text = request.read();
  QVERIFY(text);
  resign(request, rsa_sha512(test_key(KeyKind::rsa), text->signed_texts.front()));
  const auto named = request.read();
  QVERIFY(named && !named->is_signed_by(test_key(KeyKind::rsa).public_key()));
  request.replace("Signature", "rsa-sha256", "hs2019");
  const auto open = request.read();
  QVERIFY(open && open->is_signed_by(test_key(KeyKind::rsa).public_key()));
}

void ClaimTest::a_target_without_its_query_is_accepted() {
  SignedRequest request = a_get("/users/bob/outbox");
  request.sign(Scheme::cavage, test_key(KeyKind::rsa));
  request.target += "?page=true";
  const auto claim = request.read();
  QVERIFY(claim && claim->is_signed_by(test_key(KeyKind::rsa).public_key()));
  request.sign(Scheme::cavage, test_key(KeyKind::rsa));
  request.target = "/users/bob/outbox?page=false";
  const auto changed = request.read();
  QVERIFY(changed && !changed->is_signed_by(test_key(KeyKind::rsa).public_key()));
  request.target = "/users/bob/outbox";
  const auto cut = request.read();
  QVERIFY(cut && !cut->is_signed_by(test_key(KeyKind::rsa).public_key()));
}

void ClaimTest::created_may_stand_for_the_date() {
  const std::vector<std::string> names{"(request-target)", "(created)", "(expires)", "host"};
  SignedRequest request = a_get();
  const auto text = cavage_signing_string(
      request.message(),
      {.names = names, .target = request.target, .created = "1795244380", .expires = "1795244680"});
  QVERIFY(text);
  QCOMPARE(
      *text,
      "(request-target): get /users/bob\n(created): 1795244380\n(expires): 1795244680\nhost: node.example");
  for (const char* form : {"1795244380,expires=1795244680", "\"1795244380\", expires = \"1795244680\""}) {
    request.set("Signature", "keyId=\"a\",algorithm=\"hs2019\",created="s + form +
                                 ",headers=\"(request-target) (created) (expires) host\",signature=\"" +
                                 base64(test_key(KeyKind::rsa).sign(*text)) + "\"");
    const auto claim = request.read();
    QVERIFY2(claim, why(claim).c_str());
    QCOMPARE(claim->made_at, test_now);
    QVERIFY(claim->is_signed_by(test_key(KeyKind::rsa).public_key()));
  }
  QCOMPARE(word(request.read(test_now + std::chrono::hours(13))), "stale");
  QCOMPARE(word(request.read(test_now - std::chrono::hours(2))), "stale");
  request.replace("Signature", "1795244380", "soon");
  QCOMPARE(word(request.read()), "stale");
}

void ClaimTest::a_get_is_not_a_post() {  // T-B2
  for (Scheme scheme : {Scheme::cavage, Scheme::rfc9421}) {
    SignedRequest request = a_get("/inbox");
    request.sign(scheme, test_key(KeyKind::rsa));
    request.method = "POST";
    QCOMPARE(word(request.read()), "no_digest");
    request.has_body = true;
    request.body = "{}";
    request.set("Digest", "SHA-256=" + base64(bytes_of(sha256("{}"))));
    request.set("Content-Digest", "sha-256=:" + base64(bytes_of(sha256("{}"))) + ":");
    QCOMPARE(word(request.read()), "weak_coverage");
    request.method = "GET";  // a body counts with any method
    QCOMPARE(word(request.read()), "weak_coverage");
  }
}

void ClaimTest::the_target_may_be_covered_in_parts_data() {
  QTest::addColumn<std::string>("components");
  QTest::addColumn<std::string>("target");
  QTest::addColumn<std::string>("expected");
  QTest::newRow("in parts") << R"("@method" "@authority" "@path" "@query")"s
                            << "/a?b=c"s
                            << ""s;
  QTest::newRow("without a query") << R"("@method" "@authority" "@path")"s
                                   << "/a"s
                                   << ""s;
  QTest::newRow("query left open") << R"("@method" "@authority" "@path")"s
                                   << "/a?b=c"s
                                   << "weak_coverage"s;
  QTest::newRow("target as one") << R"("@method" "@authority" "@request-target")"s
                                 << "/a?b=c"s
                                 << ""s;
  QTest::newRow("host for authority") << R"("@method" "host" "@path" "@query")"s
                                      << "/a?b=c"s
                                      << ""s;
  QTest::newRow("authority left open") << R"("@method" "@path" "@query")"s
                                       << "/a?b=c"s
                                       << "weak_coverage"s;
  QTest::newRow("as Fedify does") << R"("@method" "@target-uri" "@authority" "host" "date")"s
                                  << "/a?b=c"s
                                  << ""s;
  QTest::newRow("scheme too") << R"("@scheme" "@target-uri" "@method")"s
                              << "/a?b=c"s
                              << ""s;
}

void ClaimTest::the_target_may_be_covered_in_parts() {
  QFETCH(std::string, components);
  QFETCH(std::string, target);
  QFETCH(std::string, expected);
  SignedRequest request = a_get(target);
  request.set("Date", to_http_date(test_now));
  const auto input =
      parse_dictionary("x=(" + components + ");keyid=\"a\";tag=\"t\";nonce=\"n\";created=1795244380");
  QVERIFY(input);
  const auto base = signature_base(request.message(), input->front().second);
  QVERIFY2(base, why(base).c_str());
  request.set("Signature-Input", "x=" + input->front().second.raw)
      .set("Signature", "x=:" + base64(test_key(KeyKind::ed25519).sign(*base)) + ":");
  const auto claim = request.read();
  QCOMPARE(word(claim), expected);
  QVERIFY(!claim || claim->is_signed_by(test_key(KeyKind::ed25519).public_key()));
}

void ClaimTest::of_several_labels_the_usable_one_counts() {
  SignedRequest request = a_post();
  request.sign(Scheme::rfc9421, test_key(KeyKind::rsa));
  const std::string proxy_input = R"(proxy=("@method");created=1795244380;keyid="p";alg="hmac-sha256")";
  for (bool first : {true, false}) {
    SignedRequest both = request;
    both.set("Signature-Input", first ? proxy_input + ", " + request.get("Signature-Input")
                                      : request.get("Signature-Input") + ", " + proxy_input);
    both.set("Signature", request.get("Signature") + ", proxy=:AAAA:");
    const auto claim = both.read();
    QVERIFY2(claim, why(claim).c_str());
    QVERIFY(claim->is_signed_by(test_key(KeyKind::rsa).public_key()));
  }
}

void ClaimTest::a_precomputed_digest_is_used() {
  const auto digest = sha256("another body");
  SignedRequest request = a_post();
  QCOMPARE(sign_cavage(test_key(KeyKind::ed25519), "a", request.message(), test_now, digest)[1].second,
           "SHA-256=" + base64(bytes_of(digest)));
  QCOMPARE(sign_rfc9421(test_key(KeyKind::ed25519), "a", request.message(), test_now, digest)[0].second,
           "sha-256=:" + base64(bytes_of(digest)) + ":");
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::ClaimTest)
#include "claim_test.moc"

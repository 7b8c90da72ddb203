// draft-cavage-http-signatures-12, appendix C. Its key has 1024 bits, which we refuse, so the library is
// asked directly.
#include "protocol/signature/cavage.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "tests/support/qt.h"
#include "tests/unit/protocol/signature/signed_request.h"

namespace dunlin::signature {
using namespace std::string_literals;

namespace {

constexpr std::string_view draft_key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3\n"
    "6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6\n"
    "Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw\n"
    "oYi+1hqp1fIekaxsyQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

bool is_signed_by_draft_key(const std::string& text, std::string_view signature) {
  BIO* bio = BIO_new_mem_buf(draft_key.data(), static_cast<int>(draft_key.size()));
  EVP_PKEY* key = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const std::string bytes = base64_decode(signature).value_or("");
  auto of = [](const std::string& from) { return reinterpret_cast<const unsigned char*>(from.data()); };
  const bool good = EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
                    EVP_DigestVerify(context, of(bytes), bytes.size(), of(text), text.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  BIO_free(bio);
  return good;
}

SignedRequest draft_request() {
  SignedRequest request = a_post("/foo?param=value&pet=dog");
  request.body = R"({"hello": "world"})";
  request.headers = {{"Host", "example.com"},
                     {"Date", "Sun, 05 Jan 2014 21:31:40 GMT"},
                     {"Content-Type", "application/json"},
                     {"Digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="},
                     {"Content-Length", "18"}};
  return request;
}

std::string signing_string(const SignedRequest& request, const std::vector<std::string>& names) {
  const auto text = cavage_signing_string(
      request.message(), {.names = names, .target = request.target, .created = {}, .expires = {}});
  return text ? *text : why(text);
}

}  // namespace

class CavageTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_basic_test_of_the_draft();
  void the_all_headers_test_of_the_draft();
  void repeated_headers_are_joined_and_trimmed();
  void what_is_sent_has_the_form_that_peers_know();
};

void CavageTest::the_basic_test_of_the_draft() {  // C.2
  const std::string text = signing_string(draft_request(), {"(request-target)", "host", "date"});
  QCOMPARE(text,
           "(request-target): post /foo?param=value&pet=dog\nhost: example.com\ndate: Sun, 05 Jan 2014 "
           "21:31:40 GMT");
  QVERIFY(is_signed_by_draft_key(
      text,
      "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2"
      "iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04sw"
      "r2Os0="));
}

void CavageTest::the_all_headers_test_of_the_draft() {  // C.3, whose signature was made without (created) and
                                                        // (expires)
  const std::string text = signing_string(
      draft_request(), {"(request-target)", "host", "date", "content-type", "digest", "content-length"});
  QVERIFY(is_signed_by_draft_key(
      text,
      "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIv"
      "B1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH"
      "7s1dE="));
}

void CavageTest::repeated_headers_are_joined_and_trimmed() {
  SignedRequest request = a_get();
  request.headers = {{"X-A", "  one "}, {"x-b", ""}, {"x-a", "two\t"}};
  QCOMPARE(signing_string(request, {"x-a", "x-b"}), "x-a: one, two\nx-b: ");
}

void CavageTest::what_is_sent_has_the_form_that_peers_know() {
  SignedRequest request = a_post();
  const Headers added = sign_cavage(test_key(KeyKind::rsa), test_key_id, request.message(), test_now);
  QCOMPARE(added.size(), std::size_t{3});
  QCOMPARE(added[0].first, "Date");
  QCOMPARE(added[0].second, "Sat, 21 Nov 2026 06:59:40 GMT");
  QCOMPARE(added[1].first, "Digest");
  QCOMPARE(added[1].second, "SHA-256=" + base64(bytes_of(sha256(request.body))));
  QCOMPARE(added[2].first, "Signature");
  const std::string expected = "keyId=\"" + test_key_id +
                               "\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date digest "
                               "content-type\",signature=\"";
  QCOMPARE(added[2].second.substr(0, expected.size()), expected);
  const Headers of_get = sign_cavage(test_key(KeyKind::rsa), "k", a_get().message(), test_now);
  QCOMPARE(of_get.size(), std::size_t{2});
  QVERIFY(of_get[1].second.find("headers=\"(request-target) host date\"") != std::string::npos);
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::CavageTest)
#include "cavage_test.moc"

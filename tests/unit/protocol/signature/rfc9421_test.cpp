// RFC 9421, appendix B and section 4.3.
#include "protocol/signature/rfc9421.h"

#include "tests/support/qt.h"
#include "tests/unit/protocol/signature/signed_request.h"

namespace dunlin::signature {
using namespace std::string_literals;

namespace {

constexpr std::string_view rsa_key =  // B.1.1
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw\n"
    "WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq\n"
    "MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg\n"
    "kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P\n"
    "uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ\n"
    "PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";
constexpr std::string_view ed25519_key_der =  // B.1.4
    "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF";

SignedRequest rfc_request() {  // B.2
  SignedRequest request = a_post("/foo?param=Value&Pet=dog");
  request.body = R"({"hello": "world"})";
  request.headers = {
      {"Host", "example.com"},
      {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
      {"Content-Type", "application/json"},
      {"Content-Digest",
       "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
      {"Content-Length", "18"}};
  return request;
}

}  // namespace

class Rfc9421Test : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_ed25519_example_of_the_rfc();
  void the_rsa_example_of_the_rfc();
  void components_are_derived_as_in_the_rfc_data();
  void components_are_derived_as_in_the_rfc();
  void what_is_sent_has_the_form_that_peers_know();
};

void Rfc9421Test::the_ed25519_example_of_the_rfc() {  // B.2.6
  const std::string input =
      R"(("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519")";
  const auto members = parse_dictionary("sig-b26=" + input);
  QVERIFY(members);
  const auto base = signature_base(rfc_request().message(), members->front().second);
  QVERIFY(base);
  QCOMPARE(*base,
           "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
           "\"@method\": POST\n"
           "\"@path\": /foo\n"
           "\"@authority\": example.com\n"
           "\"content-type\": application/json\n"
           "\"content-length\": 18\n"
           "\"@signature-params\": " +
               input);
  const auto key = PrivateKey::from_pem(pem_block("PRIVATE KEY", base64_decode(ed25519_key_der).value()));
  QVERIFY(key);
  QCOMPARE(base64(key->sign(*base)),
           "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==");
  QVERIFY(key->public_key().verify(*base, key->sign(*base)));
}

void Rfc9421Test::the_rsa_example_of_the_rfc() {  // 4.3, what the proxy signs
  const auto members = parse_dictionary(
      R"(proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540)");
  QVERIFY(members);
  SignedRequest request = rfc_request();
  request.set("Host", "origin.host.internal.example")
      .set("Date", "Tue, 20 Apr 2021 02:07:56 GMT")
      .set("Forwarded", "for=192.0.2.123;host=example.com;proto=https");
  const auto base = signature_base(request.message(), members->front().second);
  QVERIFY2(base, why(base).c_str());
  const auto key = PublicKey::from_pem(rsa_key);
  QVERIFY2(key, why(key).c_str());
  const auto signature = base64_decode(
      "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/"
      "fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOck"
      "pURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+"
      "7X5kXQfi8NMaZ"
      "aA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/"
      "vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzir"
      "rswsE1w5o0LV/g==");
  QVERIFY(signature);
  QVERIFY(key->verify(*base, *signature));
  QVERIFY(!key->verify(*base + " ", *signature));
  QVERIFY(!key->verify(*base, *signature, Hash::sha512));
}

void Rfc9421Test::components_are_derived_as_in_the_rfc_data() {  // 2.2
  QTest::addColumn<std::string>("target");
  QTest::addColumn<std::string>("component");
  QTest::addColumn<std::string>("value");
  QTest::newRow("target-uri") << "/path?param=value"s
                              << "@target-uri"s
                              << "https://www.example.com/path?param=value"s;
  QTest::newRow("authority") << "/path?param=value"s
                             << "@authority"s
                             << "www.example.com"s;
  QTest::newRow("scheme") << "/path"s
                          << "@scheme"s
                          << "https"s;
  QTest::newRow("request-target") << "/path?param=value"s
                                  << "@request-target"s
                                  << "/path?param=value"s;
  QTest::newRow("path") << "/path?param=value"s
                        << "@path"s
                        << "/path"s;
  QTest::newRow("query") << "/path?param=value&foo=bar&baz=bat%2Dman"s
                         << "@query"s
                         << "?param=value&foo=bar&baz=bat%2Dman"s;
  QTest::newRow("bare query") << "/path?queryString"s
                              << "@query"s
                              << "?queryString"s;
  QTest::newRow("no query") << "/path"s
                            << "@query"s
                            << "?"s;
}

void Rfc9421Test::components_are_derived_as_in_the_rfc() {
  QFETCH(std::string, target);
  QFETCH(std::string, component);
  QFETCH(std::string, value);
  SignedRequest request = a_get(target);
  request.set("Host", "WWW.example.com:443");
  const auto members = parse_dictionary("a=(\"" + component + "\")");
  QVERIFY(members);
  const auto base = signature_base(request.message(), members->front().second);
  QVERIFY(base);
  QCOMPARE(*base, "\"" + component + "\": " + value + "\n\"@signature-params\": (\"" + component + "\")");
}

void Rfc9421Test::what_is_sent_has_the_form_that_peers_know() {
  SignedRequest request = a_post();
  const Headers added = sign_rfc9421(test_key(KeyKind::rsa), test_key_id, request.message(), test_now);
  QCOMPARE(added.size(), std::size_t{3});
  QCOMPARE(added[0].first, "Content-Digest");
  QCOMPARE(added[0].second, "sha-256=:" + base64(bytes_of(sha256(request.body))) + ":");
  QCOMPARE(added[1].first, "Signature-Input");
  QCOMPARE(added[1].second,
           "sig1=(\"@method\" \"@target-uri\" \"content-digest\");created=1795244380;keyid=\"" + test_key_id +
               "\"");
  QCOMPARE(added[2].first, "Signature");
  QVERIFY(added[2].second.starts_with("sig1=:") && added[2].second.ends_with("=:"));
  const Headers of_get = sign_rfc9421(test_key(KeyKind::rsa), "k", a_get().message(), test_now);
  QCOMPARE(of_get[0].second, "sig1=(\"@method\" \"@target-uri\");created=1795244380;keyid=\"k\"");
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::Rfc9421Test)
#include "rfc9421_test.moc"

#include "protocol/signature/integrity_proof.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/signature/refusal.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/signature/signed_request.h"

namespace dunlin::signature {
using namespace std::string_literals;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {
using Edit = std::function<void(json&)>;

/// The key of all published examples, W3C vc-di-eddsa B.3 and FEP-8b32.
constexpr std::string_view example_public_key = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
PrivateKey example_key() {
  const std::string secret =
      base58_decode("3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq").value().substr(2);
  const std::string der = "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"s + secret;
  return PrivateKey::from_pem(pem_block("PRIVATE KEY", der)).value();
}
constexpr Timestamp example_time{1'677'281'798'000};  // 2023-02-24T23:36:38Z

json credential();  // vc-di-eddsa B.3
json activity();    // FEP-8b32's feature file
json signed_activity() {
  json document = activity();
  ENSURE(add_proof(document, test_key(KeyKind::ed25519), "https://a.example/u#k", test_now));
  return document;
}

}  // namespace

class IntegrityProofTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_published_examples_are_made_and_read_data();
  void the_published_examples_are_made_and_read();
  void what_was_changed_is_not_proven_data();
  void what_was_changed_is_not_proven();
  void what_is_no_proof_is_refused_data();
  void what_is_no_proof_is_refused();
  void our_proof_among_others_is_found();
  void a_linked_data_signature_is_passed_over();
  void an_rsa_key_proves_nothing();
  void a_document_without_canonical_form_gets_no_proof();
};

// Behind the class: moc loses count of the brackets in raw text.
namespace {
json credential() {
  return json::parse(R"({
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33", "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential", "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678", "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"}})");
}
json activity() {
  return json::parse(R"({
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
    "id": "https://server.example/activities/1", "type": "Create", "actor": "https://server.example/users/alice",
    "object": {"id": "https://server.example/objects/1", "type": "Note",
               "attributedTo": "https://server.example/users/alice", "content": "Hello world",
               "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962}}})");
}
}  // namespace

void IntegrityProofTest::the_published_examples_are_made_and_read_data() {
  QTest::addColumn<std::string>("document");
  QTest::addColumn<std::string>("method");
  QTest::addColumn<std::string>("value");
  const std::string alice = "https://server.example/users/alice#ed25519-key";
  QTest::newRow("W3C")
      << credential().dump()
      << "did:key:" + std::string(example_public_key) + "#" + std::string(example_public_key)
      << "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"s;
  QTest::newRow("FEP-8b32")
      << activity().dump() << alice
      << "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"s;
  json before = activity();
  before["@context"][1] = "https://w3id.org/security/data-integrity/v1";
  QTest::newRow("FEP-8b32 of 2025")
      << before.dump() << alice
      << "zLaewdp4H9kqtwyrLatK4cjY5oRHwVcw4gibPSUDYDMhi4M49v8pcYk3ZB6D69dNpAPbUmY8ocuJ3m9KhKJEEg7z"s;
}

void IntegrityProofTest::the_published_examples_are_made_and_read() {
  QFETCH(std::string, document);
  QFETCH(std::string, method);
  QFETCH(std::string, value);
  json made = json::parse(document);
  QVERIFY(add_proof(made, example_key(), method, example_time));
  QCOMPARE(made["proof"]["proofValue"].get<std::string>(), value);
  QCOMPARE(made["proof"]["created"].get<std::string>(), "2023-02-24T23:36:38Z");
  QCOMPARE(made["proof"]["@context"].dump(), made["@context"].dump());
  const auto claim = read_proof(json::parse(made.dump()), test_now);
  QVERIFY2(claim, why(claim).c_str());
  QCOMPARE(claim->verification_method, method);
  QCOMPARE(claim->created_at, std::optional(example_time));
  QVERIFY(claim->is_signed_by(PublicKey::from_multibase(example_public_key).value()));
  QVERIFY(!claim->is_signed_by(test_key(KeyKind::ed25519).public_key()));
}

void IntegrityProofTest::what_was_changed_is_not_proven_data() {
  QTest::addColumn<Edit>("edit");
  QTest::newRow("value") << Edit([](json& d) { d["object"]["content"] = "Goodbye world"; });
  QTest::newRow("deep number") << Edit([](json& d) { d["object"]["location"]["latitude"] = 25.273963; });
  QTest::newRow("member added") << Edit(
      [](json& d) { d["to"] = "https://www.w3.org/ns/activitystreams#Public"; });
  QTest::newRow("member removed") << Edit([](json& d) { d.erase("actor"); });
  QTest::newRow("both contexts") << Edit(
      [](json& d) { d["@context"] = d["proof"]["@context"] = "https://a.example"; });
  QTest::newRow("the proof's context") << Edit([](json& d) { d["proof"].erase("@context"); });
  QTest::newRow("the proof's time") << Edit([](json& d) { d["proof"]["created"] = "2026-11-21T06:59:41Z"; });
  QTest::newRow("the proof's key") << Edit(
      [](json& d) { d["proof"]["verificationMethod"] = "https://a.example/u#l"; });
  QTest::newRow("more in the proof") << Edit([](json& d) { d["proof"]["domain"] = "a.example"; });
}

void IntegrityProofTest::what_was_changed_is_not_proven() {
  QFETCH(Edit, edit);
  json document = signed_activity();
  QVERIFY(read_proof(document, test_now)->is_signed_by(test_key(KeyKind::ed25519).public_key()));
  edit(document);
  const auto claim = read_proof(document, test_now);
  QVERIFY2(claim, why(claim).c_str());
  QVERIFY(!claim->is_signed_by(test_key(KeyKind::ed25519).public_key()));
}

void IntegrityProofTest::what_is_no_proof_is_refused_data() {
  QTest::addColumn<Edit>("edit");
  QTest::addColumn<std::string>("expected");
  auto add = [](const char* name, Edit edit, const char* expected) {
    QTest::newRow(name) << std::move(edit) << std::string(expected);
  };
  add(
      "none", [](json& d) { d.erase("proof"); }, "unsigned");
  add(
      "null", [](json& d) { d["proof"] = nullptr; }, "unsigned");
  add(
      "no object", [](json& d) { d = json::array({d}); }, "unsigned");
  add(
      "text", [](json& d) { d["proof"] = "z"; }, "bad_algorithm");
  add(
      "an empty array", [](json& d) { d["proof"] = json::array(); }, "bad_algorithm");
  add(
      "another suite", [](json& d) { d["proof"]["cryptosuite"] = "ecdsa-jcs-2019"; }, "bad_algorithm");
  add(
      "the suite is a number", [](json& d) { d["proof"]["cryptosuite"] = 1; }, "bad_algorithm");
  add(
      "two of our kind",
      [](json& d) {
        d["proof"] = json::array({d["proof"], d["proof"]});
      },
      "malformed");
  add(
      "no method", [](json& d) { d["proof"].erase("verificationMethod"); }, "malformed");
  add(
      "a method that is an object", [](json& d) { d["proof"]["verificationMethod"] = json::object(); },
      "malformed");
  add(
      "another purpose", [](json& d) { d["proof"]["proofPurpose"] = "authentication"; }, "malformed");
  add(
      "another context", [](json& d) { d["@context"].push_back("https://evil.example"); }, "malformed");
  add(
      "a context that the document has not", [](json& d) { d.erase("@context"); }, "malformed");
  add(
      "no value", [](json& d) { d["proof"].erase("proofValue"); }, "malformed");
  add(
      "a value in base64", [](json& d) { d["proof"]["proofValue"] = "uAAAA"; }, "malformed");
  add(
      "a value of 63 bytes", [](json& d) { d["proof"]["proofValue"] = "z" + base58(std::string(63, 'a')); },
      "malformed");
  add(
      "a long value", [](json& d) { d["proof"]["proofValue"] = "z" + std::string(1 << 20, '2'); },
      "malformed");
  add(
      "a time that is none", [](json& d) { d["proof"]["created"] = "now"; }, "stale");
  add(
      "of the future", [](json& d) { d["proof"]["created"] = "2026-11-21T09:00:00Z"; }, "stale");
  add(
      "expired", [](json& d) { d["proof"]["expires"] = "2026-11-21T05:00:00Z"; }, "stale");
}

void IntegrityProofTest::what_is_no_proof_is_refused() {
  QFETCH(Edit, edit);
  QFETCH(std::string, expected);
  json document = signed_activity();
  edit(document);
  const auto claim = read_proof(document, test_now);
  QVERIFY(!claim);
  const auto refusal = refusal_of(claim.error());
  QVERIFY2(refusal, why(claim).c_str());
  QCOMPARE(to_string(*refusal), expected);
}

void IntegrityProofTest::our_proof_among_others_is_found() {
  json document = signed_activity();
  document["proof"] = json::array({{{"type", "Ed25519Signature2020"}}, document["proof"], "x"});
  const auto claim = read_proof(document, test_now);
  QVERIFY2(claim, why(claim).c_str());
  QVERIFY(claim->is_signed_by(test_key(KeyKind::ed25519).public_key()));
}

void IntegrityProofTest::a_linked_data_signature_is_passed_over() {
  json document = signed_activity();
  document["signature"] = {{"type", "RsaSignature2017"}};
  QVERIFY(read_proof(document, test_now)->is_signed_by(test_key(KeyKind::ed25519).public_key()));
}

void IntegrityProofTest::an_rsa_key_proves_nothing() {
  auto claim = read_proof(signed_activity(), test_now).value();
  claim.signature = test_key(KeyKind::rsa).sign(claim.signed_bytes);
  QVERIFY(!claim.is_signed_by(test_key(KeyKind::rsa).public_key()));
}

void IntegrityProofTest::a_document_without_canonical_form_gets_no_proof() {
  json document{{"a", "\xFF"}};
  QVERIFY(!add_proof(document, test_key(KeyKind::ed25519), "k", test_now));
  QVERIFY(!document.contains("proof"));
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::IntegrityProofTest)
#include "integrity_proof_test.moc"

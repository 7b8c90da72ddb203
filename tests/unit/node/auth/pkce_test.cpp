#include "node/auth/pkce.h"

#include "protocol/base/encoding.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::auth;

namespace {
// RFC 7636 appendix B.
constexpr std::string_view rfc_verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view rfc_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
}  // namespace

class PkceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_example_of_the_rfc_matches() { QVERIFY(pkce_s256_matches(rfc_verifier, rfc_challenge)); }
  void another_verifier_or_challenge_does_not_match();
  void verifiers_have_the_length_and_characters_of_the_rfc_data();
  void verifiers_have_the_length_and_characters_of_the_rfc();
  void challenges_that_nothing_could_answer_are_told_data();
  void challenges_that_nothing_could_answer_are_told();
};

void PkceTest::another_verifier_or_challenge_does_not_match() {
  auto changed = std::string(rfc_verifier);
  changed[0] = 'e';
  QVERIFY(!pkce_s256_matches(changed, rfc_challenge));
  QVERIFY(!pkce_s256_matches(rfc_verifier, ""));
  QVERIFY(!pkce_s256_matches(rfc_verifier, rfc_verifier));  // the `plain` method
  QVERIFY(!pkce_s256_matches(rfc_verifier, std::string(rfc_challenge) + "="));
  QVERIFY(!pkce_s256_matches(rfc_verifier, rfc_challenge.substr(0, 42)));
}

void PkceTest::verifiers_have_the_length_and_characters_of_the_rfc_data() {
  QTest::addColumn<std::string>("verifier");
  QTest::addColumn<bool>("good");
  QTest::newRow("42") << std::string(42, 'a') << false;
  QTest::newRow("43") << std::string(43, 'a') << true;
  QTest::newRow("128") << std::string(128, 'a') << true;
  QTest::newRow("129") << std::string(129, 'a') << false;
  QTest::newRow("all marks") << std::string(40, 'a') + "-._~" << true;
  QTest::newRow("plus") << std::string(43, 'a') + "+" << false;
  QTest::newRow("equals") << std::string(43, 'a') + "=" << false;
  QTest::newRow("space") << std::string(43, 'a') + " " << false;
  QTest::newRow("NUL") << std::string(43, 'a') + '\0' << false;
  QTest::newRow("not ASCII") << std::string(43, 'a') + "\xc3\xa4" << false;
}

void PkceTest::verifiers_have_the_length_and_characters_of_the_rfc() {
  QFETCH(std::string, verifier);
  QFETCH(bool, good);
  QCOMPARE(pkce_s256_matches(verifier, base64url(bytes_of(sha256(verifier)))), good);
}

void PkceTest::challenges_that_nothing_could_answer_are_told_data() {
  QTest::addColumn<std::string>("challenge");
  QTest::addColumn<bool>("good");
  QTest::newRow("the rfc's") << std::string(rfc_challenge) << true;
  QTest::newRow("empty") << std::string() << false;
  QTest::newRow("padded") << std::string(rfc_challenge) + "=" << false;
  QTest::newRow("short") << std::string(rfc_challenge.substr(1)) << false;
  QTest::newRow("standard alphabet") << std::string(42, 'a') + "+" << false;
}

void PkceTest::challenges_that_nothing_could_answer_are_told() {
  QFETCH(std::string, challenge);
  QFETCH(bool, good);
  QCOMPARE(is_pkce_challenge(challenge), good);
}

QTEST_APPLESS_MAIN(PkceTest)
#include "pkce_test.moc"

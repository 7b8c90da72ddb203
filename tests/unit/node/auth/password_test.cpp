#include "node/auth/password.h"

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::auth;

namespace {

constexpr PasswordCost cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

/// Bytes that count up, so that two hashes get two salts.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (auto& b : out) b = static_cast<std::byte>(next_++);
  }

 private:
  unsigned char next_ = 0;
};

}  // namespace

class PasswordTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_hash_says_how_it_was_made();
  void only_the_password_itself_matches_data();
  void only_the_password_itself_matches();
  void equal_passwords_get_different_hashes();
  void what_is_no_hash_matches_nothing_data();
  void what_is_no_hash_matches_nothing();
  void a_damaged_hash_does_not_match();
  void rules_data();
  void rules();
};

void PasswordTest::a_hash_says_how_it_was_made() {
  CountingRandom random;
  auto encoded = hash_password("correct horse", random);
  QVERIFY2(encoded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), encoded.c_str());
  QCOMPARE(encoded.find('\0'), std::string::npos);
  QVERIFY(verify_password(encoded, "correct horse"));
  // The salt in base64: bytes 0 to 15.
  QVERIFY(encoded.find("$AAECAwQFBgcICQoLDA0ODw$") != std::string::npos);
}

void PasswordTest::only_the_password_itself_matches_data() {
  QTest::addColumn<std::string>("tried");
  QTest::addColumn<bool>("matches");
  using namespace std::string_literals;
  QTest::newRow("same") << "pässwörd\0x"s << true;
  QTest::newRow("empty") << ""s << false;
  QTest::newRow("up to the NUL") << "pässwörd"s << false;
  QTest::newRow("other case") << "Pässwörd\0x"s << false;
  QTest::newRow("longer") << "pässwörd\0xx"s << false;
  QTest::newRow("very long") << std::string(100'000, 'p') << false;
}

void PasswordTest::only_the_password_itself_matches() {
  QFETCH(std::string, tried);
  QFETCH(bool, matches);
  CountingRandom random;
  using namespace std::string_literals;
  QCOMPARE(verify_password(hash_password("pässwörd\0x"s, random, cheap), tried), matches);
}

void PasswordTest::equal_passwords_get_different_hashes() {
  CountingRandom random;
  QVERIFY(hash_password("correct horse", random, cheap) != hash_password("correct horse", random, cheap));
}

void PasswordTest::what_is_no_hash_matches_nothing_data() {
  using namespace std::string_literals;
  QTest::addColumn<std::string>("encoded");
  QTest::newRow("empty: an account without a password") << ""s;
  QTest::newRow("the password itself") << "correct horse"s;
  QTest::newRow("header only") << "$argon2id$v=19$m=64,t=1,p=1$"s;
  QTest::newRow("other kind") << "$argon2i$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw"s;
  QTest::newRow("no memory") << "$argon2id$v=19$m=0,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw"s;
  QTest::newRow("NUL inside") << "$argon2id\0"s;
}

void PasswordTest::what_is_no_hash_matches_nothing() {
  QFETCH(std::string, encoded);
  QVERIFY(!verify_password(encoded, "correct horse"));
  QVERIFY(!verify_password(encoded, ""));
}

void PasswordTest::a_damaged_hash_does_not_match() {
  CountingRandom random;
  auto encoded = hash_password("correct horse", random, cheap);
  auto& c = encoded[encoded.rfind('$') + 5];
  c = c == 'A' ? 'B' : 'A';
  QVERIFY(!verify_password(encoded, "correct horse"));
}

void PasswordTest::rules_data() {
  QTest::addColumn<std::string>("password");
  QTest::addColumn<std::string>("problem");  // empty: allowed
  using namespace std::string_literals;
  QTest::newRow("eight") << "12345678"s
                         << ""s;
  QTest::newRow("seven") << "1234567"s
                         << "too short"s;
  QTest::newRow("empty") << ""s
                         << "too short"s;
  QTest::newRow("four characters in eight bytes") << "äöüß"s
                                                  << "too short"s;
  QTest::newRow("eight characters in sixteen bytes") << "äöüßäöüß"s
                                                     << ""s;
  QTest::newRow("1,024 bytes") << std::string(1024, 'x') << ""s;
  QTest::newRow("1,025 bytes") << std::string(1025, 'x') << "too long"s;
  QTest::newRow("not UTF-8") << "password\xff"s
                             << "UTF-8"s;
  QTest::newRow("username") << "somebody"s
                            << "username"s;
  QTest::newRow("username in capitals") << "SomeBody"s
                                        << "username"s;
  QTest::newRow("e-mail") << "s@mail.example"s
                          << "e-mail"s;
  QTest::newRow("username and more") << "somebody1"s
                                     << ""s;
}

void PasswordTest::rules() {
  QFETCH(std::string, password);
  QFETCH(std::string, problem);
  auto result = check_password_rules(password, "somebody", "S@mail.example");
  QCOMPARE(result.has_value(), problem.empty());
  if (problem.empty()) return;
  QCOMPARE(result.error().code, Errc::unprocessable);
  QVERIFY(result.error().safe.starts_with("password: "));
  QVERIFY2(result.error().safe.find(problem) != std::string::npos, result.error().safe.c_str());
}

QTEST_APPLESS_MAIN(PasswordTest)
#include "password_test.moc"

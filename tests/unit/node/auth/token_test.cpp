#include "node/auth/token.h"

#include <set>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::auth;

class TokenTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tokens_are_43_characters_that_need_no_escaping() {
    auto token = new_token(system_random());
    QCOMPARE(token.size(), std::size_t{43});
    QCOMPARE(percent_encode(token), token);
  }
  void no_token_comes_twice() {
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) QVERIFY(seen.insert(new_token(system_random())).second);
  }
  void the_digest_is_sha_256() {
    QCOMPARE(hex(bytes_of(token_digest("abc"))),
             std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  }
};

QTEST_APPLESS_MAIN(TokenTest)
#include "token_test.moc"

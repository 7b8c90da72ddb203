#include "protocol/base/random.h"

#include <algorithm>
#include <set>
#include <vector>

#include "protocol/base/encoding.h"
#include "tests/support/qt.h"

namespace dunlin {
namespace {
/// 0, 1, 2 ... for ever.
class Counting final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = std::byte{next_++};
  }

 private:
  std::uint8_t next_ = 0;
};
}  // namespace

class RandomTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_token_is_the_bytes_drawn_as_base64url();
  void the_system_fills_every_byte();
  void system_tokens_do_not_repeat();
};

void RandomTest::a_token_is_the_bytes_drawn_as_base64url() {
  Counting random;
  QCOMPARE(random.token(4), "AAECAw");
  QCOMPARE(random.token(3), "BAUG");
  QCOMPARE(random.token(0), "");
}

void RandomTest::the_system_fills_every_byte() {
  // More than getrandom(2) gives for sure in one call (256 bytes). Each byte is not zero in one of 16 rounds,
  // but for a chance of 10,000 / 256^16.
  std::vector<std::byte> seen(10'000);
  std::vector<std::byte> out(seen.size());
  for (int round = 0; round < 16; ++round) {
    system_random().fill(out);
    for (std::size_t i = 0; i < out.size(); ++i) seen[i] |= out[i];
  }
  QCOMPARE(std::count(seen.begin(), seen.end(), std::byte{0}), 0);
  system_random().fill({});
}

void RandomTest::system_tokens_do_not_repeat() {
  std::set<std::string> tokens;
  for (int i = 0; i < 1'000; ++i) tokens.insert(system_random().token(32));
  QCOMPARE(tokens.size(), std::size_t{1'000});
  for (const auto& token : tokens) {
    QCOMPARE(token.size(), std::size_t{43});
    QVERIFY(base64_decode(token));
  }
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::RandomTest)
#include "random_test.moc"

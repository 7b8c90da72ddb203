#include "protocol/base/random.h"

#include <sys/time.h>

#include <algorithm>
#include <csignal>
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
  void the_system_fills_every_byte_also_when_signals_come();
  void system_tokens_do_not_repeat();
};

void RandomTest::a_token_is_the_bytes_drawn_as_base64url() {
  Counting random;
  QCOMPARE(random.token(4), "AAECAw");
  QCOMPARE(random.token(3), "BAUG");
  QCOMPARE(random.token(0), "");
}

void RandomTest::the_system_fills_every_byte_also_when_signals_come() {
  // A signal ends getrandom(2) early, with a part of the bytes.
  static volatile std::sig_atomic_t signals;
  signals = 0;
  struct sigaction action {};
  struct sigaction kept {};
  action.sa_handler = [](int) { signals = signals + 1; };
  QCOMPARE(::sigaction(SIGALRM, &action, &kept), 0);
  const itimerval every_ms{{0, 1'000}, {0, 1'000}};
  QCOMPARE(::setitimer(ITIMER_REAL, &every_ms, nullptr), 0);
  std::vector<std::byte> out(32U << 20);
  do {
    std::fill(out.begin(), out.end(), std::byte{0});
    system_random().fill(out);
  } while (signals == 0);
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &kept, nullptr);

  for (auto block = out.begin(); block != out.end(); block += 64) {
    QVERIFY(std::any_of(block, block + 64, [](std::byte byte) { return byte != std::byte{0}; }));
  }
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

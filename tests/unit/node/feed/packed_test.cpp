#include "node/feed/packed.h"

#include <algorithm>
#include <array>
#include <barrier>
#include <thread>
#include <vector>

#include "protocol/gzip/page.h"
#include "tests/support/gunzip.h"
#include "tests/support/qt.h"

using namespace dunlin;

class PackedTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void all_who_ask_at_once_get_the_same_and_one_made_it() {
    const std::vector<std::string> none;
    const gzip::Words words(none, {});
    const std::string text(3'000, 'x');
    constexpr int asking = 4;
    for (int round = 0; round < 200; ++round) {
      const feed::Packed packed;
      std::barrier start(asking);
      std::array<const gzip::Piece*, asking> given{};
      std::array<bool, asking> is_new{};
      std::vector<std::thread> threads;
      for (std::size_t i = 0; i < asking; ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          const auto [piece, made] = packed.of(text, words);
          gzip::Page page(words, text.size());
          page.add(piece);
          given[i] = test::gunzip(page.finish()) == text ? &piece : nullptr;
          is_new[i] = made;
        });
      }
      for (auto& thread : threads) thread.join();
      QVERIFY(given[0] != nullptr);
      for (const auto* piece : given) QCOMPARE(piece, given[0]);
      QCOMPARE(std::count(is_new.begin(), is_new.end(), true), std::ptrdiff_t{1});
    }
  }
};

QTEST_GUILESS_MAIN(PackedTest)
#include "packed_test.moc"

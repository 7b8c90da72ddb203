// What the feed costs in memory, beside what memory costs: nanoseconds a push and a random write of 8 bytes,
// microseconds a pull. Prints JSON.
//
//   dunlin-bench-feed [readers]     0: only what pages cost
//   dunlin-bench-feed memory        only a random write, in 256 MiB: what others leave of caches and memory
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

#include "node/feed/heads.h"
#include "node/feed/rings.h"
#include "tests/bench/pages.h"
#include "tests/component/feed_world.h"

using namespace dunlin;
using feed::Rings;

namespace {

using Accounts = std::vector<std::uint32_t>;
constexpr int rounds = 5;
constexpr std::size_t mean_followers = 4'760;  // 1.1 million updates of 231 posts
constexpr std::size_t lists = 2'000;

/// Of this thread's time on a processor: others use the machine, too.
double nanoseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double nanoseconds_since(double start) { return nanoseconds() - start; }

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

std::vector<Accounts> follower_lists(std::size_t readers, std::uint32_t first) {
  std::mt19937_64 random(1);
  std::vector<Accounts> all(lists);
  for (auto& list : all) {
    for (std::size_t i = 0; i < mean_followers; ++i)
      list.push_back(first + static_cast<std::uint32_t>(random() % readers));
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return all;
}

/// 8 bytes anywhere in as much memory as the rings take: what a push cannot be cheaper than.
double random_write(std::size_t readers) {
  const std::size_t words = readers * Rings::length;
  constexpr std::size_t page = 2u << 20;
  const std::size_t bytes = (words * 8 + page - 1) / page * page;
  auto* memory = static_cast<std::uint64_t*>(std::aligned_alloc(page, bytes));
  ::madvise(memory, bytes, MADV_HUGEPAGE);
  std::fill_n(memory, words, 1);
  std::vector<double> times;
  std::uint64_t state = 88172645463325252ULL;
  for (int round = 0; round < rounds; ++round) {
    constexpr std::size_t writes = 20'000'000;
    const auto start = nanoseconds();
    for (std::size_t i = 0; i < writes; ++i) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      memory[state % words] = i;
    }
    times.push_back(nanoseconds_since(start) / static_cast<double>(writes));
  }
  std::free(memory);
  return median(times);
}

double push(Rings& rings, const std::vector<Accounts>& followers, std::int64_t& id) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    std::size_t pushes = 0;
    const auto start = nanoseconds();
    for (const auto& list : followers) {
      rings.push(list.data(), list.data() + list.size(), rings.begin({StatusId{++id}, false}));
      pushes += list.size();
    }
    times.push_back(nanoseconds_since(start) / static_cast<double>(pushes));
  }
  return median(times);
}

double pull(int followees) {
  test::FeedWorld world;
  std::vector<AccountId> authors;
  for (int i = 0; i < followees; ++i) authors.push_back(world.account("a" + std::to_string(i)));
  for (int round = 0; round < 40; ++round) {
    world.write([&](store::WriteTx& tx) {
      for (AccountId author : authors) (void)domain::publish(tx, author, test::draft());
    });
    world.clock.advance(std::chrono::seconds(1));
  }
  feed::AuthorHeads heads({store::account_older, store::account_newer}, std::size_t{1} << 30);
  const auto tx = world.read();
  constexpr int page = 200;
  std::vector<double> times;
  for (int round = 0; round < rounds + 1; ++round) {
    constexpr int pulls = 500;
    const auto start = nanoseconds();
    std::size_t found = 0;
    for (int i = 0; i < pulls; ++i) found += heads.older(tx, authors, id_max<StatusId>(), page).size();
    if (found != static_cast<std::size_t>(pulls) * page) std::abort();
    if (round > 0) times.push_back(nanoseconds_since(start) / pulls / 1'000);  // the first one warms
  }
  return median(times);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "memory") {
    std::printf("{\"random_write_ns\": %.2f}\n", random_write(131'072));
    return 0;
  }
  const std::size_t readers = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  if (readers == 0) {
    std::printf("{\"page\": %s}\n", bench::page_costs().c_str());
    return 0;
  }
  const double write_ns = random_write(readers);
  Rings rings(readers * Rings::length * 8 * 2);
  std::int64_t id = 1'000'000;
  {
    std::vector<Rings::Entry> full;
    for (std::size_t i = 0; i < Rings::length; ++i)
      full.emplace_back(StatusId{id - static_cast<std::int64_t>(i)}, false);
    for (std::size_t reader = 1; reader <= readers; ++reader) {
      const AccountId account{static_cast<std::int64_t>(reader)};
      rings.build(account, rings.version(account), full, false);
    }
  }
  const double push_ns = push(rings, follower_lists(readers, 1), id);
  const double absent_ns =
      push(rings, follower_lists(readers, static_cast<std::uint32_t>(readers) + 1'000'000), id);
  Accounts everybody(readers);
  for (std::size_t i = 0; i < readers; ++i) everybody[i] = static_cast<std::uint32_t>(i + 1);
  const auto start = nanoseconds();
  rings.push(everybody.data(), everybody.data() + everybody.size(), rings.begin({StatusId{++id}, false}));
  const double everybody_ms = nanoseconds_since(start) / 1e6;
  const auto stats = rings.stats();
  std::printf(
      "{\"readers\": %zu, \"random_write_ns\": %.2f, \"push_ns\": %.2f, \"push_to_write\": %.2f, "
      "\"push_without_ring_ns\": %.2f, \"core_share_of_1100000_per_s\": %.4f, \"post_to_all_readers_ms\": "
      "%.2f, "
      "\"bytes_per_ring\": %.0f, \"pull_200_us\": %.1f, \"pull_5000_us\": %.1f, \"page\": %s}\n",
      readers, write_ns, push_ns, push_ns / write_ns, absent_ns, push_ns * 1.1e6 / 1e9, everybody_ms,
      static_cast<double>(stats.bytes) / static_cast<double>(stats.rings), pull(200), pull(5'000),
      bench::page_costs().c_str());
}

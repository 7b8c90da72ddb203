#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace dunlin::bench {

/// Who follows whom on a made-up node. Accounts are numbers from 1 to `accounts`.
struct GraphSize {
  std::uint32_t accounts = 1'000'000;
  std::uint32_t star_followers = 1'000'000;  // of account 1; those that follow 1 are 2, 3, ...
  std::uint32_t authors = 4'000;       // accounts 2, 3, ...: those that post while something is measured
  double author_followers = 4'760;     // mean
  double follows = 10;                 // mean of all accounts; whom they follow beside star and authors
  std::uint32_t readers = 1'000;       // the last accounts follow more than the others:
  std::uint32_t reader_follows = 200;  // ... so many in all at least
};

/// One follow: follower in the upper half, followed in the lower one.
using Edge = std::uint64_t;
constexpr Edge edge(std::uint32_t follower, std::uint32_t target) {
  return std::uint64_t{follower} << 32 | target;
}
constexpr std::uint32_t follower_of(Edge e) { return static_cast<std::uint32_t>(e >> 32); }
constexpr std::uint32_t target_of(Edge e) { return static_cast<std::uint32_t>(e); }

/// By follower, then by whom they follow; each once, nobody follows themselves. Numbers of followers fall by
/// a power law with the account's number, among authors and among all.
std::vector<Edge> make_graph(const GraphSize& size, std::mt19937_64& random);

}  // namespace dunlin::bench

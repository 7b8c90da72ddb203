#include "tests/bench/network_graph.h"

#include <algorithm>
#include <cmath>

namespace dunlin::bench {
namespace {

constexpr double exponent = 0.6;  // the r-th has r^-0.6 as many followers as the first
constexpr double share_max = 0.5;

/// Followers of `count` accounts, `mean` each, most for the first; none has more than half of all accounts.
std::vector<double> power_law(std::uint32_t count, double mean, std::uint32_t accounts) {
  std::vector<double> followers(count);
  const double most = share_max * accounts;
  double scale = 1;
  for (int round = 0; round < 20; ++round) {  // what the bound cuts off goes to the others
    double sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      followers[i] = std::min(most, scale * std::pow(i + 1.0, -exponent));
      sum += followers[i];
    }
    scale *= mean * count / sum;
  }
  return followers;
}

class Maker {
 public:
  Maker(const GraphSize& size, std::mt19937_64& random) : size_(size), random_(random) {}

  std::vector<Edge> run() {
    const auto last = std::min(size_.accounts, size_.star_followers + 1);
    for (std::uint32_t follower = 2; follower <= last; ++follower) edges_.push_back(edge(follower, 1));
    const auto authors = std::min(size_.authors, size_.accounts - 1);
    add(2, power_law(authors, size_.author_followers, size_.accounts));
    const auto first_other = 2 + authors;
    if (first_other <= size_.accounts) {
      const auto others = size_.accounts - first_other + 1;
      add(first_other, power_law(others, size_.follows * size_.accounts / others, size_.accounts));
    }
    add_readers();
    std::sort(edges_.begin(), edges_.end());
    edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
    return std::move(edges_);
  }

 private:
  std::uint32_t somebody() { return 1 + static_cast<std::uint32_t>(random_() % size_.accounts); }

  void follow(std::uint32_t follower, std::uint32_t target) {
    if (follower != target) edges_.push_back(edge(follower, target));
  }

  void add(std::uint32_t first, const std::vector<double>& followers) {
    const double all = size_.accounts;
    double owed = 0;
    for (std::size_t i = 0; i < followers.size(); ++i) {
      // So many draws hit so many different ones.
      owed += -all * std::log1p(-followers[i] / all);
      for (; owed >= 1; --owed) follow(somebody(), first + static_cast<std::uint32_t>(i));
    }
  }

  void add_readers() {
    const auto readers = std::min(size_.readers, size_.accounts);
    for (std::uint32_t i = 0; i < readers; ++i) {
      for (std::uint32_t k = 0; k < size_.reader_follows; ++k) follow(size_.accounts - i, somebody());
    }
  }

  const GraphSize& size_;
  std::mt19937_64& random_;
  std::vector<Edge> edges_;
};

}  // namespace

std::vector<Edge> make_graph(const GraphSize& size, std::mt19937_64& random) {
  return Maker(size, random).run();
}

}  // namespace dunlin::bench

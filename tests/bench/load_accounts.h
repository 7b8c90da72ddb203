#pragma once
#include <cstdint>
#include <random>

#include "tests/bench/load_options.h"

namespace dunlin::bench {

/// Who makes each request.
class LoadAccounts {
 public:
  explicit LoadAccounts(const LoadOptions& options)
      : first_(options.first_account),
        count_(first_ == 0 ? 0 : options.last_account - first_ + 1),
        pick_(options.pick) {}

  /// Whether request `sequence`, from 1, is past the last.
  bool is_exhausted(std::uint64_t sequence) const {
    return count_ != 0 && pick_ == LoadOptions::Pick::once && sequence > count_;
  }
  /// 0 where the options name no accounts.
  std::uint32_t of(std::uint64_t sequence) {
    if (count_ == 0) return 0;
    if (pick_ == LoadOptions::Pick::once) return first_ + static_cast<std::uint32_t>(sequence - 1);
    double place = std::uniform_real_distribution<double>(0, 1)(random_);
    if (pick_ == LoadOptions::Pick::skewed) place = place * place * place;
    return first_ + static_cast<std::uint32_t>(place * count_);
  }

 private:
  std::uint32_t first_;
  std::uint32_t count_;
  LoadOptions::Pick pick_;
  std::mt19937_64 random_{std::random_device()()};
};

}  // namespace dunlin::bench

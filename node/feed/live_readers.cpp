#include "node/feed/live_readers.h"

#include <algorithm>

namespace dunlin::feed {

void LiveReaders::add(AccountId account) {
  const auto number = static_cast<std::uint32_t>(account.value);
  if (has(number)) return;
  sorted_.insert(std::lower_bound(sorted_.begin(), sorted_.end(), number), number);
  if (bits_.size() <= number / 64) bits_.resize(number / 64 + 1);
  bits_[number / 64] |= std::uint64_t{1} << (number % 64);
}

void LiveReaders::remove(AccountId account) {
  const auto number = static_cast<std::uint32_t>(account.value);
  if (!has(number)) return;
  sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), number));
  bits_[number / 64] &= ~(std::uint64_t{1} << (number % 64));
}

std::vector<std::uint32_t> LiveReaders::among(std::span<const std::uint32_t> accounts) const {
  std::vector<std::uint32_t> out;
  if (accounts.size() <= sorted_.size()) {
    std::copy_if(accounts.begin(), accounts.end(), std::back_inserter(out),
                 [&](std::uint32_t account) { return has(account); });
    return out;
  }
  auto from = accounts.begin();
  for (std::uint32_t live : sorted_) {
    std::ptrdiff_t step = 1;  // gallops: far apart in a long list
    while (accounts.end() - from > step && *(from + step) < live) step *= 2;
    from = std::lower_bound(from, from + std::min(step + 1, accounts.end() - from), live);
    if (from == accounts.end()) break;
    if (*from == live) out.push_back(live);
  }
  return out;
}

}  // namespace dunlin::feed

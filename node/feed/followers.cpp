#include "node/feed/followers.h"

#include <algorithm>

namespace dunlin::feed {

namespace {

constexpr std::size_t added_max = 1'024;

}  // namespace

void Followers::sort_in(Entry& entry) {
  const auto middle = static_cast<std::ptrdiff_t>(entry.sorted.size());
  entry.sorted.insert(entry.sorted.end(), entry.added.begin(), entry.added.end());
  std::sort(entry.sorted.begin() + middle, entry.sorted.end());
  std::inplace_merge(entry.sorted.begin(), entry.sorted.begin() + middle, entry.sorted.end());
  entry.sorted.erase(std::unique(entry.sorted.begin(), entry.sorted.end()), entry.sorted.end());
  entry.added.clear();
}

const Followers::List& Followers::of(AccountId author) {
  const auto [found, is_new] = lists_.try_emplace(author);
  Entry& entry = found->second;
  entry.is_used = true;
  if (is_new) {
    const auto accounts = load_(author);
    entry.sorted.reserve(accounts.size());
    for (AccountId account : accounts) entry.sorted.push_back(static_cast<std::uint32_t>(account.value));
    std::sort(entry.sorted.begin(), entry.sorted.end());
    bytes_ += cost(entry);
    if (bytes_ > bytes_max_) evict(author);
  } else if (!entry.added.empty()) {
    bytes_ -= cost(entry);
    sort_in(entry);
    bytes_ += cost(entry);
  }
  return entry.sorted;
}

void Followers::add(AccountId author, AccountId follower) {
  const auto found = lists_.find(author);
  if (found == lists_.end()) return;  // it is read when it is needed
  Entry& entry = found->second;
  bytes_ -= cost(entry);
  entry.added.push_back(static_cast<std::uint32_t>(follower.value));
  if (entry.added.size() >= added_max) sort_in(entry);
  bytes_ += cost(entry);
}

void Followers::remove(AccountId author, AccountId follower) {
  const auto found = lists_.find(author);
  if (found == lists_.end()) return;
  const auto account = static_cast<std::uint32_t>(follower.value);
  auto& sorted = found->second.sorted;
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), account);
  if (at != sorted.end() && *at == account) sorted.erase(at);
  std::erase(found->second.added, account);
}

void Followers::clear() {
  lists_.clear();
  bytes_ = 0;
}

/// Those that were not used since the last time go first, then all.
void Followers::evict(AccountId but) {
  for (const bool also_used : {false, true}) {
    for (auto at = lists_.begin(); at != lists_.end() && bytes_ > bytes_max_;) {
      if (at->first == but || (at->second.is_used && !also_used)) {
        at->second.is_used = at->first == but;
        ++at;
        continue;
      }
      bytes_ -= cost(at->second);
      at = lists_.erase(at);
    }
  }
}

Followers::List common(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                       std::uint32_t one) {
  if (a.size() > b.size()) std::swap(a, b);
  Followers::List out;
  auto from = b.begin();
  for (std::uint32_t account : a) {
    // Gallops, so that a short list beside a long one costs little.
    std::ptrdiff_t step = 1;
    while (b.end() - from > step && *(from + step) < account) step *= 2;
    from = std::lower_bound(from, from + std::min(step + 1, b.end() - from), account);
    if (from == b.end()) break;
    if (*from == account) out.push_back(account);
  }
  const auto at = std::lower_bound(out.begin(), out.end(), one);
  if (at == out.end() || *at != one) out.insert(at, one);
  return out;
}

}  // namespace dunlin::feed

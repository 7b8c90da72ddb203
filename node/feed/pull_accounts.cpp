#include "node/feed/pull_accounts.h"

#include <algorithm>

namespace dunlin::feed {

namespace {

constexpr double hysteresis = 2;  // changing sides costs too
constexpr std::size_t accounts_max = 256;

}  // namespace

std::shared_ptr<const PullAccounts::Accounts> PullAccounts::now() const {
  if (!is_any_.load(std::memory_order_acquire)) return nullptr;
  std::lock_guard lock(mutex_);
  return published_;
}

bool PullAccounts::has(AccountId author) const {
  return std::binary_search(mine_.begin(), mine_.end(), author);
}

void PullAccounts::mix(std::atomic<double>& mean, double value) {
  if (value <= 0) return;
  const double before = mean.load(std::memory_order_relaxed);
  mean.store(before + (value - before) / 16, std::memory_order_relaxed);
}

bool PullAccounts::look(std::chrono::nanoseconds now, const std::function<Load(AccountId)>& load_of,
                        const std::function<void(AccountId)>& ends) {
  if (posts_.empty() && mine_.empty()) {
    window_began_.reset();
    return false;
  }
  if (!window_began_) {
    window_began_ = now;
    return true;
  }
  if (now - *window_began_ < options_.window) return false;
  window_began_ = now;
  Accounts next;
  const auto decide = [&](AccountId account, std::uint64_t posts) {
    const auto load = load_of(account);
    const double push = static_cast<double>(posts) * load.followers * push_ns();
    const double pull = load.reads * pull_ns();
    const bool is_pulled = has(account) ? push * hysteresis > pull : push > pull * hysteresis;
    if (is_pulled && next.size() < accounts_max) next.push_back(account);
  };
  for (const auto& [account, posts] : posts_) decide(account, posts);
  posts_.clear();
  std::sort(next.begin(), next.end());
  for (AccountId account : mine_) {
    if (!std::binary_search(next.begin(), next.end(), account)) ends(account);
  }
  mine_ = std::move(next);
  std::lock_guard lock(mutex_);
  published_ = mine_.empty() ? nullptr : std::make_shared<const Accounts>(mine_);
  is_any_.store(!mine_.empty(), std::memory_order_release);
  return true;
}

}  // namespace dunlin::feed

#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "protocol/base/ids.h"

namespace dunlin::feed {

/// Accounts whose posts are not pushed into rings but merged into pages when they are read, because that is
/// cheaper: many follow them, and few of those read.
///
/// Each pair of author and reader would be cheapest decided alone; deciding by author gets near to that and
/// needs no table of pairs. What a push and a merge cost is measured as they happen, on this machine and
/// under its load; the settings may say it instead.
class PullAccounts {
 public:
  struct Options {
    std::size_t followers_min = 100'000;  // who has fewer is always pushed; 0 = everybody is
    std::chrono::nanoseconds window = std::chrono::minutes(10);
    double push_ns = 0;  // for a follower of a post; 0 = measured
    double pull_ns = 0;  // for an account merged into a page; 0 = measured
  };
  explicit PullAccounts(Options options) : options_(options) {}

  using Accounts = std::vector<AccountId>;  // by id
  // --- any thread ---
  /// Those that are pulled now; null when there are none, which costs one look.
  std::shared_ptr<const Accounts> now() const;
  void measured_pull(double nanoseconds) { mix(pull_ns_, nanoseconds); }
  double push_ns() const { return options_.push_ns > 0 ? options_.push_ns : push_ns_.load(); }
  double pull_ns() const { return options_.pull_ns > 0 ? options_.pull_ns : pull_ns_.load(); }

  // --- the fan-out's thread alone ---
  bool has(AccountId author) const;
  bool may_have(std::size_t followers) const {
    return options_.followers_min > 0 && followers >= options_.followers_min;
  }
  void measured_push(double nanoseconds) { mix(push_ns_, nanoseconds); }
  /// A post of somebody whom may_have() allows.
  void count_post(AccountId author) { ++posts_[author]; }
  /// What decides about one account, of the window that ends.
  struct Load {
    double followers;
    double reads;  // of all who follow it and have a ring
  };
  /// Once a window is over, decides who is pulled in the next. `load_of` tells of one account; `ends` is
  /// called for those that are pushed again, before readers stop merging them: what was not pushed must be in
  /// no ring. After a time without such posts a window begins with the next. True when one begins: reads are
  /// counted from here.
  bool look(std::chrono::nanoseconds now, const std::function<Load(AccountId)>& load_of,
            const std::function<void(AccountId)>& ends);

 private:
  static void mix(std::atomic<double>& mean, double value);

  const Options options_;
  std::atomic<double> push_ns_{20}, pull_ns_{500};
  std::unordered_map<AccountId, std::uint64_t> posts_;  // of this window
  std::optional<std::chrono::nanoseconds> window_began_;
  Accounts mine_;
  std::atomic<bool> is_any_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const Accounts> published_;
};

}  // namespace dunlin::feed

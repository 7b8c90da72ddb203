#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/component/feed_world.h"

namespace dunlin::test {

/// What people might do, by chance but the same for the same seed: a small crowd that posts, answers, boosts,
/// edits, deletes, follows, mutes and blocks. Some crowds have a busy author whose posts outrun every head in
/// memory.
class FeedHistory {
 public:
  explicit FeedHistory(std::uint64_t seed);

  FeedWorld world;
  const std::vector<AccountId>& accounts() const { return accounts_; }
  bool is_over() const { return commits_left_ <= 0; }
  std::size_t statuses_made() const { return statuses_.size(); }
  std::size_t authors_with(std::size_t statuses) const;
  /// Some commits of some steps each, and time passes.
  void go_on();

  static inline const std::vector<std::string> tags = {"birds", "tea", "rain"};

  // Chance, for the test's own choices too: one seed decides everything.
  int upto(int n) { return n <= 1 ? 0 : static_cast<int>(random_() % static_cast<unsigned>(n)); }  // 0..n-1
  bool percent(int n) { return upto(100) < n; }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(upto(static_cast<int>(all.size())))];
  }
  AccountId someone() { return one_of(accounts_); }

 private:
  struct Known {
    StatusId id;
    AccountId author;
  };
  void step(store::WriteTx& tx);
  void post(store::WriteTx& tx, AccountId author);
  void burst(store::WriteTx& tx);
  void boost(store::WriteTx& tx);
  void edit(store::WriteTx& tx);
  void remove(store::WriteTx& tx);
  void mark(store::WriteTx& tx);
  void relate(store::WriteTx& tx);
  void befriend(store::WriteTx& tx, AccountId me, AccountId other);
  void moderate(store::WriteTx& tx);
  void let_time_pass();
  domain::StatusDraft random_draft();
  AccountId author();
  Known some_status();

  std::mt19937_64 random_;
  std::vector<AccountId> accounts_;
  std::vector<Known> statuses_;
  int commits_left_;
  int busy_percent_;  // of the posts come from the first account
};

}  // namespace dunlin::test

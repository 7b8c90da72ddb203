#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <vector>

#include "node/store/transaction.h"
#include "protocol/base/ids.h"

namespace dunlin::feed {

/// The newest status ids of each author, in memory, and the merge of many authors' into one feed ("pull").
///
/// An author's block is complete from its oldest id upwards; what lies below is fetched from the author's
/// index when a page reaches that far, and the block grows so that the next one need not. Blocks hold
/// candidates: an id may belong to a status deleted since, none that exists is missing. The writer pushes,
/// readers pull, from any thread.
class AuthorHeads {
 public:
  /// Pages of one author's ids from the database: below `before` newest first, above `after` oldest first.
  struct Source {
    std::vector<StatusId> (*older)(const store::ReadTx&, AccountId, StatusId before, int limit);
    std::vector<StatusId> (*newer)(const store::ReadTx&, AccountId, StatusId after, int limit);
  };
  explicit AuthorHeads(Source source) : source_(source) {}

  /// The newest `count` ids below `before` of all `authors`, newest first. Fewer only when there are no more.
  std::vector<StatusId> older(const store::ReadTx& tx, std::span<const AccountId> authors, StatusId before,
                              int count);
  /// The oldest `count` ids above `after` of all `authors`, oldest first.
  std::vector<StatusId> newer(const store::ReadTx& tx, std::span<const AccountId> authors, StatusId after,
                              int count);

  /// After commit `number`; ids may come in any order and more than once.
  void push(std::span<const std::pair<AccountId, StatusId>> posts, std::uint64_t number);
  void clear(std::uint64_t number);
  std::size_t bytes() const;

 private:
  struct Block {
    std::vector<std::int64_t> ids;  // ascending
    bool is_whole = false;          // nothing older exists
    int capacity = 0;
    std::int64_t floor() const { return is_whole || ids.empty() ? 0 : ids.front(); }
  };
  /// An author whose block ends above where the page may reach.
  struct Deep {
    AccountId author;
    std::int64_t floor;
  };
  /// Reads an author's newest ids, keeps them if nothing was pushed meanwhile, and answers a copy.
  Block load(const store::ReadTx& tx, AccountId author, int capacity);
  void gather(std::span<const AccountId> authors, std::int64_t before, std::size_t count,
              std::vector<std::int64_t>& found, std::vector<Deep>& deep, std::vector<AccountId>& cold) const;

  Source source_;
  mutable std::shared_mutex mutex_;
  /// Makes room for an account; with the lock held alone.
  void reserve(std::size_t index);
  std::vector<std::int64_t>
      newest_;  // by account id, dense for the first look at a page; not_loaded = no block
  std::vector<std::unique_ptr<Block>> blocks_;  // by account id; null = not loaded
  std::vector<std::uint64_t> changed_at_;       // by account id: the commit that last pushed
  std::uint64_t cleared_at_ = 0;
};

}  // namespace dunlin::feed

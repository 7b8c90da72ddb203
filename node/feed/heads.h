#pragma once
#include <array>
#include <atomic>
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

/// The newest statuses of each author, in memory, and the merge of many authors' into one feed ("pull").
///
/// An author's block is complete from its oldest id upwards; what lies below is fetched from the author's
/// index when a page reaches that far, and the block grows so that the next one need not. Pages are
/// candidates: who may see them is not asked here. The writer pushes, readers pull, from any thread.
///
/// Memory: 24 bytes an account, and the blocks, which are dropped when they are more than allowed, the
/// longest unused first. An author's newest id is kept even then, so that most of the authors of a page still
/// need none.
class AuthorHeads {
 public:
  using Lines = std::vector<store::Listed>;
  /// Pages of one author's statuses from the database: below `before` newest first, above `after` oldest
  /// first.
  struct Source {
    Lines (*older)(const store::ReadTx&, AccountId, StatusId before, int limit);
    Lines (*newer)(const store::ReadTx&, AccountId, StatusId after, int limit);
  };
  /// `bytes_max`: of the blocks.
  AuthorHeads(Source source, std::size_t bytes_max) : source_(source), bytes_max_(bytes_max) {}

  /// The newest `count` below `before` of all `authors`, newest first. Fewer only when there are no more.
  Lines older(const store::ReadTx& tx, std::span<const AccountId> authors, StatusId before, int count);
  /// The oldest `count` above `after` of all `authors`, oldest first.
  Lines newer(const store::ReadTx& tx, std::span<const AccountId> authors, StatusId after, int count);

  struct Change {
    AccountId author;
    store::Listed status;
    bool is_added;  // else it was removed
  };
  /// After commit `number`, in the order of what happened; ids may come in any order and more than once.
  void push(std::span<const Change> changes, std::uint64_t number);
  void clear(std::uint64_t number);
  std::size_t bytes() const;

 private:
  struct Block {
    Lines lines;            // ascending; empty only when whole
    bool is_whole = false;  // nothing older exists
    int capacity = 0;
    StatusId floor() const { return is_whole ? StatusId{} : lines.front().id; }
    StatusId newest() const { return lines.empty() ? StatusId{} : lines.back().id; }
  };
  struct Kept : Block {
    explicit Kept(Block block) : Block(std::move(block)) {}
    mutable std::atomic<bool> is_used{true};  // since the hand last passed
    /// Written only when it changes: other threads read the line.
    void note_used() const {
      if (!is_used.load(std::memory_order_relaxed)) is_used.store(true, std::memory_order_relaxed);
    }
    std::size_t bytes() const { return sizeof *this + lines.capacity() * sizeof(store::Listed); }
  };
  /// An author whose block ends above where the page may reach.
  struct Deep {
    AccountId author;
    StatusId floor;
  };
  /// Reads an author's newest, keeps them if nothing was pushed meanwhile, and answers a copy.
  Block load(const store::ReadTx& tx, AccountId author, int capacity);
  void gather(std::span<const AccountId> authors, StatusId before, std::size_t count, Lines& found,
              std::vector<Deep>& deep, std::vector<AccountId>& cold) const;
  /// What is known of an author; the first look at a page needs only the newest id.
  struct Place {
    StatusId newest = not_loaded;  // 0 = there is none
    std::unique_ptr<Kept> block;   // null = not loaded, or dropped
    std::uint64_t changed_at = 0;  // the commit that last pushed
  };
  static constexpr StatusId not_loaded{-1};
  static constexpr std::size_t places_per_chunk = 4'096;
  using Chunk = std::array<Place, places_per_chunk>;

  /// Null where nothing is known.
  Place* find(AccountId author) const;
  /// With the lock held alone, as all below.
  Place& make(AccountId author);
  static void add(Place& place, store::Listed status);
  static void remove(Place& place, StatusId id);
  /// Drops blocks while they are too many, but that of `but`.
  void evict(const Place& but);

  Source source_;
  mutable std::shared_mutex mutex_;
  std::vector<std::unique_ptr<Chunk>> chunks_;  // by account id; null = none of those accounts is known
  std::size_t chunks_made_ = 0;
  std::uint64_t cleared_at_ = 0;
  /// Counted as they change: to look at a million blocks would hold the writer up.
  std::size_t block_bytes_ = 0;
  std::size_t bytes_max_;
  std::size_t hand_ = 0;  // of the clock that goes round the blocks
};

}  // namespace dunlin::feed

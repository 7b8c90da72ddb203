#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "node/store/connection.h"
#include "protocol/base/id_generator.h"
#include "protocol/base/ids.h"
#include "protocol/base/time.h"

namespace dunlin::store {

/// A status as lists hold it.
struct Listed {
  StatusId id;
  StatusId reblog_of;       // 0 = not a boost
  AccountId answered = {};  // whom it answers, but for its author; 0 = nobody. Told of authors' lists alone.
  friend bool operator==(const Listed&, const Listed&) = default;
};

/// What a commit changed, for caches in memory. Recorded by the functions that write, so that no rule can
/// forget it.
struct Changes {
  /// A status entered the lists that it stands in, or left them.
  struct Listing {
    Listed status;
    AccountId author;
    std::vector<AccountId>
        participants;  // of a direct status, author included; empty for every other visibility
    bool is_added;
    // Of the operation that did it, as Clock::monotonic(); set by the writer.
    std::chrono::nanoseconds received{}, queued{};
  };
  struct Follow {
    AccountId account, target;
    bool is_over;
  };
  struct Edit {
    Listed status;
    AccountId author;
    std::vector<AccountId> participants;  // as of a listing
  };
  struct Notified {
    AccountId account;
    NotificationId notification;
  };
  std::vector<Listing> listings;    // in the order of what happened
  std::vector<Edit> edits;          // of text: what readers are told besides
  std::vector<Notified> notified;   // somebody has a new notification
  std::vector<StatusId> statuses;   // text, counts or existence changed
  std::vector<AccountId> accounts;  // profile or counts changed
  std::vector<Follow> follows;      // that began, ended, or have other options
  std::vector<AccountId> graphs;    // whom it follows, mutes, blocks, is blocked by, which threads it muted
  std::vector<AccountId> marks;     // what it favourited, boosted, bookmarked, pinned
  bool tokens = false;              // a token or session was revoked
  bool notices = false;             // there is something to tell other nodes
  bool domains = false;             // the rules about other servers changed
  bool emojis = false;              // an emoji of this node came, went or changed
  bool fetches = false;             // there is something to ask other nodes for
  bool everything = false;          // another process wrote
  // How many, for the node's own history. Not counted by empty().
  std::int32_t posts = 0, posts_elsewhere = 0;  // made by accounts of this node, and by others
  std::int32_t received = 0;                    // activities of other nodes that are new
  std::int64_t newest_id = 0;                   // the greatest time-ordered id made so far; 0 = as before

  bool empty() const {
    return listings.empty() && statuses.empty() && accounts.empty() && follows.empty() && graphs.empty() &&
           marks.empty() && !tokens && !notices && !domains && !emojis && !fetches && !everything &&
           edits.empty() && notified.empty();
  }
};

/// Number of the last commit whose changes all caches have seen. A cache may keep what a transaction read
/// only when no change to the same key is younger than the transaction's begin (see feed/versioned_cache.h).
using CommitSequence = std::atomic<std::uint64_t>;

/// A consistent view for reading. Begins with its first query, so that an answer made from caches costs no
/// transaction.
class ReadTx {
 public:
  /// Both must outlive the transaction.
  ReadTx(Connection& connection, const CommitSequence& sequence)
      : connection_(connection), sequence_source_(&sequence) {}
  ~ReadTx();
  ReadTx(const ReadTx&) = delete;

  template <class... Args>
  Rows query(std::string_view name, Args&&... args) const {
    begin();
    return connection_.query(name, std::forward<Args>(args)...);
  }
  /// Every commit up to this number is in view; begins the transaction.
  std::uint64_t sequence() const {
    begin();
    return sequence_;
  }
  /// Moves the view to the present if it began before commit `number`.
  void include(std::uint64_t number) const {
    if (begun_ && sequence_ < number) refresh();
  }
  /// Moves the view to the present. For a reader that was told, by a cache, of a commit that its view does
  /// not have.
  void refresh() const;

 protected:
  struct AlreadyBegun {};
  ReadTx(Connection& connection, AlreadyBegun) : connection_(connection), begun_(true), owned_(false) {}
  void begin() const;
  Connection& connection_;

 private:
  const CommitSequence* sequence_source_ = nullptr;
  mutable std::uint64_t sequence_ = 0;
  mutable bool begun_ = false;
  bool owned_ = true;
};

/// The one writing transaction; proves that its holder is the writer thread (or a command that is alone).
/// Reads through it see what it has written so far.
class WriteTx : public ReadTx {
 public:
  WriteTx(Connection& connection, IdGenerator& ids, Timestamp now, Changes& changes)
      : ReadTx(connection, AlreadyBegun{}), ids_(ids), now_(now), changes_(changes) {}

  template <class... Args>
  std::int64_t run(std::string_view name, Args&&... args) {
    return connection_.run(name, std::forward<Args>(args)...);
  }
  /// A new time-ordered id; ids of one transaction and of later ones grow.
  std::int64_t next_id() { return changes_.newest_id = ids_.next(now_); }
  /// An id that was not made by next_id() but from a date. Those that are made afterwards are greater, and
  /// pages show it.
  void include_id(std::int64_t id) {
    if (id <= ids_.last()) return;
    ids_.raise_to(id);
    changes_.newest_id = id;
  }
  Timestamp now() const { return now_; }
  Changes& changes() { return changes_; }

 private:
  IdGenerator& ids_;
  Timestamp now_;
  Changes& changes_;
};

}  // namespace dunlin::store

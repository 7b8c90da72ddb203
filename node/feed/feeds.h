#pragma once
#include <memory>
#include <string>
#include <vector>

#include "node/feed/fan_out.h"
#include "node/feed/timelines.h"
#include "node/store/transaction.h"

namespace dunlin::feed {

using ViewerPtr = std::shared_ptr<const Viewer>;

/// Everything in memory between the database and the pages: caches, heads, readers. All of it can be dropped
/// at any moment and comes back from the database. Learns of commits from the writer (on_commit) and of
/// nothing else. Any thread.
class Feeds {
 public:
  struct Budget {
    std::size_t status_bytes = 64u << 20;
    std::size_t account_bytes = 32u << 20;
    std::size_t viewer_bytes = 32u << 20;
    std::size_t ring_bytes = 64u << 20;
    std::size_t follower_bytes = 64u << 20;
    std::size_t head_bytes = 64u << 20;
  };
  Feeds(const domain::Site& site, const domain::Domains& domains, const Clock& clock, Budget budget);

  ~Feeds();
  /// From now on posts are pushed to those who read often; until then, and after the stop, everything is
  /// pulled. `connection` is for the fan-out's thread.
  void start_fan_out(std::unique_ptr<store::Connection> connection, const store::CommitSequence& sequence);
  void stop_fan_out();
  /// Waits until every ring has what was committed: for tests.
  void settle();

  /// On the writer thread, after commit `number` and before anyone is told of it.
  void on_commit(const store::Changes& changes, std::uint64_t number);

  /// `id` 0 = the anonymous visitor.
  ViewerPtr viewer(const store::ReadTx& tx, AccountId id);
  Library& library() { return library_; }

  /// Who the reader follows, and the reader: newest first, to the first post ever.
  StatusPage home(const store::ReadTx& tx, const Viewer& viewer, const PageRequest& request);
  StatusPage public_timeline(const store::ReadTx& tx, const Viewer& viewer, Origin origin,
                             const PageRequest& request);
  struct TagRequest {
    std::string name;              // each normalised
    std::vector<std::string> any;  // or one of these
    std::vector<std::string> all;  // and all of these
    std::vector<std::string> none;
    Origin origin = Origin::all;
  };
  StatusPage tag(const store::ReadTx& tx, const Viewer& viewer, const TagRequest& tag,
                 const PageRequest& request);
  struct AccountRequest {
    AccountId account;
    bool without_replies = false;
    bool without_reblogs = false;
    std::string tag;  // normalised; empty = any
  };
  StatusPage account(const store::ReadTx& tx, const Viewer& viewer, const AccountRequest& account,
                     const PageRequest& request);

  /// Accepted quotes of a status.
  StatusPage quotes(const store::ReadTx& tx, const Viewer& viewer, StatusId quoted,
                    const PageRequest& request);

  /// Those of `ids` that the reader may see, in their order.
  std::vector<Entry> entries(const store::ReadTx& tx, const Viewer& viewer, std::span<const StatusId> ids);
  /// Appends one entry's JSON; `marks` from marks_of().
  using MarksPtr = std::shared_ptr<const ViewerMarks>;
  MarksPtr marks_of(const store::ReadTx& tx, const Viewer& viewer);
  void append(std::string& out, const store::ReadTx& tx, const Viewer& viewer, const ViewerMarks* marks,
              const Entry& entry) const;
  /// Poll entity; nothing when the status has none.
  std::optional<std::string> poll(const store::ReadTx& tx, const Viewer& viewer, const Entry& entry);
  /// A JSON array of all.
  std::string json(const store::ReadTx& tx, const Viewer& viewer, std::span<const Entry> entries);

  struct Memory {
    std::size_t statuses, accounts, viewers, heads;
  };
  Memory memory() const;
  /// Nothing where everything is pulled.
  std::optional<FanOut::Stats> fan_out() const;

 private:
  const Clock& clock_;
  Budget budget_;
  Library library_;
  /// The newest id that both heads know of, and the commit that brought it. A page ends there: an id above it
  /// may be known to one head and not yet to the other, or be missing in the reader's view of the database,
  /// and whoever polls from the first post of a page would never see what was missing below it.
  struct Horizon {
    StatusId newest;
    std::uint64_t commit = 0;
  };
  /// Moves the view on where it is older.
  StatusId horizon(const store::ReadTx& tx) const;
  /// Of one author; with `participant` the direct ones of that account, too.
  Candidates candidates(const store::ReadTx& tx, AccountId author, std::optional<AccountId> participant);
  /// Of those whom the reader follows, but for answers to whom the reader does not follow.
  Candidates::Lines followed(const store::ReadTx& tx, const Viewer& viewer, StatusId from, int count,
                             bool upwards);
  /// Of the home feed, from the heads; newer ones than pages show, too.
  Candidates pulled_home(const store::ReadTx& tx, const Viewer& viewer);

  /// Of the home feed: from the reader's ring where there is one, else pulled.
  Candidates home_candidates(const store::ReadTx& tx, const Viewer& viewer);
  Candidates::Lines lines_of(const store::ReadTx& tx, std::span<const Rings::Entry> entries);

  std::string poll_json(const store::ReadTx& tx, const Viewer& viewer, const mastodon::Poll& poll,
                        const domain::StatusFacts& facts, bool has_reader, std::uint8_t bits) const;

  mutable std::mutex horizon_mutex_;
  Horizon horizon_;
  AuthorHeads posts_;    // posts and boosts of each account, but direct ones
  AuthorHeads directs_;  // direct statuses that each account takes part in
  VersionedCache<AccountId, Viewer> viewers_;
  VersionedCache<AccountId, ViewerMarks> marks_;
  std::unique_ptr<FanOut> fan_out_;  // last: its thread uses all of the above
};

}  // namespace dunlin::feed

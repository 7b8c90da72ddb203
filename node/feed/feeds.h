#pragma once
#include <memory>
#include <string>
#include <vector>

#include "node/feed/fan_out.h"
#include "node/feed/page_writer.h"
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
    std::size_t head_bytes = 64u << 20;
    std::size_t ring_bytes = 64u << 20;
    std::size_t follower_bytes = 64u << 20;
    PullAccounts::Options pull_accounts = {};
  };
  Feeds(const domain::Site& site, const domain::Domains& domains, const Clock& clock, Budget budget);

  ~Feeds();
  /// From now on posts are pushed to those who read often; until then, and after the stop, everything is
  /// pulled. `connection` is for the fan-out's thread.
  /// `tell`: see FanOut. `journal`, where there is one, is told of each post.
  void start_fan_out(std::unique_ptr<store::Connection> connection, const store::CommitSequence& sequence,
                     FanOut::Tell tell = {}, trace::Journal* journal = nullptr);
  void stop_fan_out();
  /// From now on, or no longer, `tell` is called for what is in this account's home feed. Any thread.
  void watch(AccountId account, bool is_live);
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

  /// One status as the home feed's page would show it now; nothing where it would not. For one that is new.
  std::optional<Entry> home_entry(const store::ReadTx& tx, const Viewer& viewer, StatusId id);
  /// The same of the public feed.
  std::optional<Entry> public_entry(const store::ReadTx& tx, const Viewer& viewer, Origin origin,
                                    StatusId id);
  /// Equal for readers to whom append() gives the same: those who did nothing with it and may do the same.
  /// Nothing where it may be this reader's alone.
  std::optional<std::string> sameness(const store::ReadTx& tx, const Viewer& viewer, const ViewerMarks* marks,
                                      const Entry& entry) const;

  /// Those of `ids` that the reader may see, in their order.
  std::vector<Entry> entries(const store::ReadTx& tx, const Viewer& viewer, std::span<const StatusId> ids);
  /// Appends one entry's JSON; `marks` from marks_of().
  using MarksPtr = std::shared_ptr<const ViewerMarks>;
  MarksPtr marks_of(const store::ReadTx& tx, const Viewer& viewer);
  void append(PageWriter& page, const store::ReadTx& tx, const Viewer& viewer, const ViewerMarks* marks,
              const Entry& entry) const;
  /// Poll entity; nothing when the status has none.
  std::optional<std::string> poll(const store::ReadTx& tx, const Viewer& viewer, const Entry& entry);
  /// A JSON array of all.
  void append(PageWriter& page, const store::ReadTx& tx, const Viewer& viewer,
              std::span<const Entry> entries);
  std::string json(const store::ReadTx& tx, const Viewer& viewer, std::span<const Entry> entries);
  /// About how long that is.
  static std::size_t size_of(std::span<const Entry> entries);

  /// The same number for the same JSON; another one when anything of it has changed. It costs a tenth of
  /// making the JSON. Not the same after a restart.
  std::uint64_t version(const store::ReadTx& tx, const Viewer& viewer, std::span<const Entry> entries);

  struct Memory {
    std::size_t statuses, accounts, viewers, heads;
  };
  Memory memory() const;
  /// Nothing where everything is pulled.
  std::optional<FanOut::Stats> fan_out() const;
  /// Home feeds read since the start, and accounts that read theirs since then; 0 where everything is pulled.
  std::uint64_t home_reads() const { return fan_out_ ? fan_out_->reads() : 0; }
  std::size_t readers(Timestamp since) const { return fan_out_ ? fan_out_->readers(since) : 0; }

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
  /// Of `authors` whom the reader follows, but for answers to whom the reader does not follow.
  Candidates::Lines followed(const store::ReadTx& tx, const Viewer& viewer,
                             std::span<const AccountId> authors, StatusId from, int count, bool upwards);
  /// The same of accounts that are not pushed, and tells what it took.
  Candidates::Lines not_pushed(const store::ReadTx& tx, const Viewer& viewer,
                               std::span<const AccountId> authors, StatusId from, int count, bool upwards);
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

#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "node/federation/followers_sync.h"
#include "node/federation/outbox_walks.h"
#include "node/federation/refresher.h"

namespace dunlin::federation {

/// Brings what other nodes did not send: what was published while this node was away, what people posted
/// before someone here followed them, the rest of a profile or a thread that is looked at, and counts. On one
/// thread of its own, politely (polite_client.h); which outboxes are still to be read is in the database, so
/// a restart goes on where the last run ended.
class CatchUp {
 public:
  struct Options {
    std::chrono::seconds gap_min;  // a shorter absence is left to the senders, who try again
  };
  CatchUp(const Options& options, const domain::Site& site, const Clock& clock, store::Writer& writer,
          Keys& keys, outgoing::Client& client, std::unique_ptr<store::Connection> connection);
  ~CatchUp() { stop(); }

  /// Once others can reach this node: they ask for its key when it asks them.
  void start();
  /// There are new rows in `outbox`. Any thread, as all functions from here on.
  void wake();
  void stop();

  /// What a sender says of its followers here.
  void compare_followers(AccountId sender, std::string_view header);

  // What people look at. None of these waits.
  /// A remote account's posts down to `oldest`; 0 = all that are known were shown.
  void profile_shown(AccountId account, StatusId oldest);
  /// How many pages of its outbox were stored since the start.
  std::uint64_t pages_of(AccountId account) const;
  /// Waits until there are more than `seen`. Not when too many wait already.
  void await_page(AccountId account, std::uint64_t seen, std::chrono::milliseconds longest);
  /// True while answers to it are being fetched.
  bool thread_shown(StatusId id);
  bool is_fetching_thread(StatusId id) const;
  /// Remote statuses that everyone may read.
  void statuses_shown(std::span<const StatusId> ids);

 private:
  void loop();
  void turn();
  void post(std::function<void()> job);
  void find_gap();
  void tell_alive();
  void reconcile();
  void read_profile(AccountId account, StatusId oldest);
  void refresh_shown(const std::vector<StatusId>& ids);
  /// True when this was not asked for within `pause`; it is now. With the mutex held.
  template <class Id>
  bool is_news(std::unordered_map<Id, Timestamp>& asked, Id id, std::chrono::milliseconds pause);

  Options options_;
  const domain::Site& site_;
  const Clock& clock_;
  store::Writer& writer_;
  std::unique_ptr<store::Connection> connection_;

  mutable std::mutex mutex_;
  std::condition_variable signal_;
  std::condition_variable moved_;
  std::vector<std::function<void()>> jobs_;                  // protected by mutex_
  bool stopping_ = false;                                    // protected by mutex_
  std::unordered_map<AccountId, std::uint64_t> pages_;       // stored since the start; protected by mutex_
  std::unordered_map<AccountId, Timestamp> asked_profiles_;  // protected by mutex_
  std::unordered_map<StatusId, Timestamp> asked_threads_;    // protected by mutex_
  std::unordered_set<StatusId> fetching_threads_;            // protected by mutex_
  /// What was shown a moment ago: by a hash of the status, with the time. Feeds are read often.
  std::array<std::atomic<std::int64_t>, 8'192> shown_{};
  int waiting_ = 0;  // in await_page(); protected by mutex_

  // Of the thread alone.
  PoliteClient client_;
  Fetcher fetcher_;
  OutboxWalks walks_;
  Refresher refresher_;
  FollowersSync followers_sync_;
  bool has_begun_ = false;
  Timestamp looked_at_;
  Timestamp told_alive_at_;
  Timestamp reconciled_at_;
  double shown_budget_ = limits::shown_refreshes_per_minute;
  std::chrono::nanoseconds budget_at_{};
  std::thread thread_;
};

}  // namespace dunlin::federation

#pragma once
// What is to be asked of other nodes, and how far that has come: walks through outboxes, boosts whose
// original is missing, and what origins count.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/statuses.h"
#include "node/store/transaction.h"

namespace dunlin::store {

/// The outbox of a remote account. While `next_at` is there, a walk through it goes on at that time.
struct Outbox {
  AccountId account;
  Timestamp checked_at;                 // its beginning was read, or posts kept arriving; 0 = never
  std::optional<Timestamp> reached_at;  // what is younger is here; 0 = all of it
  std::string older;                    // the page that goes on from there
  std::optional<Timestamp> next_at;
  std::string page;                  // where the walk is; empty = at the beginning
  std::optional<Timestamp> page_at;  // the oldest post of the page before
  Timestamp until;                   // how far back; 0 = as many pages as there may be
  int pages_left = 0;
  int priority = 0;  // greater goes first
  int attempts = 0;  // that failed, in a row
  std::int64_t revision = 0;
};
std::optional<Outbox> find_outbox(const ReadTx& tx, AccountId account);
/// Those whose walk is due, longest due first.
std::vector<Outbox> due_outboxes(const ReadTx& tx, Timestamp now, int limit);

struct OutboxWish {
  Timestamp until;
  int pages = 0;
  int priority = 0;
};
/// A walk from its beginning. One that is under way is widened and begins anew: what it brought stays.
void want_outbox(WriteTx& tx, AccountId account, const OutboxWish& wish);
/// The same for every remote account that someone here follows; to the priority is added how many of its
/// followers did something after `active_after`, up to `priority_max`.
void want_outboxes_of_followed(WriteTx& tx, const OutboxWish& wish, Timestamp active_after, int priority_max);
/// A walk on from where the last one ended, if none is under way.
void want_older(WriteTx& tx, AccountId account, int pages, int priority);
/// Progress. False when the row was changed by a wish since it was read (its revision): the walk begins anew.
bool put_outbox(WriteTx& tx, const Outbox& outbox);
void set_outbox_checked(WriteTx& tx, AccountId account, Timestamp at);

struct Followed {
  AccountId account;
  std::optional<Timestamp> last_status_at;
};
/// Remote accounts that someone here follows whose outbox was not looked at since `before`, longest ago
/// first.
std::vector<Followed> outboxes_to_reconcile(const ReadTx& tx, Timestamp before, int limit);

/// A boost whose original could not be had.
struct AwaitedBoost {
  std::string uri;
  AccountId account;
  std::string original;
  Visibility visibility = Visibility::public_;
  Timestamp published;
  int attempts = 0;
};
void put_awaited_boost(WriteTx& tx, const AwaitedBoost& boost, Timestamp next_at);
std::vector<AwaitedBoost> due_awaited_boosts(const ReadTx& tx, Timestamp now, int limit);
void postpone_awaited_boost(WriteTx& tx, std::string_view uri, Timestamp next_at);
void delete_awaited_boost(WriteTx& tx, std::string_view uri);

/// What the origin of a remote status counts.
struct OriginCounts {
  StatusCounts counts;
  Timestamp refreshed_at;
};
void put_origin_counts(WriteTx& tx, StatusId id, const StatusCounts& counts);
std::optional<OriginCounts> origin_counts(const ReadTx& tx, StatusId id);

struct OriginAccountCounts {
  std::int64_t statuses = 0;
  std::int64_t followers = 0;
  std::int64_t following = 0;
  Timestamp refreshed_at;  // 0 = not asked for yet
};
void put_origin_counts(WriteTx& tx, AccountId id, const OriginAccountCounts& counts);
std::optional<OriginAccountCounts> origin_counts(const ReadTx& tx, AccountId id);

/// Addresses of an account's followers on other nodes.
std::vector<std::string> followers_elsewhere(const ReadTx& tx, AccountId account, int limit);
bool has_follower_of_domain(const ReadTx& tx, AccountId account, std::string_view domain);
struct LocalFollower {
  AccountId account;
  std::string username;
  Timestamp since;
};
/// Accounts of this node that follow it.
std::vector<LocalFollower> followers_here(const ReadTx& tx, AccountId account);

/// Nothing before the first time.
std::optional<Timestamp> alive_at(const ReadTx& tx);
void set_alive_at(WriteTx& tx, Timestamp at);

/// Ids and addresses of what everyone may read, from..to, newest first.
struct Addressed {
  StatusId id;
  std::string uri;
};
std::vector<Addressed> statuses_between(const ReadTx& tx, AccountId account, StatusId from, StatusId to,
                                        int limit);
/// A reply that came before what it answers.
void link_to_parent(WriteTx& tx, StatusId id, const Status& parent);

}  // namespace dunlin::store

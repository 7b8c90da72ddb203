#pragma once
// News for other nodes, from the write that made it until every inbox has it.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

/// What happened, by an account of this node.
enum class NoticeKind : std::uint8_t {
  create,         // status
  update,         // status
  remove,         // status: a tombstone by now
  announce,       // status: the boost
  unannounce,     // status: the boost, a tombstone by now
  like,           // status, target: its author
  unlike,         // status, target: its author
  follow,         // target
  unfollow,       // target
  accept,         // target: the follower, uri: of the Follow
  reject,         // target: the follower, uri: of the Follow
  block,          // target
  unblock,        // target
  update_actor,   // profile
  move,           // target: the account that it goes on as
  add_pin,        // status
  remove_pin,     // status
  flag,           // target: who is reported, uri: the report's number; told by the node itself
  remove_actor,   // the account
  vote,           // status: the poll, target: its author, uri: the option's number
  quote_request,  // status: that quotes, target: the author of what it quotes
  accept_quote,   // target: who asked, uri: what was asked, see federation/consent.h; status: that quotes
  reject_quote,   // target: who asked, uri: what was asked
  reply_request,  // status: that answers, target: the author of what it answers
  accept_reply,   // like accept_quote
  reject_reply,   // like reject_quote
  revoke_quote,   // status: that is quoted, target: who quoted it, uri: the stamp
};
std::string_view to_string(NoticeKind kind);

struct Notice {
  std::int64_t id = 0;
  NoticeKind kind = NoticeKind::create;
  AccountId account;
  StatusId status;
  AccountId target;
  std::string uri;
};
/// To be planned. Its id.
std::int64_t insert_notice(WriteTx& tx, const Notice& notice);
/// Oldest first.
std::vector<Notice> notices_to_plan(const ReadTx& tx, int limit);

/// Its activity as it is sent; from here on it waits for its deliveries. False when it is gone.
bool set_notice_body(WriteTx& tx, std::int64_t id, std::string_view body);
void insert_delivery(WriteTx& tx, std::int64_t notice, std::string_view inbox);
/// One for each distinct inbox of the account's followers elsewhere.
void insert_deliveries_to_followers(WriteTx& tx, std::int64_t notice, AccountId account);
/// To those inboxes too where followers were told who left after `since`: they may have it.
void insert_deliveries_to_former(WriteTx& tx, std::int64_t notice, AccountId account, Timestamp since);
/// Nothing is left to tell: its deliveries go too.
void drop_notice(WriteTx& tx, std::int64_t id);
/// A planned notice that no delivery is left of.
void drop_notice_when_done(WriteTx& tx, std::int64_t id);

struct NoticeBody {
  AccountId account;  // whose key signs; 0 = the node itself
  std::string body;
};
std::optional<NoticeBody> find_notice(const ReadTx& tx, std::int64_t id);

struct Delivery {
  std::int64_t notice = 0;
  std::string inbox;
  /// What the notice is about: a status, or by its negative number the account that tells of itself. The
  /// order between notices about one object counts.
  std::int64_t object = 0;
};
/// The hosts, by origin, that notices with an id above `after` wait for.
std::unordered_set<std::string> hosts_of_deliveries(const ReadTx& tx, std::int64_t after);
std::optional<std::int64_t> newest_planned_notice(const ReadTx& tx, std::int64_t after);
/// When the oldest notice that a host lacks was made.
std::optional<Timestamp> oldest_delivery(const ReadTx& tx, std::string_view host);
enum class DeliveryOrder : std::uint8_t {
  by_time,
  newest_first,  // accounts and relationships first, then the newest status first; notices about one by time
};
/// What a host lacks, planned, except what is about objects that are left out.
std::vector<Delivery> next_deliveries(const ReadTx& tx, std::string_view host, DeliveryOrder order,
                                      std::size_t limit, const std::function<bool(std::int64_t)>& is_left);
/// Of notices made before, but for those that take something back: those are kept. Without their objects.
std::vector<Delivery> expired_deliveries(const ReadTx& tx, std::string_view host, Timestamp before,
                                         int limit);
/// What notices about a status are still to be told, for administrators: looks through all notices.
struct Waiting {
  std::int64_t notice = 0;
  std::string kind;  // to_string(NoticeKind)
  bool is_planned = false;
  std::string host;  // empty until it is planned
};
std::vector<Waiting> waiting_about(const ReadTx& tx, StatusId status);
std::int64_t count_deliveries(const ReadTx& tx);
/// It arrived, or never will; with the last one the notice goes too.
void delete_delivery(WriteTx& tx, const Delivery& delivery);

}  // namespace dunlin::store

#include "node/store/outboxes.h"

namespace dunlin::store {

namespace {

Outbox row_to_outbox(const Rows& rows) {
  Outbox o;
  o.account = rows.id<AccountId>(0);
  o.checked_at = rows.time(1);
  o.reached_at = rows.optional_time(2);
  o.older = rows.string(3);
  o.next_at = rows.optional_time(4);
  o.page = rows.string(5);
  o.page_at = rows.optional_time(6);
  o.until = rows.time(7);
  o.pages_left = static_cast<int>(rows.integer(8));
  o.priority = static_cast<int>(rows.integer(9));
  o.attempts = static_cast<int>(rows.integer(10));
  o.revision = rows.integer(11);
  return o;
}

}  // namespace

std::optional<Outbox> find_outbox(const ReadTx& tx, AccountId account) {
  auto rows = tx.query("find_outbox", account);
  if (!rows.step()) return std::nullopt;
  return row_to_outbox(rows);
}

std::vector<Outbox> due_outboxes(const ReadTx& tx, Timestamp now, int limit) {
  std::vector<Outbox> out;
  auto rows = tx.query("due_outboxes", now, limit);
  while (rows.step()) out.push_back(row_to_outbox(rows));
  return out;
}

void want_outbox(WriteTx& tx, AccountId account, const OutboxWish& wish) {
  tx.run("want_outbox", account, tx.now(), wish.until, wish.pages, wish.priority);
  tx.changes().fetches = true;
}

void want_outboxes_of_followed(WriteTx& tx, const OutboxWish& wish, Timestamp active_after,
                               int priority_max) {
  tx.run("want_outboxes_of_followed", tx.now(), wish.until, wish.pages, priority_max, wish.priority,
         active_after);
  tx.changes().fetches = true;
}

void want_older(WriteTx& tx, AccountId account, int pages, int priority) {
  tx.run("want_older", tx.now(), pages, priority, account);
  tx.changes().fetches = true;
}

bool put_outbox(WriteTx& tx, const Outbox& o) {
  return tx.run("put_outbox", o.checked_at, o.reached_at, o.older, o.next_at, o.page, o.page_at, o.pages_left,
                o.attempts, o.account, o.revision) > 0;
}

void set_outbox_checked(WriteTx& tx, AccountId account, Timestamp at) {
  tx.run("set_outbox_checked", account, at);
}

std::vector<Followed> outboxes_to_reconcile(const ReadTx& tx, Timestamp before, int limit) {
  std::vector<Followed> out;
  auto rows = tx.query("outboxes_to_reconcile", before, limit);
  while (rows.step()) out.push_back({rows.id<AccountId>(0), rows.optional_time(1)});
  return out;
}

void put_awaited_boost(WriteTx& tx, const AwaitedBoost& boost, Timestamp next_at) {
  tx.run("put_awaited_boost", boost.uri, boost.account, boost.original, to_string(boost.visibility),
         boost.published, next_at);
}

std::vector<AwaitedBoost> due_awaited_boosts(const ReadTx& tx, Timestamp now, int limit) {
  std::vector<AwaitedBoost> out;
  auto rows = tx.query("due_awaited_boosts", now, limit);
  while (rows.step()) {
    out.push_back({rows.string(0), rows.id<AccountId>(1), rows.string(2),
                   parse_visibility(rows.text(3)).value_or(Visibility::private_), rows.time(4),
                   static_cast<int>(rows.integer(5))});
  }
  return out;
}

void postpone_awaited_boost(WriteTx& tx, std::string_view uri, Timestamp next_at) {
  tx.run("postpone_awaited_boost", next_at, uri);
}

void delete_awaited_boost(WriteTx& tx, std::string_view uri) { tx.run("delete_awaited_boost", uri); }

void put_origin_counts(WriteTx& tx, StatusId id, const StatusCounts& counts) {
  tx.run("put_origin_status", id, counts.replies, counts.reblogs, counts.favourites, tx.now());
  tx.changes().statuses.push_back(id);
}

std::optional<OriginCounts> origin_counts(const ReadTx& tx, StatusId id) {
  auto rows = tx.query("find_origin_status", id);
  if (!rows.step()) return std::nullopt;
  return OriginCounts{{rows.integer(0), rows.integer(1), rows.integer(2)}, rows.time(3)};
}

void put_origin_counts(WriteTx& tx, AccountId id, const OriginAccountCounts& counts) {
  tx.run("put_origin_account", id, counts.statuses, counts.followers, counts.following, counts.refreshed_at);
  tx.changes().accounts.push_back(id);
}

std::optional<OriginAccountCounts> origin_counts(const ReadTx& tx, AccountId id) {
  auto rows = tx.query("find_origin_account", id);
  if (!rows.step()) return std::nullopt;
  return OriginAccountCounts{rows.integer(0), rows.integer(1), rows.integer(2), rows.time(3)};
}

std::vector<std::string> followers_elsewhere(const ReadTx& tx, AccountId account, int limit) {
  std::vector<std::string> out;
  auto rows = tx.query("followers_elsewhere", account, limit);
  while (rows.step()) out.push_back(rows.string(0));
  return out;
}

bool has_follower_of_domain(const ReadTx& tx, AccountId account, std::string_view domain) {
  return tx.query("has_follower_of_domain", account, domain).step();
}

std::vector<LocalFollower> followers_here(const ReadTx& tx, AccountId account) {
  std::vector<LocalFollower> out;
  auto rows = tx.query("followers_here", account);
  while (rows.step()) out.push_back({rows.id<AccountId>(0), rows.string(1), time_of(rows.integer(2))});
  return out;
}

std::optional<Timestamp> alive_at(const ReadTx& tx) {
  auto rows = tx.query("alive_at");
  if (!rows.step()) return std::nullopt;
  return rows.time(0);
}

void set_alive_at(WriteTx& tx, Timestamp at) { tx.run("set_alive_at", at); }

std::vector<Addressed> statuses_between(const ReadTx& tx, AccountId account, StatusId from, StatusId to,
                                        int limit) {
  std::vector<Addressed> out;
  auto rows = tx.query("statuses_of_account_between", account, from, to, limit);
  while (rows.step()) out.push_back({rows.id<StatusId>(0), rows.string(1)});
  return out;
}

void link_to_parent(WriteTx& tx, StatusId id, const Status& parent) {
  tx.run("link_status_to_parent", parent.id, parent.account, parent.conversation, id);
  tx.changes().statuses.push_back(id);
}

}  // namespace dunlin::store

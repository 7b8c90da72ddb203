#include "node/store/notices.h"

#include <array>

namespace dunlin::store {

namespace {

struct Name {
  NoticeKind kind;
  std::string_view name;
};
constexpr std::array names = {
    Name{NoticeKind::create, "create"},
    Name{NoticeKind::update, "update"},
    Name{NoticeKind::remove, "delete"},
    Name{NoticeKind::announce, "announce"},
    Name{NoticeKind::unannounce, "undo_announce"},
    Name{NoticeKind::like, "like"},
    Name{NoticeKind::unlike, "undo_like"},
    Name{NoticeKind::follow, "follow"},
    Name{NoticeKind::unfollow, "undo_follow"},
    Name{NoticeKind::accept, "accept"},
    Name{NoticeKind::reject, "reject"},
    Name{NoticeKind::block, "block"},
    Name{NoticeKind::unblock, "undo_block"},
    Name{NoticeKind::update_actor, "update_actor"},
    Name{NoticeKind::move, "move"},
    Name{NoticeKind::add_pin, "add_pin"},
    Name{NoticeKind::remove_pin, "remove_pin"},
    Name{NoticeKind::flag, "flag"},
    Name{NoticeKind::remove_actor, "delete_actor"},
    Name{NoticeKind::vote, "vote"},
    Name{NoticeKind::quote_request, "quote_request"},
    Name{NoticeKind::accept_quote, "accept_quote"},
    Name{NoticeKind::reject_quote, "reject_quote"},
    Name{NoticeKind::reply_request, "reply_request"},
    Name{NoticeKind::accept_reply, "accept_reply"},
    Name{NoticeKind::reject_reply, "reject_reply"},
    Name{NoticeKind::revoke_quote, "revoke_quote"},
};

std::optional<NoticeKind> parse_kind(std::string_view text) {
  for (const auto& [kind, name] : names) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(NoticeKind kind) {
  for (const auto& entry : names) {
    if (entry.kind == kind) return entry.name;
  }
  return {};
}

std::int64_t insert_notice(WriteTx& tx, const Notice& n) {
  const auto id = tx.next_id();
  tx.run("insert_notice", id, to_string(n.kind), n.account, n.status, n.target, n.uri);
  tx.changes().notices = true;
  return id;
}

std::vector<Notice> notices_to_plan(const ReadTx& tx, int limit) {
  std::vector<Notice> out;
  auto rows = tx.query("notices_to_plan", limit);
  while (rows.step()) {
    const auto kind = parse_kind(rows.text(1));
    if (!kind) continue;  // of a newer version
    out.push_back({rows.integer(0), *kind, rows.id<AccountId>(2), rows.id<StatusId>(3), rows.id<AccountId>(4),
                   rows.string(5)});
  }
  return out;
}

bool set_notice_body(WriteTx& tx, std::int64_t id, std::string_view body) {
  return tx.run("set_notice_body", body, id) > 0;
}
void insert_delivery(WriteTx& tx, std::int64_t notice, std::string_view inbox) {
  tx.run("insert_delivery", notice, inbox);
  tx.changes().notices = true;
}
void insert_deliveries_to_followers(WriteTx& tx, std::int64_t notice, AccountId account) {
  tx.run("insert_deliveries_to_followers", notice, account);
  tx.changes().notices = true;
}
void insert_deliveries_to_former(WriteTx& tx, std::int64_t notice, AccountId account, Timestamp since) {
  tx.run("insert_deliveries_to_former", notice, account, since);
  tx.changes().notices = true;
}
void drop_notice(WriteTx& tx, std::int64_t id) {
  tx.run("delete_deliveries", id);
  tx.run("delete_notice", id);
}

void drop_notice_when_done(WriteTx& tx, std::int64_t id) { tx.run("delete_notice_when_done", id); }

std::optional<NoticeBody> find_notice(const ReadTx& tx, std::int64_t id) {
  auto rows = tx.query("find_notice", id);
  if (!rows.step()) return std::nullopt;
  // Reports do not tell who made them.
  const bool is_of_node = rows.text(2) == to_string(NoticeKind::flag);
  return NoticeBody{is_of_node ? AccountId{} : rows.id<AccountId>(0), rows.string(1)};
}

std::unordered_set<std::string> hosts_of_deliveries(const ReadTx& tx, std::int64_t after) {
  std::unordered_set<std::string> hosts;
  auto rows = tx.query("hosts_of_deliveries", after);
  while (rows.step()) hosts.insert(rows.string(0));
  return hosts;
}

std::optional<std::int64_t> newest_planned_notice(const ReadTx& tx, std::int64_t after) {
  auto rows = tx.query("newest_planned_notice", after);
  return rows.step() ? std::optional(rows.integer(0)) : std::nullopt;
}

std::optional<Timestamp> oldest_delivery(const ReadTx& tx, std::string_view host) {
  auto rows = tx.query("oldest_delivery", host);
  if (!rows.step() || rows.integer(0) == 0) return std::nullopt;
  return time_of(rows.integer(0));
}

std::vector<Delivery> next_deliveries(const ReadTx& tx, std::string_view host, DeliveryOrder order,
                                      std::size_t limit, const std::function<bool(std::int64_t)>& is_left) {
  std::vector<Delivery> out;
  auto rows =
      tx.query(order == DeliveryOrder::by_time ? "deliveries_in_order" : "deliveries_newest_first", host);
  while (out.size() < limit && rows.step()) {
    if (!is_left(rows.integer(2))) out.push_back({rows.integer(0), rows.string(1), rows.integer(2)});
  }
  return out;
}

std::vector<Delivery> expired_deliveries(const ReadTx& tx, std::string_view host, Timestamp before,
                                         int limit) {
  std::vector<Delivery> out;
  auto rows = tx.query("expired_deliveries", host, first_id_at(before), limit);
  while (rows.step()) out.push_back({rows.integer(0), rows.string(1), 0});
  return out;
}

std::vector<Waiting> waiting_about(const ReadTx& tx, StatusId status) {
  std::vector<Waiting> waiting;
  auto rows = tx.query("waiting_about", status);
  while (rows.step())
    waiting.push_back({rows.integer(0), rows.string(1), rows.integer(2) != 0, rows.string(3)});
  return waiting;
}

std::int64_t count_deliveries(const ReadTx& tx) {
  auto rows = tx.query("count_deliveries");
  return rows.step() ? rows.integer(0) : 0;
}

void delete_delivery(WriteTx& tx, const Delivery& d) {
  tx.run("delete_delivery", d.notice, d.inbox);
  drop_notice_when_done(tx, d.notice);
}

}  // namespace dunlin::store

#include "node/store/notifications.h"

#include "protocol/base/limits.h"

namespace dunlin::store {

namespace {

Notification row_to_notification(const Rows& rows) {
  return {rows.id<NotificationId>(0), rows.string(1), rows.id<AccountId>(2), rows.id<StatusId>(3)};
}

}  // namespace

void put_notification(WriteTx& tx, AccountId to, std::string_view type, AccountId from, StatusId status) {
  const NotificationId id{tx.next_id()};
  if (tx.run("insert_notification", id, to, type, from, status) > 0)
    tx.changes().notified.push_back({to, id});
}
void withdraw_notification(WriteTx& tx, AccountId to, std::string_view type, AccountId from,
                           StatusId status) {
  tx.run("withdraw_notification", to, type, from, status);
}
void withdraw_notifications_from(WriteTx& tx, AccountId to, AccountId from) {
  tx.run("withdraw_notifications_from", to, from);
}
std::vector<Notification> notifications_page(const ReadTx& tx, AccountId account, const EdgePage& page) {
  std::vector<Notification> out;
  auto rows = tx.query(page.ascending ? "notifications_page_up" : "notifications_page", account, page.before,
                       page.after, page.limit);
  while (rows.step()) out.push_back(row_to_notification(rows));
  return out;
}
std::optional<Notification> find_notification(const ReadTx& tx, AccountId account, NotificationId id) {
  auto rows = tx.query("find_notification", id, account);
  if (!rows.step()) return std::nullopt;
  return row_to_notification(rows);
}
bool dismiss_notification(WriteTx& tx, AccountId account, NotificationId id) {
  return tx.run("dismiss_notification", id, account) > 0;
}
void clear_notifications(WriteTx& tx, AccountId account) { tx.run("clear_notifications", account); }

void put_marker(WriteTx& tx, AccountId account, std::string_view timeline, std::string_view last_read_id) {
  tx.run("put_marker", account, timeline, last_read_id, tx.now());
}
std::optional<Marker> find_marker(const ReadTx& tx, AccountId account, std::string_view timeline) {
  auto rows = tx.query("find_marker", account, timeline);
  if (!rows.step()) return std::nullopt;
  return Marker{rows.string(0), rows.integer(1), rows.time(2)};
}

void put_idempotency(WriteTx& tx, AccountId account, std::string_view key_hash, StatusId status) {
  tx.run("put_idempotency", account, Blob{key_hash}, status, tx.now());
}
std::optional<StatusId> find_idempotency(const ReadTx& tx, AccountId account, std::string_view key_hash,
                                         Timestamp now) {
  auto rows = tx.query("find_idempotency", account, Blob{key_hash}, now - limits::idempotency_kept);
  if (!rows.step()) return std::nullopt;
  return rows.id<StatusId>(0);
}
void purge_idempotency(WriteTx& tx) { tx.run("purge_idempotency", tx.now() - limits::idempotency_kept); }

}  // namespace dunlin::store

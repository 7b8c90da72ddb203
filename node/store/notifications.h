#pragma once
// Notifications, reading positions (markers) and idempotency keys.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/relationships.h"
#include "node/store/transaction.h"

namespace dunlin::store {

struct Notification {
  NotificationId id;
  std::string type;  // as the client API names it: follow, follow_request, mention, favourite, reblog,
                     // status, update...
  AccountId from;
  StatusId status;  // 0 = about none

  Timestamp created_at() const { return time_of(id.value); }
};

/// The same event twice is one notification: the second is dropped.
void put_notification(WriteTx& tx, AccountId to, std::string_view type, AccountId from, StatusId status);
/// Takes back what a favourite or follow brought, when that is undone.
void withdraw_notification(WriteTx& tx, AccountId to, std::string_view type, AccountId from, StatusId status);
void withdraw_notifications_from(WriteTx& tx, AccountId to, AccountId from);
std::vector<Notification> notifications_page(const ReadTx& tx, AccountId account, const EdgePage& page);
std::optional<Notification> find_notification(const ReadTx& tx, AccountId account, NotificationId id);
bool dismiss_notification(WriteTx& tx, AccountId account, NotificationId id);
void clear_notifications(WriteTx& tx, AccountId account);

struct Marker {
  std::string last_read_id;
  std::int64_t version = 0;
  Timestamp updated_at;
};
void put_marker(WriteTx& tx, AccountId account, std::string_view timeline, std::string_view last_read_id);
std::optional<Marker> find_marker(const ReadTx& tx, AccountId account, std::string_view timeline);

/// `key_hash`: SHA-256 of the client's key. Only keys younger than limits::idempotency_kept count.
void put_idempotency(WriteTx& tx, AccountId account, std::string_view key_hash, StatusId status);
std::optional<StatusId> find_idempotency(const ReadTx& tx, AccountId account, std::string_view key_hash,
                                         Timestamp now);
void purge_idempotency(WriteTx& tx);

}  // namespace dunlin::store

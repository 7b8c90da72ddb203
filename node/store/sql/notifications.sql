-- name: insert_notification (hot)
INSERT OR IGNORE INTO notification (id, account_id, type, from_account_id, status_id)
VALUES (:id, :account_id, :type, :from_account_id, :status_id);

-- name: notifications_page (hot)
SELECT id, type, from_account_id, status_id FROM notification INDEXED BY notification_page
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;

-- name: notifications_page_up (hot)
SELECT id, type, from_account_id, status_id FROM notification INDEXED BY notification_page
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: find_notification (hot)
SELECT id, type, from_account_id, status_id FROM notification WHERE id = :id AND account_id = :account_id;

-- name: dismiss_notification
DELETE FROM notification WHERE id = :id AND account_id = :account_id;

-- name: clear_notifications
DELETE FROM notification WHERE account_id = :account_id;

-- name: withdraw_notification (hot)
DELETE FROM notification WHERE account_id = :account_id AND type = :type AND from_account_id = :from AND status_id = :status_id;

-- name: withdraw_notifications_from
DELETE FROM notification WHERE account_id = :account_id AND from_account_id = :from;

-- name: put_marker
INSERT INTO marker (account_id, timeline, last_read_id, version, updated_at)
VALUES (:account_id, :timeline, :last_read_id, 1, :updated_at)
ON CONFLICT DO UPDATE SET last_read_id = excluded.last_read_id, version = version + 1, updated_at = excluded.updated_at;

-- name: find_marker (hot)
SELECT last_read_id, version, updated_at FROM marker WHERE account_id = :account_id AND timeline = :timeline;

-- name: put_idempotency (hot)
INSERT INTO idempotency (account_id, key_hash, status_id, created_at) VALUES (:account_id, :key_hash, :status_id, :created_at)
ON CONFLICT DO UPDATE SET status_id = excluded.status_id, created_at = excluded.created_at;

-- name: find_idempotency (hot)
SELECT status_id FROM idempotency WHERE account_id = :account_id AND key_hash = :key_hash AND created_at > :since;

-- name: purge_idempotency
DELETE FROM idempotency WHERE created_at <= :until;

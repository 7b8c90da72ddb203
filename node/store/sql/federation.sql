-- name: put_actor
INSERT INTO actor (account_id, inbox, shared_inbox, outbox, followers, featured, key_id, public_key, proof_key_id, proof_key,
  fetched_at)
VALUES (:account_id, :inbox, :shared_inbox, :outbox, :followers, :featured, :key_id, :public_key, :proof_key_id, :proof_key,
  :fetched_at)
ON CONFLICT DO UPDATE SET inbox = excluded.inbox, shared_inbox = excluded.shared_inbox, outbox = excluded.outbox,
  followers = excluded.followers, featured = excluded.featured, key_id = excluded.key_id, public_key = excluded.public_key,
  proof_key_id = excluded.proof_key_id, proof_key = excluded.proof_key, fetched_at = excluded.fetched_at;

-- name: find_actor (hot)
SELECT account_id, inbox, shared_inbox, outbox, followers, featured, key_id, public_key, proof_key_id, proof_key, fetched_at
FROM actor WHERE account_id = :account_id;

-- name: actor_by_key (hot)
SELECT account_id FROM actor WHERE key_id = :key_id AND key_id <> '';

-- name: find_signing_keys
SELECT private_key, proof_key FROM signing_key WHERE account_id = :account_id;

-- name: insert_signing_keys
INSERT OR IGNORE INTO signing_key (account_id, private_key, proof_key) VALUES (:account_id, :private_key, :proof_key);

-- name: insert_notice (hot)
INSERT INTO notice (id, kind, account_id, status_id, target_id, uri)
VALUES (:id, :kind, :account_id, :status_id, :target_id, :uri);

-- name: notices_to_plan (hot)
SELECT id, kind, account_id, status_id, target_id, uri FROM notice INDEXED BY notice_to_plan
WHERE body = '' AND id > 0 ORDER BY id LIMIT :limit;

-- name: find_notice (hot)
SELECT account_id, body, kind FROM notice WHERE id = :id;

-- name: set_notice_body (hot)
UPDATE notice SET body = :body WHERE id = :id;

-- name: delete_deliveries
DELETE FROM delivery WHERE notice_id = :notice_id;

-- name: delete_notice
DELETE FROM notice WHERE id = :id;

-- name: delete_notice_when_done (hot)
DELETE FROM notice WHERE id = :id AND body <> '' AND NOT EXISTS (SELECT 1 FROM delivery WHERE notice_id = notice.id);

-- name: insert_delivery (hot)
INSERT OR IGNORE INTO delivery (notice_id, inbox) VALUES (:notice_id, :inbox);

-- name: insert_deliveries_to_followers
INSERT OR IGNORE INTO delivery (notice_id, inbox)
SELECT DISTINCT :notice_id, CASE shared_inbox WHEN '' THEN inbox ELSE shared_inbox END
FROM follow INDEXED BY follower_elsewhere CROSS JOIN actor ON actor.account_id = follow.account_id
WHERE follow.target_id = :target_id AND uri <> '';

-- name: put_former_inbox
INSERT OR REPLACE INTO former_inbox (account_id, inbox, left_at)
SELECT :target_id, CASE shared_inbox WHEN '' THEN inbox ELSE shared_inbox END, :left_at FROM actor WHERE account_id = :follower_id;

-- name: insert_deliveries_to_former
INSERT OR IGNORE INTO delivery (notice_id, inbox)
SELECT :notice_id, inbox FROM former_inbox WHERE account_id = :account_id AND left_at >= :since;

-- name: has_former_inbox (hot)
SELECT 1 FROM former_inbox WHERE account_id = :account_id AND left_at >= :since LIMIT 1;

-- name: has_remote_follower (hot)
SELECT 1 FROM follow INDEXED BY follower_elsewhere WHERE target_id = :target_id AND uri <> '' LIMIT 1;

-- name: has_follower (hot)
SELECT 1 FROM follow INDEXED BY follower_by_time WHERE target_id = :target_id LIMIT 1;

-- name: followers_behind
SELECT follow.account_id, follow.target_id FROM actor JOIN follow ON follow.account_id = actor.account_id
WHERE CASE shared_inbox WHEN '' THEN inbox ELSE shared_inbox END = :inbox AND follow.uri <> '';

-- name: hosts_of_deliveries (hot)
SELECT host FROM delivery WHERE notice_id > :after;

-- name: newest_planned_notice (hot)
SELECT id FROM notice WHERE id > :after AND body <> '' ORDER BY id DESC LIMIT 1;

-- name: oldest_delivery (hot)
SELECT min(notice_id) FROM delivery WHERE host = :host;

-- name: deliveries_in_order (hot)
SELECT delivery.notice_id, inbox, CASE status_id WHEN 0 THEN -notice.account_id ELSE status_id END
FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE host = :host AND body <> '' ORDER BY delivery.notice_id;

-- name: deliveries_newest_first
SELECT delivery.notice_id, inbox, CASE status_id WHEN 0 THEN -notice.account_id ELSE status_id END
FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE host = :host AND body <> '' ORDER BY status_id <> 0, status_id DESC, delivery.notice_id;

-- name: expired_deliveries (hot)
SELECT notice_id, inbox FROM delivery JOIN notice ON notice.id = notice_id
WHERE host = :host AND notice_id < :before AND kind NOT IN
  ('delete', 'undo_announce', 'undo_like', 'undo_follow', 'reject', 'block', 'remove_pin', 'delete_actor', 'revoke_quote')
LIMIT :limit;

-- name: waiting_about
SELECT notice.id, kind, body <> '', coalesce(host, '')
FROM notice LEFT JOIN delivery ON delivery.notice_id = notice.id WHERE status_id = :status_id ORDER BY notice.id, host;

-- name: count_deliveries
SELECT count(*) FROM delivery;

-- name: delete_delivery (hot)
DELETE FROM delivery WHERE notice_id = :notice_id AND inbox = :inbox;

-- name: insert_received (hot)
INSERT OR IGNORE INTO received (uri_hash, received_at) VALUES (:uri_hash, :received_at);

-- name: has_received (hot)
SELECT 1 FROM received WHERE uri_hash = :uri_hash;

-- name: purge_received
DELETE FROM received WHERE received_at < :before;

-- name: put_tombstone
INSERT OR IGNORE INTO tombstone (uri_hash, deleted_at) VALUES (:uri_hash, :deleted_at);

-- name: has_tombstone (hot)
SELECT 1 FROM tombstone WHERE uri_hash = :uri_hash;

-- name: set_follow_uri
UPDATE follow SET uri = :uri WHERE account_id = :account_id AND target_id = :target_id;

-- name: set_follow_request_uri
UPDATE follow_request SET uri = :uri WHERE account_id = :account_id AND target_id = :target_id;

-- name: follow_uri
SELECT uri FROM follow WHERE account_id = :account_id AND target_id = :target_id
UNION ALL SELECT uri FROM follow_request WHERE account_id = :account_id AND target_id = :target_id;

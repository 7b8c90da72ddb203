-- A wish to read an outbox from its beginning; one that is there already is widened and begins anew.
-- name: want_outbox
INSERT INTO outbox (account_id, next_at, until_at, pages_left, priority)
VALUES (:account_id, :next_at, :until_at, :pages_left, :priority)
ON CONFLICT DO UPDATE SET
  until_at = CASE WHEN next_at IS NULL THEN excluded.until_at ELSE min(until_at, excluded.until_at) END,
  pages_left = CASE WHEN next_at IS NULL THEN excluded.pages_left ELSE max(pages_left, excluded.pages_left) END,
  priority = CASE WHEN next_at IS NULL THEN excluded.priority ELSE max(priority, excluded.priority) END,
  next_at = excluded.next_at, page = '', page_at = NULL, attempts = 0, revision = revision + 1;

-- The same for every remote account that someone here follows, by how many of its followers were here lately.
-- name: want_outboxes_of_followed
INSERT INTO outbox (account_id, next_at, until_at, pages_left, priority)
SELECT target_id, :next_at, :until_at, :pages_left, min(:priority_max, :priority + sum(
    EXISTS (SELECT 1 FROM marker WHERE marker.account_id = follow.account_id AND updated_at > :active_after)
    OR EXISTS (SELECT 1 FROM account WHERE account.id = follow.account_id AND last_status_at > :active_after)))
FROM actor CROSS JOIN follow INDEXED BY follower_by_time ON follow.target_id = actor.account_id
WHERE actor.outbox <> ''
GROUP BY target_id
ON CONFLICT DO UPDATE SET
  until_at = CASE WHEN next_at IS NULL THEN excluded.until_at ELSE min(until_at, excluded.until_at) END,
  pages_left = max(CASE WHEN next_at IS NULL THEN 0 ELSE pages_left END, excluded.pages_left),
  priority = max(CASE WHEN next_at IS NULL THEN 0 ELSE priority END, excluded.priority),
  next_at = excluded.next_at, page = '', page_at = NULL, attempts = 0, revision = revision + 1;

-- On from where the last walk ended; only while none is under way.
-- name: want_older
UPDATE outbox SET next_at = :next_at, page = older, page_at = reached_at, until_at = 0, pages_left = :pages_left,
  priority = :priority, attempts = 0, revision = revision + 1
WHERE account_id = :account_id AND next_at IS NULL AND older <> '';

-- name: find_outbox (hot)
SELECT account_id, checked_at, reached_at, older, next_at, page, page_at, until_at, pages_left, priority, attempts,
  revision
FROM outbox WHERE account_id = :account_id;

-- name: due_outboxes (hot)
SELECT account_id, checked_at, reached_at, older, next_at, page, page_at, until_at, pages_left, priority, attempts,
  revision
FROM outbox INDEXED BY outbox_due WHERE next_at <= :now ORDER BY next_at LIMIT :limit;

-- name: put_outbox
UPDATE outbox SET checked_at = :checked_at, reached_at = :reached_at, older = :older, next_at = :next_at, page = :page,
  page_at = :page_at, pages_left = :pages_left, attempts = :attempts
WHERE account_id = :account_id AND revision = :revision;

-- name: set_outbox_checked
INSERT INTO outbox (account_id, checked_at) VALUES (:account_id, :checked_at)
ON CONFLICT DO UPDATE SET checked_at = max(checked_at, excluded.checked_at);

-- Followed accounts whose outbox was not looked at for long. From the accounts elsewhere, not from the follows: of those
-- there are many times more, most of them of people here.
-- name: outboxes_to_reconcile
SELECT actor.account_id, last_status_at FROM actor CROSS JOIN account ON account.id = actor.account_id
LEFT JOIN outbox ON outbox.account_id = actor.account_id
WHERE actor.outbox <> '' AND coalesce(checked_at, 0) < :before AND next_at IS NULL
  AND EXISTS (SELECT 1 FROM follow INDEXED BY follower_by_time WHERE target_id = actor.account_id)
ORDER BY coalesce(checked_at, 0) LIMIT :limit;

-- name: put_awaited_boost
INSERT OR IGNORE INTO awaited_boost (uri, account_id, original, visibility, published_at, next_at)
VALUES (:uri, :account_id, :original, :visibility, :published_at, :next_at);

-- name: due_awaited_boosts (hot)
SELECT uri, account_id, original, visibility, published_at, attempts FROM awaited_boost INDEXED BY awaited_boost_due
WHERE next_at <= :now ORDER BY next_at LIMIT :limit;

-- name: postpone_awaited_boost
UPDATE awaited_boost SET attempts = attempts + 1, next_at = :next_at WHERE uri = :uri;

-- name: delete_awaited_boost
DELETE FROM awaited_boost WHERE uri = :uri;

-- name: put_origin_status (hot)
INSERT INTO origin_status (status_id, replies, reblogs, favourites, refreshed_at)
VALUES (:status_id, :replies, :reblogs, :favourites, :refreshed_at)
ON CONFLICT DO UPDATE SET replies = excluded.replies, reblogs = excluded.reblogs, favourites = excluded.favourites,
  refreshed_at = excluded.refreshed_at;

-- name: find_origin_status (hot)
SELECT replies, reblogs, favourites, refreshed_at FROM origin_status WHERE status_id = :status_id;

-- name: delete_origin_status
DELETE FROM origin_status WHERE status_id = :status_id;

-- name: put_origin_account
INSERT INTO origin_account (account_id, statuses, followers, following, refreshed_at)
VALUES (:account_id, :statuses, :followers, :following, :refreshed_at)
ON CONFLICT DO UPDATE SET statuses = excluded.statuses, followers = excluded.followers, following = excluded.following,
  refreshed_at = excluded.refreshed_at;

-- name: find_origin_account (hot)
SELECT statuses, followers, following, refreshed_at FROM origin_account WHERE account_id = :account_id;

-- name: followers_elsewhere
SELECT account.uri FROM follow INDEXED BY follower_elsewhere CROSS JOIN account ON account.id = follow.account_id
WHERE follow.target_id = :target_id AND follow.uri <> '' LIMIT :limit;

-- name: has_follower_of_domain
SELECT 1 FROM follow INDEXED BY follower_elsewhere CROSS JOIN account ON account.id = follow.account_id
WHERE follow.target_id = :target_id AND follow.uri <> '' AND account.domain = :domain LIMIT 1;

-- name: followers_here
SELECT follow.account_id, username, follow.id
FROM follow INDEXED BY follower_by_time JOIN account ON account.id = follow.account_id
WHERE target_id = :target_id AND account.domain = '';

-- name: alive_at
SELECT alive_at FROM sign_of_life;

-- name: set_alive_at
INSERT INTO sign_of_life (id, alive_at) VALUES (1, :alive_at) ON CONFLICT DO UPDATE SET alive_at = excluded.alive_at;

-- name: link_status_to_parent
UPDATE status SET in_reply_to_id = :in_reply_to_id, in_reply_to_account_id = :in_reply_to_account_id,
  conversation_id = :conversation_id
WHERE id = :id AND in_reply_to_id IS NULL;

-- name: statuses_of_account_between
SELECT id, uri FROM status INDEXED BY status_of_account
WHERE account_id = :account_id AND id >= :from AND id < :to AND deleted_at IS NULL AND visibility <> 'direct'
  AND visibility <> 'private'
ORDER BY id DESC LIMIT :limit;

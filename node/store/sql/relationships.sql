-- name: insert_follow (hot)
INSERT INTO follow (account_id, target_id, id, show_reblogs, notify, languages)
VALUES (:account_id, :target_id, :id, :show_reblogs, :notify, :languages)
ON CONFLICT DO UPDATE SET show_reblogs = excluded.show_reblogs, notify = excluded.notify, languages = excluded.languages;

-- name: find_follow (hot)
SELECT show_reblogs, notify, languages FROM follow WHERE account_id = :account_id AND target_id = :target_id;

-- name: delete_follow (hot)
DELETE FROM follow WHERE account_id = :account_id AND target_id = :target_id;

-- name: following_of (hot)
SELECT target_id, show_reblogs, languages FROM follow WHERE account_id = :account_id ORDER BY target_id;

-- name: following_page (hot)
SELECT target_id, id FROM follow INDEXED BY follow_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;

-- name: following_page_up (hot)
SELECT target_id, id FROM follow INDEXED BY follow_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: followers_page (hot)
SELECT account_id, id FROM follow INDEXED BY follower_by_time
WHERE target_id = :target_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;

-- name: followers_page_up (hot)
SELECT account_id, id FROM follow INDEXED BY follower_by_time
WHERE target_id = :target_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: followers_to_notify (hot)
SELECT account_id FROM follow INDEXED BY follower_to_notify WHERE target_id = :target_id AND notify = 1;

-- name: followers_of (hot)
SELECT account_id FROM follow INDEXED BY follower_by_time WHERE target_id = :target_id;

-- name: local_followers
SELECT account_id FROM follow INDEXED BY follower_by_time WHERE target_id = :target_id
  AND (SELECT domain FROM account WHERE id = follow.account_id) = '' ORDER BY id;

-- name: count_following
SELECT count(*) FROM follow WHERE account_id = :account_id;

-- name: familiar_followers
SELECT f.account_id FROM follow AS f INDEXED BY follower_by_time
WHERE f.target_id = :target_id AND EXISTS (SELECT 1 FROM follow AS mine WHERE mine.account_id = :me AND mine.target_id = f.account_id)
ORDER BY f.id DESC LIMIT :limit;

-- name: insert_follow_request
INSERT INTO follow_request (account_id, target_id, id, show_reblogs, notify, languages)
VALUES (:account_id, :target_id, :id, :show_reblogs, :notify, :languages)
ON CONFLICT DO UPDATE SET show_reblogs = excluded.show_reblogs, notify = excluded.notify, languages = excluded.languages;

-- name: find_follow_request (hot)
SELECT show_reblogs, notify, languages FROM follow_request WHERE account_id = :account_id AND target_id = :target_id;

-- name: delete_follow_request
DELETE FROM follow_request WHERE account_id = :account_id AND target_id = :target_id;

-- name: follow_requests_page (hot)
SELECT account_id, id FROM follow_request INDEXED BY follow_request_by_time
WHERE target_id = :target_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;

-- name: follow_requests_page_up (hot)
SELECT account_id, id FROM follow_request INDEXED BY follow_request_by_time
WHERE target_id = :target_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: count_follow_requests
SELECT count(*) FROM follow_request WHERE target_id = :target_id;

-- name: insert_mute
INSERT INTO mute (account_id, target_id, id, notifications, expires_at)
VALUES (:account_id, :target_id, :id, :notifications, :expires_at)
ON CONFLICT DO UPDATE SET notifications = excluded.notifications, expires_at = excluded.expires_at;

-- name: find_mute (hot)
SELECT notifications, expires_at FROM mute WHERE account_id = :account_id AND target_id = :target_id;

-- name: delete_mute
DELETE FROM mute WHERE account_id = :account_id AND target_id = :target_id;

-- name: mutes_of (hot)
SELECT target_id, expires_at, notifications FROM mute WHERE account_id = :account_id ORDER BY target_id;

-- name: mutes_page (hot)
SELECT target_id, id FROM mute INDEXED BY mute_by_time
WHERE account_id = :account_id AND id < :before AND id > :after AND coalesce(expires_at > :now, 1)
ORDER BY id DESC LIMIT :limit;

-- name: mutes_page_up (hot)
SELECT target_id, id FROM mute INDEXED BY mute_by_time
WHERE account_id = :account_id AND id < :before AND id > :after AND coalesce(expires_at > :now, 1)
ORDER BY id LIMIT :limit;

-- name: insert_block
INSERT OR IGNORE INTO block (account_id, target_id, id) VALUES (:account_id, :target_id, :id);

-- name: find_block (hot)
SELECT 1 FROM block WHERE account_id = :account_id AND target_id = :target_id;

-- name: delete_block
DELETE FROM block WHERE account_id = :account_id AND target_id = :target_id;

-- name: blocks_of (hot)
SELECT target_id FROM block WHERE account_id = :account_id ORDER BY target_id;

-- name: blockers_of (hot)
SELECT account_id FROM block INDEXED BY blocked_by WHERE target_id = :target_id ORDER BY account_id;

-- name: blocks_page (hot)
SELECT target_id, id FROM block INDEXED BY block_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;

-- name: blocks_page_up (hot)
SELECT target_id, id FROM block INDEXED BY block_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: set_account_note
INSERT INTO account_note (account_id, target_id, comment) VALUES (:account_id, :target_id, :comment)
ON CONFLICT DO UPDATE SET comment = excluded.comment;

-- name: find_account_note (hot)
SELECT comment FROM account_note WHERE account_id = :account_id AND target_id = :target_id;

-- name: edges_of_account
SELECT target_id, 'following' FROM follow WHERE account_id = :account_id
UNION ALL SELECT account_id, 'follower' FROM follow WHERE target_id = :account_id
UNION ALL SELECT target_id, 'requested' FROM follow_request WHERE account_id = :account_id
UNION ALL SELECT account_id, 'requester' FROM follow_request WHERE target_id = :account_id;

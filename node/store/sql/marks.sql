-- name: insert_favourite (hot)
INSERT OR IGNORE INTO favourite (account_id, status_id, id) VALUES (:account_id, :status_id, :id);
-- name: delete_favourite (hot)
DELETE FROM favourite WHERE account_id = :account_id AND status_id = :status_id;
-- name: favourites_page (hot)
SELECT status_id, id FROM favourite INDEXED BY favourite_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;
-- name: favourites_page_up (hot)
SELECT status_id, id FROM favourite INDEXED BY favourite_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;
-- name: favourited_by_page (hot)
SELECT account_id, id FROM favourite INDEXED BY favourited_by
WHERE status_id = :status_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;
-- name: favourited_by_page_up (hot)
SELECT account_id, id FROM favourite INDEXED BY favourited_by
WHERE status_id = :status_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;
-- name: reblogged_by_page (hot)
SELECT account_id, id FROM status INDEXED BY status_reblogged
WHERE reblog_of_id = :status_id AND id < :before AND id > :after AND deleted_at IS NULL
  AND visibility IN ('public', 'unlisted') ORDER BY id DESC LIMIT :limit;
-- name: reblogged_by_page_up (hot)
SELECT account_id, id FROM status INDEXED BY status_reblogged
WHERE reblog_of_id = :status_id AND id < :before AND id > :after AND deleted_at IS NULL
  AND visibility IN ('public', 'unlisted') ORDER BY id LIMIT :limit;

-- name: insert_bookmark
INSERT OR IGNORE INTO bookmark (account_id, status_id, id) VALUES (:account_id, :status_id, :id);
-- name: delete_bookmark
DELETE FROM bookmark WHERE account_id = :account_id AND status_id = :status_id;
-- name: bookmarks_page (hot)
SELECT status_id, id FROM bookmark INDEXED BY bookmark_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id DESC LIMIT :limit;
-- name: bookmarks_page_up (hot)
SELECT status_id, id FROM bookmark INDEXED BY bookmark_by_time
WHERE account_id = :account_id AND id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: insert_pin
INSERT OR IGNORE INTO pin (account_id, status_id, id) VALUES (:account_id, :status_id, :id);
-- name: delete_pin
DELETE FROM pin WHERE account_id = :account_id AND status_id = :status_id;
-- name: pins_of
SELECT status_id FROM pin WHERE account_id = :account_id ORDER BY id DESC;

-- name: insert_conversation_mute
INSERT OR IGNORE INTO conversation_mute (account_id, conversation_id) VALUES (:account_id, :conversation_id);
-- name: delete_conversation_mute
DELETE FROM conversation_mute WHERE account_id = :account_id AND conversation_id = :conversation_id;
-- name: conversation_mutes_of (hot)
SELECT conversation_id FROM conversation_mute WHERE account_id = :account_id ORDER BY conversation_id;

-- name: newest_marks (hot)
SELECT status_id, 1 FROM (SELECT status_id FROM favourite WHERE account_id = :account_id ORDER BY status_id DESC LIMIT :limit)
UNION ALL SELECT reblog_of_id, 2 FROM (SELECT reblog_of_id FROM status INDEXED BY status_reblog
  WHERE account_id = :account_id AND reblog_of_id IS NOT NULL AND deleted_at IS NULL ORDER BY reblog_of_id DESC LIMIT :limit)
UNION ALL SELECT status_id, 4 FROM (SELECT status_id FROM bookmark WHERE account_id = :account_id ORDER BY status_id DESC LIMIT :limit)
UNION ALL SELECT status_id, 8 FROM pin WHERE account_id = :account_id
UNION ALL SELECT status_id, 16 FROM (SELECT DISTINCT status_id FROM poll_vote INDEXED BY poll_vote_of_account
  WHERE account_id = :account_id ORDER BY status_id DESC LIMIT :limit);

-- name: marks_on (hot)
SELECT status_id, 1 FROM favourite WHERE account_id = :account_id AND status_id = :status_id
UNION ALL SELECT reblog_of_id, 2 FROM status INDEXED BY status_reblog
  WHERE account_id = :account_id AND reblog_of_id = :status_id AND deleted_at IS NULL
UNION ALL SELECT status_id, 4 FROM bookmark WHERE account_id = :account_id AND status_id = :status_id
UNION ALL SELECT status_id, 8 FROM pin WHERE account_id = :account_id AND status_id = :status_id
UNION ALL SELECT DISTINCT status_id, 16 FROM poll_vote WHERE status_id = :status_id AND account_id = :account_id;

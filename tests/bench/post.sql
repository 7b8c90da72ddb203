-- What one public post without mentions, tags or pictures writes, as bare statements: the bound for the node's
-- POST /api/v1/statuses. `run` compares the rows this adds to each table with those the node added, and fails if they differ.

-- name: pragmas
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 5000;
PRAGMA wal_autocheckpoint = 0;

-- name: stand_in_authors
-- Only for a database without accounts, to try the program on the bare schema.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 64)
INSERT INTO account(id, public_id, username, username_key, created_at) SELECT i, i, 'a' || i, 'a' || i, 0 FROM n;

-- name: authors
SELECT id FROM account WHERE domain = '' AND deleted_at IS NULL ORDER BY id LIMIT 64;

-- name: post
INSERT INTO status(id, account_id, conversation_id, visibility, language, text, content)
  VALUES (:id, :author, :id, 'public', 'en', :text, :content);
UPDATE account SET statuses_count = statuses_count + 1, last_status_at = :now WHERE id = :author;
INSERT INTO idempotency(account_id, key_hash, status_id, created_at) VALUES (:author, :key_hash, :id, :now);

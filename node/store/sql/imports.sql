-- name: insert_import
INSERT INTO import (id, account_id, kind, total, done) VALUES (:id, :account_id, :kind, :total, :done);

-- name: insert_import_line
INSERT OR REPLACE INTO import_line (import_id, line, subject, options, next_at, failure)
VALUES (:import_id, :line, :subject, :options, :next_at, :failure);

-- name: imports_of
SELECT id, account_id, kind, total, done,
       (SELECT count(*) FROM import_line WHERE import_id = import.id AND next_at IS NULL),
       (SELECT count(*) FROM import_line WHERE import_id = import.id AND next_at IS NOT NULL)
FROM import WHERE account_id = :account_id ORDER BY id DESC;

-- name: import_lines
SELECT import_id, line, subject, options, attempts, next_at, failure FROM import_line WHERE import_id = :import_id ORDER BY line;

-- name: due_import_lines (hot)
SELECT import_id, line, subject, options, attempts, next_at, failure FROM import_line INDEXED BY import_line_due
WHERE next_at <= :now ORDER BY next_at, import_id, line LIMIT :limit;

-- name: import_of_line (hot)
SELECT account_id, kind FROM import WHERE id = :id;

-- name: delete_import_line
DELETE FROM import_line WHERE import_id = :import_id AND line = :line;

-- name: count_import_line
UPDATE import SET done = done + 1 WHERE id = :id;

-- name: fail_import_line
UPDATE import_line SET attempts = attempts + 1, next_at = :next_at, failure = :failure
WHERE import_id = :import_id AND line = :line;

-- name: delete_import_lines
DELETE FROM import_line WHERE import_id = :import_id;

-- name: delete_import
DELETE FROM import WHERE id = :id;

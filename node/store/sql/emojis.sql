-- name: find_emoji (hot)
SELECT id, host, shortcode, uri, url, version, updated_at, file, file_version, file_bytes, used_at, attempts, next_at,
  category, visible_in_picker
FROM emoji WHERE id = :id;

-- name: emoji_by_name (hot)
SELECT id, host, shortcode, uri, url, version, updated_at, file, file_version, file_bytes, used_at, attempts, next_at,
  category, visible_in_picker
FROM emoji WHERE host = :host AND shortcode = :shortcode;

-- name: local_emojis (hot)
SELECT id, host, shortcode, uri, url, version, updated_at, file, file_version, file_bytes, used_at, attempts, next_at,
  category, visible_in_picker
FROM emoji WHERE host = '' ORDER BY category, shortcode;

-- name: count_emojis (hot)
SELECT count(*) FROM emoji WHERE host = :host;

-- name: put_local_emoji
INSERT INTO emoji (host, shortcode, updated_at, file, file_version, file_bytes, category, visible_in_picker)
VALUES ('', :shortcode, :now, :file, 1, :file_bytes, :category, :visible_in_picker)
ON CONFLICT (host, shortcode) DO UPDATE SET version = version + 1, updated_at = excluded.updated_at, file = excluded.file,
  file_version = version + 1, file_bytes = excluded.file_bytes, category = excluded.category,
  visible_in_picker = excluded.visible_in_picker;

-- name: delete_emoji
DELETE FROM emoji WHERE id = :id;

-- name: insert_remote_emoji
INSERT INTO emoji (host, shortcode, uri, url, updated_at) VALUES (:host, :shortcode, :uri, :url, :updated_at);

-- name: update_remote_emoji
UPDATE emoji SET version = version + 1, uri = :uri, url = :url, updated_at = :updated_at, attempts = 0, next_at = NULL WHERE id = :id;

-- name: put_emoji_file
UPDATE emoji SET file = :file, file_version = version, file_bytes = :bytes, used_at = :now, attempts = 0, next_at = NULL WHERE id = :id;

-- name: put_emoji_failure
UPDATE emoji SET attempts = :attempts, next_at = :next_at WHERE id = :id AND version = :version;

-- name: touch_emoji
UPDATE emoji SET used_at = :now WHERE id = :id;

-- name: remote_emoji_bytes
SELECT coalesce(sum(file_bytes), 0) FROM emoji INDEXED BY emoji_kept WHERE host <> '' AND file <> '';

-- name: stalest_emojis (hot)
SELECT id, host, shortcode, uri, url, version, updated_at, file, file_version, file_bytes, used_at, attempts, next_at,
  category, visible_in_picker
FROM emoji INDEXED BY emoji_kept WHERE host <> '' AND file <> '' AND used_at >= 0 ORDER BY used_at LIMIT :limit;

-- name: drop_emoji_file
UPDATE emoji SET file = '', file_version = 0, file_bytes = 0, used_at = NULL WHERE id = :id;

-- name: hosts_of_kept_emojis
SELECT DISTINCT host FROM emoji INDEXED BY emoji_kept WHERE host <> '' AND file <> '';

-- name: kept_emojis_of_host
SELECT id, host, shortcode, uri, url, version, updated_at, file, file_version, file_bytes, used_at, attempts, next_at,
  category, visible_in_picker
FROM emoji WHERE host = :host AND file <> '';

-- name: insert_status (hot)
INSERT INTO status (id, account_id, reblog_of_id, in_reply_to_id, in_reply_to_account_id, conversation_id, visibility, local_only,
  sensitive, policy, app_id, uri, url, edited_at, language, format, mentions, tags, spoiler_text, text, content)
VALUES (:id, :account_id, :reblog_of_id, :in_reply_to_id, :in_reply_to_account_id, :conversation_id, :visibility, :local_only,
  :sensitive, :policy, :app_id, :uri, :url, :edited_at, :language, :format, :mentions, :tags, :spoiler_text, :text, :content);

-- name: find_status (hot)
SELECT id, account_id, reblog_of_id, in_reply_to_id, in_reply_to_account_id, conversation_id, visibility, local_only, sensitive,
  revision, edited_at, deleted_at IS NOT NULL, replies_count, reblogs_count, favourites_count, app_id, language, format, mentions,
  tags, spoiler_text, text, content, uri, url, quotes_count, is_quote, policy
FROM status WHERE id = :id;

-- name: least_status_id (hot)
SELECT id FROM status WHERE id BETWEEN :first AND :last ORDER BY id LIMIT 1;

-- name: status_by_uri (hot)
SELECT id FROM status WHERE uri = :uri AND uri <> '';

-- name: status_by_page
SELECT id FROM status WHERE url = :url AND url <> '' LIMIT 1;

-- name: find_statuses (hot)
SELECT id, account_id, reblog_of_id, in_reply_to_id, in_reply_to_account_id, conversation_id, visibility, local_only, sensitive,
  revision, edited_at, deleted_at IS NOT NULL, replies_count, reblogs_count, favourites_count, app_id, language, format, mentions,
  tags, spoiler_text, text, content, uri, url, quotes_count, is_quote, policy
FROM status WHERE id IN (:i1, :i2, :i3, :i4, :i5, :i6, :i7, :i8, :i9, :i10, :i11, :i12, :i13, :i14, :i15, :i16, :i17, :i18, :i19,
  :i20, :i21, :i22, :i23, :i24, :i25, :i26, :i27, :i28, :i29, :i30, :i31, :i32);

-- name: insert_direct (hot)
INSERT OR IGNORE INTO direct (account_id, status_id) VALUES (:account_id, :status_id);

-- name: delete_directs
DELETE FROM direct WHERE account_id = :account_id AND status_id = :status_id;

-- name: find_tag (hot)
SELECT id FROM tag WHERE name = :name;

-- name: insert_tag
INSERT INTO tag (name) VALUES (:name) RETURNING id;

-- name: search_tags (hot)
SELECT name FROM tag
WHERE name >= :prefix AND name < :prefix_end
  AND EXISTS (SELECT 1 FROM status_tag JOIN status ON status.id = status_id JOIN account ON account.id = status.account_id
              WHERE tag_id = tag.id AND visibility = 'public' AND status.deleted_at IS NULL AND suspended_at IS NULL)
ORDER BY name LIMIT :limit OFFSET :offset;

-- name: insert_status_tag (hot)
INSERT OR IGNORE INTO status_tag (tag_id, status_id) VALUES (:tag_id, :status_id);

-- name: delete_status_tag
DELETE FROM status_tag WHERE tag_id = :tag_id AND status_id = :status_id;

-- name: add_to_status_counts (hot)
UPDATE status SET replies_count = max(0, replies_count + :replies), reblogs_count = max(0, reblogs_count + :reblogs),
  favourites_count = max(0, favourites_count + :favourites), quotes_count = max(0, quotes_count + :quotes) WHERE id = :id;

-- name: set_first_status_uri
UPDATE status SET uri = :uri WHERE id = :id AND uri = '';

-- name: set_status_uri
UPDATE status SET uri = :uri WHERE id = :id;

-- name: set_status_policy
UPDATE status SET policy = :policy WHERE id = :id;

-- name: update_status_text
UPDATE status SET revision = revision + 1, edited_at = :edited_at, sensitive = :sensitive, language = :language, format = :format,
  mentions = :mentions, tags = :tags, spoiler_text = :spoiler_text, text = :text, content = :content
WHERE id = :id;

-- name: insert_status_edit
INSERT INTO status_edit (status_id, revision, created_at, sensitive, spoiler_text, text, content)
VALUES (:status_id, :revision, :created_at, :sensitive, :spoiler_text, :text, :content);

-- name: status_edits
SELECT created_at, sensitive, spoiler_text, content FROM status_edit WHERE status_id = :status_id ORDER BY revision;

-- name: tombstone_status
UPDATE status SET deleted_at = :deleted_at, spoiler_text = '', text = '', content = '', mentions = '', tags = '', is_quote = 0, policy = ''
WHERE id = :id AND deleted_at IS NULL;

-- name: delete_status_edits
DELETE FROM status_edit WHERE status_id = :status_id;
-- name: delete_status_favourites
DELETE FROM favourite WHERE status_id = :status_id;
-- name: delete_status_pins
DELETE FROM pin WHERE account_id = :account_id AND status_id = :status_id;
-- name: delete_status_notifications
DELETE FROM notification WHERE status_id = :status_id AND status_id <> 0;

-- name: reblog_of (hot)
SELECT id FROM status WHERE account_id = :account_id AND reblog_of_id = :reblog_of_id AND deleted_at IS NULL;

-- name: reblogs_of
SELECT id, account_id FROM status WHERE reblog_of_id = :reblog_of_id AND deleted_at IS NULL;

-- name: statuses_of_account_older (hot)
SELECT id, reblog_of_id, nullif(in_reply_to_account_id, account_id) FROM status INDEXED BY status_of_account
WHERE account_id = :account_id AND id < :before AND deleted_at IS NULL AND visibility <> 'direct' ORDER BY id DESC LIMIT :limit;

-- name: statuses_of_account_newer (hot)
SELECT id, reblog_of_id, nullif(in_reply_to_account_id, account_id) FROM status INDEXED BY status_of_account
WHERE account_id = :account_id AND id > :after AND deleted_at IS NULL AND visibility <> 'direct' ORDER BY id LIMIT :limit;

-- name: directs_older (hot)
SELECT status_id, NULL, NULL FROM direct WHERE account_id = :account_id AND status_id < :before ORDER BY status_id DESC LIMIT :limit;

-- name: directs_newer (hot)
SELECT status_id, NULL, NULL FROM direct WHERE account_id = :account_id AND status_id > :after ORDER BY status_id LIMIT :limit;

-- name: public_older (hot)
SELECT id, NULL, NULL FROM status INDEXED BY status_public
WHERE id < :before AND deleted_at IS NULL AND visibility = 'public' AND reblog_of_id IS NULL ORDER BY id DESC LIMIT :limit;

-- name: public_newer (hot)
SELECT id, NULL, NULL FROM status INDEXED BY status_public
WHERE id > :after AND deleted_at IS NULL AND visibility = 'public' AND reblog_of_id IS NULL ORDER BY id LIMIT :limit;

-- name: public_here_older (hot)
SELECT id, NULL, NULL FROM status INDEXED BY status_public_here
WHERE id < :before AND deleted_at IS NULL AND visibility = 'public' AND reblog_of_id IS NULL AND uri = ''
ORDER BY id DESC LIMIT :limit;

-- name: public_here_newer (hot)
SELECT id, NULL, NULL FROM status INDEXED BY status_public_here
WHERE id > :after AND deleted_at IS NULL AND visibility = 'public' AND reblog_of_id IS NULL AND uri = ''
ORDER BY id LIMIT :limit;

-- name: tagged_older (hot)
SELECT status_id, NULL, NULL FROM status_tag WHERE tag_id = :tag_id AND status_id < :before ORDER BY status_id DESC LIMIT :limit;

-- name: tagged_newer (hot)
SELECT status_id, NULL, NULL FROM status_tag WHERE tag_id = :tag_id AND status_id > :after ORDER BY status_id LIMIT :limit;

-- name: replies_to (hot)
SELECT id FROM status INDEXED BY status_reply WHERE in_reply_to_id = :id AND deleted_at IS NULL ORDER BY id LIMIT :limit;

-- name: replies_after (hot)
SELECT id FROM status INDEXED BY status_reply WHERE in_reply_to_id = :id AND id > :after AND deleted_at IS NULL ORDER BY id LIMIT :limit;

-- name: all_statuses_of_account
SELECT id FROM status WHERE account_id = :account_id AND deleted_at IS NULL AND visibility <> 'direct'
UNION SELECT status_id FROM direct JOIN status ON status.id = status_id
WHERE direct.account_id = :account_id AND status.account_id = :account_id AND deleted_at IS NULL;

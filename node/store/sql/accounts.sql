-- name: greatest_id
SELECT max(coalesce((SELECT max(id) FROM status), 0), coalesce((SELECT max(id) FROM notification), 0),
           coalesce((SELECT max(public_id) FROM account), 0));

-- name: insert_account
INSERT INTO account (public_id, username, username_key, domain, uri, display_name, created_at)
VALUES (:public_id, :username, :username_key, :domain, :uri, :display_name, :created_at) RETURNING id;

-- name: find_account (hot)
SELECT id, public_id, username, domain, display_name, note, note_html, fields, avatar, header, locked, bot, discoverable,
       indexable, hide_collections, suspended_at, deleted_at, created_at, last_status_at, statuses_count, followers_count,
       following_count, uri, url, also_known_as, moved_to_id, (SELECT role FROM user WHERE account_id = account.id)
FROM account WHERE id = :id;

-- name: account_by_public_id (hot)
SELECT id FROM account WHERE public_id = :public_id;

-- name: account_by_name (hot)
SELECT id FROM account WHERE username_key = :username_key AND domain = :domain;

-- name: account_by_uri (hot)
SELECT id FROM account WHERE uri = :uri AND uri <> '';

-- name: update_remote_account
UPDATE account SET display_name = :display_name, note_html = :note_html, fields = :fields, locked = :locked, bot = :bot,
  discoverable = :discoverable, indexable = :indexable, url = :url, also_known_as = :also_known_as WHERE id = :id;

-- name: update_profile
UPDATE account SET display_name = :display_name, note = :note, note_html = :note_html, fields = :fields, avatar = :avatar,
  header = :header, locked = :locked, bot = :bot, discoverable = :discoverable, indexable = :indexable,
  hide_collections = :hide_collections WHERE id = :id;

-- name: set_also_known_as
UPDATE account SET also_known_as = :also_known_as WHERE id = :id;

-- name: set_moved_to
UPDATE account SET moved_to_id = :moved_to_id, moved_at = :moved_at WHERE id = :id;

-- name: unset_moved_to
UPDATE account SET moved_to_id = NULL WHERE id = :id;

-- name: moved_at
SELECT moved_at FROM account WHERE id = :id;

-- name: suspend_account
UPDATE account SET suspended_at = :suspended_at WHERE id = :id;

-- name: mark_account_deleted
UPDATE account SET deleted_at = :deleted_at, display_name = '', note = '', note_html = '', fields = '[]', avatar = '', header = '',
  statuses_count = 0, followers_count = 0, following_count = 0, last_status_at = NULL WHERE id = :id;

-- name: add_to_account_counts (hot)
UPDATE account SET statuses_count = max(0, statuses_count + :statuses), followers_count = max(0, followers_count + :followers),
  following_count = max(0, following_count + :following) WHERE id = :id;

-- name: count_new_status (hot)
UPDATE account SET statuses_count = statuses_count + 1, last_status_at = max(coalesce(last_status_at, 0), :at) WHERE id = :id;

-- name: search_accounts (hot)
SELECT id FROM account INDEXED BY account_name
WHERE username_key >= :prefix AND username_key < :prefix_end AND suspended_at IS NULL AND deleted_at IS NULL
ORDER BY username_key LIMIT :limit OFFSET :offset;

-- name: search_accounts_by_display_name
SELECT id FROM account WHERE display_name LIKE :pattern ESCAPE '\' AND suspended_at IS NULL AND deleted_at IS NULL
ORDER BY followers_count DESC, id LIMIT :limit OFFSET :offset;

-- name: directory_by_activity
SELECT id FROM account WHERE domain = '' AND discoverable = 1 AND suspended_at IS NULL AND deleted_at IS NULL
ORDER BY last_status_at DESC NULLS LAST LIMIT :limit OFFSET :offset;

-- name: directory_by_age
SELECT id FROM account WHERE domain = '' AND discoverable = 1 AND suspended_at IS NULL AND deleted_at IS NULL
ORDER BY id DESC LIMIT :limit OFFSET :offset;

-- name: all_local_accounts
SELECT id FROM account WHERE domain = '' ORDER BY id;

-- name: staff
SELECT account_id FROM user WHERE role IN ('moderator', 'admin') AND state = 'active';

-- name: insert_user
INSERT INTO user (account_id, email, email_key, password_hash, role, state, reason, locale, created_at)
VALUES (:account_id, :email, :email_key, :password_hash, :role, :state, :reason, :locale, :created_at);

-- name: find_user (hot)
SELECT account_id, email, password_hash, role, state, reason, locale, default_visibility, default_sensitive, default_language,
       created_at FROM user WHERE account_id = :account_id;

-- name: user_by_email (hot)
SELECT account_id FROM user WHERE email_key = :email_key;

-- name: update_user_defaults
UPDATE user SET default_visibility = :visibility, default_sensitive = :sensitive, default_language = :language
WHERE account_id = :account_id;

-- name: set_user_state
UPDATE user SET state = :state WHERE account_id = :account_id;

-- name: set_user_role
UPDATE user SET role = :role WHERE account_id = :account_id;

-- name: set_password
UPDATE user SET password_hash = :password_hash WHERE account_id = :account_id;

-- name: delete_user
DELETE FROM user WHERE account_id = :account_id;

-- name: count_users
SELECT (SELECT count(*) FROM user WHERE state = 'active'),
       (SELECT count(*) FROM account WHERE domain = '' AND deleted_at IS NULL AND last_status_at >= :month_ago),
       (SELECT count(*) FROM account WHERE domain = '' AND deleted_at IS NULL AND last_status_at >= :half_year_ago),
       (SELECT coalesce(sum(statuses_count), 0) FROM account WHERE domain = '');

-- name: insert_invite
INSERT INTO invite (code, uses_left, expires_at, created_at) VALUES (:code, :uses_left, :expires_at, :created_at);

-- name: use_invite
UPDATE invite SET uses_left = uses_left - 1 WHERE code = :code AND uses_left > 0 AND (expires_at IS NULL OR expires_at > :now);

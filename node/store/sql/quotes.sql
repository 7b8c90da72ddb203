-- name: insert_quote (hot)
INSERT INTO quote (status_id, quoted_id, quoted_account_id, quoted_uri, state, stamp)
VALUES (:status_id, :quoted_id, :quoted_account_id, :quoted_uri, :state, :stamp);

-- name: mark_as_quote (hot)
UPDATE status SET is_quote = :is_quote WHERE id = :id;

-- name: find_quote (hot)
SELECT status_id, quoted_id, quoted_account_id, quoted_uri, state, stamp FROM quote WHERE status_id = :status_id;

-- name: update_quote
UPDATE quote SET quoted_id = :quoted_id, quoted_account_id = :quoted_account_id, quoted_uri = :quoted_uri, state = :state,
  stamp = :stamp WHERE status_id = :status_id;

-- name: delete_quote
DELETE FROM quote WHERE status_id = :status_id;

-- name: new_stamp
SELECT lower(hex(randomblob(16)));

-- name: quote_by_stamp (hot)
SELECT status_id, quoted_id, quoted_account_id, quoted_uri, state, stamp FROM quote INDEXED BY quote_stamp
WHERE stamp = :stamp AND stamp <> '';

-- name: quotes_of (hot)
SELECT status_id, quoted_id, quoted_account_id, quoted_uri, state, stamp FROM quote INDEXED BY quote_of
WHERE quoted_id = :quoted_id AND quoted_id <> 0;

-- name: quoting_accounts
SELECT DISTINCT account_id FROM quote INDEXED BY quote_of JOIN status ON status.id = quote.status_id
WHERE quoted_id = :quoted_id AND quoted_id <> 0 AND state = 'accepted' AND uri <> '';

-- name: quotes_older (hot)
SELECT status_id, NULL FROM quote INDEXED BY quote_of
WHERE quoted_id = :quoted_id AND quoted_id <> 0 AND status_id < :before AND state = 'accepted' ORDER BY status_id DESC LIMIT :limit;

-- name: quotes_newer (hot)
SELECT status_id, NULL FROM quote INDEXED BY quote_of
WHERE quoted_id = :quoted_id AND quoted_id <> 0 AND status_id > :after AND state = 'accepted' ORDER BY status_id LIMIT :limit;

-- name: quotes_waiting_for (hot)
SELECT status_id, quoted_id, quoted_account_id, quoted_uri, state, stamp FROM quote INDEXED BY quote_of_uri
WHERE quoted_uri = :quoted_uri AND quoted_id = 0;

-- name: put_reply_consent
INSERT INTO reply_consent (status_id, state, stamp) VALUES (:status_id, :state, :stamp)
ON CONFLICT DO UPDATE SET state = excluded.state, stamp = excluded.stamp;

-- name: find_reply_consent (hot)
SELECT status_id, state, stamp FROM reply_consent WHERE status_id = :status_id;

-- name: reply_consent_by_stamp (hot)
SELECT status_id, state, stamp FROM reply_consent INDEXED BY reply_consent_stamp WHERE stamp = :stamp AND stamp <> '';

-- name: delete_reply_consent
DELETE FROM reply_consent WHERE status_id = :status_id;

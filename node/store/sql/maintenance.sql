-- What must be true between rows, for `dunlin-node check`. Each query answers one column: what is wrong with which row.
-- Nothing is the good answer.

-- name: check_favourites_count
SELECT 'status ' || id || ': favourites_count is ' || favourites_count || ', favourites there are ' || n
FROM (SELECT id, favourites_count, (SELECT count(*) FROM favourite WHERE favourite.status_id = status.id) AS n
      FROM status WHERE deleted_at IS NULL)
WHERE favourites_count <> n;

-- name: check_reblogs_count
SELECT 'status ' || id || ': reblogs_count is ' || reblogs_count || ', boosts there are ' || n
FROM (SELECT id, reblogs_count,
             (SELECT count(*) FROM status AS boost WHERE boost.reblog_of_id = status.id AND boost.deleted_at IS NULL) AS n
      FROM status)
WHERE reblogs_count <> n;

-- Of statuses of this node: elsewhere it is the origin that counts.
-- name: check_poll_votes
SELECT 'poll of status ' || status_id || ': option ' || key || ' counts ' || value || ' votes, votes there are ' || n
FROM (SELECT poll.status_id, key, value, (SELECT count(*) FROM poll_vote WHERE poll_vote.status_id = poll.status_id AND choice = key) AS n
      FROM poll JOIN status ON status.id = poll.status_id AND status.uri = '', json_each('[' || replace(votes, ' ', ',') || ']'))
WHERE value <> n;

-- name: check_poll_voters
SELECT 'poll of status ' || status_id || ': counts ' || voters || ' voters, voters there are ' || n
FROM (SELECT poll.status_id, voters,
             (SELECT count(DISTINCT account_id) FROM poll_vote WHERE poll_vote.status_id = poll.status_id) AS n
      FROM poll JOIN status ON status.id = poll.status_id AND status.uri = '')
WHERE voters <> n;

-- Answers that everyone may read (counts_as_reply in domain/statuses/visibility.h).
-- name: check_replies_count
SELECT 'status ' || id || ': replies_count is ' || replies_count || ', replies there are ' || n
FROM (SELECT id, replies_count,
             (SELECT count(*) FROM status AS reply
              WHERE reply.in_reply_to_id = status.id AND reply.deleted_at IS NULL
                AND reply.visibility IN ('public', 'unlisted')) AS n
      FROM status)
WHERE replies_count <> n;

-- Quotes that its author agreed to and everyone may read (counts_as_quote in domain/statuses/quotes.h).
-- name: check_quotes_count
SELECT 'status ' || id || ': quotes_count is ' || quotes_count || ', quotes there are ' || n
FROM (SELECT id, quotes_count,
             (SELECT count(*) FROM quote JOIN status AS quoting ON quoting.id = quote.status_id
              WHERE quote.quoted_id = status.id AND quote.quoted_id <> 0 AND quote.state = 'accepted'
                AND quoting.visibility IN ('public', 'unlisted')) AS n
      FROM status WHERE deleted_at IS NULL)
WHERE quotes_count <> n;

-- name: check_quotes
SELECT 'quote ' || quote.status_id || ': ' || CASE
    WHEN quoting.deleted_at IS NOT NULL THEN 'the status is deleted'
    WHEN quoting.is_quote = 0 THEN 'the status does not say that it is one'
    WHEN quoted.id IS NULL THEN 'what it quotes does not exist'
    WHEN quoted.account_id <> quote.quoted_account_id THEN 'quoted_account_id is not the author of what it quotes'
    WHEN quoted.deleted_at IS NOT NULL THEN 'what it quotes is deleted'
    ELSE 'what it quotes is a boost' END
FROM quote JOIN status AS quoting ON quoting.id = quote.status_id LEFT JOIN status AS quoted ON quoted.id = quote.quoted_id
WHERE quoting.deleted_at IS NOT NULL OR quoting.is_quote = 0
  OR (quote.quoted_id <> 0 AND (quoted.id IS NULL OR quoted.account_id <> quote.quoted_account_id OR quoted.reblog_of_id IS NOT NULL
                                OR (quoted.deleted_at IS NOT NULL AND quote.state <> 'deleted')))
UNION ALL
SELECT 'status ' || id || ': says that it is a quote, but there is no row of what' FROM status
WHERE is_quote = 1 AND NOT EXISTS (SELECT 1 FROM quote WHERE quote.status_id = status.id);

-- name: check_reply_consents
SELECT 'reply_consent ' || status.id || ': ' || CASE WHEN deleted_at IS NOT NULL THEN 'the status is deleted'
    ELSE 'the status answers nothing' END
FROM reply_consent JOIN status ON status.id = status_id WHERE deleted_at IS NOT NULL OR in_reply_to_id IS NULL;

-- name: check_statuses_count
WITH written AS MATERIALIZED (SELECT account_id, count(*) AS n FROM status
                              WHERE deleted_at IS NULL AND visibility <> 'direct' GROUP BY account_id)
SELECT 'account ' || id || ' (' || username || '): statuses_count is ' || statuses_count || ', statuses there are ' || coalesce(n, 0)
FROM account LEFT JOIN written ON written.account_id = account.id WHERE statuses_count <> coalesce(n, 0);

-- name: check_followers_count
SELECT 'account ' || id || ' (' || username || '): followers_count is ' || followers_count || ', followers there are ' || n
FROM (SELECT id, username, followers_count, (SELECT count(*) FROM follow WHERE target_id = account.id) AS n FROM account)
WHERE followers_count <> n;

-- name: check_following_count
SELECT 'account ' || id || ' (' || username || '): following_count is ' || following_count || ', accounts it follows are ' || n
FROM (SELECT id, username, following_count, (SELECT count(*) FROM follow WHERE account_id = account.id) AS n FROM account)
WHERE following_count <> n;

-- name: check_account_profile
SELECT 'account ' || id || ' (' || username || '): ' || what FROM (
  SELECT id, username,
    CASE WHEN username_key <> lower(username) THEN 'username_key is ' || username_key || ', not its name in lower case'
         WHEN NOT json_valid(fields) THEN 'fields are no JSON'
         WHEN deleted_at IS NOT NULL AND display_name || note || note_html || avatar || header <> '' THEN 'is deleted, but its profile is still there'
    END AS what FROM account)
WHERE what IS NOT NULL;

-- name: check_account_user
SELECT 'account ' || id || ' (' || username || '): is local, but has no user row'
FROM account WHERE domain = '' AND deleted_at IS NULL AND id NOT IN (SELECT account_id FROM user)
UNION ALL SELECT 'user ' || user.account_id || ' (' || username || '): its account is deleted'
FROM user JOIN account ON account.id = user.account_id WHERE deleted_at IS NOT NULL
UNION ALL SELECT 'token ' || token.id || ': its account ' || account.id || ' (' || username || ') is deleted'
FROM token JOIN account ON account.id = token.account_id WHERE deleted_at IS NOT NULL;

-- name: check_status_lists
SELECT 'status ' || id || ': mentions are no list of ids: ' || mentions FROM status
WHERE mentions <> '' AND NOT json_valid('[' || replace(mentions, ' ', ',') || ']')
UNION ALL
SELECT 'status ' || status.id || ': mentions account ' || each.value || ', which does not exist'
FROM status, json_each('[' || replace(CASE WHEN json_valid('[' || replace(mentions, ' ', ',') || ']') THEN mentions ELSE '' END, ' ', ',') || ']') AS each
WHERE mentions <> '' AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = each.value);

-- name: check_direct_rows
SELECT 'direct (account ' || direct.account_id || ', status ' || direct.status_id || '): '
  || CASE WHEN status.id IS NULL THEN 'the status does not exist' WHEN status.deleted_at IS NOT NULL THEN 'the status is deleted'
          WHEN visibility <> 'direct' THEN 'the status is ' || visibility ELSE 'the account takes no part in the status' END
FROM direct LEFT JOIN status ON status.id = direct.status_id
WHERE status.id IS NULL OR status.deleted_at IS NOT NULL OR visibility <> 'direct'
  OR (status.account_id <> direct.account_id AND instr(' ' || mentions || ' ', ' ' || direct.account_id || ' ') = 0);

-- name: check_direct_statuses
SELECT 'status ' || part.id || ': is direct, but has no direct row for account ' || part.account FROM (
  SELECT id, account_id AS account FROM status WHERE visibility = 'direct' AND deleted_at IS NULL
  UNION SELECT status.id, each.value
  FROM status, json_each('[' || replace(CASE WHEN json_valid('[' || replace(mentions, ' ', ',') || ']') THEN mentions ELSE '' END, ' ', ',') || ']') AS each
  WHERE visibility = 'direct' AND deleted_at IS NULL) AS part
WHERE NOT EXISTS (SELECT 1 FROM direct WHERE direct.account_id = part.account AND direct.status_id = part.id);

-- name: check_status_tag_rows
SELECT 'status_tag (tag ' || status_tag.tag_id || ' ' || coalesce(name, '?') || ', status ' || status_tag.status_id || '): '
  || CASE WHEN status.id IS NULL THEN 'the status does not exist' WHEN status.deleted_at IS NOT NULL THEN 'the status is deleted'
          ELSE 'the status does not have this tag' END
FROM status_tag LEFT JOIN tag ON tag.id = status_tag.tag_id LEFT JOIN status ON status.id = status_tag.status_id
WHERE status.id IS NULL OR status.deleted_at IS NOT NULL OR name IS NULL OR instr(' ' || tags || ' ', ' ' || name || ' ') = 0;

-- name: check_status_tags
SELECT 'status ' || status.id || ': is not filed under its tag ' || each.value
FROM status, json_each('[' || replace(json_quote(tags), ' ', '","') || ']') AS each
WHERE tags <> '' AND deleted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM status_tag JOIN tag ON tag.id = tag_id WHERE status_tag.status_id = status.id AND tag.name = each.value);

-- name: check_threads
SELECT 'status ' || status.id || ': ' || CASE
    WHEN in_reply_to_id IS NOT NULL THEN
      CASE WHEN parent.id IS NULL THEN 'answers status ' || status.in_reply_to_id || ', which does not exist'
           WHEN status.in_reply_to_account_id IS NOT parent.account_id THEN 'in_reply_to_account_id is not the author of the answered status'
           ELSE 'conversation_id is not that of the answered status' END
    WHEN status.in_reply_to_account_id IS NOT NULL THEN 'answers an account, but no status'
    ELSE 'begins a thread, but conversation_id is ' || status.conversation_id END
FROM (SELECT id, in_reply_to_id, in_reply_to_account_id, conversation_id, reblog_of_id FROM status) AS status
LEFT JOIN (SELECT id, account_id, conversation_id FROM status) AS parent ON parent.id = status.in_reply_to_id
WHERE (in_reply_to_id IS NOT NULL AND (parent.id IS NULL OR in_reply_to_account_id IS NOT parent.account_id OR status.conversation_id <> parent.conversation_id))
  OR (in_reply_to_id IS NULL AND in_reply_to_account_id IS NOT NULL)
  OR (in_reply_to_id IS NULL AND reblog_of_id IS NULL AND status.conversation_id <> status.id);

-- name: check_boosts
SELECT 'status ' || boost.id || ': ' || CASE
    WHEN original.id IS NULL THEN 'boosts status ' || boost.reblog_of_id || ', which does not exist'
    WHEN original.deleted_at IS NOT NULL THEN 'boosts status ' || original.id || ', which is deleted'
    WHEN original.reblog_of_id IS NOT NULL THEN 'boosts status ' || original.id || ', which is a boost itself'
    WHEN original.visibility = 'direct' THEN 'boosts status ' || original.id || ', which is direct'
    WHEN boost.visibility = 'direct' THEN 'is a boost, but direct'
    ELSE 'is a boost, but has a text' END
FROM status AS boost LEFT JOIN status AS original ON original.id = boost.reblog_of_id
WHERE boost.reblog_of_id IS NOT NULL AND boost.deleted_at IS NULL
  AND (original.id IS NULL OR original.deleted_at IS NOT NULL OR original.reblog_of_id IS NOT NULL OR original.visibility = 'direct'
       OR boost.visibility = 'direct' OR boost.text || boost.content || boost.spoiler_text <> '');

-- name: check_edits
SELECT 'status ' || id || ': revision is ' || revision || ', former versions there are ' || n
FROM (SELECT id, revision, (SELECT count(*) FROM status_edit WHERE status_id = status.id) AS n FROM status WHERE deleted_at IS NULL)
WHERE revision <> n;

-- name: check_tombstones
SELECT 'status ' || id || ': is deleted, but ' || what FROM (
  SELECT id, CASE
    WHEN text <> '' OR content <> '' OR spoiler_text <> '' THEN 'its text is still there'
    WHEN mentions <> '' OR tags <> '' THEN 'its mentions or tags are still there'
    WHEN EXISTS (SELECT 1 FROM status_edit WHERE status_id = status.id) THEN 'former versions are still there'
    WHEN EXISTS (SELECT 1 FROM favourite WHERE status_id = status.id) THEN 'favourites are still there'
    WHEN EXISTS (SELECT 1 FROM poll WHERE poll.status_id = status.id) THEN 'its poll is still there'
    WHEN EXISTS (SELECT 1 FROM pin WHERE pin.account_id = status.account_id AND status_id = status.id) THEN 'it is still pinned'
    END AS what
  FROM status WHERE deleted_at IS NOT NULL)
WHERE what IS NOT NULL;

-- name: check_pins
SELECT 'pin (account ' || pin.account_id || ', status ' || pin.status_id || '): the status is another''s or a boost'
FROM pin JOIN status ON status.id = pin.status_id WHERE status.account_id <> pin.account_id OR reblog_of_id IS NOT NULL;

-- name: check_notification_targets
SELECT 'notification ' || notification.id || ' (' || type || '): ' || CASE
    WHEN notification.account_id = from_account_id AND type <> 'poll' THEN 'tells account ' || from_account_id || ' of its own doing'
    WHEN notification.status_id = 0 THEN 'is about no status'
    WHEN type IN ('follow', 'follow_request', 'admin.sign_up') THEN 'is about a status'
    WHEN status.id IS NULL THEN 'status ' || notification.status_id || ' does not exist'
    ELSE 'status ' || notification.status_id || ' is deleted' END
FROM notification LEFT JOIN status ON status.id = notification.status_id
WHERE (notification.account_id = from_account_id AND type <> 'poll')
  OR (type IN ('follow', 'follow_request', 'admin.sign_up')) <> (notification.status_id = 0)
  OR (notification.status_id <> 0 AND (status.id IS NULL OR status.deleted_at IS NOT NULL));

-- name: check_notification_causes
SELECT 'notification ' || id || ' (' || type || '): what it tells of, by account ' || from_account_id || ', is not there'
FROM notification AS told
WHERE (type = 'favourite' AND NOT EXISTS (
         SELECT 1 FROM favourite WHERE favourite.account_id = from_account_id AND favourite.status_id = told.status_id))
  OR (type = 'reblog' AND NOT EXISTS (
         SELECT 1 FROM status WHERE status.account_id = from_account_id AND reblog_of_id = told.status_id AND deleted_at IS NULL))
  OR (type = 'quote' AND NOT EXISTS (
         SELECT 1 FROM quote WHERE quote.status_id = told.status_id AND quote.state = 'accepted'))
  OR (type = 'follow' AND NOT EXISTS (
         SELECT 1 FROM follow WHERE follow.account_id = from_account_id AND follow.target_id = told.account_id))
  OR (type = 'follow_request' AND NOT EXISTS (
         SELECT 1 FROM follow_request WHERE follow_request.account_id = from_account_id AND follow_request.target_id = told.account_id));

-- The index says so too; this finds rows that a damaged index does not hold.
-- name: check_notifications_once
SELECT 'notification ' || max(id) || ' (' || type || '): tells account ' || account_id || ' again what notification ' || min(id) || ' tells'
FROM notification NOT INDEXED GROUP BY account_id, type, from_account_id, status_id HAVING count(*) > 1;

-- name: check_idempotency
SELECT 'idempotency (account ' || idempotency.account_id || ', key ' || hex(key_hash) || '): '
  || CASE WHEN status.id IS NULL THEN 'status ' || status_id || ' does not exist'
          ELSE 'status ' || status_id || ' is of account ' || status.account_id END
FROM idempotency LEFT JOIN status ON status.id = status_id WHERE status.id IS NULL OR status.account_id <> idempotency.account_id;

-- name: check_edges
SELECT kind || ' (account ' || edge.account_id || ', target ' || target_id || '): ' || CASE
    WHEN edge.account_id = target_id THEN 'is of an account to itself'
    WHEN EXISTS (SELECT 1 FROM account WHERE id IN (edge.account_id, target_id) AND deleted_at IS NOT NULL) THEN 'one of the two is deleted'
    WHEN kind = 'follow_request' AND EXISTS (
      SELECT 1 FROM follow WHERE follow.account_id = edge.account_id AND follow.target_id = edge.target_id) THEN 'follows already'
    ELSE 'one of the two blocks the other' END
FROM (SELECT 'follow' AS kind, account_id, target_id FROM follow
      UNION ALL SELECT 'follow_request', account_id, target_id FROM follow_request) AS edge
WHERE edge.account_id = target_id
  OR EXISTS (SELECT 1 FROM account WHERE id IN (edge.account_id, target_id) AND deleted_at IS NOT NULL)
  OR EXISTS (SELECT 1 FROM block WHERE block.account_id = edge.account_id AND block.target_id = edge.target_id)
  OR EXISTS (SELECT 1 FROM block WHERE block.account_id = edge.target_id AND block.target_id = edge.account_id)
  OR (kind = 'follow_request' AND EXISTS (
      SELECT 1 FROM follow WHERE follow.account_id = edge.account_id AND follow.target_id = edge.target_id));

-- name: check_self_blocks
SELECT 'block (account ' || account_id || ', target ' || target_id || '): is of an account to itself' FROM block WHERE account_id = target_id
UNION ALL SELECT 'mute (account ' || account_id || ', target ' || target_id || '): is of an account to itself' FROM mute WHERE account_id = target_id;

-- name: check_emojis
SELECT 'emoji ' || id || ' (' || shortcode || CASE host WHEN '' THEN '' ELSE '@' || host END || '): ' || what FROM (
  SELECT id, host, shortcode, CASE
    WHEN length(shortcode) < 2 OR shortcode GLOB '*[^a-zA-Z0-9_]*' THEN 'no text can name it'
    WHEN host = '' AND file = '' THEN 'is of this node, but has no picture'
    WHEN host = '' AND url <> '' THEN 'is of this node, but its picture is elsewhere'
    WHEN host <> '' AND url = '' THEN 'is of another node, but has no address'
    WHEN (file = '') <> (file_bytes = 0) THEN 'file_bytes is ' || file_bytes || ', the file is named ' || file
    WHEN file_version > version THEN 'its picture is of a later version'
    END AS what FROM emoji)
WHERE what IS NOT NULL;

-- name: named_media
SELECT 'account ' || id || ' (' || username || ')', avatar FROM account WHERE avatar <> ''
UNION ALL SELECT 'account ' || id || ' (' || username || ')', header FROM account WHERE header <> ''
UNION ALL SELECT 'emoji ' || id || ' (' || shortcode || CASE host WHEN '' THEN '' ELSE '@' || host END || ')', file FROM emoji WHERE file <> '';

-- name: node_totals
SELECT (SELECT count(*) FROM account WHERE deleted_at IS NULL), (SELECT count(*) FROM status WHERE deleted_at IS NULL);

-- Every table by its primary key, for `dunlin-node dump`: one query a table, dump_<table>.
-- name: dump_account
SELECT * FROM account ORDER BY id;
-- name: dump_account_note
SELECT * FROM account_note ORDER BY account_id, target_id;
-- name: dump_actor
SELECT * FROM actor ORDER BY account_id;
-- name: dump_app
SELECT * FROM app ORDER BY id;
-- name: dump_authorization_code
SELECT * FROM authorization_code ORDER BY code_hash;
-- name: dump_awaited_boost
SELECT * FROM awaited_boost ORDER BY uri;
-- name: dump_block
SELECT * FROM block ORDER BY account_id, target_id;
-- name: dump_bookmark
SELECT * FROM bookmark ORDER BY account_id, status_id;
-- name: dump_browser_session
SELECT * FROM browser_session ORDER BY session_hash;
-- name: dump_conversation_mute
SELECT * FROM conversation_mute ORDER BY account_id, conversation_id;
-- name: dump_delivery
SELECT * FROM delivery ORDER BY notice_id, inbox;
-- name: dump_direct
SELECT * FROM direct ORDER BY account_id, status_id;
-- name: dump_domain_allow
SELECT * FROM domain_allow ORDER BY id;
-- name: dump_domain_rule
SELECT * FROM domain_rule ORDER BY id;
-- name: dump_emoji
SELECT * FROM emoji ORDER BY id;
-- name: dump_favourite
SELECT * FROM favourite ORDER BY account_id, status_id;
-- name: dump_follow
SELECT * FROM follow ORDER BY account_id, target_id;
-- name: dump_follow_request
SELECT * FROM follow_request ORDER BY account_id, target_id;
-- name: dump_former_inbox
SELECT * FROM former_inbox ORDER BY account_id, inbox;
-- name: dump_history
SELECT * FROM history ORDER BY step, begins_at;
-- name: dump_idempotency
SELECT * FROM idempotency ORDER BY account_id, key_hash;
-- name: dump_import
SELECT * FROM import ORDER BY id;
-- name: dump_import_line
SELECT * FROM import_line ORDER BY import_id, line;
-- name: dump_invite
SELECT * FROM invite ORDER BY code;
-- name: dump_marker
SELECT * FROM marker ORDER BY account_id, timeline;
-- name: dump_mute
SELECT * FROM mute ORDER BY account_id, target_id;
-- name: dump_notice
SELECT * FROM notice ORDER BY id;
-- name: dump_notification
SELECT * FROM notification ORDER BY id;
-- name: dump_origin_account
SELECT * FROM origin_account ORDER BY account_id;
-- name: dump_origin_status
SELECT * FROM origin_status ORDER BY status_id;
-- name: dump_outbox
SELECT * FROM outbox ORDER BY account_id;
-- name: dump_pin
SELECT * FROM pin ORDER BY account_id, status_id;
-- name: dump_poll
SELECT * FROM poll ORDER BY status_id;
-- name: dump_poll_vote
SELECT * FROM poll_vote ORDER BY status_id, account_id, choice;
-- name: dump_quote
SELECT * FROM quote ORDER BY status_id;
-- name: dump_received
SELECT * FROM received ORDER BY uri_hash;
-- name: dump_reply_consent
SELECT * FROM reply_consent ORDER BY status_id;
-- name: dump_report
SELECT * FROM report ORDER BY id;
-- name: dump_signing_key
SELECT * FROM signing_key ORDER BY account_id;
-- name: dump_sign_of_life
SELECT * FROM sign_of_life ORDER BY id;
-- name: dump_status
SELECT * FROM status ORDER BY id;
-- name: dump_status_edit
SELECT * FROM status_edit ORDER BY status_id, revision;
-- name: dump_status_tag
SELECT * FROM status_tag ORDER BY tag_id, status_id;
-- name: dump_tag
SELECT * FROM tag ORDER BY id;
-- name: dump_token
SELECT * FROM token ORDER BY id;
-- name: dump_tombstone
SELECT * FROM tombstone ORDER BY uri_hash;
-- name: dump_user
SELECT * FROM user ORDER BY account_id;

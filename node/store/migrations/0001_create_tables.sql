-- Everything a node keeps. Times are milliseconds UTC (*_at); ids named public_id, and those of statuses, notifications and
-- edges, are time-ordered (protocol/base/id_generator.h); account.id is dense and never leaves the node.

CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  public_id INTEGER NOT NULL UNIQUE,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL,                 -- lower case: names are found without case
  domain TEXT NOT NULL DEFAULT '',            -- '' = of this node
  uri TEXT NOT NULL DEFAULT '',               -- its actor, and its page for people; '' = of this node
  url TEXT NOT NULL DEFAULT '',
  display_name TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',              -- as typed
  note_html TEXT NOT NULL DEFAULT '',
  fields TEXT NOT NULL DEFAULT '[]',          -- JSON: [{"name","value","value_html"}]
  avatar TEXT NOT NULL DEFAULT '',            -- file below media/, '' = the default picture
  header TEXT NOT NULL DEFAULT '',
  locked INTEGER NOT NULL DEFAULT 0,
  bot INTEGER NOT NULL DEFAULT 0,
  discoverable INTEGER NOT NULL DEFAULT 0,
  indexable INTEGER NOT NULL DEFAULT 0,
  hide_collections INTEGER NOT NULL DEFAULT 0,
  also_known_as TEXT NOT NULL DEFAULT '',     -- actors that it says it is too, space between
  moved_to_id INTEGER,                        -- the account that it went on to be
  moved_at INTEGER,                           -- when it last moved, also when it came back
  suspended_at INTEGER,
  deleted_at INTEGER,                         -- the row stays: a name is never given out twice
  created_at INTEGER NOT NULL,
  last_status_at INTEGER,
  statuses_count INTEGER NOT NULL DEFAULT 0,
  followers_count INTEGER NOT NULL DEFAULT 0,
  following_count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX account_name ON account(username_key, domain);
CREATE UNIQUE INDEX account_uri ON account(uri) WHERE uri <> '';
CREATE INDEX account_domain ON account(domain, id) WHERE domain <> '';

CREATE TABLE user (
  account_id INTEGER PRIMARY KEY REFERENCES account(id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'moderator', 'admin')),
  state TEXT NOT NULL CHECK (state IN ('unconfirmed', 'pending', 'active')),
  reason TEXT NOT NULL DEFAULT '',            -- why they want to join, for who approves
  locale TEXT NOT NULL DEFAULT 'en',
  default_visibility TEXT NOT NULL DEFAULT 'public'
    CHECK (default_visibility IN ('public', 'unlisted', 'private', 'direct')),
  default_sensitive INTEGER NOT NULL DEFAULT 0,
  default_language TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE invite (
  code TEXT PRIMARY KEY,
  uses_left INTEGER NOT NULL,
  expires_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A row with reblog_of_id is a boost: a status of its own without text.
CREATE TABLE status (
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  reblog_of_id INTEGER,
  in_reply_to_id INTEGER,
  in_reply_to_account_id INTEGER,
  conversation_id INTEGER NOT NULL,           -- the id of the thread's first status
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private', 'direct')),
  local_only INTEGER NOT NULL DEFAULT 0,
  sensitive INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 0,        -- grows with each edit
  edited_at INTEGER,
  deleted_at INTEGER,                         -- a tombstone: the id stays, text and content are gone
  replies_count INTEGER NOT NULL DEFAULT 0,
  reblogs_count INTEGER NOT NULL DEFAULT 0,
  favourites_count INTEGER NOT NULL DEFAULT 0,
  quotes_count INTEGER NOT NULL DEFAULT 0,    -- accepted ones that everyone may read
  is_quote INTEGER NOT NULL DEFAULT 0,        -- a row of quote says of what
  policy TEXT NOT NULL DEFAULT '',            -- who may quote and answer it, see domain/statuses/policies.h; '' = as usual
  app_id INTEGER,
  uri TEXT NOT NULL DEFAULT '',               -- its object, and its page for people; '' = of this node
  url TEXT NOT NULL DEFAULT '',
  language TEXT,
  format TEXT NOT NULL DEFAULT 'plain' CHECK (format IN ('plain', 'markdown')),
  mentions TEXT NOT NULL DEFAULT '',          -- account ids, space between: a status is read as one row
  tags TEXT NOT NULL DEFAULT '',              -- normalised names, space between
  spoiler_text TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',              -- as typed
  content TEXT NOT NULL DEFAULT ''            -- HTML made from it
) STRICT;
-- What an author's followers may see, by (author, id): the heads of feed/ are read from here without touching the table.
CREATE INDEX status_of_account ON status(account_id, id, reblog_of_id, in_reply_to_account_id)
  WHERE deleted_at IS NULL AND visibility <> 'direct';
CREATE UNIQUE INDEX status_uri ON status(uri) WHERE uri <> '';
CREATE INDEX status_public ON status(id) WHERE deleted_at IS NULL AND visibility = 'public' AND reblog_of_id IS NULL;
CREATE INDEX status_public_here ON status(id)
  WHERE deleted_at IS NULL AND visibility = 'public' AND reblog_of_id IS NULL AND uri = '';
CREATE INDEX status_reply ON status(in_reply_to_id, id) WHERE in_reply_to_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX status_reblog ON status(account_id, reblog_of_id) WHERE reblog_of_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX status_reblogged ON status(reblog_of_id, id) WHERE reblog_of_id IS NOT NULL AND deleted_at IS NULL;

-- Who takes part in a direct status: its author and everyone it mentions.
CREATE TABLE direct (
  account_id INTEGER NOT NULL REFERENCES account(id),
  status_id INTEGER NOT NULL,
  PRIMARY KEY (account_id, status_id)
) STRICT, WITHOUT ROWID;

-- Statuses that quote another, and whether its author agrees. FEP-044f.
CREATE TABLE quote (
  status_id INTEGER PRIMARY KEY REFERENCES status(id),
  quoted_id INTEGER NOT NULL DEFAULT 0,       -- 0 = it is not known here yet
  quoted_account_id INTEGER NOT NULL DEFAULT 0,
  quoted_uri TEXT NOT NULL DEFAULT '',        -- of a remote one: its object
  state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'rejected', 'revoked', 'deleted', 'unauthorized')),
  stamp TEXT NOT NULL DEFAULT ''              -- the author's consent: an address elsewhere; of our own the last part of it
) STRICT;
CREATE INDEX quote_of ON quote(quoted_id, status_id) WHERE quoted_id <> 0;
CREATE INDEX quote_of_uri ON quote(quoted_uri) WHERE quoted_id = 0;
CREATE INDEX quote_stamp ON quote(stamp) WHERE stamp <> '';

-- Answers whose author asked leave of whom they answer: of us, or of another node. GoToSocial's ReplyRequest.
CREATE TABLE reply_consent (
  status_id INTEGER PRIMARY KEY REFERENCES status(id),
  state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'rejected')),
  stamp TEXT NOT NULL DEFAULT ''              -- as in quote
) STRICT;
CREATE INDEX reply_consent_stamp ON reply_consent(stamp) WHERE stamp <> '';

CREATE TABLE status_edit (
  status_id INTEGER NOT NULL REFERENCES status(id),
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  sensitive INTEGER NOT NULL,
  spoiler_text TEXT NOT NULL,
  text TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (status_id, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE status_tag (
  tag_id INTEGER NOT NULL REFERENCES tag(id),
  status_id INTEGER NOT NULL,
  PRIMARY KEY (tag_id, status_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE follow (
  account_id INTEGER NOT NULL REFERENCES account(id),
  target_id INTEGER NOT NULL REFERENCES account(id),
  id INTEGER NOT NULL,                        -- orders and pages the lists of followers and followed
  show_reblogs INTEGER NOT NULL DEFAULT 1,
  notify INTEGER NOT NULL DEFAULT 0,
  languages TEXT NOT NULL DEFAULT '',         -- space between; '' = all
  uri TEXT NOT NULL DEFAULT '',               -- the Follow of a remote follower: an answer has to name it
  PRIMARY KEY (account_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_by_time ON follow(account_id, id);
CREATE INDEX follower_by_time ON follow(target_id, id);
CREATE INDEX follower_elsewhere ON follow(target_id) WHERE uri <> '';
CREATE INDEX follower_to_notify ON follow(target_id) WHERE notify = 1;

CREATE TABLE follow_request (
  account_id INTEGER NOT NULL REFERENCES account(id),
  target_id INTEGER NOT NULL REFERENCES account(id),
  id INTEGER NOT NULL,
  show_reblogs INTEGER NOT NULL DEFAULT 1,
  notify INTEGER NOT NULL DEFAULT 0,
  languages TEXT NOT NULL DEFAULT '',
  uri TEXT NOT NULL DEFAULT '',               -- the Follow of a remote follower: an answer has to name it
  PRIMARY KEY (account_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_request_by_time ON follow_request(target_id, id);

CREATE TABLE mute (
  account_id INTEGER NOT NULL REFERENCES account(id),
  target_id INTEGER NOT NULL REFERENCES account(id),
  id INTEGER NOT NULL,
  notifications INTEGER NOT NULL DEFAULT 1,
  expires_at INTEGER,
  PRIMARY KEY (account_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mute_by_time ON mute(account_id, id);

CREATE TABLE block (
  account_id INTEGER NOT NULL REFERENCES account(id),
  target_id INTEGER NOT NULL REFERENCES account(id),
  id INTEGER NOT NULL,
  PRIMARY KEY (account_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_by_time ON block(account_id, id);
CREATE INDEX blocked_by ON block(target_id);

CREATE TABLE account_note (
  account_id INTEGER NOT NULL REFERENCES account(id),
  target_id INTEGER NOT NULL REFERENCES account(id),
  comment TEXT NOT NULL,
  PRIMARY KEY (account_id, target_id)
) STRICT, WITHOUT ROWID;

-- What a status asks. Of a status of this node the votes are counted here, else they are what its origin counts.
CREATE TABLE poll (
  status_id INTEGER PRIMARY KEY REFERENCES status(id),
  options TEXT NOT NULL,                      -- one a line
  votes TEXT NOT NULL,                        -- of each option, space between
  voters INTEGER NOT NULL DEFAULT 0,
  multiple INTEGER NOT NULL DEFAULT 0,
  hides_totals INTEGER NOT NULL DEFAULT 0,    -- until it is over
  expires_at INTEGER,                         -- NULL = it stays open
  due_at INTEGER                              -- when somebody must be told: of its end, or of votes
) STRICT;
CREATE INDEX poll_due ON poll(due_at) WHERE due_at IS NOT NULL;

CREATE TABLE poll_vote (
  status_id INTEGER NOT NULL REFERENCES status(id),
  account_id INTEGER NOT NULL REFERENCES account(id),
  choice INTEGER NOT NULL,                    -- number of the option, from 0
  PRIMARY KEY (status_id, account_id, choice)
) STRICT, WITHOUT ROWID;
CREATE INDEX poll_vote_of_account ON poll_vote(account_id, status_id);

CREATE TABLE favourite (
  account_id INTEGER NOT NULL REFERENCES account(id),
  status_id INTEGER NOT NULL REFERENCES status(id),
  id INTEGER NOT NULL,
  PRIMARY KEY (account_id, status_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX favourite_by_time ON favourite(account_id, id);
CREATE INDEX favourited_by ON favourite(status_id, id);

CREATE TABLE bookmark (
  account_id INTEGER NOT NULL REFERENCES account(id),
  status_id INTEGER NOT NULL REFERENCES status(id),
  id INTEGER NOT NULL,
  PRIMARY KEY (account_id, status_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bookmark_by_time ON bookmark(account_id, id);

CREATE TABLE pin (
  account_id INTEGER NOT NULL REFERENCES account(id),
  status_id INTEGER NOT NULL REFERENCES status(id),
  id INTEGER NOT NULL,
  PRIMARY KEY (account_id, status_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation_mute (
  account_id INTEGER NOT NULL REFERENCES account(id),
  conversation_id INTEGER NOT NULL,
  PRIMARY KEY (account_id, conversation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE notification (
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  type TEXT NOT NULL CHECK (type IN ('follow', 'follow_request', 'mention', 'favourite', 'reblog', 'status', 'update',
                                     'poll', 'admin.sign_up', 'quote', 'quoted_update')),
  from_account_id INTEGER NOT NULL REFERENCES account(id),
  status_id INTEGER NOT NULL DEFAULT 0        -- 0 = about no status
) STRICT;
-- The same event twice is one notification.
CREATE UNIQUE INDEX notification_once ON notification(account_id, type, from_account_id, status_id);
CREATE INDEX notification_page ON notification(account_id, id);
CREATE INDEX notification_status ON notification(status_id) WHERE status_id <> 0;

CREATE TABLE marker (
  account_id INTEGER NOT NULL REFERENCES account(id),
  timeline TEXT NOT NULL CHECK (timeline IN ('home', 'notifications')),
  last_read_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, timeline)
) STRICT, WITHOUT ROWID;

-- Secrets are kept as SHA-256 only.
CREATE TABLE app (
  id INTEGER PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  secret_hash BLOB NOT NULL,
  name TEXT NOT NULL,
  website TEXT,
  redirect_uris TEXT NOT NULL,                -- newline between
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE authorization_code (
  code_hash BLOB PRIMARY KEY,
  app_id INTEGER NOT NULL REFERENCES app(id),
  account_id INTEGER NOT NULL REFERENCES account(id),
  redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL,
  challenge TEXT NOT NULL DEFAULT '',         -- PKCE S256, '' = none
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  app_id INTEGER REFERENCES app(id),          -- NULL = made by the administrator's command
  account_id INTEGER REFERENCES account(id),  -- NULL = the application itself
  scopes TEXT NOT NULL,
  code_hash BLOB,                             -- the code it was given for: a second use of the code revokes it
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX token_of_account ON token(account_id);
CREATE INDEX token_of_code ON token(code_hash) WHERE code_hash IS NOT NULL;

CREATE TABLE browser_session (
  session_hash BLOB PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX browser_session_of_account ON browser_session(account_id);

CREATE TABLE idempotency (
  account_id INTEGER NOT NULL REFERENCES account(id),
  key_hash BLOB NOT NULL,
  status_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency(created_at);

-- How to reach an account of another node, and the key that it signs with. Addresses are '' where it has none.
CREATE TABLE actor (
  account_id INTEGER PRIMARY KEY REFERENCES account(id),
  inbox TEXT NOT NULL,
  shared_inbox TEXT NOT NULL,
  outbox TEXT NOT NULL,
  followers TEXT NOT NULL,
  featured TEXT NOT NULL,
  key_id TEXT NOT NULL,
  public_key TEXT NOT NULL,                   -- PEM
  proof_key_id TEXT NOT NULL,                 -- FEP-521a
  proof_key TEXT NOT NULL,                    -- multibase
  fetched_at INTEGER NOT NULL
) STRICT;
CREATE INDEX actor_key ON actor(key_id);

-- What accounts of this node sign with, made when it is first needed; account 0 is the node itself.
CREATE TABLE signing_key (
  account_id INTEGER PRIMARY KEY,
  private_key TEXT NOT NULL,                  -- RSA, PEM: of requests
  proof_key TEXT NOT NULL                     -- Ed25519, PEM: of documents
) STRICT;

-- How far the outbox of a remote account was read, and how far it is to be read: a walk goes on while next_at is there.
CREATE TABLE outbox (
  account_id INTEGER PRIMARY KEY REFERENCES account(id),
  checked_at INTEGER NOT NULL DEFAULT 0,      -- its beginning was read, or posts kept arriving
  reached_at INTEGER,                         -- what is younger is here, 0 = all; NULL = it was never read
  older TEXT NOT NULL DEFAULT '',             -- the page that goes on from there
  next_at INTEGER,
  page TEXT NOT NULL DEFAULT '',              -- where the walk is, '' = at the beginning
  page_at INTEGER,                            -- the oldest post of the page before
  until_at INTEGER NOT NULL DEFAULT 0,        -- how far back
  pages_left INTEGER NOT NULL DEFAULT 0,
  priority INTEGER NOT NULL DEFAULT 0,        -- greater goes first
  attempts INTEGER NOT NULL DEFAULT 0,        -- that failed, in a row
  revision INTEGER NOT NULL DEFAULT 0         -- grows with each wish
) STRICT;
CREATE INDEX outbox_due ON outbox(next_at) WHERE next_at IS NOT NULL;

-- Boosts found in outboxes whose original could not be had yet.
CREATE TABLE awaited_boost (
  uri TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  original TEXT NOT NULL,                     -- its address
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private')),
  published_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_boost_due ON awaited_boost(next_at);

-- What the origin of a remote status or account counts: more than reaches us.
CREATE TABLE origin_status (
  status_id INTEGER PRIMARY KEY,
  replies INTEGER NOT NULL DEFAULT 0,
  reblogs INTEGER NOT NULL DEFAULT 0,
  favourites INTEGER NOT NULL DEFAULT 0,
  refreshed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE origin_account (
  account_id INTEGER PRIMARY KEY REFERENCES account(id),
  statuses INTEGER NOT NULL DEFAULT 0,
  followers INTEGER NOT NULL DEFAULT 0,
  following INTEGER NOT NULL DEFAULT 0,
  refreshed_at INTEGER NOT NULL
) STRICT;

-- When the node was last seen running: what came after it was missed.
CREATE TABLE sign_of_life (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  alive_at INTEGER NOT NULL
) STRICT;

-- News for other nodes, committed with what it tells of. It is planned first: written out, and one delivery for each inbox.
CREATE TABLE notice (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                         -- see store/notices.h
  account_id INTEGER NOT NULL REFERENCES account(id),
  status_id INTEGER NOT NULL DEFAULT 0,
  target_id INTEGER NOT NULL DEFAULT 0,       -- the account that it is about, 0 = none
  uri TEXT NOT NULL DEFAULT '',               -- the activity of the other side that it answers
  body TEXT NOT NULL DEFAULT ''               -- the activity as it is sent; '' until it is planned
) STRICT;
CREATE INDEX notice_to_plan ON notice(id) WHERE body = '';

CREATE TABLE delivery (
  notice_id INTEGER NOT NULL REFERENCES notice(id),
  inbox TEXT NOT NULL,
  host TEXT NOT NULL AS (lower(substr(inbox, 1, instr(substr(inbox, 9) || '/', '/') + 7))),  -- its origin: https://host:port
  PRIMARY KEY (notice_id, inbox)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_of_host ON delivery(host, notice_id);

-- Where followers elsewhere were told until the last of them left: what they have may have to be changed or deleted yet.
CREATE TABLE former_inbox (
  account_id INTEGER NOT NULL REFERENCES account(id),
  inbox TEXT NOT NULL,
  left_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, inbox)
) STRICT, WITHOUT ROWID;

-- Activities that took effect: a second copy changes nothing.
CREATE TABLE received (
  uri_hash BLOB PRIMARY KEY,
  received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX received_age ON received(received_at);

-- Objects of other nodes that were deleted before they came, or that we never had: a late copy does not bring them.
CREATE TABLE tombstone (
  uri_hash BLOB PRIMARY KEY,
  deleted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_age ON tombstone(deleted_at);

-- What is thought of other servers; a rule holds for all names below its domain, the nearest rule wins.
CREATE TABLE domain_rule (
  id INTEGER PRIMARY KEY,
  domain TEXT NOT NULL UNIQUE,                -- lower case, maybe with a port
  severity TEXT NOT NULL CHECK (severity IN ('none', 'silence', 'suspend')),
  reject_media INTEGER NOT NULL DEFAULT 0,
  reject_reports INTEGER NOT NULL DEFAULT 0,
  obfuscate INTEGER NOT NULL DEFAULT 0,       -- shown to the public with a part of the name starred out
  private_comment TEXT NOT NULL DEFAULT '',
  public_comment TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
) STRICT;

-- With federation.mode = allow_list: the only ones that are dealt with.
CREATE TABLE domain_allow (
  id INTEGER PRIMARY KEY,
  domain TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

-- Lists that people brought along from another server, line by line as they are worked off.
CREATE TABLE import (
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  kind TEXT NOT NULL CHECK (kind IN ('following', 'mutes', 'blocks', 'bookmarks')),
  total INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX import_of_account ON import(account_id, id);

CREATE TABLE import_line (
  import_id INTEGER NOT NULL REFERENCES import(id),
  line INTEGER NOT NULL,                      -- of the file, from 1
  subject TEXT NOT NULL,                      -- a handle, or the address of a post
  options TEXT NOT NULL DEFAULT '',           -- as the file has them, see domain/accounts/lists.h
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,                            -- NULL = given up
  failure TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_line_due ON import_line(next_at, import_id, line) WHERE next_at IS NOT NULL;

-- What people here, and moderators elsewhere, ask the moderators to look at.
CREATE TABLE report (
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  target_id INTEGER NOT NULL REFERENCES account(id),
  category TEXT NOT NULL,
  comment TEXT NOT NULL,
  status_ids TEXT NOT NULL DEFAULT '',        -- space between
  uri TEXT NOT NULL DEFAULT '',               -- of the Flag of another node
  forwarded INTEGER NOT NULL DEFAULT 0,
  resolved_at INTEGER
) STRICT;

-- Pictures that stand for :shortcode: in texts of one host's people. Another host's emoji of that name is another row, so
-- that no host says what stands in the texts of others.
CREATE TABLE emoji (
  id INTEGER PRIMARY KEY,
  host TEXT NOT NULL,                         -- whose people use it, '' = of this node
  shortcode TEXT NOT NULL,
  uri TEXT NOT NULL DEFAULT '',               -- its object elsewhere
  url TEXT NOT NULL DEFAULT '',               -- its picture elsewhere; '' = of this node
  version INTEGER NOT NULL DEFAULT 1,         -- grows with each change; a part of the address that readers are given
  updated_at INTEGER,                         -- as its host tells; of this node: when it was last changed
  file TEXT NOT NULL DEFAULT '',              -- below media/, '' = not fetched yet, or not kept
  file_version INTEGER NOT NULL DEFAULT 0,    -- whose picture that is: the one before serves until the new one is here
  file_bytes INTEGER NOT NULL DEFAULT 0,
  used_at INTEGER,                            -- when the file was last shown, to the day
  attempts INTEGER NOT NULL DEFAULT 0,        -- to fetch it that failed, in a row
  next_at INTEGER,                            -- not asked for before
  category TEXT NOT NULL DEFAULT '',          -- of this node: where pickers show it
  visible_in_picker INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX emoji_name ON emoji(host, shortcode);
CREATE INDEX emoji_kept ON emoji(used_at, file_bytes) WHERE host <> '' AND file <> '';

-- The node's own time series: what happened in `step` seconds, and how large it was then. Nothing of any one person.
CREATE TABLE history (
  step INTEGER NOT NULL,                      -- 300, 3600 or 86400
  begins_at INTEGER NOT NULL,
  posts INTEGER NOT NULL,                     -- of people here, boosts too
  posts_elsewhere INTEGER NOT NULL,
  readers INTEGER NOT NULL,                   -- distinct accounts that read their home feed; at least so many
  feed_reads INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  sent_bytes INTEGER NOT NULL,
  deliveries INTEGER NOT NULL,                -- that other servers took
  received INTEGER NOT NULL,                  -- activities of other servers
  cpu_ms INTEGER NOT NULL,
  memory_bytes INTEGER NOT NULL,
  database_bytes INTEGER NOT NULL,
  media_bytes INTEGER NOT NULL,
  PRIMARY KEY (step, begins_at)
) STRICT, WITHOUT ROWID;

-- name: domain_rules
SELECT id, domain, severity, reject_media, reject_reports, obfuscate, private_comment, public_comment, created_at
FROM domain_rule ORDER BY domain;

-- name: find_domain_rule
SELECT id, domain, severity, reject_media, reject_reports, obfuscate, private_comment, public_comment, created_at
FROM domain_rule WHERE id = :id;

-- name: domain_rule_of
SELECT id, domain, severity, reject_media, reject_reports, obfuscate, private_comment, public_comment, created_at
FROM domain_rule WHERE domain = :domain;

-- name: domain_rules_page
SELECT id, domain, severity, reject_media, reject_reports, obfuscate, private_comment, public_comment, created_at
FROM domain_rule WHERE id < :before AND id > :after ORDER BY id DESC LIMIT :limit;

-- name: domain_rules_page_up
SELECT id, domain, severity, reject_media, reject_reports, obfuscate, private_comment, public_comment, created_at
FROM domain_rule WHERE id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: put_domain_rule
INSERT INTO domain_rule (id, domain, severity, reject_media, reject_reports, obfuscate, private_comment, public_comment, created_at)
VALUES (:id, :domain, :severity, :reject_media, :reject_reports, :obfuscate, :private_comment, :public_comment, :created_at)
ON CONFLICT (domain) DO UPDATE SET severity = excluded.severity, reject_media = excluded.reject_media,
  reject_reports = excluded.reject_reports, obfuscate = excluded.obfuscate, private_comment = excluded.private_comment,
  public_comment = excluded.public_comment;

-- name: delete_domain_rule
DELETE FROM domain_rule WHERE domain = :domain;

-- name: domain_allows
SELECT id, domain, created_at FROM domain_allow ORDER BY domain;

-- name: domain_allows_page
SELECT id, domain, created_at FROM domain_allow WHERE id < :before AND id > :after ORDER BY id DESC LIMIT :limit;

-- name: domain_allows_page_up
SELECT id, domain, created_at FROM domain_allow WHERE id < :before AND id > :after ORDER BY id LIMIT :limit;

-- name: find_domain_allow
SELECT id, domain, created_at FROM domain_allow WHERE id = :id;

-- name: domain_allow_of
SELECT id, domain, created_at FROM domain_allow WHERE domain = :domain;

-- name: put_domain_allow
INSERT OR IGNORE INTO domain_allow (id, domain, created_at) VALUES (:id, :domain, :created_at);

-- name: delete_domain_allow
DELETE FROM domain_allow WHERE domain = :domain;

-- Each name once, by jumping through the index: there are many accounts and few servers.
-- name: known_domains
WITH RECURSIVE known(name) AS (
  SELECT min(domain) FROM account INDEXED BY account_domain WHERE domain <> ''
  UNION ALL
  SELECT (SELECT min(domain) FROM account INDEXED BY account_domain WHERE domain <> '' AND domain > name) FROM known WHERE name IS NOT NULL)
SELECT name FROM known WHERE name IS NOT NULL;

-- name: accounts_of_domain
SELECT id FROM account INDEXED BY account_domain WHERE domain = :domain AND domain <> '' ORDER BY id;

-- name: waiting_inboxes
SELECT DISTINCT inbox FROM delivery;

-- name: delete_deliveries_to
DELETE FROM delivery WHERE inbox = :inbox;

-- name: delete_done_notices
DELETE FROM notice WHERE body <> '' AND NOT EXISTS (SELECT 1 FROM delivery WHERE notice_id = notice.id);

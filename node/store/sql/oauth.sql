-- name: insert_app
INSERT INTO app (client_id, secret_hash, name, website, redirect_uris, scopes, created_at)
VALUES (:client_id, :secret_hash, :name, :website, :redirect_uris, :scopes, :created_at) RETURNING id;
-- name: find_app (hot)
SELECT id, client_id, secret_hash, name, website, redirect_uris, scopes FROM app WHERE id = :id;
-- name: app_by_client_id (hot)
SELECT id FROM app WHERE client_id = :client_id;

-- name: insert_code
INSERT INTO authorization_code (code_hash, app_id, account_id, redirect_uri, scopes, challenge, created_at)
VALUES (:code_hash, :app_id, :account_id, :redirect_uri, :scopes, :challenge, :created_at);
-- name: delete_codes_of_account
DELETE FROM authorization_code WHERE account_id = :account_id;
-- name: find_code (hot)
SELECT app_id, account_id, redirect_uri, scopes, challenge, created_at, used_at FROM authorization_code WHERE code_hash = :code_hash;
-- name: use_code
UPDATE authorization_code SET used_at = :used_at WHERE code_hash = :code_hash AND used_at IS NULL;
-- name: purge_codes
DELETE FROM authorization_code WHERE created_at <= :until;

-- name: insert_token
INSERT INTO token (token_hash, app_id, account_id, scopes, code_hash, created_at)
VALUES (:token_hash, :app_id, :account_id, :scopes, :code_hash, :created_at) RETURNING id;
-- name: find_token (hot)
SELECT token.id, token.app_id, token.account_id, token.scopes, token.created_at, coalesce(user.state, 'active') <> 'active'
FROM token LEFT JOIN user ON user.account_id = token.account_id LEFT JOIN account ON account.id = token.account_id
WHERE token_hash = :token_hash
  AND (token.account_id IS NULL
       OR (user.account_id IS NOT NULL AND account.suspended_at IS NULL AND account.deleted_at IS NULL));
-- name: tokens_of_account
SELECT token.id, token.app_id, token.account_id, token.scopes, token.created_at, coalesce(app.name, ''), app.website
FROM token LEFT JOIN app ON app.id = token.app_id WHERE token.account_id = :account_id ORDER BY token.id DESC;
-- name: delete_token_by_hash
DELETE FROM token WHERE token_hash = :token_hash AND app_id = :app_id;
-- name: delete_token_of_account
DELETE FROM token WHERE id = :id AND account_id = :account_id;
-- name: delete_tokens_of_account
DELETE FROM token WHERE account_id = :account_id;
-- name: delete_tokens_of_code
DELETE FROM token WHERE code_hash = :code_hash;

-- name: insert_browser_session
INSERT INTO browser_session (session_hash, account_id, created_at, expires_at)
VALUES (:session_hash, :account_id, :created_at, :expires_at);
-- name: find_browser_session (hot)
SELECT browser_session.account_id FROM browser_session JOIN user USING (account_id) JOIN account ON account.id = user.account_id
WHERE session_hash = :session_hash AND expires_at > :now AND suspended_at IS NULL AND deleted_at IS NULL;
-- name: delete_browser_session
DELETE FROM browser_session WHERE session_hash = :session_hash;
-- name: delete_browser_sessions_of_account
DELETE FROM browser_session WHERE account_id = :account_id;
-- name: purge_browser_sessions
DELETE FROM browser_session WHERE expires_at <= :now;

#include "node/store/oauth.h"

#include "protocol/base/limits.h"

namespace dunlin::store {

namespace {

Blob blob(const Sha256& digest) { return {bytes_of(digest)}; }

template <class IdType>
std::optional<IdType> or_null(IdType id) {
  return id ? std::optional(id) : std::nullopt;
}

Token row_to_token(const Rows& rows) {
  Token t;
  t.id = rows.id<TokenId>(0);
  t.app = rows.id<AppId>(1);
  t.account = rows.id<AccountId>(2);
  t.scopes = rows.string(3);
  t.created_at = rows.time(4);
  return t;
}

}  // namespace

AppId insert_app(WriteTx& tx, const App& app) {
  std::string uris;
  for (const auto& uri : app.redirect_uris) uris += (uris.empty() ? "" : "\n") + uri;
  auto rows = tx.query("insert_app", app.client_id, Blob{app.secret_hash}, app.name, app.website, uris,
                       app.scopes, tx.now());
  rows.step();
  return rows.id<AppId>(0);
}

std::optional<App> find_app(const ReadTx& tx, AppId id) {
  auto rows = tx.query("find_app", id);
  if (!rows.step()) return std::nullopt;
  App app{rows.id<AppId>(0), rows.string(1), rows.string(2), rows.string(3), rows.optional_string(4), {},
          rows.string(6)};
  std::string_view uris = rows.text(5);
  while (!uris.empty()) {
    const auto end = std::min(uris.find('\n'), uris.size());
    app.redirect_uris.emplace_back(uris.substr(0, end));
    uris.remove_prefix(std::min(end + 1, uris.size()));
  }
  return app;
}

std::optional<App> find_app_by_client_id(const ReadTx& tx, std::string_view client_id) {
  AppId id;
  {
    auto rows = tx.query("app_by_client_id", client_id);
    if (!rows.step()) return std::nullopt;
    id = rows.id<AppId>(0);
  }
  return find_app(tx, id);
}

void insert_code(WriteTx& tx, const Sha256& code, const AuthorizationCode& row) {
  tx.run("insert_code", blob(code), row.app, row.account, row.redirect_uri, row.scopes, row.challenge,
         tx.now());
}

std::optional<AuthorizationCode> find_code(const ReadTx& tx, const Sha256& code) {
  auto rows = tx.query("find_code", blob(code));
  if (!rows.step()) return std::nullopt;
  return AuthorizationCode{rows.id<AppId>(0), rows.id<AccountId>(1), rows.string(2),  rows.string(3),
                           rows.string(4),    rows.time(5),          !rows.is_null(6)};
}

bool use_code(WriteTx& tx, const Sha256& code) { return tx.run("use_code", tx.now(), blob(code)) > 0; }

TokenId insert_token(WriteTx& tx, const Sha256& token, const Token& row, const std::optional<Sha256>& code) {
  std::optional<Blob> code_blob;
  if (code) code_blob = blob(*code);
  auto rows = tx.query("insert_token", blob(token), or_null(row.app), or_null(row.account), row.scopes,
                       code_blob, tx.now());
  rows.step();
  return rows.id<TokenId>(0);
}

std::optional<Token> find_token(const ReadTx& tx, const Sha256& token) {
  auto rows = tx.query("find_token", blob(token));
  if (!rows.step()) return std::nullopt;
  auto found = row_to_token(rows);
  found.is_waiting = rows.boolean(5);
  return found;
}

std::vector<Token> tokens_of(const ReadTx& tx, AccountId account) {
  std::vector<Token> out;
  auto rows = tx.query("tokens_of_account", account);
  while (rows.step()) {
    out.push_back(row_to_token(rows));
    out.back().app_name = rows.string(5);
    out.back().app_website = rows.optional_string(6);
  }
  return out;
}

bool revoke_token(WriteTx& tx, const Sha256& token, AppId app) {
  tx.changes().tokens = true;
  return tx.run("delete_token_by_hash", blob(token), app) > 0;
}
bool revoke_token_of(WriteTx& tx, AccountId account, TokenId id) {
  tx.changes().tokens = true;
  return tx.run("delete_token_of_account", id, account) > 0;
}
void revoke_tokens_of_code(WriteTx& tx, const Sha256& code) {
  tx.changes().tokens = true;
  tx.run("delete_tokens_of_code", blob(code));
}
void sign_out_everywhere(WriteTx& tx, AccountId account) {
  tx.changes().tokens = true;
  tx.run("delete_tokens_of_account", account);
  tx.run("delete_codes_of_account", account);
  tx.run("delete_browser_sessions_of_account", account);
}

void insert_browser_session(WriteTx& tx, const Sha256& session, AccountId account, Timestamp expires_at) {
  tx.run("insert_browser_session", blob(session), account, tx.now(), expires_at);
}
std::optional<AccountId> find_browser_session(const ReadTx& tx, const Sha256& session, Timestamp now) {
  auto rows = tx.query("find_browser_session", blob(session), now);
  if (!rows.step()) return std::nullopt;
  return rows.id<AccountId>(0);
}
void delete_browser_session(WriteTx& tx, const Sha256& session) {
  tx.run("delete_browser_session", blob(session));
}

void purge_sign_in(WriteTx& tx) {
  // Used codes are kept for a while longer than they work: their second use must still be recognised.
  tx.run("purge_codes", tx.now() - 2 * limits::authorization_code_kept);
  tx.run("purge_browser_sessions", tx.now());
}

}  // namespace dunlin::store

#pragma once
// Applications, authorization codes, access tokens and browser sessions. Secrets come in and are kept as
// SHA-256 only.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"
#include "protocol/base/encoding.h"

namespace dunlin::store {

struct App {
  AppId id;
  std::string client_id;
  std::string secret_hash;  // 32 bytes
  std::string name;
  std::optional<std::string> website;
  std::vector<std::string> redirect_uris;
  std::string scopes;
};
/// `app.id` is ignored; answers the new one.
AppId insert_app(WriteTx& tx, const App& app);
std::optional<App> find_app(const ReadTx& tx, AppId id);
std::optional<App> find_app_by_client_id(const ReadTx& tx, std::string_view client_id);

struct AuthorizationCode {
  AppId app;
  AccountId account;
  std::string redirect_uri;
  std::string scopes;
  std::string challenge;  // PKCE S256; empty = none
  Timestamp created_at;
  bool is_used = false;
};
void insert_code(WriteTx& tx, const Sha256& code, const AuthorizationCode& row);
std::optional<AuthorizationCode> find_code(const ReadTx& tx, const Sha256& code);
/// False when it had been used before.
bool use_code(WriteTx& tx, const Sha256& code);

struct Token {
  TokenId id;
  AppId app;          // 0 = made by the administrator's command
  AccountId account;  // 0 = the application itself
  std::string scopes;
  Timestamp created_at;
  bool is_waiting = false;  // filled by find_token only: its user is not confirmed or approved yet
  std::string app_name;     // filled by tokens_of only
  std::optional<std::string> app_website;
};
TokenId insert_token(WriteTx& tx, const Sha256& token, const Token& row, const std::optional<Sha256>& code);
/// Not those of accounts that are suspended or deleted.
std::optional<Token> find_token(const ReadTx& tx, const Sha256& token);
/// Newest first.
std::vector<Token> tokens_of(const ReadTx& tx, AccountId account);
/// Only the application that it was given to may revoke it (RFC 7009 2.1).
bool revoke_token(WriteTx& tx, const Sha256& token, AppId app);
bool revoke_token_of(WriteTx& tx, AccountId account, TokenId id);
void revoke_tokens_of_code(WriteTx& tx, const Sha256& code);
/// All tokens and browser sessions, and the codes that would give more.
void sign_out_everywhere(WriteTx& tx, AccountId account);

void insert_browser_session(WriteTx& tx, const Sha256& session, AccountId account, Timestamp expires_at);
std::optional<AccountId> find_browser_session(const ReadTx& tx, const Sha256& session, Timestamp now);
void delete_browser_session(WriteTx& tx, const Sha256& session);

/// Old codes and expired browser sessions.
void purge_sign_in(WriteTx& tx);

}  // namespace dunlin::store

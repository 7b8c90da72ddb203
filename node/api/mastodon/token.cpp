// Tokens. Sources: RFC 6749 (4.1.3, 4.3.2, 4.4.2, 5), RFC 7009, RFC 7636; docs.joinmastodon.org/methods/oauth
#include "node/auth/token.h"

#include "node/api/oauth.h"
#include "node/api/routes.h"
#include "node/auth/pkce.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

struct ClientCredentials {
  std::string id;
  std::string secret;
};

/// From the body, or HTTP Basic (RFC 6749 2.3.1).
Result<ClientCredentials> client_credentials(const Context& context) {
  const auto header = context.request.header("Authorization");
  if (header.size() > 6 && equal_ignoring_case(header.substr(0, 6), "basic ")) {
    const auto pair = base64_decode(trim(header.substr(6)));
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos)
      return fail(Errc::unauthorized, "The Authorization header cannot be read");
    auto id = percent_decode(pair->substr(0, colon), true);
    auto secret = percent_decode(pair->substr(colon + 1), true);
    if (!id || !secret) return fail(Errc::unauthorized, "The Authorization header cannot be read");
    return ClientCredentials{std::move(*id), std::move(*secret)};
  }
  TRY(auto id, context.params.text("client_id"));
  TRY(auto secret, context.params.text("client_secret"));
  return ClientCredentials{std::move(id).value_or(""), std::move(secret).value_or("")};
}

net::Response invalid_client() {
  return oauth_error(
      401, "invalid_client",
      "Client authentication failed due to unknown client, no client authentication included, or unsupported "
      "authentication method.");
}

net::Response invalid_grant() {
  return oauth_error(400, "invalid_grant",
                     "The provided authorization grant is invalid, expired, revoked, does not match the "
                     "redirection URI used in "
                     "the authorization request, or was issued to another client.");
}

std::optional<store::App> authenticated_app(const Context& context, const ClientCredentials& client) {
  auto app = store::find_app_by_client_id(context.tx(), client.id);
  if (!app) return std::nullopt;
  const auto digest = auth::token_digest(client.secret);
  if (!equal_constant_time(app->secret_hash, bytes_of(digest))) return std::nullopt;
  return app;
}

std::string token_json(std::string_view token, std::string_view scopes, Timestamp now) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("access_token", token).field("token_type", "Bearer").field("scope", scopes);
  json.field("created_at", now.ms / 1000).end_object();
  return body;
}

/// Stores a new token and answers it.
Write issue(Context& context, const store::Token& row, const std::optional<Sha256>& code) {
  const auto token = auth::new_token(context.services.random);
  return {[token, row, code](store::WriteTx& tx) -> Result<Then> {
    if (code && !store::use_code(tx, *code)) {
      // Used before, perhaps by who stole it: what the first use gave goes too (RFC 6749 4.1.2).
      store::revoke_tokens_of_code(tx, *code);
      return Then([](Context&) -> Result<net::Response> { return invalid_grant(); });
    }
    store::insert_token(tx, auth::token_digest(token), row, code);
    const auto now = tx.now();
    return Then([token, scopes = row.scopes, now](Context&) -> Result<net::Response> {
      auto response = json_response(token_json(token, scopes, now));
      response.headers.emplace_back("Cache-Control", "no-store");
      return response;
    });
  }};
}

/// Scopes asked for, which must be within what the application registered. `read` when none are.
Result<auth::Scopes> requested_scopes(const Context& context, const store::App& app) {
  TRY(const auto text, context.params.text("scope"));
  TRY(auto wanted, auth::Scopes::parse(text && !trim(*text).empty() ? *text : "read"));
  TRY(const auto registered, auth::Scopes::parse(app.scopes));
  if (!registered.includes(wanted))
    return fail(Errc::bad_request, "The requested scope is invalid, unknown, or malformed.");
  return wanted;
}

Result<Outcome> by_code(Context& context, const store::App& app) {
  TRY(const auto code, context.params.text("code"));
  TRY(const auto redirect_uri, context.params.text("redirect_uri"));
  TRY(const auto verifier, context.params.text("code_verifier"));
  if (!code) return oauth_error(400, "invalid_request", "Missing required parameter: code.");
  const auto digest = auth::token_digest(*code);
  const auto row = store::find_code(context.tx(), digest);
  if (!row || row->app != app.id || row->redirect_uri != redirect_uri.value_or("")) return invalid_grant();
  const bool is_expired = row->created_at + limits::authorization_code_kept <= context.now();
  const bool is_proven =
      row->challenge.empty() ? true : verifier && auth::pkce_s256_matches(*verifier, row->challenge);
  if (!row->is_used && (is_expired || !is_proven)) return invalid_grant();
  store::Token token;
  token.app = app.id;
  token.account = row->account;
  token.scopes = row->scopes;
  return issue(context, token, digest);
}

Result<Outcome> by_password(Context& context, const store::App& app) {
  if (!context.services.config.oauth.password_grant) {
    return oauth_error(400, "unsupported_grant_type",
                       "This node does not give tokens for passwords. Sign in with a browser, or ask its "
                       "administrator to set "
                       "oauth.password_grant.");
  }
  const auto scopes = requested_scopes(context, app);
  if (!scopes) return oauth_error(400, "invalid_scope", scopes.error().safe);
  TRY(const auto name, context.params.text("username"));
  TRY(const auto password, context.params.text("password"));
  if (!name || !password)
    return oauth_error(400, "invalid_request", "Missing required parameter: username and password.");
  return Slow{[app_id = app.id, scopes = scopes->to_string(), name = *name,
               password = *password](Context& c) -> Result<Outcome> {
    const auto account = check_password(c, name, password);
    if (!account) {
      if (account.error().code == Errc::rate_limited) return tl::unexpected<Error>(account.error());
      return oauth_error(400, "invalid_grant", account.error().safe);
    }
    store::Token token;
    token.app = app_id;
    token.account = *account;
    token.scopes = scopes;
    return issue(c, token, std::nullopt);
  }};
}

/// What a request lacks or misspells is told in the protocol's words (RFC 6749 5.2), not in the client API's.
Result<Outcome> in_oauth_words(Result<Outcome> outcome) {
  if (outcome) return outcome;
  const auto& error = outcome.error();
  if (error.code == Errc::unauthorized) return oauth_error(401, "invalid_client", error.safe);
  if (error.code != Errc::unprocessable) return outcome;
  return oauth_error(400, "invalid_request", error.safe);
}

Result<Outcome> token_for_grant(Context& context) {
  TRY(const auto grant, context.params.text("grant_type"));
  if (!grant) return oauth_error(400, "invalid_request", "Missing required parameter: grant_type.");
  TRY(const auto client, client_credentials(context));
  const auto app = authenticated_app(context, client);
  if (!app) return invalid_client();
  if (*grant == "authorization_code") return by_code(context, *app);
  if (*grant == "password") return by_password(context, *app);
  if (*grant == "client_credentials") {
    const auto scopes = requested_scopes(context, *app);
    if (!scopes) return oauth_error(400, "invalid_scope", scopes.error().safe);
    store::Token token;
    token.app = app->id;
    token.scopes = scopes->to_string();
    return issue(context, token, std::nullopt);
  }
  return oauth_error(400, "unsupported_grant_type",
                     "The authorization grant type is not supported by the authorization server.");
}

Result<Outcome> create_token(Context& context) { return in_oauth_words(token_for_grant(context)); }

Result<Outcome> revoke_for_client(Context& context) {
  TRY(const auto client, client_credentials(context));
  TRY(const auto token, context.params.text("token"));
  const auto app = authenticated_app(context, client);
  if (!app) return oauth_error(403, "unauthorized_client", "You are not authorized to revoke this token");
  if (!token) return oauth_error(400, "invalid_request", "Missing required parameter: token.");
  // An unknown token is success (RFC 7009 2.2); another application's is left alone.
  const auto digest = auth::token_digest(*token);
  const auto row = store::find_token(context.tx(), digest);
  if (row && row->app != app->id)
    return oauth_error(403, "unauthorized_client", "You are not authorized to revoke this token");
  return write_then_empty([digest, id = app->id](store::WriteTx& tx) -> Result<void> {
    store::revoke_token(tx, digest, id);
    return {};
  });
}

Result<Outcome> revoke_token(Context& context) { return in_oauth_words(revoke_for_client(context)); }

}  // namespace

std::vector<Route> token_routes() {
  using net::Method;
  return {
      {Method::post, "/oauth/token", Access::page(), create_token},
      {Method::post, "/oauth/revoke", Access::page(), revoke_token},
  };
}

}  // namespace dunlin::api

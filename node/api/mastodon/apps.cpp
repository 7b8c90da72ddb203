// Applications. Source: docs.joinmastodon.org/methods/apps
#include <algorithm>

#include "node/api/context.h"
#include "node/api/oauth.h"
#include "node/api/routes.h"
#include "node/auth/token.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/text/plain.h"

namespace dunlin::api {

namespace {

constexpr std::size_t redirect_uris_max = 16;
constexpr std::size_t uri_bytes_max = 2'000;

/// One string with line breaks between, or a list.
Result<std::vector<std::string>> redirect_uris(const net::Params& params) {
  TRY(const auto given, params.list("redirect_uris"));
  std::vector<std::string> uris;
  for (const auto& text : given) {
    for (std::string_view rest = text; !rest.empty();) {
      const auto end = std::min(rest.find('\n'), rest.size());
      const auto uri = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (uri.empty()) continue;
      if (!is_redirect_uri(uri) || uri.size() > uri_bytes_max) {
        return fail(Errc::unprocessable,
                    "Validation failed: redirect_uris: Redirect URI must be an absolute URI");
      }
      uris.emplace_back(uri);
    }
  }
  if (uris.empty()) return fail(Errc::unprocessable, "Validation failed: redirect_uris can't be blank");
  if (uris.size() > redirect_uris_max)
    return fail(Errc::unprocessable, "Validation failed: redirect_uris holds more than 16 URIs");
  return uris;
}

void write_app(JsonWriter& json, const store::App& app) {
  json.field("id", app.id).field("name", app.name).field_or_null("website", app.website);
  json.key("scopes").begin_array();
  for (std::string_view rest = app.scopes; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    json.value(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  json.end_array();
  std::string lines;
  for (const auto& uri : app.redirect_uris) lines += (lines.empty() ? "" : "\n") + uri;
  json.field("redirect_uri", lines).key("redirect_uris").begin_array();
  for (const auto& uri : app.redirect_uris) json.value(uri);
  json.end_array();
  json.field("vapid_key", "");
}

Result<Outcome> create_app(Context& context) {
  store::App app;
  TRY(const auto name, context.params.text("client_name"));
  if (!name || !text::has_visible_text(*name))
    return fail(Errc::unprocessable, "Validation failed: client_name can't be blank");
  if (text::count_graphemes(*name) > limits::name_characters_max) {
    return fail(Errc::unprocessable,
                "Validation failed: client_name is too long (maximum is 256 characters)");
  }
  app.name = *name;
  TRY(app.redirect_uris, redirect_uris(context.params));
  TRY(const auto scope_text, context.params.text("scopes"));
  const auto scopes = auth::Scopes::parse(scope_text && !trim(*scope_text).empty() ? *scope_text : "read");
  if (!scopes) return fail(Errc::unprocessable, "Validation failed: scopes: " + scopes.error().safe);
  app.scopes = scopes->to_string();
  TRY(auto website, context.params.text("website"));
  if (website && !website->empty()) {
    const bool is_web = website->starts_with("https://") || website->starts_with("http://");
    if (!is_web || website->size() > uri_bytes_max) {
      return fail(Errc::unprocessable, "Validation failed: website must be an http or https URL");
    }
    app.website = std::move(website);
  }
  app.client_id = auth::new_token(context.services.random);
  const auto secret = auth::new_token(context.services.random);
  app.secret_hash = std::string(bytes_of(auth::token_digest(secret)));
  return write([app, secret](store::WriteTx& tx) -> Result<Then> {
    auto stored = app;
    stored.id = store::insert_app(tx, app);
    return Then([stored, secret](Context&) -> Result<net::Response> {
      std::string body;
      JsonWriter json(body);
      json.begin_object();
      write_app(json, stored);
      json.field("client_id", stored.client_id)
          .field("client_secret", secret)
          .field("client_secret_expires_at", 0)
          .end_object();
      return json_response(std::move(body));
    });
  });
}

Result<Outcome> verify_app(Context& context) {
  const auto app = store::find_app(context.tx(), context.caller.app);
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_app(json,
            app ? *app
                : store::App{{}, "", "", "dunlin-node", std::nullopt, {}, context.caller.scopes.to_string()});
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> app_routes() {
  using net::Method;
  return {
      {Method::post, "/api/v1/apps", Access::page(), create_app},
      {Method::get, "/api/v1/apps/verify_credentials", Access::token(), verify_app},
  };
}

}  // namespace dunlin::api

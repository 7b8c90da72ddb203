// The page on which a person lets an application in. Sources: RFC 6749 4.1, RFC 7636;
// docs.joinmastodon.org/methods/oauth
#include <algorithm>

#include "node/api/oauth.h"
#include "node/api/routes.h"
#include "node/auth/pkce.h"
#include "node/auth/token.h"
#include "node/web/pages.h"
#include "node/web/security_headers.h"
#include "protocol/base/encoding.h"

namespace dunlin::api {

namespace {

/// What the application asks for, all of it checked: an error here is shown, never sent to an address that
/// was not registered.
struct AuthorizeRequest {
  store::App app;
  std::string redirect_uri;
  auth::Scopes scopes;
  std::string state;
  std::string challenge;
};

Result<AuthorizeRequest> read_request(const Context& context) {
  const auto text = [&](std::string_view name) -> Result<std::string> {
    TRY(auto value, context.params.text(name));
    return std::move(value).value_or("");
  };
  AuthorizeRequest r;
  TRY(const auto client_id, text("client_id"));
  auto app = store::find_app_by_client_id(context.tx(), client_id);
  if (!app)
    return fail(Errc::bad_request,
                "Client authentication failed due to unknown client: client_id is not known here.");
  r.app = std::move(*app);
  TRY(r.redirect_uri, text("redirect_uri"));
  if (r.redirect_uri.empty() && r.app.redirect_uris.size() == 1) r.redirect_uri = r.app.redirect_uris.front();
  const auto& known = r.app.redirect_uris;
  if (std::find(known.begin(), known.end(), r.redirect_uri) == known.end()) {
    return fail(Errc::bad_request, "The redirect_uri is not one of those that the application registered.");
  }
  TRY(const auto type, text("response_type"));
  if (type != "code") return fail(Errc::bad_request, "response_type must be \"code\".");
  TRY(const auto scope, text("scope"));
  auto scopes = auth::Scopes::parse(trim(scope).empty() ? "read" : scope);
  const auto registered = auth::Scopes::parse(r.app.scopes);
  if (!scopes || !registered || !registered->includes(*scopes)) {
    return fail(Errc::bad_request,
                "The requested scope is invalid, unknown, or more than the application registered.");
  }
  r.scopes = *scopes;
  TRY(r.state, text("state"));
  TRY(r.challenge, text("code_challenge"));
  TRY(const auto method, text("code_challenge_method"));
  if (!r.challenge.empty() && (method != "S256" || !auth::is_pkce_challenge(r.challenge))) {
    return fail(Errc::bad_request,
                "The code_challenge_method must be S256, with a challenge of 43 characters.");
  }
  return r;
}

std::string with_parameters(std::string uri,
                            const std::vector<std::pair<std::string, std::string>>& parameters) {
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    uri += uri.find('?') == std::string::npos ? '?' : '&';
    uri.append(name).append("=").append(percent_encode(value));
  }
  return uri;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> carried(const AuthorizeRequest& r) {
  return {{"client_id", r.app.client_id},
          {"redirect_uri", r.redirect_uri},
          {"response_type", "code"},
          {"scope", r.scopes.to_string()},
          {"state", r.state},
          {"code_challenge", r.challenge},
          {"code_challenge_method", r.challenge.empty() ? "" : "S256"}};
}

Result<Outcome> show_authorize(Context& context) {
  TRY(const auto r, read_request(context));
  const std::string here = "/oauth/authorize?" + context.request.query;
  const auto me = browser_account(context);
  if (!me) return redirect("/auth/sign_in?return_to=" + percent_encode(here));
  const auto account = context.feeds().library().account(context.tx(), *me);
  const auto row = store::find_account(context.tx(), *me);
  if (!account || !row) return redirect("/auth/sign_in?return_to=" + percent_encode(here));
  const auto form = form_token(context);
  web::AuthorizeView view;
  view.form = {"/oauth/authorize", form.token, carried(r)};
  view.app_name = r.app.name;
  view.app_website = r.app.website.value_or("");
  view.account.display_name = row->display_name;
  view.account.handle = row->username + "@" + context.site().domain;
  view.account.url = account->url;
  view.account.avatar_url = row->avatar.empty() ? "" : context.site().media_url(row->avatar);
  view.scopes = words(r.scopes.to_string());
  view.redirect_uri = r.redirect_uri == out_of_band_uri ? "" : r.redirect_uri;
  view.switch_account = {"/auth/sign_out", form.token, {{"return_to", here}}};
  auto headers = web::page_headers(web::form_action_source(r.redirect_uri));
  headers.emplace_back("Cache-Control", "no-store");
  if (form.set_cookie) headers.emplace_back("Set-Cookie", *form.set_cookie);
  return html_response(web::authorize_page(page_site(context.services), view), std::move(headers));
}

Result<Outcome> decide(Context& context) {
  TRY_DO(check_form(context));
  TRY(const auto r, read_request(context));
  const auto me = browser_account(context);
  if (!me)
    return fail(Errc::forbidden, "You are no longer signed in. Go back to the application and start again.");
  TRY(const auto decision, context.params.text("decision"));
  const bool is_out_of_band = r.redirect_uri == out_of_band_uri;
  if (decision != "approve") {
    if (is_out_of_band) return fail(Errc::forbidden, "You have not let the application in.");
    return redirect(
        with_parameters(r.redirect_uri, {{"error", "access_denied"},
                                         {"error_description", "The resource owner denied the request."},
                                         {"state", r.state}}));
  }
  const auto code = auth::new_token(context.services.random);
  store::AuthorizationCode row;
  row.app = r.app.id;
  row.account = *me;
  row.redirect_uri = r.redirect_uri;
  row.scopes = r.scopes.to_string();
  row.challenge = r.challenge;
  return write([code, row, app_name = r.app.name, state = r.state,
                is_out_of_band](store::WriteTx& tx) -> Result<Then> {
    store::insert_code(tx, auth::token_digest(code), row);
    return Then([code, row, app_name, state, is_out_of_band](Context& c) -> Result<net::Response> {
      if (!is_out_of_band)
        return redirect(with_parameters(row.redirect_uri, {{"code", code}, {"state", state}}));
      auto headers = web::page_headers();
      headers.emplace_back("Cache-Control", "no-store");
      web::CodeView view;
      view.app_name = app_name;
      view.code = code;
      return html_response(web::code_page(page_site(c.services), view), std::move(headers));
    });
  });
}

}  // namespace

std::vector<Route> authorize_routes() {
  using net::Method;
  return {
      {Method::get, "/oauth/authorize", Access::page(), show_authorize},
      {Method::post, "/oauth/authorize", Access::page(), decide},
  };
}

}  // namespace dunlin::api

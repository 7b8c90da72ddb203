// Signing in and up in a browser, without JavaScript.
#include "node/api/oauth.h"
#include "node/api/registration.h"
#include "node/api/routes.h"
#include "node/auth/token.h"
#include "node/web/pages.h"
#include "node/web/security_headers.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

net::Response private_page(std::string body, const FormToken& form, int status = 200) {
  auto headers = web::page_headers();
  headers.emplace_back("Cache-Control", "no-store");
  if (form.set_cookie) headers.emplace_back("Set-Cookie", *form.set_cookie);
  return html_response(std::move(body), std::move(headers), status);
}

net::Response sign_in_form(Context& context, const std::string& return_to, const std::string& username,
                           const std::string& error, int status = 200) {
  const auto form = form_token(context);
  web::SignInView view;
  view.form = {"/auth/sign_in", form.token, {{"return_to", return_to}}};
  view.username = username;
  view.error = error;
  return private_page(web::sign_in_page(page_site(context.services), view), form, status);
}

Result<std::string> return_path(const Context& context) {
  TRY(const auto given, context.params.text("return_to"));
  return safe_return_path(given.value_or("/"));
}

Result<Outcome> show_sign_in(Context& context) {
  TRY(const auto return_to, return_path(context));
  return sign_in_form(context, return_to, "", "");
}

/// A browser session for the account, then back to where it was wanted.
Write begin_session(Context& context, AccountId account, const std::string& return_to) {
  const auto secret = auth::new_token(context.services.random);
  const auto header = set_cookie(context, session_cookie_name(context), secret, limits::browser_session_kept);
  return {[account, return_to, secret, header](store::WriteTx& tx) -> Result<Then> {
    store::insert_browser_session(tx, auth::token_digest(secret), account,
                                  tx.now() + limits::browser_session_kept);
    return Then([return_to, header](Context&) -> Result<net::Response> {
      auto response = redirect(return_to, 303);
      response.headers.emplace_back("Set-Cookie", header);
      return response;
    });
  }};
}

Result<Outcome> sign_in(Context& context) {
  TRY_DO(check_form(context));
  TRY(const auto return_to, return_path(context));
  TRY(const auto name, context.params.text("username"));
  TRY(const auto password, context.params.text("password"));
  return Slow{
      [return_to, name = name.value_or(""), password = password.value_or("")](Context& c) -> Result<Outcome> {
        const auto account = check_password(c, name, password);
        if (account) return begin_session(c, *account, return_to);
        const int status = account.error().code == Errc::rate_limited ? 429 : 401;
        return sign_in_form(c, return_to, name, account.error().safe, status);
      }};
}

Result<Outcome> sign_out(Context& context) {
  TRY_DO(check_form(context));
  TRY(const auto return_to, return_path(context));
  const auto secret = std::string(cookie(context.request, session_cookie_name(context)));
  const auto header = set_cookie(context, session_cookie_name(context), "", std::chrono::seconds(0));
  return write([secret, return_to, header](store::WriteTx& tx) -> Result<Then> {
    store::delete_browser_session(tx, auth::token_digest(secret));
    return Then([return_to, header](Context&) -> Result<net::Response> {
      auto response = redirect(return_to, 303);
      response.headers.emplace_back("Set-Cookie", header);
      return response;
    });
  });
}

net::Response sign_up_form(Context& context, web::SignUpView view, int status = 200) {
  const auto& config = context.services.config;
  const auto form = form_token(context);
  view.mode = static_cast<web::SignUpMode>(config.registration.mode);
  view.form.action = "/auth/sign_up";
  view.form.csrf_token = form.token;
  for (const auto& rule : config.instance.rules) view.rules.push_back({rule, ""});
  return private_page(web::sign_up_page(page_site(context.services), view), form, status);
}

Result<Outcome> show_sign_up(Context& context) {
  web::SignUpView view;
  TRY(auto code, context.params.text("invite_code"));
  view.invite_code = std::move(code).value_or("");
  return sign_up_form(context, std::move(view));
}

/// Puts each message where its field is; what belongs to none, above the form.
void place_errors(web::SignUpView& view, const Error& error) {
  const std::pair<std::string_view, std::string*> places[] = {
      {"username", &view.username_error}, {"email", &view.email_error},
      {"password", &view.password_error}, {"agreement", &view.agreement_error},
      {"reason", &view.reason_error},     {"invite_code", &view.invite_code_error}};
  for (const auto& field : error.fields) {
    for (const auto& [name, place] : places) {
      if (field.name == name) *place = field.description;
    }
  }
  if (error.fields.empty()) view.error = error.safe;
}

Result<Outcome> sign_up(Context& context) {
  TRY_DO(check_form(context));
  TRY(const auto request, read_registration(context));
  const auto again = [request](Context& c, const Error& error) {
    web::SignUpView view;
    view.username = request.username;
    view.email = request.email;
    view.reason = request.reason;
    view.invite_code = request.invite_code;
    place_errors(view, error);
    return sign_up_form(c, std::move(view), status_of(error.code));
  };
  if (const auto allowed = check_registration(context, request); !allowed)
    return again(context, allowed.error());
  return Slow{[request, again](Context& c) -> Result<Outcome> {
    const auto account = hashed_account(c, request);
    if (!account) return again(c, account.error());
    return write([account = *account, again](store::WriteTx& tx) -> Result<Then> {
      // Taken in the meantime, or the invitation does not work: the form again, with what was typed.
      if (const auto made = domain::create_account(tx, account); !made) {
        return Then([again, error = made.error()](Context& late) -> Result<net::Response> {
          return again(late, error);
        });
      }
      return Then([state = account.state](Context& done) -> Result<net::Response> {
        web::MessageView message;
        message.title = "Welcome";
        message.text =
            state == store::UserState::pending
                ? "Your request has been noted. You can sign in as soon as a moderator has approved it."
                : "Your account is ready. Sign in here, or with any Mastodon app by this node's name.";
        message.link_url = "/auth/sign_in";
        message.link_text = "Sign in";
        return html_response(web::message_page(page_site(done.services), message), web::page_headers());
      });
    });
  }};
}

}  // namespace

std::vector<Route> sign_in_routes() {
  using net::Method;
  return {
      {Method::get, "/auth/sign_in", Access::page(), show_sign_in},
      {Method::post, "/auth/sign_in", Access::page(), sign_in},
      {Method::post, "/auth/sign_out", Access::page(), sign_out},
      {Method::get, "/auth/sign_up", Access::page(), show_sign_up},
      {Method::post, "/auth/sign_up", Access::page(), sign_up},
  };
}

}  // namespace dunlin::api

#include "node/api/oauth.h"

#include <algorithm>

#include "node/auth/password.h"
#include "node/auth/token.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"

namespace dunlin::api {

bool is_redirect_uri(std::string_view uri) {
  if (uri == out_of_band_uri) return true;
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == uri.size()) return false;
  const std::string scheme = to_lower(uri.substr(0, colon));
  const auto is_scheme_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  if (scheme.front() < 'a' || scheme.front() > 'z' ||
      !std::all_of(scheme.begin(), scheme.end(), is_scheme_char))
    return false;
  for (std::string_view runs :
       {"javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source", "urn"}) {
    if (scheme == runs) return false;
  }
  if ((scheme == "http" || scheme == "https") &&
      (!uri.substr(colon).starts_with("://") || uri.size() == colon + 3))
    return false;
  return std::all_of(
             uri.begin(), uri.end(),
             [](unsigned char c) { return c > ' ' && c < 127 && c != '"' && c != '<' && c != '>'; }) &&
         uri.find('#') == std::string_view::npos && uri.find('\\') == std::string_view::npos;
}

net::Response oauth_error(int status, std::string_view code, std::string_view description) {
  std::string body;
  JsonWriter(body).begin_object().field("error", code).field("error_description", description).end_object();
  auto response = json_response(std::move(body), status);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

namespace {

constexpr std::size_t counted_name_bytes_max =
    254;  // an e-mail address; the counts' memory must not be the sender's choice

}  // namespace

Result<AccountId> check_password(Context& context, const std::string& name, const std::string& password) {
  auto& rates = context.services.rate_limits;
  const std::string typed = to_lower(trim(name));
  const auto found = typed.find('@') == std::string::npos ? store::account_by_name(context.tx(), typed, "")
                                                          : store::user_by_email(context.tx(), typed);
  // One count for all that an account answers to. A name that nobody has is counted just the same.
  const std::string key =
      found ? "account " + to_string(*found) : "name " + typed.substr(0, counted_name_bytes_max);
  constexpr std::string_view too_many = "Too many attempts to sign in. Wait some minutes and try again.";
  TRY_DO(context.take(rates.sign_ins_of_address, context.client_key(), too_many));
  TRY_DO(context.take(rates.sign_ins_of_account, key, too_many));
  const auto user = found ? store::find_user(context.tx(), *found) : std::nullopt;
  const auto wrong = [] {
    return fail(Errc::unauthorized, "The user name, e-mail address or password is not right.");
  };
  if (!user) {
    auth::verify_absent(password);
    return wrong();
  }
  const auto account = store::find_account(context.tx(), user->account);
  if (!auth::verify_password(user->password_hash, password) || !account || account->is_gone()) return wrong();
  rates.sign_ins_of_account.forget(key);
  if (user->state == store::UserState::unconfirmed)
    return fail(Errc::forbidden, "Your e-mail address is not confirmed yet.");
  if (user->state == store::UserState::pending)
    return fail(Errc::forbidden, "Your account has not been approved yet.");
  return user->account;
}

std::string_view cookie(const net::Request& request, std::string_view name) {
  std::string_view rest = request.header("Cookie");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto pair = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

namespace {

bool is_secure(const Context& context) { return context.site().base_url.starts_with("https://"); }

/// The __Host- prefix keeps other hosts of the domain from setting it; browsers take it over TLS only.
std::string cookie_name(const Context& context, std::string_view name) {
  return (is_secure(context) ? "__Host-" : "") + std::string(name);
}

}  // namespace

std::string session_cookie_name(const Context& context) { return cookie_name(context, "dunlin_session"); }

std::string set_cookie(const Context& context, std::string_view name, std::string_view value,
                       std::chrono::seconds age) {
  return std::string(name) + "=" + std::string(value) +
         "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(age.count()) +
         (is_secure(context) ? "; Secure" : "");
}

std::optional<AccountId> browser_account(const Context& context) {
  const auto value = cookie(context.request, session_cookie_name(context));
  if (value.empty()) return std::nullopt;
  return store::find_browser_session(context.tx(), auth::token_digest(value), context.now());
}

FormToken form_token(Context& context) {
  const auto name = cookie_name(context, "dunlin_form");
  auto secret = std::string(cookie(context.request, name));
  FormToken form;
  if (secret.size() < 20) {
    secret = auth::new_token(context.services.random);
    form.set_cookie = set_cookie(context, name, secret, std::chrono::hours(24));
  }
  form.token = base64url(bytes_of(auth::token_digest("form:" + secret)));
  return form;
}

Result<void> check_form(const Context& context) {
  const auto origin = context.request.header("Origin");
  const auto refused = [] {
    return fail(
        Errc::forbidden,
        "The form could not be verified. Go back, reload the page and try again (cookies must be allowed).");
  };
  if (!origin.empty() && origin != context.site().base_url) return refused();
  const auto secret = cookie(context.request, cookie_name(context, "dunlin_form"));
  TRY(const auto given, context.params.text("csrf_token"));
  if (secret.empty() || !given) return refused();
  const auto expected = base64url(bytes_of(auth::token_digest("form:" + std::string(secret))));
  if (!equal_constant_time(expected, *given)) return refused();
  return {};
}

std::string safe_return_path(std::string_view target) {
  if (!target.starts_with('/') || target.starts_with("//") || target.starts_with("/\\")) return "/";
  const auto plain = [](unsigned char c) { return c > ' ' && c < 127 && c != '\\'; };
  if (!std::all_of(target.begin(), target.end(), plain)) return "/";
  // An encoded slash or backslash right after the first could be undone on the way.
  const auto head = to_lower(target.substr(0, 4));
  if (head.starts_with("/%2f") || head.starts_with("/%5c")) return "/";
  return std::string(target);
}

}  // namespace dunlin::api

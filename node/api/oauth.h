#pragma once
// What the OAuth endpoints and the browser pages share. Sources: RFC 6749, 7009, 7636, 8252;
// docs.joinmastodon.org/methods/oauth
#include <optional>
#include <string>
#include <string_view>

#include "node/api/context.h"
#include "node/store/oauth.h"

namespace dunlin::api {

inline constexpr std::string_view out_of_band_uri = "urn:ietf:wg:oauth:2.0:oob";

/// An absolute URI that a code may be sent to: http(s), an application's own scheme, or out of band; never
/// one that a browser would run (javascript, data …). No fragment (RFC 6749 3.1.2).
bool is_redirect_uri(std::string_view uri);

/// `{"error": code, "error_description": …}` (RFC 6749 5.2).
net::Response oauth_error(int status, std::string_view code, std::string_view description);

/// Looks a person up by name or e-mail address and checks the password. Slow: worker threads only. Costs the
/// same whether the name exists or not. Errors: 429 throttled; 401 wrong, without saying what; 403 right, but
/// not confirmed or approved yet.
Result<AccountId> check_password(Context& context, const std::string& name, const std::string& password);

/// Whose browser this is, by its session cookie.
std::optional<AccountId> browser_account(const Context& context);
std::string_view cookie(const net::Request& request, std::string_view name);
std::string session_cookie_name(const Context& context);
std::string set_cookie(const Context& context, std::string_view name, std::string_view value,
                       std::chrono::seconds age);

/// A form's own token, bound to the browser by a cookie that other sites can neither read nor set.
struct FormToken {
  std::string token;
  std::optional<std::string> set_cookie;  // when the browser has none yet
};
FormToken form_token(Context& context);
/// 403 unless the form carries this browser's token and, when the browser tells one, comes from this origin.
Result<void> check_form(const Context& context);

/// Only a path on this node, never an address elsewhere; "/" for anything else.
std::string safe_return_path(std::string_view target);

}  // namespace dunlin::api

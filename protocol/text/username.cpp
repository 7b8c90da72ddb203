#include "protocol/text/username.h"

#include <algorithm>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {

bool is_reserved_username(std::string_view name) {
  constexpr std::string_view reserved[] = {
      "about",    "accounts",      "api",       "assets",    "auth",     "avatars",   "emoji",
      "explore",  "favicon",       "headers",   "healthz",   "home",     "host_meta", "inbox",
      "instance", "livez",         "login",     "logout",    "manifest", "media",     "metrics",
      "nodeinfo", "notifications", "null",      "oauth",     "outbox",   "public",    "readyz",
      "robots",   "search",        "settings",  "share",     "signup",   "sitemap",   "static",
      "statuses", "tags",          "timelines", "undefined", "users",    "webfinger", "well_known"};
  const auto lower = to_lower(name);
  return std::find(std::begin(reserved), std::end(reserved), lower) != std::end(reserved);
}

Result<std::string> checked_username(std::string_view typed) {
  if (typed.empty()) return fail(Errc::unprocessable, "username can't be blank");
  if (typed.size() > limits::username_characters_max) {
    return fail(Errc::unprocessable, "username is too long (at most " +
                                         std::to_string(limits::username_characters_max) + " characters)");
  }
  const bool good = std::all_of(typed.begin(), typed.end(), [](char c) {
    return c == '_' || is_ascii_alphanumeric(static_cast<unsigned char>(c));
  });
  if (!good)
    return fail(Errc::unprocessable, "username may hold only the letters a to z, digits and underscores");
  if (is_reserved_username(typed)) return fail(Errc::unprocessable, "username is reserved");
  return std::string(typed);
}

}  // namespace dunlin::text

#pragma once
// Header fields of every HTML page. Strict-Transport-Security is the listener's business.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::web {

/// Nothing but our own style, pictures and media; forms go to this node and to `extra_form_action`, one
/// source of CSP 3 section 2.3.1 as form_action_source() makes it (browsers apply form-action to the redirect
/// after a form too, so an application's custom scheme must stand here). An `extra_form_action` with any
/// other character is left out.
std::string content_security_policy(std::string_view extra_form_action = {});

/// The source that lets a form's answer redirect to `redirect_uri`: "https://app.example:8443", "ivory:".
/// Empty for out-of-band, for what is no URI, and for schemes that run or read something in the browser
/// itself.
std::string form_action_source(std::string_view redirect_uri);

/// All security headers of a page, names as they are written. Add caching and content type.
std::vector<std::pair<std::string, std::string>> page_headers(std::string_view extra_form_action = {});

}  // namespace dunlin::web

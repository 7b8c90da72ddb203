#pragma once
// Every page of a node as one function from values to a complete HTML document. Pure, safe from any thread;
// no JavaScript. The answer's headers are page_headers() of security_headers.h.
#include <string>
#include <string_view>

#include "node/web/views.h"

namespace dunlin::web {

// --- for everyone ---
std::string front_page(const Site& site, const FrontView& view);
std::string profile_page(const Site& site, const ProfileView& view);
/// One post with what it answers above it and the answers below.
std::string status_page(const Site& site, const StatusPageView& view);
std::string tag_page(const Site& site, const TagView& view);

// --- signing in and up; never indexed ---
std::string sign_in_page(const Site& site, const SignInView& view);
std::string authorize_page(const Site& site, const AuthorizeView& view);
std::string code_page(const Site& site, const CodeView& view);
std::string sign_up_page(const Site& site, const SignUpView& view);

// --- for administrators; never indexed ---
std::string history_page(const Site& site, const HistoryView& view);

// --- plain answers; never indexed ---
std::string message_page(const Site& site, const MessageView& view);
/// `status` is the HTTP status (400..599); `text` may be empty: a standing sentence for the status is shown.
std::string error_page(const Site& site, int status, std::string_view text);

}  // namespace dunlin::web

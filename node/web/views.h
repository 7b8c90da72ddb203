#pragma once
// What a page shows, as plain values. Text is plain text and is escaped on output; only fields named `_html`
// hold markup, already cleaned to the allow-list of tags. Addresses are http(s) or begin with one "/"; any
// other is left out.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/web/graphs.h"
#include "protocol/base/time.h"

namespace dunlin::web {

/// What every page knows of the node. The same for each reader, so that public pages can be cached.
struct Site {
  std::string title{};     // name of the community
  std::string domain{};    // the part of a handle after the second @
  std::string base_url{};  // "https://example.org", no slash at its end; put before "/..." where metadata
                           // needs a whole URL
  std::string sign_in_url = "/auth/sign_in";  // empty: not offered
  std::string sign_up_url = "/auth/sign_up";  // empty: registration is closed
  std::string source_url{};                   // of the program; empty: not shown
};

struct AccountView {
  std::string display_name{};  // empty: the user name stands in
  std::string handle{};        // "user@domain", always with the domain, no leading @
  std::string url{};           // profile page
  std::string avatar_url{};    // empty: the default picture
  bool is_bot{};
  bool is_locked{};  // approves followers by hand
};

enum class MediaKind : std::uint8_t { image, gifv, video, audio, unknown };

struct MediaView {
  MediaKind kind{};
  std::string url{};
  std::string preview_url{};  // a picture, also for video; empty: none
  std::string description{};  // alternative text; empty: none was written
  int width{}, height{};      // of the preview, pixels; 0: not known
};

struct StatusView {
  std::string id{};  // as in the API: names the element, so that #p-ID leads to it
  std::string url{};
  AccountView author{};
  Timestamp created_at{};
  std::optional<Timestamp> edited_at{};
  std::string content_html{};
  std::string spoiler_text{};  // content warning; empty: none
  std::string language{};      // BCP 47; empty: not known
  bool sensitive{};            // media is shown on request only
  std::vector<MediaView> media{};
  std::string in_reply_to_handle{};  // empty: no reply, or a thread shows it anyway
  std::string in_reply_to_url{};
  std::optional<AccountView> reblogged_by{};
  std::int64_t replies{}, reblogs{}, favourites{};
};

struct RuleView {
  std::string text{};
  std::string hint{};  // empty: none
};

struct FrontView {
  std::string description{};  // one paragraph, plain
  std::string about_html{};   // longer text of the administrators; empty: none
  std::vector<RuleView> rules{};
  std::optional<AccountView> contact{};
  std::string contact_email{};
  std::int64_t users{}, statuses{};  // local; both 0: not shown
  std::vector<StatusView> latest{};  // local public posts, newest first
  bool noindex{};
};

struct ProfileFieldView {
  std::string name{};
  std::string value_html{};
  bool is_verified{};
};

struct ProfileView {
  AccountView account{};
  std::string header_url{};  // empty: the default picture
  std::string bio_html{};
  std::string bio{};  // the same as plain text, for link previews
  std::vector<ProfileFieldView> fields{};
  Timestamp joined_at{};
  std::int64_t statuses{}, following{}, followers{};
  std::optional<AccountView> moved_to{};
  std::vector<StatusView> pinned{};      // first page only
  std::vector<StatusView> latest{};      // newest first
  std::string newer_url{}, older_url{};  // empty: no such page
  bool noindex{};
};

/// One answer below a post. Depth 0 answers the post itself; the order is the order of reading.
struct ReplyView {
  StatusView status{};
  int depth{};
};

struct StatusPageView {
  StatusView status{};
  std::string excerpt{};                // plain text, for the title and link previews; cut here
  std::vector<StatusView> ancestors{};  // oldest first
  std::vector<ReplyView> replies{};
  bool noindex{};
};

struct TagView {
  std::string name{};  // without '#'
  std::string url{};   // of this page
  std::vector<StatusView> latest{};
  std::string newer_url{}, older_url{};
  bool noindex{};
};

/// What each form carries besides its visible fields.
struct FormView {
  std::string action{};  // a path on this node
  std::string csrf_token{};
  std::vector<std::pair<std::string, std::string>>
      hidden;  // names must differ from those of the visible fields
};

/// Fields sent: csrf_token, username, password.
struct SignInView {
  FormView form{};
  std::string app_name{};  // on whose behalf; empty: none
  std::string username{};  // as typed before
  std::string error{};
};

/// Fields sent: csrf_token, decision = "approve" or "deny".
struct AuthorizeView {
  FormView form{};
  std::string app_name{}, app_website{};
  AccountView account{};
  std::vector<std::string> scopes{};  // as in the API: "read", "write:statuses"
  std::string redirect_uri{};         // shown, so that a person sees where the code goes; empty: out of band
  FormView switch_account{};          // signs out and comes back here; no action: not offered
};

/// The code of the out-of-band flow, to be copied into the application.
struct CodeView {
  std::string app_name{};
  std::string code{};
};

enum class SignUpMode : std::uint8_t { open, approval, invite, closed };

/// Fields sent: csrf_token, username, email, password, agreement = "1", reason (approval), invite_code
/// (invite).
struct SignUpView {
  SignUpMode mode{};
  FormView form{};
  std::string closed_message{};  // plain; empty: a standing sentence
  std::vector<RuleView> rules{};
  std::string username{}, email{}, reason{}, invite_code{};  // as typed before
  std::string error{};                                       // of the whole form
  std::string username_error{}, email_error{}, password_error{}, agreement_error{}, reason_error{},
      invite_code_error{};
};

/// For administrators: what the node did and how large it is.
struct HistoryView {
  bool is_month{};
  TimeAxis axis{};
  Timestamp until{};                // of the last row
  std::vector<GraphView> graphs{};  // empty: there is nothing yet
};

struct MessageView {
  std::string title{};
  std::string text{};
  std::string link_url{};  // empty: no link
  std::string link_text{};
};

}  // namespace dunlin::web

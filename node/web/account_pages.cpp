// Signing in and up, letting an application in, and the plain answers.
#include <array>

#include "node/web/layout.h"
#include "node/web/pages.h"
#include "node/web/parts.h"
#include "node/web/scopes.h"
#include "protocol/base/limits.h"

namespace dunlin::web {
namespace {

void form_start(Html& html, const FormView& form) {
  html << "<form method=\"post\"" << UrlAttribute{"action", form.action} << ">\n"
       << "<input type=\"hidden\" name=\"csrf_token\" value=\"" << Text{form.csrf_token} << "\">\n";
  for (const auto& [name, value] : form.hidden) {
    html << "<input type=\"hidden\" name=\"" << Text{name} << "\" value=\"" << Text{value} << "\">\n";
  }
}

void form_error(Html& html, std::string_view error) {
  if (!error.empty()) html << "<p class=\"form-error\" role=\"alert\">" << Text{error} << "</p>\n";
}

struct Field {
  Markup name;  // also its id
  Markup label;
  Markup attributes;  // type, autocomplete and so on
  std::string_view value = {};
  std::string_view hint = {};
  std::string_view error = {};
};

/// Ties hint and error to the field for those who hear the page.
void described_by(Html& html, const Field& field) {
  if (!field.error.empty()) html << " aria-invalid=\"true\"";
  if (field.hint.empty() && field.error.empty()) return;
  html << " aria-describedby=\"";
  if (!field.error.empty()) html << field.name << "-error";
  if (!field.error.empty() && !field.hint.empty()) html << " ";
  if (!field.hint.empty()) html << field.name << "-hint";
  html << "\"";
}

void field_notes(Html& html, const Field& field) {
  if (!field.error.empty()) {
    html << "<p class=\"field-error\" id=\"" << field.name << "-error\">" << Text{field.error} << "</p>\n";
  }
  if (!field.hint.empty()) {
    html << "<p class=\"hint\" id=\"" << field.name << "-hint\">" << Text{field.hint} << "</p>\n";
  }
}

void input(Html& html, const Field& field) {
  html << "<div class=\"field\">\n<label for=\"" << field.name << "\">" << field.label << "</label>\n";
  html << "<input id=\"" << field.name << "\" name=\"" << field.name << "\" " << field.attributes;
  if (!field.value.empty()) html << " value=\"" << Text{field.value} << "\"";
  described_by(html, field);
  html << ">\n";
  field_notes(html, field);
  html << "</div>\n";
}

void text_area(Html& html, const Field& field) {
  html << "<div class=\"field\">\n<label for=\"" << field.name << "\">" << field.label
       << "</label>\n<textarea id=\"" << field.name << "\" name=\"" << field.name << "\" "
       << field.attributes;
  described_by(html, field);
  // HTML 13.2.6.4.7: the first newline of a textarea is dropped.
  html << ">\n" << Text{field.value} << "</textarea>\n";
  field_notes(html, field);
  html << "</div>\n";
}

std::string finish(const Site& site, std::string title, const Html& html) {
  Head head;
  head.title = std::move(title);
  head.noindex = true;
  return document(site, head, Layout::form, html);
}

template <class Item>
void scope_group(Html& html, Markup heading, const std::vector<Item>& items) {
  if (items.empty()) return;
  html << "<h3>" << heading << "</h3>\n<ul>\n";
  for (const auto& item : items) html << "<li>" << Text{item} << "</li>\n";
  html << "</ul>\n";
}

void scopes(Html& html, const AuthorizeView& view) {
  const auto words = scope_words(view.scopes);
  html << "<div class=\"scopes\">\n";
  scope_group(html, "It may read", words.read);
  scope_group(html, "It may change", words.write);
  scope_group(html, "It may administer", words.administer);
  scope_group(html, "Other permissions", words.unknown);
  html << "</div>\n";
}

void who(Html& html, const AuthorizeView& view) {
  html << "<div class=\"who\">\n";
  account_card(html, view.account);
  if (!view.switch_account.action.empty()) {
    form_start(html, view.switch_account);
    html << "<button class=\"plain\" type=\"submit\">Not you?</button>\n</form>\n";
  }
  html << "</div>\n";
}

void rules_to_agree(Html& html, const SignUpView& view) {
  if (!view.rules.empty()) {
    html << "<h2>The rules here</h2>\n";
    rule_list(html, view.rules);
  }
  const Field agreement{.name = "agreement", .label = "", .attributes = "", .error = view.agreement_error};
  html << "<div class=\"field check\">\n<label><input type=\"checkbox\" id=\"agreement\" name=\"agreement\" "
          "value=\"1\" "
          "required";
  described_by(html, agreement);
  html << "> <span>"
       << (view.rules.empty() ? Markup("I will treat others with respect") : Markup("I agree to the rules"))
       << "</span></label>\n";
  field_notes(html, agreement);
  html << "</div>\n";
}

void sign_up_form(Html& html, const Site& site, const SignUpView& view) {
  const auto username_hint =
      "You will be @name@" + site.domain + ". Letters, digits and _ only; it cannot be changed later.";
  const auto password_hint = "At least " + std::to_string(limits::password_characters_min) + " characters.";
  form_error(html, view.error);
  form_start(html, view.form);
  if (view.mode == SignUpMode::invite) {
    input(html, {.name = "invite_code",
                 .label = "Invite code",
                 .attributes =
                     R"(type="text" autocomplete="off" autocapitalize="none" spellcheck="false" required)",
                 .value = view.invite_code,
                 .error = view.invite_code_error});
  }
  input(
      html,
      {.name = "username",
       .label = "User name",
       .attributes =
           R"(type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="30" required)",
       .value = view.username,
       .hint = username_hint,
       .error = view.username_error});
  input(html, {.name = "email",
               .label = "E-mail",
               .attributes = R"(type="email" autocomplete="email" required)",
               .value = view.email,
               .error = view.email_error});
  input(html, {.name = "password",
               .label = "Password",
               .attributes = R"(type="password" autocomplete="new-password" minlength="8" required)",
               .hint = password_hint,
               .error = view.password_error});
  if (view.mode == SignUpMode::approval) {
    text_area(html, {.name = "reason",
                     .label = "Why do you want to join?",
                     .attributes = R"(rows="4" required)",
                     .value = view.reason,
                     .hint = "People here read this before they let you in.",
                     .error = view.reason_error});
  }
  rules_to_agree(html, view);
  html << "<p class=\"actions\"><button class=\"button\" type=\"submit\">"
       << (view.mode == SignUpMode::approval ? Markup("Ask to join") : Markup("Sign up"))
       << "</button></p>\n</form>\n";
}
static_assert(limits::username_characters_max == 30 && limits::password_characters_min == 8,
              "the attributes above say these numbers");

struct StatusWords {
  int status;
  std::string_view title, text;
};

constexpr std::array status_words = {
    StatusWords{400, "That did not make sense", "The request could not be read."},
    StatusWords{401, "Please sign in", "This page is for people who are signed in."},
    StatusWords{403, "Not allowed", "You may not do that."},
    StatusWords{404, "Nothing here", "The page may have been removed, or it is not public."},
    StatusWords{405, "Not like this", "This address does not take that kind of request."},
    StatusWords{410, "Gone", "This page has been removed."},
    StatusWords{422, "That did not work", "The form was not complete. Please go back and try again."},
    StatusWords{429, "Too many requests", "Please wait a little and try again."},
    StatusWords{503, "Back soon", "The site is busy or restarting. Please try again in a moment."},
    StatusWords{500, "Something went wrong", "It is our fault. Please try again in a moment."},
};

}  // namespace

std::string sign_in_page(const Site& site, const SignInView& view) {
  Html html;
  html << "<section class=\"card\">\n<h1>Sign in</h1>\n";
  if (!view.app_name.empty()) html << "<p>to go on to <b><bdi>" << Text{view.app_name} << "</bdi></b></p>\n";
  form_error(html, view.error);
  form_start(html, view.form);
  input(html, {.name = "username",
               .label = "User name or e-mail",
               .attributes =
                   R"(type="text" autocomplete="username" autocapitalize="none" spellcheck="false" required)",
               .value = view.username});
  input(html, {.name = "password",
               .label = "Password",
               .attributes = R"(type="password" autocomplete="current-password" required)"});
  html << "<p class=\"actions\"><button class=\"button\" type=\"submit\">Sign in</button></p>\n</form>\n";
  if (!site.sign_up_url.empty()) {
    html << "<p class=\"hint\">New here? <a" << UrlAttribute{"href", site.sign_up_url}
         << ">Sign up</a></p>\n";
  }
  html << "</section>\n";
  return finish(site, "Sign in", html);
}

std::string authorize_page(const Site& site, const AuthorizeView& view) {
  Html html;
  html << "<section class=\"card\">\n<h1>Let <bdi>" << Text{view.app_name}
       << "</bdi> use your account?</h1>\n";
  if (!safe_href(view.app_website).empty()) {
    html << "<p class=\"hint\"><a rel=\"noopener noreferrer nofollow\""
         << UrlAttribute{"href", view.app_website} << " dir=\"ltr\">" << Text{view.app_website}
         << "</a></p>\n";
  }
  who(html, view);
  scopes(html, view);
  form_start(html, view.form);
  html << "<p class=\"actions\"><button class=\"button\" type=\"submit\" name=\"decision\" "
          "value=\"approve\">Approve"
          "</button><button class=\"button quiet\" type=\"submit\" name=\"decision\" "
          "value=\"deny\">Deny</button></p>\n"
          "</form>\n";
  if (view.redirect_uri.empty()) {
    html << "<p class=\"hint\">You will get a code to copy into the application.</p>\n";
  } else {
    html << "<p class=\"hint\">You will go on to <span class=\"address\" dir=\"ltr\">"
         << Text{view.redirect_uri} << "</span></p>\n";
  }
  html << "</section>\n";
  return finish(site, "Let " + view.app_name + " use your account?", html);
}

std::string code_page(const Site& site, const CodeView& view) {
  Html html;
  html << "<section class=\"card\">\n<h1>Your code</h1>\n<p>Copy it into ";
  if (view.app_name.empty()) {
    html << "the application";
  } else {
    html << "<b><bdi>" << Text{view.app_name} << "</bdi></b>";
  }
  html << ". It works once, for ten minutes.</p>\n<p><code class=\"code\" dir=\"ltr\">" << Text{view.code}
       << "</code></p>\n<p class=\"hint\">Give it to nobody else: it opens your account.</p>\n</section>\n";
  return finish(site, "Your code", html);
}
static_assert(limits::authorization_code_kept == std::chrono::minutes(10),
              "the sentence above says ten minutes");

std::string sign_up_page(const Site& site, const SignUpView& view) {
  Html html;
  html << "<section class=\"card\">\n<h1>Join <bdi>" << Text{site.title} << "</bdi></h1>\n";
  if (view.mode == SignUpMode::closed) {
    html << "<p dir=\"auto\">";
    if (view.closed_message.empty()) {
      html << "This community takes no new members at the moment.";
    } else {
      html << Text{view.closed_message};
    }
    html << "</p>\n";
  } else {
    sign_up_form(html, site, view);
  }
  if (!site.sign_in_url.empty()) {
    html << "<p class=\"hint\">Already have an account? <a" << UrlAttribute{"href", site.sign_in_url}
         << ">Sign in</a></p>\n";
  }
  html << "</section>\n";
  return finish(site, "Sign up", html);
}

std::string message_page(const Site& site, const MessageView& view) {
  Html html;
  html << "<section class=\"card\">\n<h1 dir=\"auto\">" << Text{view.title} << "</h1>\n";
  if (!view.text.empty()) html << "<p dir=\"auto\">" << Text{view.text} << "</p>\n";
  if (!safe_href(view.link_url).empty()) {
    html << "<p class=\"actions\"><a class=\"button\"" << UrlAttribute{"href", view.link_url} << ">"
         << (view.link_text.empty() ? Text{"Go on"} : Text{view.link_text}) << "</a></p>\n";
  }
  html << "</section>\n";
  return finish(site, view.title, html);
}

std::string error_page(const Site& site, int status, std::string_view text) {
  StatusWords words = status < 500 ? status_words.front() : status_words.back();
  for (const auto& row : status_words) {
    if (row.status == status) words = row;
  }
  Html html;
  html << "<section class=\"card error\">\n<p class=\"status\">" << Text{std::to_string(status)}
       << "</p>\n<h1>" << Text{words.title} << "</h1>\n<p dir=\"auto\">"
       << (text.empty() ? Text{words.text} : Text{text})
       << "</p>\n<p class=\"actions\"><a class=\"button quiet\" href=\"/\">To the front "
          "page</a></p>\n</section>\n";
  return finish(site, std::string(words.title), html);
}

}  // namespace dunlin::web

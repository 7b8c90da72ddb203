#include "tests/unit/node/web/sample_pages.h"

#include "node/web/pages.h"

namespace dunlin::web {
namespace {

constexpr Timestamp morning{1'795'244'380'123};  // 2026-11-21T06:59:40.123Z

AccountView ada() {
  return {
      .display_name = "Ada", .handle = "ada@mudflat.example", .url = "/@ada", .avatar_url = "/media/ada.png"};
}

AccountView tides() {
  return {.handle = "tides@harbour.example",
          .url = "https://harbour.example/@tides",
          .is_bot = true,
          .is_locked = true};
}

StatusView plain_status(std::string id) {
  return {.id = std::move(id),
          .url = "/@ada/1",
          .author = ada(),
          .created_at = morning,
          .edited_at = morning + std::chrono::minutes(5),
          .content_html = "<p>The tide is <em>out</em>.</p>",
          .language = "en",
          .replies = 1,
          .reblogs = 2'345,
          .favourites = 3};
}

StatusView status_with_media(std::string id) {
  auto status = plain_status(std::move(id));
  for (auto kind :
       {MediaKind::image, MediaKind::gifv, MediaKind::video, MediaKind::audio, MediaKind::unknown}) {
    status.media.push_back({.kind = kind,
                            .url = "/media/original",
                            .preview_url = "/media/preview.png",
                            .description = "Wet sand",
                            .width = 640,
                            .height = 360});
    status.media.push_back({.kind = kind, .url = "/media/original"});
  }
  status.reblogged_by = tides();
  return status;
}

StatusView status_with_warning(std::string id) {
  auto status = plain_status(std::move(id));
  status.author = tides();
  status.spoiler_text = "gulls";
  status.sensitive = true;
  status.in_reply_to_handle = "ada@mudflat.example";
  status.in_reply_to_url = "/@ada/1";
  return status;
}

SignUpView sign_up(SignUpMode mode, const std::vector<RuleView>& rules) {
  return {.mode = mode,
          .form = {.action = "/auth/sign_up", .csrf_token = "token", .hidden = {{"next", "/"}}},
          .closed_message = "Back in spring.",
          .rules = rules,
          .username = "kit",
          .email = "kit@mail.example",
          .reason = "I like mud",
          .invite_code = "knot",
          .error = "Not yet",
          .username_error = "Taken",
          .email_error = "No such address",
          .password_error = "Too short",
          .agreement_error = "Please agree",
          .reason_error = "Too brief",
          .invite_code_error = "Used up"};
}

}  // namespace

SamplePages::SamplePages() {
  site = {.title = "Mudflat",
          .domain = "mudflat.example",
          .base_url = "https://mudflat.example",
          .source_url = "https://source.example/dunlin"};
  const std::vector<RuleView> rules = {{.text = "Be kind", .hint = "To birds too"}, {.text = "No adverts"}};
  front = {.description = "For people of the coast",
           .about_html = "<p>Since 2019.</p>",
           .rules = rules,
           .contact = ada(),
           .contact_email = "crew@mudflat.example",
           .users = 12,
           .statuses = 3'456,
           .latest = {plain_status("1"), status_with_media("2"), status_with_warning("3")}};
  profile = {.account = ada(),
             .header_url = "/media/header.png",
             .bio_html = "<p>Counts birds</p>",
             .bio = "Counts birds",
             .fields = {{.name = "Boat", .value_html = "<b>Calidris</b>", .is_verified = true}},
             .joined_at = morning,
             .statuses = 1,
             .following = 2,
             .followers = 3,
             .moved_to = tides(),
             .pinned = {plain_status("1")},
             .latest = {status_with_media("2")},
             .newer_url = "/@ada?min_id=2",
             .older_url = "/@ada?max_id=2"};
  status = {.status = status_with_media("10"),
            .excerpt = "The tide is out",
            .ancestors = {plain_status("1"), plain_status("2"), status_with_warning("3"), plain_status("4"),
                          plain_status("5")},
            .replies = {{plain_status("11"), 0}, {status_with_warning("12"), 1}, {plain_status("13"), 9}}};
  tag = {.name = "waders",
         .url = "/tags/waders",
         .latest = {plain_status("1")},
         .older_url = "/tags/waders?max_id=1"};
  const FormView form{.action = "/oauth/authorize", .csrf_token = "token", .hidden = {{"state", "s1"}}};
  sign_in = {.form = form, .app_name = "Ivory", .username = "ada", .error = "Wrong password"};
  authorize = {.form = form,
               .app_name = "Tusky",
               .app_website = "https://tusky.example",
               .account = ada(),
               .scopes = {"read", "write:statuses", "admin:read", "odd"},
               .redirect_uri = "tusky://callback",
               .switch_account = form};
  code = {.app_name = "toot", .code = "c0de"};
  sign_up_open = sign_up(SignUpMode::open, rules);
  sign_up_approval = sign_up(SignUpMode::approval, rules);
  sign_up_invite = sign_up(SignUpMode::invite, {});
  sign_up_closed = sign_up(SignUpMode::closed, rules);
  history = {
      .axis = {.begins_at = {1'767'225'600'000}, .step_seconds = 900, .steps = 96},
      .until = {1'767'312'000'000},
      .graphs = {{.title = "Posts",
                  .figure = "3 in all",
                  .hint = "Counted",
                  .is_bars = true,
                  .series = {{"here", {1.0, std::nullopt, 2.0}}, {"elsewhere", {std::nullopt, 4.0}}}},
                 {.title = "Memory", .figure = "2 MB", .unit = Unit::bytes, .series = {{"", {1e6, 2e6}}}}}};
  message = {.title = "Check your mail", .text = "We wrote to you", .link_url = "/", .link_text = "Home"};
}

std::vector<std::pair<std::string, std::string>> SamplePages::render() const {
  return {{"front", front_page(site, front)},
          {"profile", profile_page(site, profile)},
          {"status", status_page(site, status)},
          {"tag", tag_page(site, tag)},
          {"sign in", sign_in_page(site, sign_in)},
          {"authorize", authorize_page(site, authorize)},
          {"code", code_page(site, code)},
          {"sign up, open", sign_up_page(site, sign_up_open)},
          {"sign up, approval", sign_up_page(site, sign_up_approval)},
          {"sign up, invite", sign_up_page(site, sign_up_invite)},
          {"sign up, closed", sign_up_page(site, sign_up_closed)},
          {"history", history_page(site, history)},
          {"message", message_page(site, message)},
          {"error", error_page(site, 404, error_text)}};
}

}  // namespace dunlin::web

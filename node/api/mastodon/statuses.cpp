// Writing and reading statuses. Source: docs.joinmastodon.org/methods/statuses
#include <algorithm>

#include "node/api/context.h"
#include "node/api/mastodon/poll_params.h"
#include "node/api/mastodon/quotes.h"
#include "node/api/routes.h"
#include "node/api/thread.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/quotes.h"
#include "node/federation/catch_up.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/text/language.h"

namespace dunlin::api {

namespace {

using auth::Scope;

Result<std::optional<std::string>> language_param(const Context& context,
                                                  const std::optional<std::string>& standard) {
  TRY(auto given, context.params.text("language"));
  if (!given || given->empty()) return standard;
  if (!text::is_language(*given))
    return fail(Errc::unprocessable, "Validation failed: language is not an ISO 639 language code");
  return given;
}

Result<std::string> format_param(const Context& context, std::string_view standard) {
  TRY(const auto type, context.params.text("content_type"));
  if (!type) return std::string(standard);
  if (*type == "text/plain") return std::string("plain");
  if (*type == "text/markdown") return std::string("markdown");
  return fail(Errc::unprocessable, "Validation failed: content_type must be text/plain or text/markdown");
}

/// Posts have no pictures yet: say so instead of dropping what someone meant to publish.
Result<void> refuse_unsupported(const Context& context) {
  TRY(const auto media, context.params.list("media_ids"));
  if (!media.empty())
    return fail(Errc::unprocessable, "Validation failed: media_ids: this node does not take media yet");
  TRY(const auto scheduled, context.params.text("scheduled_at"));
  if (scheduled && !scheduled->empty()) {
    return fail(Errc::unprocessable,
                "Validation failed: scheduled_at: this node does not schedule posts yet");
  }
  return {};
}

Result<domain::PreparedText> read_text(const Context& context, std::string_view standard_format) {
  TRY(auto text, context.params.text("status"));
  TRY(auto spoiler, context.params.text("spoiler_text"));
  TRY(auto format, format_param(context, standard_format));
  return domain::prepare_text(context.tx(), context.site(),
                              {static_cast<std::size_t>(context.services.config.statuses.characters_max)},
                              std::move(text).value_or(""), std::move(spoiler).value_or(""),
                              std::move(format));
}

Result<domain::StatusDraft> read_draft(const Context& context) {
  const auto& config = context.services.config.statuses;
  const auto user = store::find_user(context.tx(), context.me());
  if (!user) return fail(Errc::not_found, "Record not found");
  TRY_DO(refuse_unsupported(context));
  domain::StatusDraft draft;
  TRY(const auto visibility, context.params.text("visibility"));
  const auto wanted = visibility && !visibility->empty() ? *visibility : user->default_visibility;
  const auto parsed = store::parse_visibility(wanted);
  if (!parsed)
    return fail(Errc::unprocessable,
                "Validation failed: visibility must be public, unlisted, private or direct");
  draft.visibility = *parsed;
  TRY(const auto sensitive, context.params.boolean("sensitive"));
  draft.is_sensitive = sensitive.value_or(user->default_sensitive);
  TRY(const auto local_only, context.params.boolean("local_only"));
  draft.is_local_only = local_only.value_or(config.local_only_default);
  TRY(draft.language, language_param(context, user->default_language));
  TRY(const auto reply, context.params.text("in_reply_to_id"));
  if (reply && !reply->empty()) {
    const auto id = parse_id<StatusId>(*reply);
    if (!id) return fail(Errc::not_found, "in_reply_to_id: the post that is answered does not exist");
    draft.in_reply_to = *id;
  }
  TRY(draft.quotes, quoted_status_param(context));
  TRY(draft.policies, policies_param(context));
  draft.app = context.caller.app;
  const auto key = context.request.header("Idempotency-Key");
  if (key.size() > limits::idempotency_key_bytes_max) {
    return fail(Errc::unprocessable, "Validation failed: Idempotency-Key is longer than 255 bytes");
  }
  if (!key.empty()) draft.idempotency_hash = std::string(bytes_of(sha256(key)));
  TRY(draft.text, read_text(context, config.markdown_default ? "markdown" : "plain"));
  TRY(draft.poll, poll_param(context));
  return draft;
}

Result<Outcome> create_status(Context& context) {
  TRY(const auto draft, read_draft(context));
  TRY_DO(context.take(context.services.rate_limits.statuses_of_account, to_string(context.me()),
                      "Too many posts and boosts; try again later"));
  return write([draft, me = context.me()](store::WriteTx& tx) -> Result<Then> {
    TRY(const auto id, domain::publish(tx, me, draft));
    return then_show_status(id);
  });
}

Result<Outcome> show(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(auto response, show_status(context, id));
  return response;
}

Result<Outcome> show_many(Context& context) {
  TRY(const auto wanted, context.params.list("id"));
  std::vector<StatusId> ids;
  for (const auto& text : wanted) {
    const auto id = parse_id<StatusId>(text);
    if (id && ids.size() < static_cast<std::size_t>(limits::statuses_per_page_max)) ids.push_back(*id);
  }
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  return entries_response(context, *viewer, context.feeds().entries(context.tx(), *viewer, ids));
}

constexpr int refresh_retry_seconds = 2;

/// What other nodes know of the thread is fetched in the background; true while it is.
bool fetch_thread(Context& context, const feed::Viewer& viewer, StatusId id, const Thread& thread) {
  const auto is_remote = [](const feed::Entry& entry) {
    return entry.author->acct.find('@') != std::string::npos;
  };
  const auto self = context.feeds().entries(context.tx(), viewer, {&id, 1});
  const bool is_ours = std::none_of(self.begin(), self.end(), is_remote) &&
                       std::none_of(thread.descendants.begin(), thread.descendants.end(), is_remote);
  return !is_ours && context.services.catch_up.thread_shown(id);
}

Result<Outcome> context_of(Context& context) {
  TRY(const auto id, context.status_arg());
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  TRY(const auto thread, thread_of(context, *viewer, id));
  const bool is_being_fetched = fetch_thread(context, *viewer, id, thread);
  auto& feeds = context.feeds();
  const auto bytes = feeds.size_of(thread.ancestors) + feeds.size_of(thread.descendants) + 32;
  auto response = page_response(context, bytes, [&](feed::PageWriter& page) {
    page.text("{\"ancestors\":");
    feeds.append(page, context.tx(), *viewer, thread.ancestors);
    page.text(",\"descendants\":");
    feeds.append(page, context.tx(), *viewer, thread.descendants);
    page.text("}");
  });
  // Source: docs.joinmastodon.org/api/guidelines/#async-refreshes
  if (is_being_fetched) {
    response.headers.emplace_back("Mastodon-Async-Refresh", "id=\"" + to_string(id) + "\", retry=" +
                                                                std::to_string(refresh_retry_seconds));
  }
  return response;
}

Result<Outcome> async_refresh(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY_DO(domain::visible_status(context.tx(), context.me(), id, context.now()));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("async_refresh").begin_object().field("id", to_string(id));
  json.field("status", context.services.catch_up.is_fetching_thread(id) ? "running" : "finished");
  json.end_object().end_object();
  return json_response(std::move(body));
}

Result<Outcome> edit_status(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(const auto before, domain::own_status(context.tx(), context.me(), id));
  TRY_DO(refuse_unsupported(context));
  domain::StatusEditDraft draft;
  TRY(draft.text, read_text(context, before.format));
  TRY(const auto sensitive, context.params.boolean("sensitive"));
  draft.is_sensitive = sensitive.value_or(false);
  TRY(draft.language, language_param(context, before.language));
  TRY(draft.poll, poll_param(context));
  TRY(const auto policies, policies_param(context));
  TRY(const auto quoted, quoted_status_param(context));
  const auto quote = store::find_quote(context.tx(), id);
  if (quoted && (!quote || quote->quoted != quoted))
    return fail(Errc::unprocessable,
                "Validation failed: quoted_status_id: what a post quotes cannot be changed");
  return write([draft, policies, id, me = context.me()](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(domain::edit_status(tx, me, id, draft));
    TRY_DO(domain::set_policies(tx, me, id, policies));
    return then_show_status(id);
  });
}

/// The status as it was, with its text, so that a client can put it back into the composer.
Result<Outcome> delete_status(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(const auto status, domain::own_status(context.tx(), context.me(), id));
  TRY(auto shown, show_status(context, id));
  std::string body = std::move(shown.body);
  body.pop_back();
  body += ",\"text\":";
  append_json_string(body, status.text);
  body += '}';
  return write([id, me = context.me(), body](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(domain::delete_status(tx, me, id));
    return Then([body](Context&) -> Result<net::Response> { return json_response(body); });
  });
}

Result<Outcome> source(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(const auto status, domain::own_status(context.tx(), context.me(), id));
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("id", id).field("text", status.text).field("spoiler_text", status.spoiler_text);
  json.field("content_type", status.format == "markdown" ? "text/markdown" : "text/plain").end_object();
  return json_response(std::move(body));
}

Result<Outcome> history(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(const auto status, domain::visible_status(context.tx(), context.me(), id, context.now()));
  const auto author = context.feeds().library().account(context.tx(), status.account);
  auto versions = store::status_edits(context.tx(), id);
  versions.push_back({status.edited_at.value_or(status.created_at()), status.is_sensitive,
                      status.spoiler_text, status.content});
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& version : versions) {
    json.begin_object().field("content", version.content).field("spoiler_text", version.spoiler_text);
    json.field("sensitive", version.is_sensitive)
        .field("created_at", version.created_at)
        .field_raw("account", author->json);
    text::Shortcodes used;
    used.add_text(version.spoiler_text);
    used.add_html(version.content);
    json.field_raw("media_attachments", "[]")
        .field_raw("emojis", context.feeds().library().emojis(context.tx(), author->domain, used))
        .end_object();
  }
  json.end_array();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> status_routes() {
  using net::Method;
  return {
      {Method::post, "/api/v1/statuses", Access::user(Scope::write_statuses), create_status},
      {Method::get, "/api/v1/statuses", Access::anyone(Scope::read_statuses), show_many},
      {Method::get, "/api/v1/statuses/:id", Access::anyone(Scope::read_statuses), show},
      {Method::put, "/api/v1/statuses/:id", Access::user(Scope::write_statuses), edit_status},
      {Method::delete_, "/api/v1/statuses/:id", Access::user(Scope::write_statuses), delete_status},
      {Method::get, "/api/v1/statuses/:id/context", Access::anyone(Scope::read_statuses), context_of},
      {Method::get, "/api/v1_alpha/async_refreshes/:id", Access::user(Scope::read_statuses), async_refresh},
      {Method::get, "/api/v1/statuses/:id/source", Access::user(Scope::read_statuses), source},
      {Method::get, "/api/v1/statuses/:id/history", Access::anyone(Scope::read_statuses), history},
  };
}

}  // namespace dunlin::api

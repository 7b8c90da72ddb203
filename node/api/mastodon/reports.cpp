// Reports, and the moderators' list of them. Sources: docs.joinmastodon.org/methods/reports,
// /methods/admin/reports, /entities/Admin_Report, /entities/Admin_Account
#include "node/store/reports.h"

#include <algorithm>

#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/domain/moderation/reports.h"
#include "node/feed/entities.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using auth::Scope;

constexpr int page_default = 100;
constexpr int page_max = 200;

std::string account_json(const Context& context, AccountId id) {
  const auto card = context.feeds().library().account(context.tx(), id);
  return card ? card->json : "null";
}

void append_head(JsonWriter& json, const store::Report& report) {
  json.begin_object()
      .field("id", std::to_string(report.id))
      .field("action_taken", report.resolved_at.has_value());
  json.field_or_null("action_taken_at", report.resolved_at).field("category", report.category);
  json.field("comment", report.comment).field("forwarded", report.is_forwarded);
  json.field("created_at", report.created_at());
}

Result<net::Response> shown_to_reporter(const Context& context, std::int64_t id) {
  const auto report = store::find_report(context.tx(), id);
  if (!report) return fail(Errc::not_found, "Record not found");
  std::string body;
  JsonWriter json(body);
  append_head(json, *report);
  json.key("status_ids").begin_array();
  for (StatusId status : report->statuses) json.value(status);
  json.end_array().field_null("rule_ids");
  json.field_raw("target_account", account_json(context, report->target)).end_object();
  return json_response(std::move(body));
}

Result<Outcome> create_report(Context& context) {
  store::Report report;
  report.account = context.me();
  TRY(const auto account, context.params.text("account_id"));
  if (!account) return fail(Errc::unprocessable, "account_id is missing");
  TRY(report.target, context.account_of(*account));
  TRY(const auto comment, context.params.text("comment"));
  TRY(const auto category, context.params.text("category"));
  TRY(const auto forward, context.params.boolean("forward"));
  TRY(const auto statuses, context.params.list("status_ids"));
  report.comment = comment.value_or("");
  if (category && !category->empty()) report.category = *category;
  report.is_forwarded = forward.value_or(false);
  for (const auto& text : statuses) {
    const auto id = parse_id<StatusId>(text);
    if (!id) return fail(Errc::not_found, "Record not found");
    report.statuses.push_back(*id);
  }
  return write([report](store::WriteTx& tx) -> Result<Then> {
    TRY(const auto id, domain::report(tx, report));
    return Then([id](Context& c) { return shown_to_reporter(c, id); });
  });
}

// --- for moderators ---

Result<void> only_moderators(const Context& context) {
  const auto user = store::find_user(context.tx(), context.me());
  if (!user || user->role == store::Role::user)
    return fail(Errc::forbidden, "This action is not allowed: it is for moderators");
  return {};
}

/// Admin::Account, as far as this node keeps what it says.
std::string admin_account_json(const Context& context, AccountId id) {
  const auto account = store::find_account(context.tx(), id);
  if (!account) return "null";
  const auto user = store::find_user(context.tx(), id);
  const auto policy = context.services.domains.policy(account->domain);
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("id", account->public_id).field("username", account->username);
  account->is_local() ? json.field_null("domain") : json.field("domain", account->domain);
  json.field("created_at", account->created_at).field("email", user ? user->email : "").field_null("ip");
  json.field_raw("ips", "[]").field("locale", user ? user->locale : "");
  json.field_raw("role", user ? feed::role_json(user->role) : "null");
  json.field("confirmed", user && user->state != store::UserState::unconfirmed);
  json.field("approved", user && user->state != store::UserState::pending).field("disabled", false);
  json.field("suspended", account->is_suspended || policy.is_blocked).field("silenced", policy.is_silenced);
  json.field("invite_request", user ? user->reason : "").field_raw("account", account_json(context, id));
  json.end_object();
  return out;
}

std::string admin_json(Context& context, const store::Report& report) {
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  const auto statuses = context.feeds().entries(context.tx(), *viewer, report.statuses);
  std::string out;
  JsonWriter json(out);
  append_head(json, report);
  json.field("updated_at", report.resolved_at.value_or(report.created_at()));
  json.field_raw("account", admin_account_json(context, report.account));
  json.field_raw("target_account", admin_account_json(context, report.target));
  json.field_null("assigned_account").field_null("action_taken_by_account").field_raw("rules", "[]");
  json.field_raw("statuses", context.feeds().json(context.tx(), *viewer, statuses)).end_object();
  return out;
}

Result<Outcome> list_reports(Context& context) {
  TRY_DO(only_moderators(context));
  TRY(const auto page, edge_page_request(context, page_default, page_max));
  TRY(const auto is_resolved, context.params.boolean("resolved"));
  auto rows = store::reports_page(context.tx(), page, is_resolved.value_or(false));
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  std::string body = "[";
  for (const auto& row : rows) body += (body.size() > 1 ? "," : "") + admin_json(context, row);
  auto response = json_response(body + "]");
  std::optional<std::string> older;
  std::optional<std::string> newer;
  if (!rows.empty()) {
    if (page.ascending || static_cast<int>(rows.size()) == page.limit) older = std::to_string(rows.back().id);
    newer = std::to_string(rows.front().id);
  }
  add_link_header(context, response, older, newer);
  return response;
}

Result<store::Report> report_in_path(const Context& context) {
  TRY_DO(only_moderators(context));
  const auto id = parse_id_number(context.args[0]);
  auto report = id ? store::find_report(context.tx(), *id) : std::nullopt;
  if (!report) return fail(Errc::not_found, "Record not found");
  return std::move(*report);
}

Result<Outcome> show_report(Context& context) {
  TRY(const auto report, report_in_path(context));
  return json_response(admin_json(context, report));
}

Result<Outcome> set_resolved(Context& context, bool is_resolved) {
  TRY(const auto report, report_in_path(context));
  return write([id = report.id, is_resolved](store::WriteTx& tx) -> Result<Then> {
    store::set_report_resolved(tx, id, is_resolved ? std::optional(tx.now()) : std::nullopt);
    return Then([id](Context& c) -> Result<net::Response> {
      const auto changed = store::find_report(c.tx(), id);
      if (!changed) return fail(Errc::not_found, "Record not found");
      return json_response(admin_json(c, *changed));
    });
  });
}

Result<Outcome> resolve(Context& context) { return set_resolved(context, true); }
Result<Outcome> reopen(Context& context) { return set_resolved(context, false); }

}  // namespace

std::vector<Route> report_routes() {
  using net::Method;
  const auto reads = Access::user(Scope::admin_read_reports);
  const auto writes = Access::user(Scope::admin_write_reports);
  return {
      {Method::post, "/api/v1/reports", Access::user(Scope::write_reports), create_report},
      {Method::get, "/api/v1/admin/reports", reads, list_reports},
      {Method::get, "/api/v1/admin/reports/:id", reads, show_report},
      {Method::post, "/api/v1/admin/reports/:id/resolve", writes, resolve},
      {Method::post, "/api/v1/admin/reports/:id/reopen", writes, reopen},
  };
}

}  // namespace dunlin::api

// Notifications and reading positions. Source: docs.joinmastodon.org/methods/notifications, /markers
#include "node/feed/notifications.h"

#include <algorithm>
#include <utility>

#include "node/api/context.h"
#include "node/api/routes.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using auth::Scope;

/// Which of the caller's notifications are asked for.
struct NotificationFilter {
  std::vector<std::string> types;  // empty: all
  std::vector<std::string> excluded;
  AccountId from;  // 0: anyone

  bool takes(const store::Notification& n) const {
    const auto has = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), n.type) != list.end();
    };
    return (types.empty() || has(types)) && !has(excluded) && (!from || n.from == from);
  }
};

Result<NotificationFilter> read_filter(const Context& context) {
  NotificationFilter filter;
  TRY(filter.types, context.params.list("types"));
  TRY(filter.excluded, context.params.list("exclude_types"));
  TRY(const auto account, context.params.text("account_id"));
  if (account && !account->empty()) {
    TRY(filter.from, context.account_of(*account));
  }
  return filter;
}

Result<Outcome> list_notifications(Context& context) {
  TRY(const auto filter, read_filter(context));
  TRY(auto page, edge_page_request(context, limits::accounts_page_default, limits::accounts_per_page_max));
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  const int limit = page.limit;
  std::vector<feed::ShownNotification> shown;
  std::size_t bytes = 2;
  std::optional<std::int64_t> newest;
  std::optional<std::int64_t> oldest;
  bool has_more = true;
  for (int examined = 0;
       has_more && static_cast<int>(shown.size()) < limit && examined < limits::candidates_examined_max;) {
    const auto rows = store::notifications_page(context.tx(), context.me(), page);
    has_more = static_cast<int>(rows.size()) == page.limit;
    examined += static_cast<int>(rows.size());
    for (const auto& row : rows) {
      if (static_cast<int>(shown.size()) == limit) {
        has_more = true;  // of what was read already
        break;
      }
      (page.ascending ? page.after : page.before) = row.id.value;
      oldest = std::min(oldest.value_or(row.id.value), row.id.value);
      newest = std::max(newest.value_or(row.id.value), row.id.value);
      if (!filter.takes(row)) continue;
      auto found = feed::shown_notification(context.tx(), context.feeds(), *viewer, row);
      if (!found) continue;
      bytes += found->bytes();
      shown.push_back(std::move(*found));
    }
  }
  if (page.ascending) std::reverse(shown.begin(), shown.end());
  const auto marks = context.feeds().marks_of(context.tx(), *viewer);
  auto response = page_response(context, bytes, [&](feed::PageWriter& out) {
    std::string_view before = "[";
    for (const auto& one : shown) {
      out.text(std::exchange(before, ","));
      feed::append_notification(out, context.tx(), context.feeds(), *viewer, marks.get(), one);
    }
    out.text(shown.empty() ? "[]" : "]");
  });
  std::optional<std::string> older;
  std::optional<std::string> newer;
  if (oldest && (has_more || page.ascending)) older = std::to_string(*oldest);
  // Some clients stumble over a Link beside an empty list; upwards it may be the only way on.
  if (!shown.empty() || (newest && page.ascending && has_more)) newer = std::to_string(*newest);
  add_link_header(context, response, older, newer);
  return response;
}

Result<Outcome> show_notification(Context& context) {
  TRY(const auto id, context.notification_arg());
  const auto row = store::find_notification(context.tx(), context.me(), id);
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  const auto shown =
      row ? feed::shown_notification(context.tx(), context.feeds(), *viewer, *row) : std::nullopt;
  if (!shown) return fail(Errc::not_found, "Record not found");
  const auto marks = context.feeds().marks_of(context.tx(), *viewer);
  std::string body;
  feed::PageWriter page(body);
  feed::append_notification(page, context.tx(), context.feeds(), *viewer, marks.get(), *shown);
  return json_response(std::move(body));
}

Result<Outcome> dismiss(Context& context) {
  TRY(const auto id, context.notification_arg());
  return write_then_empty([id, me = context.me()](store::WriteTx& tx) -> Result<void> {
    if (!store::dismiss_notification(tx, me, id)) return fail(Errc::not_found, "Record not found");
    return {};
  });
}

Result<Outcome> clear(Context& context) {
  return write_then_empty([me = context.me()](store::WriteTx& tx) -> Result<void> {
    store::clear_notifications(tx, me);
    return {};
  });
}

/// Those above the reading position, counted up to the limit.
Result<Outcome> unread_count(Context& context) {
  TRY(const auto limit, limit_param(context, 100, 1'000));
  TRY(const auto filter, read_filter(context));
  const auto marker = store::find_marker(context.tx(), context.me(), "notifications");
  store::EdgePage page;
  page.after = marker ? parse_id_number(marker->last_read_id).value_or(0) : 0;
  page.limit = limits::candidates_examined_max;
  int count = 0;
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  for (const auto& row : store::notifications_page(context.tx(), context.me(), page)) {
    if (count == limit) break;
    // Only what the list would show: the number of the others would tell of what the reader may not see.
    if (filter.takes(row) && feed::shown_notification(context.tx(), context.feeds(), *viewer, row)) ++count;
  }
  std::string body;
  JsonWriter(body).begin_object().field("count", count).end_object();
  return json_response(std::move(body));
}

void append_marker(JsonWriter& json, std::string_view timeline, const store::Marker& marker) {
  json.key(timeline)
      .begin_object()
      .field("last_read_id", marker.last_read_id)
      .field("version", marker.version);
  json.field("updated_at", marker.updated_at).end_object();
}

net::Response markers_json(Context& context, const std::vector<std::string>& timelines) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  for (const auto& timeline : timelines) {
    if (const auto marker = store::find_marker(context.tx(), context.me(), timeline))
      append_marker(json, timeline, *marker);
  }
  json.end_object();
  return json_response(std::move(body));
}

Result<Outcome> show_markers(Context& context) {
  TRY(auto timelines, context.params.list("timeline"));
  std::sort(timelines.begin(), timelines.end());
  timelines.erase(std::unique(timelines.begin(), timelines.end()), timelines.end());
  return markers_json(context, timelines);
}

Result<Outcome> set_markers(Context& context) {
  std::vector<std::pair<std::string, std::string>> wanted;
  std::vector<std::string> timelines;
  for (const std::string timeline : {"home", "notifications"}) {
    TRY(const auto id, context.params.text(timeline + "[last_read_id]"));
    if (!id) continue;
    if (!parse_id_number(*id) && *id != "0")
      return fail(Errc::unprocessable, timeline + "[last_read_id] is not an id");
    wanted.emplace_back(timeline, *id);
    timelines.push_back(timeline);
  }
  return write([wanted, timelines, me = context.me()](store::WriteTx& tx) -> Result<Then> {
    for (const auto& [timeline, id] : wanted) store::put_marker(tx, me, timeline, id);
    return Then([timelines](Context& c) -> Result<net::Response> { return markers_json(c, timelines); });
  });
}

}  // namespace

std::vector<Route> notification_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/notifications", Access::user(Scope::read_notifications), list_notifications},
      {Method::get, "/api/v1/notifications/unread_count", Access::user(Scope::read_notifications),
       unread_count},
      {Method::post, "/api/v1/notifications/clear", Access::user(Scope::write_notifications), clear},
      {Method::get, "/api/v1/notifications/:id", Access::user(Scope::read_notifications), show_notification},
      {Method::post, "/api/v1/notifications/:id/dismiss", Access::user(Scope::write_notifications), dismiss},
      {Method::get, "/api/v1/markers", Access::user(Scope::read_statuses), show_markers},
      {Method::post, "/api/v1/markers", Access::user(Scope::write_statuses), set_markers},
  };
}

}  // namespace dunlin::api

// What the node did lately and how large it is, for administrators: a page with graphs, and the same as JSON.
#include "node/store/history.h"

#include <algorithm>
#include <functional>
#include <thread>

#include "node/api/oauth.h"
#include "node/api/routes.h"
#include "node/web/pages.h"
#include "node/web/security_headers.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"

namespace dunlin::api {

namespace {

using store::HistoryRow;
using web::Unit;

constexpr std::int64_t fine = store::history_steps[0].seconds, day_seconds = 86'400;
constexpr std::int64_t quarter_seconds = 900;  // of one bar in the view of a day
constexpr std::size_t quarters_shown = 96, days_shown = 31;

bool is_admin(const store::ReadTx& tx, AccountId account) {
  const auto user = store::find_user(tx, account);
  return user && user->role == store::Role::admin;
}

tl::unexpected<Error> only_for_admins() {
  return fail(Errc::forbidden, "This action is not allowed: it is for administrators");
}

// --- graphs ---

using Field = std::int64_t HistoryRow::*;
enum class Join : std::uint8_t { sum, most, last };

/// Rows filed under the steps of an axis.
class Series {
 public:
  Series(const std::vector<HistoryRow>& rows, const web::TimeAxis& axis) : rows_(rows), axis_(axis) {}

  web::SeriesView of(std::string name, Field field, Join join) const {
    web::SeriesView view{std::move(name), std::vector<std::optional<double>>(axis_.steps)};
    for (const auto& row : rows_) {
      const auto step = (row.begins_at.ms - axis_.begins_at.ms) / (axis_.step_seconds * 1'000);
      if (row.begins_at < axis_.begins_at || step >= static_cast<std::int64_t>(axis_.steps)) continue;
      auto& place = view.values[static_cast<std::size_t>(step)];
      const auto value = static_cast<double>(row.*field);
      if (!place || join == Join::last) {
        place = value;
      } else {
        place = join == Join::sum ? *place + value : std::max(*place, value);
      }
    }
    return view;
  }

 private:
  const std::vector<HistoryRow>& rows_;
  const web::TimeAxis& axis_;
};

double sum_of(const web::SeriesView& series) {
  double sum = 0;
  for (const auto& value : series.values) sum += value.value_or(0);
  return sum;
}
double most_of(const web::SeriesView& series) {
  double most = 0;
  for (const auto& value : series.values) most = std::max(most, value.value_or(0));
  return most;
}
double last_of(const web::SeriesView& series) {
  const auto last =
      std::find_if(series.values.rbegin(), series.values.rend(), [](const auto& v) { return !!v; });
  return last == series.values.rend() ? 0 : **last;
}

std::string text(double value, Unit unit) { return web::value_text(value, unit); }

class Graphs {
 public:
  Graphs(const std::vector<HistoryRow>& rows, const web::TimeAxis& axis) : series_(rows, axis), axis_(axis) {}

  std::vector<web::GraphView> take() {
    posts();
    readers();
    counted("Feed reads", "Home feeds asked for, most of them by programs that look for news.",
            &HistoryRow::feed_reads, Unit::count);
    notices();
    counted("Requests", "Of apps, browsers and other servers.", &HistoryRow::requests, Unit::count);
    counted("Sent", "In answers, before encryption.", &HistoryRow::sent_bytes, Unit::bytes);
    processor();
    memory();
    disk();
    return std::move(graphs_);
  }

 private:
  void add(std::string title, std::string figure, std::string hint, Unit unit, bool is_bars,
           std::vector<web::SeriesView> series) {
    graphs_.push_back(
        {std::move(title), std::move(figure), std::move(hint), unit, is_bars, std::move(series)});
  }
  void counted(const char* title, const char* hint, Field field, Unit unit) {
    auto series = series_.of("", field, Join::sum);
    auto figure = text(sum_of(series), unit) + " in all";
    add(title, std::move(figure), hint, unit, true, {std::move(series)});
  }
  void posts() {
    auto here = series_.of("here", &HistoryRow::posts, Join::sum);
    auto elsewhere = series_.of("from elsewhere", &HistoryRow::posts_elsewhere, Join::sum);
    auto figure = text(sum_of(here), Unit::count) + " here, " + text(sum_of(elsewhere), Unit::count) +
                  " from elsewhere";
    add("Posts", std::move(figure), "Boosts are posts, too.", Unit::count, true,
        {std::move(here), std::move(elsewhere)});
  }
  void readers() {
    auto series = series_.of("", &HistoryRow::readers, Join::most);
    auto figure = now_and_most(series, Unit::count);
    add("Active readers", std::move(figure),
        axis_.shows_days
            ? "Accounts that read their home feed on that day; after a restart at least so many."
            : "Accounts that read their home feed, in the liveliest five minutes of each quarter.",
        Unit::count, true, {std::move(series)});
  }
  void notices() {
    auto out = series_.of("to other servers", &HistoryRow::deliveries, Join::sum);
    auto in = series_.of("from them", &HistoryRow::received, Join::sum);
    auto figure = text(sum_of(out), Unit::count) + " out, " + text(sum_of(in), Unit::count) + " in";
    add("Federation", std::move(figure), "Deliveries that were taken, activities that took effect.",
        Unit::count, true, {std::move(out), std::move(in)});
  }
  void processor() {
    auto series = series_.of("", &HistoryRow::cpu_ms, Join::sum);
    for (auto& value : series.values) {
      if (value)
        *value = *value / static_cast<double>(axis_.step_seconds * 10);  // of 1,000 ms, in hundredths
    }
    auto figure = now_and_most(series, Unit::percent);
    const auto cores = std::max(1u, std::thread::hardware_concurrency());
    add("Processor", std::move(figure), "Of one core; this machine has " + std::to_string(cores) + ".",
        Unit::percent, false, {std::move(series)});
  }
  void memory() {
    auto series = series_.of("", &HistoryRow::memory_bytes, Join::most);
    auto figure = now_and_most(series, Unit::bytes);
    add("Memory", std::move(figure), "Resident, of the whole node.", Unit::bytes, false, {std::move(series)});
  }
  void disk() {
    auto database = series_.of("database", &HistoryRow::database_bytes, Join::last);
    auto media = series_.of("pictures", &HistoryRow::media_bytes, Join::last);
    auto figure = text(last_of(database) + last_of(media), Unit::bytes) + " now";
    add("Disk", std::move(figure), "What is in the data folder.", Unit::bytes, false,
        {std::move(database), std::move(media)});
  }
  static std::string now_and_most(const web::SeriesView& series, Unit unit) {
    return text(last_of(series), unit) + " lately, " + text(most_of(series), unit) + " at most";
  }

  Series series_;
  const web::TimeAxis& axis_;
  std::vector<web::GraphView> graphs_;
};

web::HistoryView view_of(const store::ReadTx& tx, Timestamp now, bool is_month) {
  web::HistoryView view;
  view.is_month = is_month;
  auto& axis = view.axis;
  axis.step_seconds = is_month ? day_seconds : quarter_seconds;
  axis.steps = is_month ? days_shown : quarters_shown;
  axis.shows_days = is_month;
  const auto step_ms = axis.step_seconds * 1'000;
  // The last step is the one that goes on.
  axis.begins_at = {(now.ms / step_ms + 1 - static_cast<std::int64_t>(axis.steps)) * step_ms};
  const auto rows = store::history_since(tx, is_month ? day_seconds : fine, axis.begins_at);
  if (rows.empty()) return view;
  const auto newest = is_month ? store::history_since(tx, fine, now - std::chrono::hours(1)) : rows;
  const auto& last = newest.empty() ? rows.back() : newest.back();
  view.until = std::min(now, Timestamp{last.begins_at.ms + last.step * 1'000});
  view.graphs = Graphs(rows, axis).take();
  return view;
}

Result<Outcome> page(Context& context) {
  const auto me = browser_account(context);
  if (!me) {
    const auto here = "/admin/history" + (context.request.query.empty() ? "" : "?" + context.request.query);
    return redirect("/auth/sign_in?return_to=" + percent_encode(here));
  }
  if (!is_admin(context.tx(), *me)) return only_for_admins();
  TRY(const auto view, context.params.text("view"));
  auto headers = web::page_headers();
  headers.emplace_back("Cache-Control", "no-store");
  return html_response(
      web::history_page(page_site(context.services),
                        view_of(context.tx(), context.now(), view.value_or("day") == "month")),
      std::move(headers));
}

// --- JSON ---

/// GET /api/dunlin/v1/admin/history?step=300|3600|86400: all rows of a step, oldest first. Scope admin:read.
Result<Outcome> rows(Context& context) {
  if (!is_admin(context.tx(), context.me())) return only_for_admins();
  TRY(const auto given, context.params.text("step"));
  const auto step = given ? parse_id_number(*given) : fine;
  const auto is_kept = [&](const store::HistoryStep& each) { return each.seconds == step; };
  if (std::none_of(std::begin(store::history_steps), std::end(store::history_steps), is_kept))
    return fail(Errc::unprocessable, "Validation failed: step must be 300, 3600 or 86400");
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& row : store::history_since(context.tx(), *step, {})) {
    json.begin_object().field("begins_at", row.begins_at).field("seconds", row.step);
    json.field("posts", row.posts)
        .field("posts_elsewhere", row.posts_elsewhere)
        .field("readers", row.readers);
    json.field("feed_reads", row.feed_reads)
        .field("requests", row.requests)
        .field("sent_bytes", row.sent_bytes);
    json.field("deliveries", row.deliveries).field("received", row.received).field("cpu_ms", row.cpu_ms);
    json.field("memory_bytes", row.memory_bytes).field("database_bytes", row.database_bytes);
    json.field("media_bytes", row.media_bytes).end_object();
  }
  json.end_array();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> history_routes() {
  using net::Method;
  return {
      {Method::get, "/admin/history", Access::page(), page},
      {Method::get, "/api/dunlin/v1/admin/history", Access::user(auth::Scope::admin_read), rows},
  };
}

}  // namespace dunlin::api

// Favourite, boost, bookmark, pin, mute a thread, and the lists that these make. Source:
// docs.joinmastodon.org/methods/statuses
#include <algorithm>

#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/domain/statuses/change.h"
#include "node/store/marks.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using auth::Scope;
using store::WriteTx;

/// The status in the path; 404 when the caller is not shown it, as of a server that was blocked meanwhile.
Result<StatusId> shown_status(Context& context) {
  TRY(const auto id, context.status_arg());
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  if (context.feeds().entries(context.tx(), *viewer, {&id, 1}).empty())
    return fail(Errc::not_found, "Record not found");
  return id;
}

/// An action of the caller on the status in the path, answered by the status as it is then.
Result<Outcome> act(Context& context,
                    std::function<Result<void>(WriteTx&, AccountId me, StatusId id)> action) {
  TRY(const auto id, shown_status(context));
  return write([action = std::move(action), me = context.me(), id](WriteTx& tx) -> Result<Then> {
    TRY_DO(action(tx, me, id));
    return then_show_status(id);
  });
}

Result<Outcome> favourite(Context& context) { return act(context, domain::favourite); }
Result<Outcome> unfavourite(Context& context) { return act(context, domain::unfavourite); }
Result<Outcome> bookmark(Context& context) { return act(context, domain::bookmark); }
Result<Outcome> unbookmark(Context& context) { return act(context, domain::unbookmark); }
Result<Outcome> pin(Context& context) { return act(context, domain::pin); }
Result<Outcome> unpin(Context& context) { return act(context, domain::unpin); }
Result<Outcome> mute(Context& context) {
  return act(context, [](WriteTx& tx, AccountId me, StatusId id) {
    return domain::mute_conversation(tx, me, id, true);
  });
}
Result<Outcome> unmute(Context& context) {
  return act(context, [](WriteTx& tx, AccountId me, StatusId id) {
    return domain::mute_conversation(tx, me, id, false);
  });
}

/// Answers the boost, a new status with the original inside.
Result<Outcome> reblog(Context& context) {
  TRY(const auto id, shown_status(context));
  TRY(const auto given, context.params.text("visibility"));
  const auto visibility = store::parse_visibility(given.value_or("public"));
  if (!visibility) {
    return fail(Errc::unprocessable,
                "Validation failed: visibility of a boost must be public, unlisted or private");
  }
  TRY_DO(context.take(context.services.rate_limits.statuses_of_account, to_string(context.me()),
                      "Too many posts and boosts; try again later"));
  return write([id, me = context.me(), visibility = *visibility](WriteTx& tx) -> Result<Then> {
    TRY(const auto boost, domain::reblog(tx, me, id, visibility));
    return then_show_status(boost);
  });
}

Result<Outcome> unreblog(Context& context) {
  TRY(const auto id, context.status_arg());
  return write([id, me = context.me()](WriteTx& tx) -> Result<Then> {
    TRY(const auto original, domain::unreblog(tx, me, id));
    return then_show_status(original);
  });
}

Result<Outcome> who(Context& context, std::vector<store::Edge> (*fetch)(const store::ReadTx&, StatusId,
                                                                        const store::EdgePage&)) {
  TRY(const auto id, context.status_arg());
  TRY(auto status, domain::visible_status(context.tx(), context.me(), id, context.now()));
  TRY(const auto page,
      edge_page_request(context, limits::accounts_page_default, limits::accounts_per_page_max));
  auto edges = fetch(context.tx(), status.reblog_of ? status.reblog_of : id, page);
  return account_list(context, edges, page);
}

Result<Outcome> favourited_by(Context& context) { return who(context, store::favourited_by_page); }
Result<Outcome> reblogged_by(Context& context) { return who(context, store::reblogged_by_page); }

/// A list paged by when its entries were made, not by the statuses' own ids.
Result<Outcome> marked(Context& context,
                       std::vector<store::MarkedStatus> (*fetch)(const store::ReadTx&, AccountId,
                                                                 const store::EdgePage&)) {
  TRY(const auto page, edge_page_request(context, limits::page_default, limits::statuses_per_page_max));
  auto rows = fetch(context.tx(), context.me(), page);
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  std::vector<StatusId> ids;
  for (const auto& row : rows) ids.push_back(row.status);
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  auto response = entries_response(context, *viewer, context.feeds().entries(context.tx(), *viewer, ids));
  std::optional<std::string> older;
  std::optional<std::string> newer;
  if (!rows.empty()) {
    if (page.ascending || static_cast<int>(rows.size()) == page.limit) older = std::to_string(rows.back().id);
    newer = std::to_string(rows.front().id);
  }
  add_link_header(context, response, older, newer);
  return response;
}

Result<Outcome> favourites(Context& context) { return marked(context, store::favourites_page); }
Result<Outcome> bookmarks(Context& context) { return marked(context, store::bookmarks_page); }

}  // namespace

std::vector<Route> status_action_routes() {
  using net::Method;
  return {
      {Method::post, "/api/v1/statuses/:id/favourite", Access::user(Scope::write_favourites), favourite},
      {Method::post, "/api/v1/statuses/:id/unfavourite", Access::user(Scope::write_favourites), unfavourite},
      {Method::post, "/api/v1/statuses/:id/reblog", Access::user(Scope::write_statuses), reblog},
      {Method::post, "/api/v1/statuses/:id/unreblog", Access::user(Scope::write_statuses), unreblog},
      {Method::post, "/api/v1/statuses/:id/bookmark", Access::user(Scope::write_bookmarks), bookmark},
      {Method::post, "/api/v1/statuses/:id/unbookmark", Access::user(Scope::write_bookmarks), unbookmark},
      {Method::post, "/api/v1/statuses/:id/pin", Access::user(Scope::write_accounts), pin},
      {Method::post, "/api/v1/statuses/:id/unpin", Access::user(Scope::write_accounts), unpin},
      {Method::post, "/api/v1/statuses/:id/mute", Access::user(Scope::write_mutes), mute},
      {Method::post, "/api/v1/statuses/:id/unmute", Access::user(Scope::write_mutes), unmute},
      {Method::get, "/api/v1/statuses/:id/favourited_by", Access::anyone(Scope::read_accounts),
       favourited_by},
      {Method::get, "/api/v1/statuses/:id/reblogged_by", Access::anyone(Scope::read_accounts), reblogged_by},
      {Method::get, "/api/v1/favourites", Access::user(Scope::read_favourites), favourites},
      {Method::get, "/api/v1/bookmarks", Access::user(Scope::read_bookmarks), bookmarks},
  };
}

}  // namespace dunlin::api

// What clients ask for at start-up and is not built yet: the neutral answer, so that none of them stops on
// it. Each line goes when its feature comes.
#include "node/api/context.h"
#include "node/api/routes.h"

namespace dunlin::api {

namespace {

using auth::Scope;

Result<Outcome> no_list(Context&) { return empty_array(); }
Result<Outcome> no_subscription(Context&) { return fail(Errc::not_found, "Record not found"); }
Result<Outcome> notification_policy(Context&) {
  return json_response(
      R"({"filter_not_following":false,"filter_not_followers":false,"filter_new_accounts":false,"filter_private_mentions":false,)"
      R"("for_not_following":"accept","for_not_followers":"accept","for_new_accounts":"accept","for_private_mentions":"accept",)"
      R"("for_limited_accounts":"accept","summary":{"pending_requests_count":0,"pending_notifications_count":0}})");
}

}  // namespace

std::vector<Route> neutral_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/lists", Access::user(Scope::read_lists), no_list},
      {Method::get, "/api/v1/filters", Access::user(Scope::read_filters), no_list},
      {Method::get, "/api/v2/filters", Access::user(Scope::read_filters), no_list},
      {Method::get, "/api/v1/conversations", Access::user(Scope::read_statuses), no_list},
      {Method::get, "/api/v1/scheduled_statuses", Access::user(Scope::read_statuses), no_list},
      {Method::get, "/api/v1/announcements", Access::open(), no_list},
      {Method::get, "/api/v1/followed_tags", Access::user(Scope::read_follows), no_list},
      {Method::get, "/api/v1/featured_tags", Access::user(Scope::read_accounts), no_list},
      {Method::get, "/api/v1/featured_tags/suggestions", Access::user(Scope::read_accounts), no_list},
      {Method::get, "/api/v1/endorsements", Access::user(Scope::read_accounts), no_list},
      {Method::get, "/api/v1/domain_blocks", Access::user(Scope::read_blocks), no_list},
      {Method::get, "/api/v1/suggestions", Access::user(Scope::read), no_list},
      {Method::get, "/api/v2/suggestions", Access::user(Scope::read), no_list},
      {Method::get, "/api/v1/trends", Access::open(), no_list},
      {Method::get, "/api/v1/trends/statuses", Access::open(), no_list},
      {Method::get, "/api/v1/trends/tags", Access::open(), no_list},
      {Method::get, "/api/v1/trends/links", Access::open(), no_list},
      {Method::get, "/api/v1/notifications/requests", Access::user(Scope::read_notifications), no_list},
      {Method::get, "/api/v1/notifications/policy", Access::user(Scope::read_notifications),
       notification_policy},
      {Method::get, "/api/v2/notifications/policy", Access::user(Scope::read_notifications),
       notification_policy},
      {Method::get, "/api/v1/push/subscription", Access::user(Scope::push), no_subscription},
      {Method::get, "/api/v1/accounts/:id/featured_tags", Access::anyone(Scope::read_accounts), no_list},
      {Method::get, "/api/v1/accounts/:id/identity_proofs", Access::anyone(Scope::read_accounts), no_list},
      {Method::get, "/api/v1/accounts/:id/endorsements", Access::anyone(Scope::read_accounts), no_list},
  };
}

}  // namespace dunlin::api

// Feeds. Source: docs.joinmastodon.org/methods/timelines
#include "node/api/context.h"
#include "node/api/routes.h"
#include "protocol/text/compose.h"

namespace dunlin::api {

namespace {

using auth::Scope;

Result<Outcome> home(Context& context) {
  TRY(const auto page, status_page_request(context));
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  return status_list(context, context.feeds().home(context.tx(), *viewer, page));
}

Result<feed::Origin> origin_wanted(const Context& context) {
  TRY(const auto is_here, context.params.boolean("local"));
  TRY(const auto is_elsewhere, context.params.boolean("remote"));
  if (is_here.value_or(false)) return feed::Origin::here;
  return is_elsewhere.value_or(false) ? feed::Origin::elsewhere : feed::Origin::all;
}

Result<Outcome> public_timeline(Context& context) {
  TRY(const auto page, status_page_request(context));
  TRY(const auto origin, origin_wanted(context));
  TRY(const auto only_media, context.params.boolean("only_media"));
  if (only_media.value_or(false)) return empty_array();  // none is kept yet
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  return status_list(context, context.feeds().public_timeline(context.tx(), *viewer, origin, page));
}

Result<Outcome> tag(Context& context) {
  TRY(const auto page, status_page_request(context));
  TRY(const auto only_media, context.params.boolean("only_media"));
  if (only_media.value_or(false)) return empty_array();
  feed::Feeds::TagRequest wanted;
  TRY(wanted.origin, origin_wanted(context));
  wanted.name = text::normalise_tag(context.args[0]);
  for (auto [name, place] :
       {std::pair{"any", &wanted.any}, std::pair{"all", &wanted.all}, std::pair{"none", &wanted.none}}) {
    TRY(const auto names, context.params.list(name));
    if (names.size() > 8) return fail(Errc::unprocessable, std::string(name) + " holds more than 8 hashtags");
    for (const auto& each : names) place->push_back(text::normalise_tag(each));
  }
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  return status_list(context, context.feeds().tag(context.tx(), *viewer, wanted, page));
}

}  // namespace

std::vector<Route> timeline_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/timelines/home", Access::user(Scope::read_statuses), home},
      {Method::get, "/api/v1/timelines/public", Access::anyone(Scope::read_statuses), public_timeline},
      {Method::get, "/api/v1/timelines/tag/:name", Access::anyone(Scope::read_statuses), tag},
  };
}

}  // namespace dunlin::api

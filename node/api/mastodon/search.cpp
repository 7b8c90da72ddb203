// Search: accounts by name, hashtags by prefix, a status by its address. Source:
// docs.joinmastodon.org/methods/search
#include <algorithm>

#include "node/api/context.h"
#include "node/api/routes.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/text/compose.h"

namespace dunlin::api {

namespace {

using auth::Scope;

constexpr std::size_t query_bytes_max = 1'000;

struct Query {
  std::string text;
  int limit = 20;
  int offset = 0;
};

Result<Query> read_query(const Context& context, int limit_standard, int limit_max) {
  TRY(auto text, context.params.text("q"));
  if (!text || trim(*text).empty()) return fail(Errc::bad_request, "q: what to search for is missing");
  Query query{std::string(trim(*text)).substr(0, query_bytes_max)};
  TRY(query.limit, limit_param(context, limit_standard, limit_max));
  TRY(query.offset, offset_param(context));
  return query;
}

/// Exact name first, then names that begin so, then display names that hold it.
std::vector<AccountId> find_accounts(const Context& context, const Query& query) {
  std::string_view name = query.text;
  if (name.starts_with('@')) name.remove_prefix(1);
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    const auto id = equal_ignoring_case(name.substr(at + 1), context.site().domain)
                        ? store::account_by_name(context.tx(), name.substr(0, at), "")
                        : std::nullopt;
    return id && query.offset == 0 ? std::vector{*id} : std::vector<AccountId>{};
  }
  const int wanted = query.limit + query.offset;
  auto ids = store::search_accounts(context.tx(), name, wanted, 0);
  for (AccountId id : store::search_display_names(context.tx(), name, wanted, 0)) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  ids.erase(ids.begin(),
            ids.begin() + std::min<std::ptrdiff_t>(query.offset, static_cast<std::ptrdiff_t>(ids.size())));
  if (ids.size() > static_cast<std::size_t>(query.limit)) ids.resize(static_cast<std::size_t>(query.limit));
  return ids;
}

/// Those whom the caller may find: not who blocks the caller; with `following`, only whom the caller follows.
std::vector<AccountId> allowed(Context& context, std::vector<AccountId> ids, bool only_following) {
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  std::erase_if(ids, [&](AccountId id) {
    return viewer->is_blocked_by(id) || (only_following && !viewer->follows(id));
  });
  return ids;
}

Result<Outcome> search_accounts(Context& context) {
  TRY(const auto query, read_query(context, limits::accounts_page_default, limits::accounts_per_page_max));
  TRY(const auto following, context.params.boolean("following"));
  return Slow{[query, following = following.value_or(false)](Context& worker) -> Result<Outcome> {
    return json_response(accounts_json(worker, allowed(worker, find_accounts(worker, query), following)));
  }};
}

/// A status of this node by its address.
std::optional<StatusId> status_by_url(const Context& context, const std::string& text) {
  if (!text.starts_with(context.site().base_url + "/")) return std::nullopt;
  const auto slash = text.rfind('/');
  return parse_id<StatusId>(std::string_view(text).substr(slash + 1));
}

std::vector<AccountId> account_by_url(const Context& context, const std::string& text) {
  for (const std::string& prefix : {context.site().base_url + "/@", context.site().base_url + "/users/"}) {
    if (!text.starts_with(prefix)) continue;
    if (const auto id =
            store::account_by_name(context.tx(), std::string_view(text).substr(prefix.size()), ""))
      return {*id};
  }
  return {};
}

void append_tag(JsonWriter& json, const Context& context, const std::string& name) {
  json.begin_object()
      .field("id", name)
      .field("name", name)
      .field("url", context.site().tag_url_prefix() + percent_encode(name));
  json.field_raw("history", "[]").field("following", false).field("featuring", false).end_object();
}

Result<Outcome> search(Context& context) {
  TRY(const auto query, read_query(context, limits::page_default, limits::statuses_per_page_max));
  TRY(const auto type, context.params.text("type"));
  TRY(const auto following, context.params.boolean("following"));
  if (type && *type != "accounts" && *type != "statuses" && *type != "hashtags") {
    return fail(Errc::unprocessable, "type must be accounts, hashtags or statuses");
  }
  return Slow{[query, type, following = following.value_or(false)](Context& worker) -> Result<Outcome> {
    const auto wants = [&](std::string_view kind) { return !type || *type == kind; };
    const bool is_url = query.text.starts_with("https://") || query.text.starts_with("http://");
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    auto accounts = !wants("accounts") ? std::vector<AccountId>{}
                    : is_url           ? account_by_url(worker, query.text)
                                       : find_accounts(worker, query);
    json.field_raw("accounts", accounts_json(worker, allowed(worker, std::move(accounts), following)));
    std::vector<StatusId> ids;
    if (const auto id = wants("statuses") && is_url ? status_by_url(worker, query.text) : std::nullopt)
      ids.push_back(*id);
    const auto viewer = worker.feeds().viewer(worker.tx(), worker.me());
    const auto entries = worker.feeds().entries(worker.tx(), *viewer, ids);
    json.field_raw("statuses", worker.feeds().json(worker.tx(), *viewer, entries));
    json.key("hashtags").begin_array();
    if (wants("hashtags") && !is_url) {
      const auto prefix =
          text::normalise_tag(query.text.starts_with('#') ? query.text.substr(1) : query.text);
      for (const auto& name : store::search_tags(worker.tx(), prefix, query.limit, query.offset))
        append_tag(json, worker, name);
    }
    json.end_array().end_object();
    return json_response(std::move(body));
  }};
}

Result<Outcome> show_tag(Context& context) {
  std::string body;
  JsonWriter json(body);
  append_tag(json, context, text::normalise_tag(context.args[0]));
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> search_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/accounts/search", Access::user(Scope::read_accounts), search_accounts},
      {Method::get, "/api/v2/search", Access::user(Scope::read_search), search},
      {Method::get, "/api/v1/tags/:name", Access::anyone(Scope::read), show_tag},
  };
}

}  // namespace dunlin::api

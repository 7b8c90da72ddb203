// Search: accounts by name, hashtags by prefix, a status by its address. Source:
// docs.joinmastodon.org/methods/search
#include <algorithm>

#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/federation/remote.h"
#include "node/store/statuses.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/text/compose.h"

namespace dunlin::api {

namespace {

using auth::Scope;

constexpr std::size_t query_bytes_max = 1'000;
constexpr int accounts_examined_max = 1'000;  // of each kind; whoever looks further down types more letters

struct Query {
  std::string text;
  int limit = 20;
  int offset = 0;
  bool only_following = false;
};

Result<Query> read_query(const Context& context, int limit_standard, int limit_max) {
  TRY(auto text, context.params.text("q"));
  if (!text || trim(*text).empty()) return fail(Errc::bad_request, "q: what to search for is missing");
  Query query{std::string(trim(*text)).substr(0, query_bytes_max)};
  TRY(query.limit, limit_param(context, limit_standard, limit_max));
  TRY(query.offset, offset_param(context));
  TRY(const auto following, context.params.boolean("following"));
  query.only_following = following.value_or(false);
  return query;
}

/// Exact name first, then names that begin so, then display names that hold it. Who is silenced is found by
/// the whole name only.
std::vector<AccountId> candidates(const Context& context, const Query& query) {
  std::string_view name = query.text;
  if (name.starts_with('@')) name.remove_prefix(1);
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    const auto host = to_lower(name.substr(at + 1));
    const auto id = store::account_by_name(context.tx(), name.substr(0, at),
                                           host == to_lower(context.site().domain) ? std::string() : host);
    return id ? std::vector{*id} : std::vector<AccountId>{};
  }
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  const auto is_hidden = [&](AccountId id) {
    const auto card = context.feeds().library().account(context.tx(), id);
    return card && card->is_silenced && !viewer->follows(id);
  };
  auto ids = store::search_accounts(context.tx(), name, accounts_examined_max, 0);
  for (AccountId id : store::search_display_names(context.tx(), name, accounts_examined_max, 0)) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  std::erase_if(ids, is_hidden);
  return ids;
}

/// Those of them whom the caller may find: not who blocks the caller; when asked so, only whom the caller
/// follows.
std::vector<AccountId> allowed(Context& context, const Query& query, std::vector<AccountId> ids) {
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  std::erase_if(ids, [&](AccountId id) {
    return viewer->is_blocked_by(id) || (query.only_following && !viewer->follows(id));
  });
  const auto skipped = std::min(static_cast<std::size_t>(query.offset), ids.size());
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(skipped));
  ids.resize(std::min(static_cast<std::size_t>(query.limit), ids.size()));
  return ids;
}

Result<Outcome> search_accounts(Context& context) {
  TRY(const auto query, read_query(context, limits::accounts_page_default, limits::accounts_per_page_max));
  return Slow{[query](Context& worker) -> Result<Outcome> {
    return json_response(accounts_json(worker, allowed(worker, query, candidates(worker, query))));
  }};
}

/// What an address of this node leads to, for people and for programs: `/@name`, `/@name/ID`, `/users/name`
/// and
/// `/users/name/statuses/ID`. Nothing for any other.
struct Address {
  std::optional<AccountId> account;
  std::string_view rest;  // behind the name
};
Address address_of(const Context& context, std::string_view url) {
  for (const std::string& prefix : {context.site().base_url + "/@", context.site().base_url + "/users/"}) {
    if (!url.starts_with(prefix)) continue;
    const auto path = url.substr(prefix.size());
    const auto end = std::min(path.find('/'), path.size());
    return {store::account_by_name(context.tx(), path.substr(0, end), ""), path.substr(end)};
  }
  return {};
}

std::vector<AccountId> account_by_url(const Context& context, std::string_view url) {
  if (const auto known = store::account_by_uri(context.tx(), url)) return {*known};
  const auto address = address_of(context, url);
  return address.account && address.rest.empty() ? std::vector{*address.account} : std::vector<AccountId>{};
}

std::optional<StatusId> status_by_url(const Context& context, std::string_view url) {
  if (const auto known = store::status_by_uri(context.tx(), url)) return known;
  auto [account, rest] = address_of(context, url);
  constexpr std::string_view statuses = "/statuses";
  if (rest.starts_with(statuses)) rest.remove_prefix(statuses.size());
  const auto id = rest.starts_with('/') ? parse_id<StatusId>(rest.substr(1)) : std::nullopt;
  const auto status = account && id ? store::find_status(context.tx(), *id) : std::nullopt;
  return status && status->account == *account ? id : std::nullopt;
}

void append_tag(JsonWriter& json, const Context& context, const std::string& name) {
  json.begin_object()
      .field("id", name)
      .field("name", name)
      .field("url", context.site().tag_url_prefix() + percent_encode(name));
  json.field_raw("history", "[]").field("following", false).field("featuring", false).end_object();
}

/// Asks another node for what is named there and not known here. What cannot be had is not found, as
/// everything else that does not exist.
void resolve(Context& worker, const std::string& text) {
  auto& remote = worker.services.remote;
  const std::string own = worker.site().base_url + "/";
  if (text.starts_with(own)) return;
  if (text.starts_with("https://") || text.starts_with("http://")) {
    if (!remote.status(worker.tx(), text)) (void)remote.account(worker.tx(), text);
  } else if (const auto handle = activitypub::parse_handle(text);
             handle && handle->host != worker.site().domain) {
    (void)remote.account(worker.tx(), *handle);
  }
}

Result<Outcome> search(Context& context) {
  TRY(const auto query, read_query(context, limits::page_default, limits::statuses_per_page_max));
  TRY(const auto resolves, context.params.boolean("resolve"));
  TRY(auto type, context.params.text("type"));
  if (type && type->empty()) type.reset();
  if (type && *type != "accounts" && *type != "statuses" && *type != "hashtags") {
    return fail(Errc::unprocessable, "type must be accounts, hashtags or statuses");
  }
  const bool asks_elsewhere = resolves.value_or(false) && (query.text.find('@') != std::string::npos ||
                                                           query.text.find("://") != std::string::npos);
  return Slow{
      [query, type, asks_elsewhere](Context& worker) -> Result<Outcome> {
        if (asks_elsewhere) resolve(worker, query.text);
        const auto wants = [&](std::string_view kind) { return !type || *type == kind; };
        const bool is_url = query.text.starts_with("https://") || query.text.starts_with("http://");
        std::string body;
        JsonWriter json(body);
        json.begin_object();
        auto accounts = !wants("accounts") ? std::vector<AccountId>{}
                        : is_url           ? account_by_url(worker, query.text)
                                           : candidates(worker, query);
        json.field_raw("accounts", accounts_json(worker, allowed(worker, query, std::move(accounts))));
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
      },
      asks_elsewhere};
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

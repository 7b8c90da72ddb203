// Profiles, posts and hashtags for everyone, as the anonymous visitor may see them. The reader's cookies are
// not looked at, so that the pages are the same for all and can be cached.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "node/api/context.h"
#include "node/api/federation/context.h"
#include "node/api/routes.h"
#include "node/api/thread.h"
#include "node/store/marks.h"
#include "node/web/pages.h"
#include "node/web/security_headers.h"
#include "protocol/base/encoding.h"
#include "protocol/text/compose.h"
#include "protocol/text/plain.h"

namespace dunlin::api {

namespace {

constexpr int statuses_per_page = 20;

net::Response page(std::string html) {
  auto headers = web::page_headers();
  headers.emplace_back("Cache-Control", "public, max-age=15");
  return html_response(std::move(html), std::move(headers));
}

/// Entries of a feed as the pages show them. Rows come in one query for all; the cards have JSON only.
class Views {
 public:
  explicit Views(Context& context) : context_(context) {}

  std::vector<web::StatusView> of(const std::vector<feed::Entry>& entries) {
    std::vector<StatusId> ids;
    for (const auto& entry : entries)
      ids.push_back((entry.original ? entry.original : entry.status)->facts.id);
    std::map<StatusId, store::Status> rows;
    for (auto& row : store::find_statuses(context_.tx(), ids)) rows.emplace(row.id, std::move(row));
    std::vector<web::StatusView> views;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto row = rows.find(ids[i]);
      if (row == rows.end() || row->second.is_deleted) continue;
      auto view = view_of(row->second);
      if (entries[i].original) view.reblogged_by = account(entries[i].status->facts.account);
      views.push_back(std::move(view));
    }
    return views;
  }

  const web::AccountView& account(AccountId id) {
    auto known = accounts_.find(id);
    if (known != accounts_.end()) return known->second;
    web::AccountView view;
    if (const auto row = store::find_account(context_.tx(), id)) {
      view.display_name = row->display_name;
      view.handle = row->username + "@" + (row->is_local() ? context_.site().domain : row->domain);
      view.url = row->is_local() ? context_.site().account_url(row->username) : row->url;
      view.avatar_url = row->avatar.empty() ? "" : "/media/" + row->avatar;
      view.is_bot = row->bot;
      view.is_locked = row->locked;
    }
    return accounts_.emplace(id, std::move(view)).first->second;
  }

 private:
  /// Its page: ours, or where its author's server shows it.
  std::string url_of(const store::Status& row) {
    if (row.uri.empty()) return account(row.account).url + "/" + to_string(row.id);
    return row.url.empty() ? row.uri : row.url;
  }

  web::StatusView view_of(const store::Status& row) {
    web::StatusView view;
    view.author = account(row.account);
    view.id = to_string(row.id);
    view.url = url_of(row);
    view.created_at = row.created_at();
    view.edited_at = row.edited_at;
    view.content_html = row.content;
    view.spoiler_text = row.spoiler_text;
    view.language = row.language.value_or("");
    view.sensitive = row.is_sensitive;
    view.replies = row.counts.replies;
    view.reblogs = row.counts.reblogs;
    view.favourites = row.counts.favourites;
    if (row.in_reply_to_account) {
      const auto& answered = account(row.in_reply_to_account);
      view.in_reply_to_handle = answered.handle;
      const auto original = store::find_status(context_.tx(), row.in_reply_to);
      view.in_reply_to_url = original ? url_of(*original) : answered.url;
    }
    return view;
  }

  Context& context_;
  std::map<AccountId, web::AccountView> accounts_;
};

Result<feed::PageRequest> page_request(const Context& context) {
  TRY(auto request, status_page_request(context));
  request.limit = statuses_per_page;
  return request;
}

struct Pager {
  std::string newer;
  std::string older;
};

/// "Newer" leads back only where the reader came from further up.
Pager pager(const Context& context, const feed::PageRequest& request, const feed::StatusPage& shown) {
  Pager links;
  if (shown.older_than)
    links.older = encoded_path(context.request) + "?max_id=" + to_string(*shown.older_than);
  const bool is_first = request.max == id_max<StatusId>() && !request.min;
  if (!is_first && shown.newer_than)
    links.newer = encoded_path(context.request) + "?min_id=" + to_string(*shown.newer_than);
  return links;
}

Result<Outcome> front(Context& context) {
  const auto& config = context.services.config.instance;
  Views views(context);
  web::FrontView view;
  view.description = config.description;
  for (const auto& rule : config.rules) view.rules.push_back({rule, ""});
  view.contact_email = config.contact_email;
  if (const auto id = config.contact_account.empty()
                          ? std::nullopt
                          : store::account_by_name(context.tx(), config.contact_account, "")) {
    view.contact = views.account(*id);
  }
  const auto counts = store::count_node(context.tx(), context.now());
  view.users = counts.users;
  view.statuses = counts.statuses;
  feed::PageRequest request;
  request.limit = statuses_per_page;
  const auto visitor = context.feeds().viewer(context.tx(), {});
  view.latest =
      views.of(context.feeds().public_timeline(context.tx(), *visitor, feed::Origin::here, request).entries);
  return page(web::front_page(page_site(context.services), view));
}

/// "@name" or "@name@our.domain" of an account that is there.
Result<store::Account> account_in_path(const Context& context) {
  std::string_view handle = context.args[0];
  if (!handle.starts_with('@')) return fail(Errc::not_found, "");
  handle.remove_prefix(1);
  const auto at = handle.find('@');
  if (at != std::string_view::npos && !equal_ignoring_case(handle.substr(at + 1), context.site().domain)) {
    return fail(Errc::not_found, "");
  }
  const auto id = store::account_by_name(context.tx(), handle.substr(0, at), "");
  auto account = id ? store::find_account(context.tx(), *id) : std::nullopt;
  if (!account || account->is_gone()) return fail(Errc::not_found, "");
  return std::move(*account);
}

void fill_profile(web::ProfileView& view, const store::Account& account) {
  view.header_url = account.header.empty() ? "" : "/media/" + account.header;
  view.bio_html = account.note_html;
  view.bio = text::html_to_plain(account.note_html);
  const auto fields = nlohmann::json::parse(account.fields, nullptr, false);
  for (const auto& field : fields.is_array() ? fields : nlohmann::json::array()) {
    view.fields.push_back({field.value("name", ""), field.value("value_html", ""), false});
  }
  view.joined_at = account.created_at;
  view.statuses = account.statuses_count;
  view.following = account.following_count;
  view.followers = account.followers_count;
  view.noindex = !account.indexable;
}

/// At its address there is a document for programs as well.
net::Response page_beside_document(std::string html) {
  auto response = page(std::move(html));
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

Result<Outcome> profile(Context& context) {
  if (wants_activity(context.request) && context.args[0].starts_with('@'))
    return actor_document(context, context.args[0].substr(1));
  TRY(const auto account, account_in_path(context));
  TRY(const auto request, page_request(context));
  Views views(context);
  web::ProfileView view;
  view.account = views.account(account.id);
  fill_profile(view, account);
  const auto visitor = context.feeds().viewer(context.tx(), {});
  feed::Feeds::AccountRequest wanted;
  wanted.account = account.id;
  wanted.without_replies = true;
  const auto shown = context.feeds().account(context.tx(), *visitor, wanted, request);
  view.latest = views.of(shown.entries);
  if (request.max == id_max<StatusId>() && !request.min) {
    const auto pins = store::pins_of(context.tx(), account.id);
    view.pinned = views.of(context.feeds().entries(context.tx(), *visitor, pins));
  }
  auto links = pager(context, request, shown);
  view.newer_url = std::move(links.newer);
  view.older_url = std::move(links.older);
  return page_beside_document(web::profile_page(page_site(context.services), view));
}

Result<Outcome> status(Context& context) {
  if (wants_activity(context.request) && context.args[0].starts_with('@')) {
    TRY(const auto wanted, context.status_arg(1));
    return post_document(context, context.args[0].substr(1), wanted);
  }
  TRY(const auto account, account_in_path(context));
  TRY(const auto id, context.status_arg(1));
  const auto visitor = context.feeds().viewer(context.tx(), {});
  const auto entries = context.feeds().entries(context.tx(), *visitor, {&id, 1});
  const bool is_theirs =
      !entries.empty() && entries.front().status->facts.account == account.id && !entries.front().original;
  if (!is_theirs) return fail(Errc::not_found, "");
  TRY(const auto thread, thread_of(context, *visitor, id));
  Views views(context);
  web::StatusPageView view;
  view.status = views.of(entries).front();
  view.excerpt = view.status.spoiler_text.empty() ? text::html_to_plain(view.status.content_html)
                                                  : view.status.spoiler_text;
  view.ancestors = views.of(thread.ancestors);
  const auto replies = views.of(thread.descendants);
  for (std::size_t i = 0; i < replies.size() && i < thread.depths.size(); ++i)
    view.replies.push_back({replies[i], thread.depths[i]});
  view.noindex = !account.indexable;
  return page_beside_document(web::status_page(page_site(context.services), view));
}

Result<Outcome> tag(Context& context) {
  TRY(const auto request, page_request(context));
  feed::Feeds::TagRequest wanted;
  wanted.name = text::normalise_tag(context.args[0]);
  const auto visitor = context.feeds().viewer(context.tx(), {});
  const auto shown = context.feeds().tag(context.tx(), *visitor, wanted, request);
  web::TagView view;
  view.name = std::string(context.args[0]);
  view.url = context.site().tag_url_prefix() + percent_encode(wanted.name);
  view.latest = Views(context).of(shown.entries);
  view.noindex = true;
  auto links = pager(context, request, shown);
  view.newer_url = std::move(links.newer);
  view.older_url = std::move(links.older);
  return page(web::tag_page(page_site(context.services), view));
}

}  // namespace

std::vector<Route> public_page_routes() {
  using net::Method;
  return {
      {Method::get, "/", Access::page(), front},
      {Method::get, "/about", Access::page(), front},
      {Method::get, "/:handle", Access::page(), profile},
      {Method::get, "/:handle/:id", Access::page(), status},
      {Method::get, "/tags/:name", Access::page(), tag},
  };
}

}  // namespace dunlin::api

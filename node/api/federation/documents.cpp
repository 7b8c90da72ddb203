// What this node shows to other nodes: actors, posts and collections of them. Only what everyone may read is
// here. Sources: ActivityPub 3 (retrieval), 5 (collections), RFC 7033 (WebFinger).
#include "node/federation/documents.h"

#include "node/api/federation/context.h"
#include "node/api/federation/signer.h"
#include "node/api/routes.h"
#include "node/federation/consent.h"
#include "node/federation/followers_sync.h"
#include "node/federation/keys.h"
#include "node/store/marks.h"
#include "node/store/outboxes.h"
#include "node/store/relationships.h"
#include "protocol/activitypub/collection.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/activitypub/webfinger.h"
#include "protocol/base/encoding.h"

namespace dunlin::api {

namespace ap = activitypub;

namespace {

constexpr int page_size = 20;

Result<store::Account> account_named(const Context& context, std::string_view username) {
  TRY_DO(refuse_blocked_peer(context));
  const auto id = store::account_by_name(context.tx(), username, "");
  auto account = id ? store::find_account(context.tx(), *id) : std::nullopt;
  if (!account) return fail(Errc::not_found, "Not found");
  if (account->is_gone()) return fail(Errc::gone, "Gone");
  return std::move(*account);
}

/// With the account's keys, made first when there are none yet.
Result<Outcome> with_keys(Context& context, AccountId account,
                          std::function<std::string(const federation::AccountKeys& keys)> write) {
  if (const auto keys = context.services.keys.find(context.tx(), account))
    return activity_response(write(*keys));
  return Slow{[account, write = std::move(write)](Context& worker) -> Result<Outcome> {
    TRY(const auto keys, worker.services.keys.ensure(worker.tx(), account));
    return activity_response(write(keys));
  }};
}

/// No cache may give it to others.
void for_signer_alone(net::Response& response) {
  for (auto& [name, value] : response.headers) {
    if (name == "Cache-Control") value = "private, no-store";
    if (name == "Vary") value = "Accept, Signature";
  }
}

Outcome for_signer_alone(Outcome outcome) {
  if (auto* response = std::get_if<net::Response>(&outcome)) for_signer_alone(*response);
  auto* slow = std::get_if<Slow>(&outcome);
  if (slow == nullptr) return outcome;
  return Slow{[work = std::move(slow->work)](Context& worker) -> Result<Outcome> {
                TRY(auto answer, work(worker));
                return for_signer_alone(std::move(answer));
              },
              slow->waits_for_network};
}

/// Where the administrator wants it so, only servers that say who they are, and are not blocked, are
/// answered. The node's own actor stays open to all: its key is what such servers ask for first.
Result<Outcome> for_peers(Context& context, std::function<Result<Outcome>(Context&)> answer) {
  if (!context.services.config.federation.authorized_fetch) return answer(context);
  TRY_DO(refuse_blocked_peer(context));
  return with_signer(
      context, [answer = std::move(answer)](Context& any, const SignerOrigin& signer) -> Result<Outcome> {
        if (!signer)
          return fail(Errc::unauthorized, "Sign the request: this node shows no documents to strangers");
        TRY(auto outcome, answer(any));
        return for_signer_alone(std::move(outcome));
      });
}
template <RouteHandler handler>
Result<Outcome> for_peers(Context& context) {
  return for_peers(context, handler);
}

Result<Outcome> node_actor(Context& context) {
  return with_keys(context, AccountId{}, [&site = context.site()](const federation::AccountKeys& keys) {
    return ap::write_actor(federation::node_actor(site, keys));
  });
}

Result<Outcome> actor(Context& context) {
  if (!wants_activity(context.request)) return redirect("/@" + percent_encode(context.args[0]), 302);
  return actor_document(context, context.args[0]);
}

/// As everyone sees it.
Result<store::Status> public_status(const Context& context, AccountId author, StatusId id) {
  auto status = store::find_status(context.tx(), id);
  if (!status || status->account != author) return fail(Errc::not_found, "Not found");
  if (status->is_deleted) return fail(Errc::gone, "Gone");
  const auto visitor = context.feeds().viewer(context.tx(), {});
  if (!domain::can_see(*visitor, domain::StatusFacts::of(*status))) return fail(Errc::not_found, "Not found");
  return std::move(*status);
}

Result<Outcome> post(Context& context) {
  TRY(const auto id, context.status_arg(1));
  if (!wants_activity(context.request))
    return redirect("/@" + percent_encode(context.args[0]) + "/" + percent_encode(context.args[1]), 302);
  return post_document(context, context.args[0], id);
}

ap::ActivityDraft activity_of(const Context& context, const store::Status& status,
                              const store::Account& author) {
  if (status.reblog_of) return federation::announce_of(context.tx(), context.site(), status, author);
  const auto post = federation::post_of(context.tx(), context.site(), status, author);
  return ap::create_post(post.id + "/activity", post);
}

Result<Outcome> post_activity(Context& context) {
  TRY(const auto account, account_named(context, context.args[0]));
  TRY(const auto id, context.status_arg(1));
  TRY(const auto status, public_status(context, account.id, id));
  return activity_response(ap::write_activity(activity_of(context, status, account)));
}

std::string address_of(const Context& context) {
  return context.site().base_url + encoded_path(context.request);
}

Result<Outcome> head(const Context& context, std::int64_t total, bool has_pages) {
  const auto address = address_of(context);
  return activity_response(
      ap::write_collection({address, true, total, has_pages ? address + "?page=true" : ""}));
}

struct OutboxPage {
  std::vector<StatusId> ids;
  std::optional<StatusId> older_than;
};

OutboxPage outbox_for_everyone(const Context& context, AccountId account, const feed::PageRequest& request) {
  const auto visitor = context.feeds().viewer(context.tx(), {});
  feed::Feeds::AccountRequest wanted;
  wanted.account = account;
  const auto shown = context.feeds().account(context.tx(), *visitor, wanted, request);
  OutboxPage page{{}, shown.older_than};
  for (const auto& entry : shown.entries) page.ids.push_back(entry.status->facts.id);
  return page;
}

/// As it is sent to a server that has a follower of the account.
OutboxPage outbox_for_followers(const Context& context, AccountId account, const feed::PageRequest& request) {
  OutboxPage page;
  const auto lines = store::account_older(context.tx(), account, request.max, request.limit);
  for (const auto& line : lines) {
    const auto status = store::find_status(context.tx(), line.id);
    if (status && !status->is_local_only) page.ids.push_back(line.id);
  }
  if (static_cast<int>(lines.size()) == request.limit) page.older_than = lines.back().id;
  return page;
}

Result<Outcome> outbox_page(Context& context, const store::Account& account, const SignerOrigin& signer) {
  TRY(auto request, status_page_request(context));
  request.limit = page_size;
  const auto host = signer ? signer->substr(signer->find("://") + 3) : std::string();
  const bool is_for_followers =
      !host.empty() && store::has_follower_of_domain(context.tx(), account.id, host);
  const auto shown = is_for_followers ? outbox_for_followers(context, account.id, request)
                                      : outbox_for_everyone(context, account.id, request);
  ap::CollectionPage out;
  const auto address = address_of(context);
  out.id = address + "?page=true";
  if (request.max != id_max<StatusId>()) out.id += "&max_id=" + to_string(request.max);
  out.part_of = address;
  if (shown.older_than) out.next = address + "?page=true&max_id=" + to_string(*shown.older_than);
  for (StatusId id : shown.ids) {
    const auto status = store::find_status(context.tx(), id);
    if (status) out.items.push_back(ap::write_activity(activity_of(context, *status, account), false));
  }
  auto response = activity_response(ap::write_page(out, ap::Context::post));
  if (is_for_followers) for_signer_alone(response);
  return response;
}

Result<Outcome> outbox(Context& context) {
  TRY(auto account, account_named(context, context.args[0]));
  TRY(const auto page, context.params.text("page"));
  if (!page) return head(context, account.statuses_count, true);
  return with_signer(context, [account = std::move(account)](Context& any, const SignerOrigin& signer) {
    return outbox_page(any, account, signer);
  });
}

/// Those of the asking server. FEP-8fcf.
Result<Outcome> followers_synchronization(Context& context) {
  TRY(auto account, account_named(context, context.args[0]));
  return with_signer(context, [id = account.id](Context& any, const SignerOrigin& signer) -> Result<Outcome> {
    if (!signer)
      return fail(Errc::unauthorized, "Sign the request: each server is told of its own accounts only");
    std::vector<std::string> items;
    for (const auto& uri : federation::followers_on(any.tx(), id, *signer)) items.push_back(ap::json_id(uri));
    const auto total = static_cast<std::int64_t>(items.size());
    auto response = activity_response(
        ap::write_collection({address_of(any), true, total, ""}, items, ap::Context::plain));
    for_signer_alone(response);
    return response;
  });
}

/// Who is in it is told only where the account shows it; page by page.
Result<Outcome> people(Context& context, bool are_followers) {
  TRY(const auto account, account_named(context, context.args[0]));
  const auto total = are_followers ? account.followers_count : account.following_count;
  TRY(const auto page, context.params.text("page"));
  if (!page || account.hide_collections) return head(context, total, !account.hide_collections);
  TRY(auto request, edge_page_request(context, page_size, page_size));
  const auto edges = are_followers ? store::followers_page(context.tx(), account.id, request)
                                   : store::following_page(context.tx(), account.id, request);
  ap::CollectionPage out;
  const auto address = address_of(context);
  out.id = address + "?" + context.request.query;
  out.part_of = address;
  if (static_cast<int>(edges.size()) == request.limit)
    out.next = address + "?page=true&max_id=" + std::to_string(edges.back().id);
  for (const auto& edge : edges)
    out.items.push_back(ap::json_id(federation::account_uri(context.tx(), context.site(), edge.account)));
  return activity_response(ap::write_page(out, ap::Context::plain));
}

Result<Outcome> followers(Context& context) { return people(context, true); }
Result<Outcome> following(Context& context) { return people(context, false); }

Result<Outcome> featured(Context& context) {
  TRY(const auto account, account_named(context, context.args[0]));
  std::vector<std::string> items;
  for (StatusId id : store::pins_of(context.tx(), account.id)) {
    const auto status = public_status(context, account.id, id);
    if (status)
      items.push_back(
          ap::write_post(federation::post_of(context.tx(), context.site(), *status, account), false));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return activity_response(
      ap::write_collection({address_of(context), true, total, ""}, items, ap::Context::post));
}

/// Oldest first, by pages.
Result<Outcome> replies(Context& context) {
  TRY(const auto account, account_named(context, context.args[0]));
  TRY(const auto id, context.status_arg(1));
  TRY(const auto answered, public_status(context, account.id, id));
  const auto address = address_of(context);
  TRY(const auto is_page, context.params.text("page"));
  if (!is_page) {
    return activity_response(
        ap::write_collection({address, false, answered.counts.replies, address + "?page=true"}));
  }
  TRY(const auto request, status_page_request(context));
  const auto after = request.min.value_or(StatusId{});
  const auto found = store::replies_after(context.tx(), id, after, limits::statuses_per_page_max);
  ap::CollectionPage out;
  out.ordered = false;
  out.id = address + "?" + context.request.query;
  out.part_of = address;
  if (found.size() == static_cast<std::size_t>(limits::statuses_per_page_max))
    out.next = address + "?page=true&min_id=" + to_string(found.back());
  const auto visitor = context.feeds().viewer(context.tx(), {});
  for (StatusId reply : found) {
    const auto status = store::find_status(context.tx(), reply);
    if (status && domain::can_see(*visitor, domain::StatusFacts::of(*status)))
      out.items.push_back(ap::json_id(federation::status_uri(context.tx(), context.site(), reply)));
  }
  return activity_response(ap::write_page(out, ap::Context::plain));
}

/// The consent to a quote. Its address is known to those who see the quoting post. FEP-044f.
Result<Outcome> quote_authorization(Context& context) {
  TRY(const auto account, account_named(context, context.args[0]));
  const auto quote = store::quote_by_stamp(context.tx(), context.args[1]);
  const auto quoted = quote ? store::find_status(context.tx(), quote->quoted) : std::nullopt;
  if (!quoted || quote->state != store::QuoteState::accepted || quoted->account != account.id ||
      !quoted->uri.empty() || quoted->is_deleted || quoted->is_local_only)
    return fail(Errc::not_found, "Not found");
  const auto& site = context.site();
  return activity_response(ap::write_quote_authorization(
      federation::stamp_uri(site, account.username, quote->stamp), site.account_uri(account.username),
      federation::status_uri(context.tx(), site, quote->status), federation::uri_of(site, *quoted, account)));
}

/// The same to an answer that asked for it.
Result<Outcome> reply_authorization(Context& context) {
  TRY(const auto account, account_named(context, context.args[0]));
  const auto consent = store::reply_consent_by_stamp(context.tx(), context.args[1]);
  const auto reply = consent ? store::find_status(context.tx(), consent->status) : std::nullopt;
  const auto answered = reply ? store::find_status(context.tx(), reply->in_reply_to) : std::nullopt;
  if (!answered || answered->account != account.id || !answered->uri.empty() || answered->is_deleted ||
      reply->is_deleted || answered->is_local_only)
    return fail(Errc::not_found, "Not found");
  const auto& site = context.site();
  return activity_response(ap::write_reply_authorization(
      federation::reply_stamp_uri(site, account.username, consent->stamp), site.account_uri(account.username),
      federation::status_uri(context.tx(), site, reply->id), federation::uri_of(site, *answered, account)));
}

/// How many, not who: that is for the author's readers.
Result<Outcome> total(Context& context, std::int64_t store::StatusCounts::*which) {
  TRY(const auto account, account_named(context, context.args[0]));
  TRY(const auto id, context.status_arg(1));
  TRY(const auto status, public_status(context, account.id, id));
  return activity_response(ap::write_collection({address_of(context), false, status.counts.*which, ""}));
}
Result<Outcome> likes(Context& context) { return total(context, &store::StatusCounts::favourites); }
Result<Outcome> shares(Context& context) { return total(context, &store::StatusCounts::reblogs); }

Result<Outcome> emoji(Context& context) {
  TRY_DO(refuse_blocked_peer(context));
  const auto found = store::emoji_by_name(context.tx(), "", context.args[0]);
  if (!found) return fail(Errc::not_found, "Not found");
  return activity_response(ap::write_emoji(federation::emoji_of(context.site(), *found)));
}

/// `acct:name@here`, the actor's address or the profile's.
std::optional<std::string> username_of(const domain::Site& site, std::string_view resource) {
  if (const auto handle = ap::parse_handle(resource))
    return equal_ignoring_case(handle->host, site.domain) ? std::optional(handle->username) : std::nullopt;
  if (const auto name = federation::local_username(site, resource)) return name;
  const auto profile = site.base_url + "/@";
  if (!resource.starts_with(profile)) return std::nullopt;
  return std::string(resource.substr(profile.size()));
}

Result<Outcome> webfinger(Context& context) {
  const auto& site = context.site();
  TRY(const auto resource, context.params.text("resource"));
  if (!resource || resource->empty()) return fail(Errc::bad_request, "resource: which account is missing");
  net::Response response;
  response.content_type = "application/jrd+json; charset=utf-8";
  const auto name = username_of(site, *resource);
  if (*resource == federation::node_actor_uri(site) || (name && equal_ignoring_case(*name, site.domain))) {
    response.body =
        ap::write_jrd(site.domain, site.domain, federation::node_actor_uri(site), site.base_url + "/about");
    return response;
  }
  if (!name) return fail(Errc::not_found, "Not found");
  TRY(const auto account, account_named(context, *name));
  response.body = ap::write_jrd(account.username, site.domain, site.account_uri(account.username),
                                site.account_url(account.username));
  return response;
}

}  // namespace

bool wants_activity(const net::Request& request) {
  const auto accept = request.header("Accept");
  return accept.find("application/activity+json") != std::string_view::npos ||
         accept.find("application/ld+json") != std::string_view::npos;
}

net::Response activity_response(std::string body) {
  net::Response response;
  response.content_type = std::string(ap::activity_media_type) + "; charset=utf-8";
  response.headers = {
      {"Vary", "Accept"}, {"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "max-age=60"}};
  response.body = std::move(body);
  return response;
}

Result<Outcome> actor_document(Context& context, std::string_view username) {
  return for_peers(context, [name = std::string(username)](Context& any) -> Result<Outcome> {
    TRY(auto account, account_named(any, name));
    const auto id = account.id;
    auto links = federation::links_of(any.tx(), any.site(), account);
    return with_keys(any, id,
                     [&site = any.site(), account = std::move(account),
                      links = std::move(links)](const federation::AccountKeys& keys) {
                       return ap::write_actor(federation::actor_of(site, account, keys, links));
                     });
  });
}

Result<Outcome> post_document(Context& context, std::string_view username, StatusId id) {
  return for_peers(context, [name = std::string(username), id](Context& any) -> Result<Outcome> {
    TRY(const auto account, account_named(any, name));
    TRY(const auto status, public_status(any, account.id, id));
    if (status.reblog_of) return fail(Errc::not_found, "Not found");
    return activity_response(ap::write_post(federation::post_of(any.tx(), any.site(), status, account)));
  });
}

std::vector<Route> federation_document_routes() {
  using net::Method;
  return {
      {Method::get, "/.well-known/webfinger", Access::page(), webfinger},
      {Method::get, "/actor", Access::page(), node_actor},
      {Method::get, "/users/:name", Access::page(), actor},
      {Method::get, "/users/:name/statuses/:id", Access::page(), post},
      {Method::get, "/users/:name/statuses/:id/activity", Access::page(), for_peers<post_activity>},
      {Method::get, "/users/:name/statuses/:id/replies", Access::page(), for_peers<replies>},
      {Method::get, "/users/:name/statuses/:id/likes", Access::page(), for_peers<likes>},
      {Method::get, "/users/:name/statuses/:id/shares", Access::page(), for_peers<shares>},
      {Method::get, "/users/:name/quote_authorizations/:stamp", Access::page(),
       for_peers<quote_authorization>},
      {Method::get, "/users/:name/reply_authorizations/:stamp", Access::page(),
       for_peers<reply_authorization>},
      {Method::get, "/users/:name/outbox", Access::page(), for_peers<outbox>},
      {Method::get, "/users/:name/followers", Access::page(), for_peers<followers>},
      {Method::get, "/users/:name/followers_synchronization", Access::page(), followers_synchronization},
      {Method::get, "/users/:name/following", Access::page(), for_peers<following>},
      {Method::get, "/users/:name/featured", Access::page(), for_peers<featured>},
      {Method::get, "/emojis/:name", Access::page(), for_peers<emoji>},
  };
}

}  // namespace dunlin::api

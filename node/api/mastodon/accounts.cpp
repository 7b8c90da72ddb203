// Reading accounts, and signing up. Source: docs.joinmastodon.org/methods/accounts
#include "node/api/oauth.h"
#include "node/api/registration.h"
#include "node/api/relationship_json.h"
#include "node/api/routes.h"
#include "node/auth/token.h"
#include "node/federation/catch_up.h"
#include "node/store/marks.h"
#include "node/store/outboxes.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/text/compose.h"

namespace dunlin::api {

namespace {

using auth::Scope;

Result<Outcome> show_account(Context& context) {
  TRY(const auto id, context.account_arg());
  return json_response(context.feeds().library().account(context.tx(), id)->json);
}

Result<Outcome> show_accounts(Context& context) {
  TRY(const auto wanted, context.params.list("id"));
  std::vector<AccountId> ids;
  for (const auto& text : wanted) {
    if (ids.size() >= limits::accounts_per_page_max) break;
    if (const auto id = context.account_of(text)) ids.push_back(*id);
  }
  return json_response(accounts_json(context, ids));
}

Result<Outcome> lookup(Context& context) {
  TRY(const auto given, context.params.text("acct"));
  std::string_view acct = given ? std::string_view(*given) : std::string_view();
  if (acct.starts_with('@')) acct.remove_prefix(1);
  const auto at = acct.find('@');
  const auto domain = at == std::string_view::npos ? std::string_view() : acct.substr(at + 1);
  const auto name = acct.substr(0, at);
  const bool is_ours = domain.empty() || equal_ignoring_case(domain, context.site().domain);
  const auto id = store::account_by_name(context.tx(), name, is_ours ? std::string() : to_lower(domain));
  const auto card = id ? context.feeds().library().account(context.tx(), *id) : nullptr;
  if (!card || card->is_gone) return fail(Errc::not_found, "Record not found");
  return json_response(card->json);
}

Result<Outcome> relationships(Context& context) {
  TRY(const auto wanted, context.params.list("id"));
  std::string body = "[";
  for (std::size_t i = 0; i < wanted.size() && i < limits::accounts_per_page_max; ++i) {
    const auto id = context.account_of(wanted[i]);
    if (!id) continue;
    if (body.size() > 1) body += ',';
    append_relationship(body, context, *id);
  }
  return json_response(body + "]");
}

Result<Outcome> familiar_followers(Context& context) {
  TRY(const auto wanted, context.params.list("id"));
  std::string body = "[";
  for (std::size_t i = 0; i < wanted.size() && i < limits::accounts_per_page_max; ++i) {
    const auto id = context.account_of(wanted[i]);
    if (!id) continue;
    if (body.size() > 1) body += ',';
    const auto known =
        store::familiar_followers(context.tx(), context.me(), *id, limits::accounts_per_page_max);
    JsonWriter(body)
        .begin_object()
        .field("id", wanted[i])
        .field_raw("accounts", accounts_json(context, known))
        .end_object();
  }
  return json_response(body + "]");
}

using Posts = std::function<feed::StatusPage(Context&)>;

/// The posts of a remote account: what is known at once, while more are fetched. Who scrolls past what is
/// known waits a moment for it.
Result<Outcome> posts_of_remote(Context& context, AccountId id, const Posts& read, bool is_first_page) {
  auto& catch_up = context.services.catch_up;
  const auto seen = catch_up.pages_of(id);
  const auto page = read(context);
  const auto oldest =
      page.older_than && !page.entries.empty() ? page.entries.back().status->facts.id : StatusId{};
  catch_up.profile_shown(id, oldest);
  const auto outbox = store::find_outbox(context.tx(), id);
  const bool may_have_more = outbox && !outbox->older.empty();
  if (page.older_than || !may_have_more) return status_list(context, page);
  const auto with_next = [](Context& any, feed::StatusPage shown) {
    // The last page that is known is not the last.
    if (!shown.older_than && !shown.entries.empty()) shown.older_than = shown.entries.back().status->facts.id;
    return status_list(any, shown);
  };
  if (is_first_page) return with_next(context, page);
  return Slow{[id, seen, read, with_next](Context& worker) -> Result<Outcome> {
                worker.services.catch_up.await_page(id, seen, limits::profile_wait_max);
                worker.tx().refresh();
                return with_next(worker, read(worker));
              },
              true};
}

Result<Outcome> statuses(Context& context) {
  TRY(const auto id, context.account_arg());
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  TRY(const auto is_pinned, context.params.boolean("pinned"));
  TRY(const auto only_media, context.params.boolean("only_media"));
  TRY(const auto page, status_page_request(context));
  if (only_media.value_or(false)) return empty_array();  // no status has media yet
  if (is_pinned.value_or(false)) {
    if (viewer->is_blocked_by(id)) return empty_array();
    const auto pins = store::pins_of(context.tx(), id);
    feed::StatusPage pinned;
    pinned.entries = context.feeds().entries(context.tx(), *viewer, pins);
    return status_list(context, pinned);
  }
  feed::Feeds::AccountRequest wanted;
  wanted.account = id;
  TRY(const auto without_replies, context.params.boolean("exclude_replies"));
  TRY(const auto without_reblogs, context.params.boolean("exclude_reblogs"));
  TRY(const auto tagged, context.params.text("tagged"));
  wanted.without_replies = without_replies.value_or(false);
  wanted.without_reblogs = without_reblogs.value_or(false);
  if (tagged) wanted.tag = text::normalise_tag(*tagged);
  const Posts read = [wanted, page](Context& any) {
    return any.feeds().account(any.tx(), *any.feeds().viewer(any.tx(), any.me()), wanted, page);
  };
  const bool is_remote =
      context.feeds().library().account(context.tx(), id)->acct.find('@') != std::string::npos;
  if (!is_remote || page.since || page.min) return status_list(context, read(context));
  return posts_of_remote(context, id, read, page.max == id_max<StatusId>());
}

/// The lists of who follows whom; hidden by choice of their owner, empty to whom the owner blocks.
Result<Outcome> connections(Context& context,
                            std::vector<store::Edge> (*fetch)(const store::ReadTx&, AccountId,
                                                              const store::EdgePage&)) {
  TRY(const auto id, context.account_arg());
  TRY(const auto page,
      edge_page_request(context, limits::accounts_page_default, limits::accounts_per_page_max));
  const auto account = store::find_account(context.tx(), id);
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  const bool is_hidden =
      id != context.me() && (!account || account->hide_collections || viewer->is_blocked_by(id));
  if (is_hidden) return empty_array();
  return account_list(context, fetch(context.tx(), id, page), page);
}

Result<Outcome> followers(Context& context) { return connections(context, store::followers_page); }
Result<Outcome> following(Context& context) { return connections(context, store::following_page); }

Result<Outcome> lists_with(Context& context) {
  TRY_DO(context.account_arg());
  return empty_array();
}

/// Signing up with an application's own token answers a user token that works at once, or waits for approval.
Result<Outcome> sign_up(Context& context) {
  TRY(const auto request, read_registration(context));
  TRY_DO(check_registration(context, request));
  return Slow{[request](Context& worker) -> Result<Outcome> {
    TRY(const auto account, hashed_account(worker, request));
    const auto token = auth::new_token(worker.services.random);
    store::Token row;
    row.app = worker.caller.app;
    row.scopes = worker.caller.scopes.to_string();
    return write([account, token, row](store::WriteTx& tx) -> Result<Then> {
      TRY(const auto id, domain::create_account(tx, account));
      auto mine = row;
      mine.account = id;
      store::insert_token(tx, auth::token_digest(token), mine, std::nullopt);
      return Then([token, scopes = row.scopes, now = tx.now()](Context&) -> Result<net::Response> {
        std::string body;
        JsonWriter json(body);
        json.begin_object().field("access_token", token).field("token_type", "Bearer").field("scope", scopes);
        json.field("created_at", now.ms / 1000).end_object();
        return json_response(std::move(body));
      });
    });
  }};
}

}  // namespace

std::vector<Route> account_routes() {
  using net::Method;
  return {
      {Method::post, "/api/v1/accounts", Access::app(Scope::write_accounts), sign_up},
      {Method::get, "/api/v1/accounts", Access::anyone(Scope::read_accounts), show_accounts},
      {Method::get, "/api/v1/accounts/lookup", Access::anyone(Scope::read_accounts), lookup},
      {Method::get, "/api/v1/accounts/relationships", Access::user(Scope::read_follows), relationships},
      {Method::get, "/api/v1/accounts/familiar_followers", Access::user(Scope::read_follows),
       familiar_followers},
      {Method::get, "/api/v1/accounts/:id", Access::anyone(Scope::read_accounts), show_account},
      {Method::get, "/api/v1/accounts/:id/statuses", Access::anyone(Scope::read_statuses), statuses},
      {Method::get, "/api/v1/accounts/:id/followers", Access::anyone(Scope::read_accounts), followers},
      {Method::get, "/api/v1/accounts/:id/following", Access::anyone(Scope::read_accounts), following},
      {Method::get, "/api/v1/accounts/:id/lists", Access::user(Scope::read_lists), lists_with},
  };
}

}  // namespace dunlin::api

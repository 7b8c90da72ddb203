// Moving between servers: aliases, and the move itself. Our own endpoints: Mastodon has them as pages of its
// settings only.
#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/auth/password.h"
#include "node/domain/accounts/move.h"
#include "node/federation/documents.h"
#include "node/federation/remote.h"
#include "protocol/base/json_writer.h"

namespace dunlin::api {

namespace {

using auth::Scope;

/// The account that `text` names: a handle, or the address of an actor. What is of this node is never asked
/// for elsewhere. Waits for the network.
Result<AccountId> account_named(Context& worker, const std::string& text) {
  const auto unknown = fail(Errc::not_found, "There is no account " + text.substr(0, 300));
  const auto& site = worker.site();
  auto& remote = worker.services.remote;
  if (const auto handle = activitypub::parse_handle(text)) {
    if (handle->host == site.domain) {
      const auto id = store::account_by_name(worker.tx(), handle->username, "");
      return id ? Result<AccountId>(*id) : unknown;
    }
    const auto id = remote.account(worker.tx(), *handle);
    return id ? Result<AccountId>(*id) : unknown;
  }
  if (const auto known = federation::known_account(worker.tx(), site, text)) return *known;
  if (!text.starts_with("https://") && !text.starts_with("http://")) return unknown;
  const auto id = remote.account(worker.tx(), text);
  return id ? Result<AccountId>(*id) : unknown;
}

net::Response aliases_json(Context& context) {
  const auto account = store::find_account(context.tx(), context.me());
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& uri : account ? account->also_known_as : std::vector<std::string>{}) {
    const auto id = federation::known_account(context.tx(), context.site(), uri);
    const auto card = id ? context.feeds().library().account(context.tx(), *id) : nullptr;
    json.begin_object().field("uri", uri);
    json.field_raw("account", card && !card->is_gone ? card->json : "null").end_object();
  }
  json.end_array();
  return json_response(std::move(body));
}

Result<Outcome> list_aliases(Context& context) { return aliases_json(context); }

Result<Outcome> then_aliases(std::function<Result<void>(store::WriteTx&)> change) {
  return write([change = std::move(change)](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(change(tx));
    return Then([](Context& c) -> Result<net::Response> { return aliases_json(c); });
  });
}

Result<std::string> needed_text(const Context& context, std::string_view name) {
  TRY(auto text, context.params.text(name));
  if (!text || text->empty()) return fail(Errc::unprocessable, std::string(name) + " is missing");
  return std::move(*text);
}

Result<Outcome> add_alias(Context& context) {
  TRY(auto acct, needed_text(context, "acct"));
  return Slow{[acct](Context& worker) -> Result<Outcome> {
                TRY(const auto id, account_named(worker, acct));
                const auto uri = federation::account_uri(worker.tx(), worker.site(), id);
                return then_aliases([me = worker.me(), &site = worker.site(), uri](store::WriteTx& tx) {
                  return domain::add_alias(tx, site, me, uri);
                });
              },
              true};
}

Result<Outcome> remove_alias(Context& context) {
  TRY(auto uri, needed_text(context, "uri"));
  return then_aliases(
      [me = context.me(), uri](store::WriteTx& tx) { return domain::remove_alias(tx, me, uri); });
}

/// Followers that went cannot be called back: whoever holds a token alone must not be able to send them away.
Result<void> check_password(Context& worker, const std::string& password) {
  auto& limiter = worker.services.rate_limits.sign_ins_of_account;
  TRY_DO(worker.take(limiter, "account " + to_string(worker.me()),
                     "Too many attempts. Wait some minutes and try again."));
  const auto user = store::find_user(worker.tx(), worker.me());
  if (!user || !auth::verify_password(user->password_hash, password))
    return fail(Errc::forbidden, "The password is not right");
  return {};
}

Then then_account(AccountId id) {
  return [id](Context& context) -> Result<net::Response> {
    const auto card = context.feeds().library().account(context.tx(), id);
    if (!card) return fail(Errc::not_found, "Record not found");
    return json_response(card->json);
  };
}

Result<Outcome> move(Context& context) {
  TRY(auto acct, needed_text(context, "acct"));
  TRY(auto password, needed_text(context, "password"));
  return Slow{
      [acct, password](Context& worker) -> Result<Outcome> {
        TRY_DO(check_password(worker, password));
        TRY(auto target, account_named(worker, acct));
        const auto account = store::find_account(worker.tx(), target);
        // Its list of aliases as it is now.
        if (account && !account->is_local()) {
          TRY(target, worker.services.remote.refresh_account(worker.tx(), account->uri));
        }
        return write([me = worker.me(), &site = worker.site(), target](store::WriteTx& tx) -> Result<Then> {
          TRY_DO(domain::move_account(tx, site, me, target));
          return then_account(me);
        });
      },
      true};
}

Result<Outcome> cancel_move(Context& context) {
  return write([me = context.me()](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(domain::cancel_move(tx, me));
    return then_account(me);
  });
}

}  // namespace

std::vector<Route> migration_routes() {
  using net::Method;
  return {
      {Method::get, "/api/dunlin/v1/aliases", Access::user(Scope::read_accounts), list_aliases},
      {Method::post, "/api/dunlin/v1/aliases", Access::user(Scope::write_accounts), add_alias},
      {Method::delete_, "/api/dunlin/v1/aliases", Access::user(Scope::write_accounts), remove_alias},
      {Method::post, "/api/dunlin/v1/move", Access::user(Scope::write_accounts), move},
      {Method::delete_, "/api/dunlin/v1/move", Access::user(Scope::write_accounts), cancel_move},
  };
}

}  // namespace dunlin::api

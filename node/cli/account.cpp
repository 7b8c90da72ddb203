#include "node/cli/account.h"

#include <iostream>

#include "node/auth/password.h"
#include "node/auth/scopes.h"
#include "node/auth/token.h"
#include "node/domain/accounts/accounts.h"
#include "node/domain/accounts/move.h"
#include "node/store/oauth.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/random.h"

namespace dunlin::cli {

namespace {

Result<std::string> password_from_stdin() {
  std::string password;
  if (!std::getline(std::cin, password)) return fail(Errc::bad_request, "No password on standard input");
  if (!password.empty() && password.back() == '\r') password.pop_back();
  return password;
}

Result<AccountId> account_named(Session& session, const std::string& name) {
  const auto id = session.read([&](const store::ReadTx& tx) { return store::account_by_name(tx, name, ""); });
  if (!id) return fail(Errc::not_found, "There is no account named " + name + " on this node");
  return *id;
}

std::string state_of(const store::Account& account, const std::optional<store::User>& user) {
  if (account.is_deleted) return "deleted";
  if (account.is_suspended) return "suspended";
  return user ? std::string(to_string(user->state)) : "no user";
}

void write_account(JsonWriter& json, const store::Account& account, const std::optional<store::User>& user) {
  json.begin_object().field("id", account.public_id).field("username", account.username);
  json.field("display_name", account.display_name).field("email", user ? user->email : "");
  json.field("role", user ? to_string(user->role) : "").field("state", state_of(account, user));
  json.field("reason", user ? user->reason : "").field("created_at", account.created_at);
  json.field("statuses_count", account.statuses_count).field("followers_count", account.followers_count);
  json.field("following_count", account.following_count).end_object();
}

Result<void> on_account(Session& session, const std::string& name,
                        const std::function<Result<void>(store::WriteTx&, AccountId)>& change) {
  TRY(const auto id, account_named(session, name));
  return session.write([&](store::WriteTx& tx) { return change(tx, id); });
}

}  // namespace

Result<void> create_account(Session& session, const NewAccountOptions& options) {
  const auto role = store::parse_role(options.role);
  if (!role) return fail(Errc::bad_request, "--role must be user, moderator or admin");
  TRY(const auto password, password_from_stdin());
  TRY_DO(auth::check_password_rules(password, options.name, options.email));
  domain::NewAccount account;
  account.username = options.name;
  account.email = options.email;
  account.role = *role;
  account.state = options.is_confirmed ? store::UserState::active : store::UserState::unconfirmed;
  account.password_hash = auth::hash_password(password, system_random());
  TRY_DO(session.write([&](store::WriteTx& tx) -> Result<void> {
    TRY_DO(domain::create_account(tx, account));
    return {};
  }));
  std::cout << "created " << options.name << "\n";
  return {};
}

Result<void> create_token(Session& session, const std::string& name, const std::string& scopes) {
  TRY(const auto parsed, auth::Scopes::parse(scopes));
  const auto token = auth::new_token(system_random());
  TRY_DO(on_account(session, name, [&](store::WriteTx& tx, AccountId id) -> Result<void> {
    store::Token row;
    row.account = id;
    row.scopes = parsed.empty() ? "read" : parsed.to_string();
    store::insert_token(tx, auth::token_digest(token), row, std::nullopt);
    return {};
  }));
  std::cout << token << "\n";
  return {};
}

Result<void> list_accounts(Session& session, bool as_json) {
  session.read([&](const store::ReadTx& tx) {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (AccountId id : store::all_local_accounts(tx)) {
      const auto account = store::find_account(tx, id);
      const auto user = store::find_user(tx, id);
      if (!as_json) {
        std::cout << account->username << "\t" << (user ? user->email : "-") << "\t"
                  << (user ? to_string(user->role) : "-") << "\t" << state_of(*account, user) << "\n";
      }
      write_account(json, *account, user);
    }
    json.end_array();
    if (as_json) std::cout << out << "\n";
    return 0;
  });
  return {};
}

Result<void> show_account(Session& session, const std::string& name, bool as_json) {
  TRY(const auto id, account_named(session, name));
  session.read([&](const store::ReadTx& tx) {
    const auto account = store::find_account(tx, id);
    const auto user = store::find_user(tx, id);
    if (as_json) {
      std::string out;
      JsonWriter json(out);
      write_account(json, *account, user);
      std::cout << out << "\n";
      return 0;
    }
    std::cout << "name      " << account->username << "\nemail     " << (user ? user->email : "-")
              << "\nrole      " << (user ? to_string(user->role) : "-") << "\nstate     "
              << state_of(*account, user) << "\ncreated   " << to_iso(account->created_at) << "\nposts     "
              << account->statuses_count << "\nfollowers " << account->followers_count << "\nfollowing "
              << account->following_count << "\n";
    if (user && !user->reason.empty()) std::cout << "reason    " << user->reason << "\n";
    return 0;
  });
  return {};
}

Result<void> set_suspended(Session& session, const std::string& name, bool is_suspended) {
  return on_account(session, name, [&](store::WriteTx& tx, AccountId id) -> Result<void> {
    store::set_suspended(tx, id, is_suspended);
    if (is_suspended) store::sign_out_everywhere(tx, id);
    return {};
  });
}

Result<void> change_aliases(Session& session, const app::Config& config, const std::string& name,
                            const std::string& add, const std::string& remove) {
  if (!add.empty() && !add.starts_with("https://") && !add.starts_with("http://"))
    return fail(Errc::bad_request,
                "--add takes the address of an actor, such as https://old.example/users/ann");
  const domain::Site site{config.domain, app::public_url(config)};
  TRY_DO(on_account(session, name, [&](store::WriteTx& tx, AccountId id) -> Result<void> {
    if (!add.empty()) TRY_DO(domain::add_alias(tx, site, id, add));
    if (!remove.empty()) TRY_DO(domain::remove_alias(tx, id, remove));
    return {};
  }));
  TRY(const auto id, account_named(session, name));
  session.read([&](const store::ReadTx& tx) {
    const auto account = store::find_account(tx, id);
    for (const auto& uri : account ? account->also_known_as : std::vector<std::string>{})
      std::cout << uri << "\n";
  });
  return {};
}

Result<void> approve_account(Session& session, const std::string& name) {
  return on_account(session, name, [](store::WriteTx& tx, AccountId id) -> Result<void> {
    store::set_user_state(tx, id, store::UserState::active);
    return {};
  });
}

Result<void> set_role(Session& session, const std::string& name, const std::string& role) {
  const auto parsed = store::parse_role(role);
  if (!parsed) return fail(Errc::bad_request, "the role must be user, moderator or admin");
  return on_account(session, name, [&](store::WriteTx& tx, AccountId id) -> Result<void> {
    store::set_user_role(tx, id, *parsed);
    return {};
  });
}

Result<void> set_password(Session& session, const std::string& name) {
  TRY(const auto password, password_from_stdin());
  TRY_DO(auth::check_password_rules(password, name, ""));
  const auto hash = auth::hash_password(password, system_random());
  return on_account(session, name, [&](store::WriteTx& tx, AccountId id) -> Result<void> {
    store::set_password(tx, id, hash);
    store::sign_out_everywhere(tx, id);
    return {};
  });
}

Result<void> delete_account(Session& session, const std::string& name) {
  return on_account(session, name, [](store::WriteTx& tx, AccountId id) -> Result<void> {
    domain::delete_account(tx, id);
    return {};
  });
}

Result<void> create_invite(Session& session, int uses, int days) {
  const auto code = system_random().token(9);
  TRY_DO(session.write([&](store::WriteTx& tx) -> Result<void> {
    std::optional<Timestamp> until;
    if (days > 0) until = tx.now() + std::chrono::days(days);
    store::insert_invite(tx, code, uses, until);
    return {};
  }));
  std::cout << code << "\n";
  return {};
}

}  // namespace dunlin::cli

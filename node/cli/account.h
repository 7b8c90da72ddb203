#pragma once
// Administrator commands about accounts. Each prints its result on stdout.
#include <string>

#include "node/cli/session.h"

namespace dunlin::cli {

struct NewAccountOptions {
  std::string name;
  std::string email;
  std::string role = "user";
  bool is_confirmed = false;
};
/// The password is the first line of standard input.
Result<void> create_account(Session& session, const NewAccountOptions& options);
/// Prints a new access token, alone.
Result<void> create_token(Session& session, const std::string& name, const std::string& scopes);
Result<void> list_accounts(Session& session, bool as_json);
Result<void> show_account(Session& session, const std::string& name, bool as_json);
Result<void> set_suspended(Session& session, const std::string& name, bool is_suspended);
/// Adds or removes (empty = neither) the address of an actor that the account says it is too; prints them
/// all.
Result<void> change_aliases(Session& session, const app::Config& config, const std::string& name,
                            const std::string& add, const std::string& remove);
Result<void> approve_account(Session& session, const std::string& name);
Result<void> set_role(Session& session, const std::string& name, const std::string& role);
/// From the first line of standard input; ends all sessions.
Result<void> set_password(Session& session, const std::string& name);
Result<void> delete_account(Session& session, const std::string& name);
/// Prints the code.
Result<void> create_invite(Session& session, int uses, int days);

}  // namespace dunlin::cli

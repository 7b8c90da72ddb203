#pragma once
#include <string>

#include "node/api/context.h"
#include "node/domain/accounts/accounts.h"

namespace dunlin::api {

/// What someone who wants an account sends, from the API or from the page.
struct Registration {
  std::string username;
  std::string email;
  std::string password;
  std::string reason;
  std::string invite_code;
  std::string locale;
  bool has_agreed = false;
};
Result<Registration> read_registration(const Context& context);

/// All that can be said without hashing: is it open, is the invitation there, are the fields right. Counts as
/// one try for the address: 429 when there were too many.
Result<void> check_registration(Context& context, const Registration& registration);
/// Hashes the password: worker threads only.
Result<domain::NewAccount> hashed_account(Context& context, const Registration& registration);

}  // namespace dunlin::api

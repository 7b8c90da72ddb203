#pragma once
// Making, changing and ending local accounts.
#include <optional>
#include <string>
#include <vector>

#include "node/domain/site.h"
#include "node/store/accounts.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

struct NewAccount {
  std::string username;
  std::string email;
  std::string password_hash;  // already hashed: that takes too long for the writer
  store::Role role = store::Role::user;
  store::UserState state = store::UserState::active;
  std::string reason;
  std::string locale = "en";
  std::optional<std::string> invite;  // one use of it is taken; 422 when it does not work
};

/// Looks at what a person typed, before any hashing: every field that is wrong or taken, none when all is
/// well. Codes as the client API has them (docs.joinmastodon.org/methods/accounts/#422-unprocessable-entity).
std::vector<Error::Field> check_new_account(const store::ReadTx& tx, const NewAccount& account);
/// `Validation failed: ...` over all of them, 422; success for none.
Result<void> as_validation(std::vector<Error::Field> wrong);
/// Checks again, stores, and tells the moderators when approval is due.
Result<AccountId> create_account(store::WriteTx& tx, const NewAccount& account);

struct ProfileField {
  std::string name;
  std::string value;
};
/// What a person may change; what is left out stays.
struct ProfileChange {
  std::optional<std::string> display_name;
  std::optional<std::string> note;
  std::optional<std::vector<ProfileField>> fields;
  std::optional<std::string> avatar;  // file below media/, already stored; empty = none
  std::optional<std::string> header;
  std::optional<bool> locked, bot, discoverable, indexable, hide_collections;
  std::optional<std::string> default_visibility;
  std::optional<bool> default_sensitive;
  std::optional<std::string> default_language;
};
/// 422 naming the first field that is too long or none of its words.
Result<void> check_profile(const ProfileChange& change);
/// Checks and stores. Unlocking accepts nobody by itself: requests that wait go on
/// waiting.
Result<void> change_profile(store::WriteTx& tx, const Site& site, AccountId me, const ProfileChange& change);

/// Removes everything the account wrote and did; its name is never given out again.
void delete_account(store::WriteTx& tx, AccountId account);

}  // namespace dunlin::domain

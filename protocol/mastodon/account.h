#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/ids.h"
#include "protocol/base/time.h"

namespace dunlin::mastodon {

/// Account as the client API shows it. Source: docs.joinmastodon.org/entities/Account
struct Account {
  AccountPublicId id;
  std::string username;
  std::string acct;  // without a domain for an account of the node itself
  std::string url;
  std::string uri;
  std::string display_name;
  std::string note;    // HTML
  std::string avatar;  // URLs, never empty: strict clients fail on null
  std::string header;
  std::string fields = "[]";  // JSON array of {name, value (HTML), verified_at}
  std::string emojis = "[]";  // JSON array of CustomEmoji
  bool locked = false;
  bool bot = false;
  bool discoverable = false;
  bool indexable = false;
  bool hide_collections = false;
  bool suspended = false;
  bool limited = false;  // its server is silenced
  Timestamp created_at;
  std::optional<Timestamp> last_status_at;
  std::int64_t statuses_count = 0;
  std::int64_t followers_count = 0;
  std::int64_t following_count = 0;
  std::string roles = "[]";  // JSON array of {id, name, color}
  std::string moved;         // JSON of the account that it went on to be; empty = it did not move
};

/// What only its owner sees. Source: docs.joinmastodon.org/entities/Account/#CredentialAccount
struct AccountSource {
  std::string note;           // as typed
  std::string fields = "[]";  // JSON array of {name, value as typed, verified_at}
  std::string privacy = "public";
  bool sensitive = false;
  std::optional<std::string> language;
  std::int64_t follow_requests_count = 0;
  std::string role;  // JSON object
};

void append_account(std::string& out, const Account& account);
void append_credential_account(std::string& out, const Account& account, const AccountSource& source);

}  // namespace dunlin::mastodon

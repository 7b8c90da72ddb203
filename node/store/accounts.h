#pragma once
// Accounts (anyone's profile), users (a local login) and invites: rows in, rows out. Rules are in
// domain/accounts.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

enum class Role : std::uint8_t { user, moderator, admin };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

struct Account {
  AccountId id;
  AccountPublicId public_id;
  std::string username;
  std::string domain;  // empty = of this node
  std::string uri;     // of a remote account: its actor; a local one's is made by domain::Site
  std::string url;     // of a remote account: its page for people
  std::string display_name;
  std::string note;       // as typed
  std::string note_html;  // made from it
  std::string fields;     // JSON array of {name, value, value_html}
  std::string avatar;     // file below media/, empty = the default picture
  std::string header;
  bool locked = false;
  bool bot = false;
  bool discoverable = false;
  bool indexable = false;
  bool hide_collections = false;
  std::vector<std::string> also_known_as;  // actors that it says it is too
  AccountId moved_to;                      // the account that it went on to be; 0 = none
  bool is_suspended = false;
  bool is_deleted = false;
  Timestamp created_at;
  std::optional<Timestamp> last_status_at;
  std::int64_t statuses_count = 0;
  std::int64_t followers_count = 0;
  std::int64_t following_count = 0;
  std::optional<Role> role;  // of a local user

  bool is_local() const { return domain.empty(); }
  /// Shown to nobody: suspended, or deleted.
  bool is_gone() const { return is_suspended || is_deleted; }
};

enum class UserState : std::uint8_t { unconfirmed, pending, active };
std::string_view to_string(UserState state);

struct User {
  AccountId account;
  std::string email;
  std::string password_hash;
  Role role = Role::user;
  UserState state = UserState::active;
  std::string reason;
  std::string locale = "en";
  std::string default_visibility = "public";
  bool default_sensitive = false;
  std::optional<std::string> default_language;
  Timestamp created_at;
};

std::optional<Account> find_account(const ReadTx& tx, AccountId id);
std::optional<AccountId> account_by_public_id(const ReadTx& tx, AccountPublicId id);
/// Without case; `domain` empty for a local one.
std::optional<AccountId> account_by_name(const ReadTx& tx, std::string_view username,
                                         std::string_view domain);
std::optional<AccountId> account_by_uri(const ReadTx& tx, std::string_view uri);
AccountId insert_account(WriteTx& tx, std::string_view username, std::string_view display_name,
                         std::string_view domain = {}, std::string_view uri = {});
/// The profile's columns; counts and names stay.
void update_profile(WriteTx& tx, const Account& account);
/// What a remote account's own node tells of it.
void update_remote_account(WriteTx& tx, const Account& account);
void set_also_known_as(WriteTx& tx, AccountId id, const std::vector<std::string>& uris);
/// 0 = it moved nowhere. When it last moved is kept either way.
void set_moved_to(WriteTx& tx, AccountId id, AccountId target);
std::optional<Timestamp> moved_at(const ReadTx& tx, AccountId id);
void set_suspended(WriteTx& tx, AccountId id, bool suspended);
void mark_account_deleted(WriteTx& tx, AccountId id);
struct AccountCounts {
  int statuses = 0;
  int followers = 0;
  int following = 0;
};
void add_to_counts(WriteTx& tx, AccountId id, const AccountCounts& delta);
/// `at` is its date: an old one that comes late does not make its author active.
void count_new_status(WriteTx& tx, AccountId author, Timestamp at);

/// Names that begin with `prefix` (any case), in their order.
std::vector<AccountId> search_accounts(const ReadTx& tx, std::string_view prefix, int limit, int offset);
/// Display names that hold `part`, most followed first.
std::vector<AccountId> search_display_names(const ReadTx& tx, std::string_view part, int limit, int offset);
enum class DirectoryOrder : std::uint8_t { active, newest };
std::vector<AccountId> directory(const ReadTx& tx, DirectoryOrder order, int limit, int offset);
/// Moderators and administrators.
std::vector<AccountId> staff(const ReadTx& tx);
std::vector<AccountId> all_local_accounts(const ReadTx& tx);

void insert_user(WriteTx& tx, const User& user);
std::optional<User> find_user(const ReadTx& tx, AccountId account);
/// Without case.
std::optional<AccountId> user_by_email(const ReadTx& tx, std::string_view email);
void update_user_defaults(WriteTx& tx, const User& user);
void set_user_state(WriteTx& tx, AccountId account, UserState state);
void set_user_role(WriteTx& tx, AccountId account, Role role);
void set_password(WriteTx& tx, AccountId account, std::string_view password_hash);
void delete_user(WriteTx& tx, AccountId account);

struct NodeCounts {
  std::int64_t users = 0;
  std::int64_t active_month = 0;
  std::int64_t active_half_year = 0;
  std::int64_t statuses = 0;
};
NodeCounts count_node(const ReadTx& tx, Timestamp now);

void insert_invite(WriteTx& tx, std::string_view code, int uses, std::optional<Timestamp> expires_at);
/// Takes one use of the code; false when it is unknown, used up or expired.
bool use_invite(WriteTx& tx, std::string_view code);

}  // namespace dunlin::store

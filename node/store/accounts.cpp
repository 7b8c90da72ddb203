#include "node/store/accounts.h"

#include "protocol/base/encoding.h"

namespace dunlin::store {

namespace {

std::vector<AccountId> ids(Rows rows) {
  std::vector<AccountId> out;
  while (rows.step()) out.push_back(rows.id<AccountId>(0));
  return out;
}

/// A list that is kept with a space between.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string text_of(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) {
    if (word.find(' ') == std::string::npos) out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

std::optional<AccountId> first_id(Rows rows) {
  if (!rows.step()) return std::nullopt;
  return rows.id<AccountId>(0);
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::moderator:
      return "moderator";
    case Role::admin:
      return "admin";
    case Role::user:
      break;
  }
  return "user";
}

std::optional<Role> parse_role(std::string_view text) {
  for (Role role : {Role::user, Role::moderator, Role::admin}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

std::string_view to_string(UserState state) {
  switch (state) {
    case UserState::unconfirmed:
      return "unconfirmed";
    case UserState::pending:
      return "pending";
    case UserState::active:
      break;
  }
  return "active";
}

std::optional<Account> find_account(const ReadTx& tx, AccountId id) {
  auto rows = tx.query("find_account", id);
  if (!rows.step()) return std::nullopt;
  Account a;
  a.id = rows.id<AccountId>(0);
  a.public_id = rows.id<AccountPublicId>(1);
  a.username = rows.string(2);
  a.domain = rows.string(3);
  a.display_name = rows.string(4);
  a.note = rows.string(5);
  a.note_html = rows.string(6);
  a.fields = rows.string(7);
  a.avatar = rows.string(8);
  a.header = rows.string(9);
  a.locked = rows.boolean(10);
  a.bot = rows.boolean(11);
  a.discoverable = rows.boolean(12);
  a.indexable = rows.boolean(13);
  a.hide_collections = rows.boolean(14);
  a.is_suspended = !rows.is_null(15);
  a.is_deleted = !rows.is_null(16);
  a.created_at = rows.time(17);
  a.last_status_at = rows.optional_time(18);
  a.statuses_count = rows.integer(19);
  a.followers_count = rows.integer(20);
  a.following_count = rows.integer(21);
  a.uri = rows.string(22);
  a.url = rows.string(23);
  a.also_known_as = words_of(rows.text(24));
  a.moved_to = rows.id<AccountId>(25);
  a.role = parse_role(rows.text(26));
  return a;
}

std::optional<AccountId> account_by_public_id(const ReadTx& tx, AccountPublicId id) {
  return first_id(tx.query("account_by_public_id", id));
}

std::optional<AccountId> account_by_name(const ReadTx& tx, std::string_view username,
                                         std::string_view domain) {
  const std::string key = to_lower(username);
  return first_id(tx.query("account_by_name", key, domain));
}

std::optional<AccountId> account_by_uri(const ReadTx& tx, std::string_view uri) {
  return first_id(tx.query("account_by_uri", uri));
}

AccountId insert_account(WriteTx& tx, std::string_view username, std::string_view display_name,
                         std::string_view domain, std::string_view uri) {
  const std::string key = to_lower(username);
  auto rows = tx.query("insert_account", AccountPublicId{tx.next_id()}, username, key, domain, uri,
                       display_name, tx.now());
  rows.step();
  return rows.id<AccountId>(0);
}

void update_profile(WriteTx& tx, const Account& a) {
  tx.run("update_profile", a.display_name, a.note, a.note_html, a.fields, a.avatar, a.header, a.locked, a.bot,
         a.discoverable, a.indexable, a.hide_collections, a.id);
  tx.changes().accounts.push_back(a.id);
}

void update_remote_account(WriteTx& tx, const Account& a) {
  tx.run("update_remote_account", a.display_name, a.note_html, a.fields, a.locked, a.bot, a.discoverable,
         a.indexable, a.url, text_of(a.also_known_as), a.id);
  tx.changes().accounts.push_back(a.id);
}

void set_also_known_as(WriteTx& tx, AccountId id, const std::vector<std::string>& uris) {
  tx.run("set_also_known_as", text_of(uris), id);
  tx.changes().accounts.push_back(id);
}

void set_moved_to(WriteTx& tx, AccountId id, AccountId target) {
  if (target) {
    tx.run("set_moved_to", target, tx.now(), id);
  } else {
    tx.run("unset_moved_to", id);
  }
  tx.changes().accounts.push_back(id);
}

std::optional<Timestamp> moved_at(const ReadTx& tx, AccountId id) {
  auto rows = tx.query("moved_at", id);
  return rows.step() ? rows.optional_time(0) : std::nullopt;
}

void set_suspended(WriteTx& tx, AccountId id, bool suspended) {
  tx.run("suspend_account", suspended ? std::optional(tx.now()) : std::nullopt, id);
  tx.changes().accounts.push_back(id);
  tx.changes().tokens = true;
}

void mark_account_deleted(WriteTx& tx, AccountId id) {
  tx.run("mark_account_deleted", tx.now(), id);
  tx.changes().accounts.push_back(id);
  tx.changes().tokens = true;
}

void add_to_counts(WriteTx& tx, AccountId id, const AccountCounts& delta) {
  tx.run("add_to_account_counts", delta.statuses, delta.followers, delta.following, id);
  tx.changes().accounts.push_back(id);
}

void count_new_status(WriteTx& tx, AccountId author, Timestamp at) {
  tx.run("count_new_status", at, author);
  tx.changes().accounts.push_back(author);
}

std::vector<AccountId> search_accounts(const ReadTx& tx, std::string_view prefix, int limit, int offset) {
  const std::string from = to_lower(prefix);
  return ids(tx.query("search_accounts", from, from + "\x7f", limit, offset));  // names are ASCII
}

std::vector<AccountId> search_display_names(const ReadTx& tx, std::string_view part, int limit, int offset) {
  std::string pattern = "%";
  for (char c : part) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  pattern += '%';
  return ids(tx.query("search_accounts_by_display_name", pattern, limit, offset));
}

std::vector<AccountId> directory(const ReadTx& tx, DirectoryOrder order, int limit, int offset) {
  return ids(tx.query(order == DirectoryOrder::active ? "directory_by_activity" : "directory_by_age", limit,
                      offset));
}

std::vector<AccountId> staff(const ReadTx& tx) { return ids(tx.query("staff")); }
std::vector<AccountId> all_local_accounts(const ReadTx& tx) { return ids(tx.query("all_local_accounts")); }

void insert_user(WriteTx& tx, const User& user) {
  tx.run("insert_user", user.account, user.email, to_lower(user.email), user.password_hash,
         to_string(user.role), to_string(user.state), user.reason, user.locale, tx.now());
}

std::optional<User> find_user(const ReadTx& tx, AccountId account) {
  auto rows = tx.query("find_user", account);
  if (!rows.step()) return std::nullopt;
  User u;
  u.account = rows.id<AccountId>(0);
  u.email = rows.string(1);
  u.password_hash = rows.string(2);
  u.role = parse_role(rows.text(3)).value_or(Role::user);
  const auto state = rows.text(4);
  u.state = state == "active"    ? UserState::active
            : state == "pending" ? UserState::pending
                                 : UserState::unconfirmed;
  u.reason = rows.string(5);
  u.locale = rows.string(6);
  u.default_visibility = rows.string(7);
  u.default_sensitive = rows.boolean(8);
  u.default_language = rows.optional_string(9);
  u.created_at = rows.time(10);
  return u;
}

std::optional<AccountId> user_by_email(const ReadTx& tx, std::string_view email) {
  return first_id(tx.query("user_by_email", to_lower(email)));
}

void update_user_defaults(WriteTx& tx, const User& user) {
  tx.run("update_user_defaults", user.default_visibility, user.default_sensitive, user.default_language,
         user.account);
}

void set_user_state(WriteTx& tx, AccountId account, UserState state) {
  tx.run("set_user_state", to_string(state), account);
  tx.changes().tokens = true;
}

void set_user_role(WriteTx& tx, AccountId account, Role role) {
  tx.run("set_user_role", to_string(role), account);
  tx.changes().accounts.push_back(account);
  tx.changes().tokens = true;
}

void set_password(WriteTx& tx, AccountId account, std::string_view password_hash) {
  tx.run("set_password", password_hash, account);
}

void delete_user(WriteTx& tx, AccountId account) {
  tx.run("delete_user", account);
  tx.changes().tokens = true;
}

NodeCounts count_node(const ReadTx& tx, Timestamp now) {
  using days = std::chrono::days;
  auto rows = tx.query("count_users", now - days(30), now - days(182));
  NodeCounts counts;
  if (rows.step()) counts = {rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3)};
  return counts;
}

void insert_invite(WriteTx& tx, std::string_view code, int uses, std::optional<Timestamp> expires_at) {
  tx.run("insert_invite", code, uses, expires_at, tx.now());
}

bool use_invite(WriteTx& tx, std::string_view code) { return tx.run("use_invite", code, tx.now()) > 0; }

}  // namespace dunlin::store

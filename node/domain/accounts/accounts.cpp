#include "node/domain/accounts/accounts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/domain/federation/tell.h"
#include "node/domain/notifications/notify.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "node/store/imports.h"
#include "node/store/oauth.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/compose.h"
#include "protocol/text/language.h"
#include "protocol/text/plain.h"
#include "protocol/text/username.h"

namespace dunlin::domain {

namespace {

bool looks_like_email(std::string_view email) {
  const auto at = email.find('@');
  if (at == std::string_view::npos || at == 0 || email.size() > 254 ||
      email.find('@', at + 1) != std::string_view::npos)
    return false;
  const auto domain = email.substr(at + 1);
  const auto bad = [](unsigned char c) {
    return c <= ' ' || c == 127 || c == ',' || c == ';' || c == '<' || c == '>' || c == '"';
  };
  return !domain.empty() && domain.front() != '.' && domain.back() != '.' &&
         std::none_of(email.begin(), email.end(), bad);
}

Result<void> check_characters(std::string_view field, const std::string& value, std::size_t max) {
  if (text::count_graphemes(value) <= max) return {};
  return fail(Errc::unprocessable, "Validation failed: " + std::string(field) + " is too long (maximum is " +
                                       std::to_string(max) + " characters)");
}

/// A profile's text with its links, mentions and hashtags.
std::string profile_html(const store::ReadTx& tx, const Site& site, const std::string& typed) {
  const auto resolve = [&](const text::MentionRef& ref) -> std::optional<text::MentionTarget> {
    if (!ref.domain.empty() && !equal_ignoring_case(ref.domain, site.domain)) return std::nullopt;
    const auto id = store::account_by_name(tx, ref.username, "");
    const auto account = id ? store::find_account(tx, *id) : std::nullopt;
    if (!account || account->is_gone()) return std::nullopt;
    return text::MentionTarget{site.account_url(account->username), account->username};
  };
  return text::to_html(typed, text::Format::plain, resolve, site.tag_url_prefix());
}

/// Fields are shown on one line: without the paragraph.
std::string inline_html(std::string html) {
  if (html.starts_with("<p>") && html.ends_with("</p>") && html.find("</p>") == html.size() - 4) {
    html = html.substr(3, html.size() - 7);
  }
  return html;
}

std::string fields_json(const store::ReadTx& tx, const Site& site, const std::vector<ProfileField>& fields) {
  auto array = nlohmann::json::array();
  for (const auto& field : fields) {
    if (trim(field.name).empty() && trim(field.value).empty()) continue;
    array.push_back({{"name", field.name},
                     {"value", field.value},
                     {"value_html", inline_html(profile_html(tx, site, field.value))}});
  }
  return array.dump();
}

}  // namespace

std::vector<Error::Field> check_new_account(const store::ReadTx& tx, const NewAccount& account) {
  std::vector<Error::Field> wrong;
  if (const auto name = text::checked_username(account.username); account.username.empty()) {
    wrong.push_back({"username", "ERR_BLANK", "Username can't be blank"});
  } else if (!name) {
    const bool is_reserved = text::is_reserved_username(account.username);
    const bool is_long = account.username.size() > limits::username_characters_max;
    wrong.push_back({"username",
                     is_reserved ? "ERR_RESERVED"
                     : is_long   ? "ERR_TOO_LONG"
                                 : "ERR_INVALID",
                     "U" + name.error().safe.substr(1)});  // it begins with the field's name
  } else if (store::account_by_name(tx, account.username, "")) {
    wrong.push_back({"username", "ERR_TAKEN", "Username has already been taken"});
  }
  if (account.email.empty()) {
    wrong.push_back({"email", "ERR_BLANK", "Email can't be blank"});
  } else if (!looks_like_email(account.email)) {
    wrong.push_back({"email", "ERR_INVALID", "Email is invalid"});
  } else if (store::user_by_email(tx, account.email)) {
    wrong.push_back({"email", "ERR_TAKEN", "Email has already been taken"});
  }
  if (text::count_graphemes(account.reason) > limits::reason_characters_max) {
    wrong.push_back({"reason", "ERR_TOO_LONG", "Reason is too long (maximum is 500 characters)"});
  }
  return wrong;
}

Result<void> as_validation(std::vector<Error::Field> wrong) {
  if (wrong.empty()) return {};
  Error error{Errc::unprocessable, "Validation failed: ", "", {}};
  for (const auto& field : wrong) error.safe += (&field == &wrong.front() ? "" : ", ") + field.description;
  error.fields = std::move(wrong);
  return tl::unexpected<Error>(std::move(error));
}

Result<AccountId> create_account(store::WriteTx& tx, const NewAccount& account) {
  TRY_DO(as_validation(check_new_account(tx, account)));
  if (account.invite && !store::use_invite(tx, *account.invite)) {
    TRY_DO(as_validation({{"invite_code", "ERR_INVALID", "Invite code is unknown, used up or expired"}}));
  }
  const AccountId id = store::insert_account(tx, account.username, "");
  store::User user;
  user.account = id;
  user.email = account.email;
  user.password_hash = account.password_hash;
  user.role = account.role;
  user.state = account.state;
  user.reason = account.reason;
  user.locale = account.locale;
  store::insert_user(tx, user);
  if (account.state == store::UserState::pending) {
    for (AccountId staff : store::staff(tx)) notify(tx, staff, "admin.sign_up", id);
  }
  return id;
}

Result<void> check_profile(const ProfileChange& change) {
  if (change.display_name) {
    TRY_DO(check_characters("display_name", *change.display_name, limits::display_name_characters_max));
  }
  if (change.note) {
    TRY_DO(check_characters("note", *change.note, limits::bio_characters_max));
  }
  if (change.fields && change.fields->size() > limits::profile_fields_max) {
    return fail(Errc::unprocessable, "Validation failed: fields_attributes has more than " +
                                         std::to_string(limits::profile_fields_max) + " fields");
  }
  for (const auto& field : change.fields.value_or(std::vector<ProfileField>{})) {
    TRY_DO(check_characters("fields_attributes name", field.name, limits::profile_field_characters_max));
    TRY_DO(check_characters("fields_attributes value", field.value, limits::profile_field_characters_max));
  }
  if (change.default_visibility && !store::parse_visibility(*change.default_visibility)) {
    return fail(Errc::unprocessable,
                "Validation failed: source[privacy] must be public, unlisted, private or direct");
  }
  if (change.default_language && !change.default_language->empty() &&
      !text::is_language(*change.default_language)) {
    return fail(Errc::unprocessable, "Validation failed: source[language] is not an ISO 639 language code");
  }
  return {};
}

Result<void> change_profile(store::WriteTx& tx, const Site& site, AccountId me, const ProfileChange& change) {
  TRY_DO(check_profile(change));
  auto account = store::find_account(tx, me);
  auto user = store::find_user(tx, me);
  if (!account || !user) return fail(Errc::not_found, "Record not found");
  if (change.display_name) account->display_name = *change.display_name;
  if (change.note) {
    account->note = *change.note;
    account->note_html = change.note->empty() ? "" : profile_html(tx, site, *change.note);
  }
  if (change.fields) account->fields = fields_json(tx, site, *change.fields);
  if (change.avatar) account->avatar = *change.avatar;
  if (change.header) account->header = *change.header;
  account->locked = change.locked.value_or(account->locked);
  account->bot = change.bot.value_or(account->bot);
  account->discoverable = change.discoverable.value_or(account->discoverable);
  account->indexable = change.indexable.value_or(account->indexable);
  account->hide_collections = change.hide_collections.value_or(account->hide_collections);
  user->default_visibility = change.default_visibility.value_or(user->default_visibility);
  user->default_sensitive = change.default_sensitive.value_or(user->default_sensitive);
  if (change.default_language) {
    user->default_language = change.default_language->empty() ? std::nullopt : change.default_language;
  }
  store::update_profile(tx, *account);
  store::update_user_defaults(tx, *user);
  tell_of_account(tx, store::NoticeKind::update_actor, me);
  return {};
}

void delete_account(store::WriteTx& tx, AccountId account) {
  const auto statuses = store::all_statuses_of(tx, account);
  // First, so that others are told of the account's end and not of each of its posts.
  tell_of_account(tx, store::NoticeKind::remove_actor, account);
  store::mark_account_deleted(tx, account);
  for (StatusId id : statuses) {
    const auto status = store::find_status(tx, id);
    if (status && !status->is_deleted) remove_status(tx, *status);
  }
  end_all_relationships(tx, account);
  for (const auto& import : store::imports_of(tx, account)) store::delete_import(tx, import.id);
  store::sign_out_everywhere(tx, account);
  store::delete_user(tx, account);
}

}  // namespace dunlin::domain

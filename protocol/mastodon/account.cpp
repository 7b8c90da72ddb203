#include "protocol/mastodon/account.h"

#include "protocol/base/json_writer.h"

namespace dunlin::mastodon {

namespace {

void write_fields(JsonWriter& json, const Account& a) {
  json.field("id", a.id)
      .field("username", a.username)
      .field("acct", a.acct)
      .field("display_name", a.display_name);
  json.field("locked", a.locked)
      .field("bot", a.bot)
      .field("discoverable", a.discoverable)
      .field("indexable", a.indexable);
  json.field("group", false);
  json.key("created_at")
      .value(Timestamp{a.created_at.ms - a.created_at.ms % 86'400'000});  // the day is told, the hour is not
  json.field("note", a.note).field("url", a.url).field("uri", a.uri);
  json.field("avatar", a.avatar)
      .field("avatar_static", a.avatar)
      .field("header", a.header)
      .field("header_static", a.header);
  json.field("followers_count", a.followers_count).field("following_count", a.following_count);
  json.field("statuses_count", a.statuses_count);
  if (a.last_status_at) {
    json.field("last_status_at", to_iso_date(*a.last_status_at));
  } else {
    json.field_null("last_status_at");
  }
  json.field("hide_collections", a.hide_collections).field("noindex", !a.indexable);
  if (a.suspended) json.field("suspended", true);
  if (a.limited) json.field("limited", true);
  if (!a.moved.empty()) json.field_raw("moved", a.moved);
  json.field_raw("emojis", a.emojis).field_raw("roles", a.roles).field_raw("fields", a.fields);
}

}  // namespace

void append_account(std::string& out, const Account& account) {
  JsonWriter json(out);
  json.begin_object();
  write_fields(json, account);
  json.end_object();
}

void append_credential_account(std::string& out, const Account& account, const AccountSource& source) {
  JsonWriter json(out);
  json.begin_object();
  write_fields(json, account);
  json.key("source").begin_object();
  json.field("privacy", source.privacy)
      .field("sensitive", source.sensitive)
      .field_or_null("language", source.language);
  json.field("note", source.note).field_raw("fields", source.fields);
  json.field("follow_requests_count", source.follow_requests_count);
  json.field("hide_collections", account.hide_collections).field("discoverable", account.discoverable);
  json.field("indexable", account.indexable)
      .field("quote_policy", "public")
      .key("attribution_domains")
      .raw("[]");
  json.end_object();
  json.field_raw("role", source.role);
  json.end_object();
}

}  // namespace dunlin::mastodon

#include "node/feed/entities.h"

#include <nlohmann/json.hpp>

#include "protocol/base/json_writer.h"

namespace dunlin::feed {

std::string fields_json(const store::Account& account, bool as_typed) {
  if (account.fields == "[]") return "[]";
  const auto stored = nlohmann::json::parse(account.fields, nullptr, false);
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& field : stored.is_array() ? stored : nlohmann::json::array()) {
    json.begin_object().field("name", field.value("name", ""));
    json.field("value", field.value(as_typed ? "value" : "value_html", ""))
        .field_null("verified_at")
        .end_object();
  }
  json.end_array();
  return out;
}

std::string role_json(store::Role role) {
  const bool is_admin = role == store::Role::admin;
  const bool is_staff = role != store::Role::user;
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("id", is_admin ? "3" : is_staff ? "1" : "-99");
  json.field("name", is_admin ? "Admin" : is_staff ? "Moderator" : "").field("color", "");
  json.field("permissions", is_admin   ? "1"
                            : is_staff ? "1308"
                                       : "0")
      .field("highlighted", is_staff)
      .end_object();
  return out;
}

mastodon::Account entity_of(const domain::Site& site, const store::Account& a) {
  mastodon::Account e;
  e.id = a.public_id;
  e.username = a.username;
  e.acct = a.is_local() ? a.username : a.username + "@" + a.domain;
  e.url = a.is_local() ? site.account_url(a.username) : a.url;
  e.uri = a.is_local() ? site.account_uri(a.username) : a.uri;
  e.created_at = a.created_at;
  e.avatar = a.avatar.empty() ? site.base_url + std::string(default_avatar_path) : site.media_url(a.avatar);
  e.header = a.header.empty() ? site.base_url + std::string(default_header_path) : site.media_url(a.header);
  e.suspended = a.is_gone();
  if (a.is_gone()) return e;  // the name is all that is told of it
  e.display_name = a.display_name;
  e.note = a.note_html;
  e.fields = fields_json(a, false);
  e.locked = a.locked;
  e.bot = a.bot;
  e.discoverable = a.discoverable;
  e.indexable = a.indexable;
  e.hide_collections = a.hide_collections;
  e.last_status_at = a.last_status_at;
  e.statuses_count = a.statuses_count;
  e.followers_count = a.followers_count;
  e.following_count = a.following_count;
  if (a.role && *a.role != store::Role::user) e.roles = "[" + role_json(*a.role) + "]";
  return e;
}

}  // namespace dunlin::feed

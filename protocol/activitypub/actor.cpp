#include "protocol/activitypub/actor.h"

#include <algorithm>
#include <array>

#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::activitypub {
namespace {

constexpr std::array<std::string_view, 5> actor_types = {"Person", "Service", "Application", "Group",
                                                         "Organization"};

struct Picture {
  std::string url;
  std::string media_type;
};
/// The first of icon or image that has an address (Friendica and Misskey send arrays, some a bare address).
Picture read_picture(const json& document, std::string_view name) {
  const json* value = member(document, name);
  if (!value) return {};
  for (const json* entry : entries(*value, limits::remote_links_max)) {
    std::string url = url_of(*entry);
    if (!url.empty()) return {std::move(url), text_of(*entry, "mediaType", limits::name_characters_max)};
  }
  return {};
}

void read_fields(const json& document, Actor& actor) {
  const json* attachments = member(document, "attachment");
  if (!attachments) return;
  for (const json* entry : entries(*attachments, limits::json_members_max)) {
    if (actor.fields.size() >= limits::remote_fields_max) break;
    if (type_of(*entry) != "PropertyValue") continue;
    Actor::Field field{text_of(*entry, "name", limits::remote_field_characters_max),
                       text_of(*entry, "value", limits::remote_field_characters_max)};
    if (!field.name.empty() || !field.value.empty()) actor.fields.push_back(std::move(field));
  }
}

/// Keys may stand under publicKey, embedded or by id alone; FEP-521a's stand under assertionMethod.
void read_keys(const json& document, Actor& actor) {
  if (const json* keys = member(document, "publicKey")) {
    for (const json* entry : entries(*keys, limits::remote_keys_max)) {
      Actor::Key key{id_of(*entry), id_of(*entry, "owner"), {}};
      const json* pem = member(*entry, "publicKeyPem");
      const auto* text = pem ? pem->get_ptr<const std::string*>() : nullptr;
      if (text && text->size() <= limits::remote_key_bytes_max) key.pem = *text;
      if (!key.id.empty() && !key.pem.empty()) actor.keys.push_back(std::move(key));
    }
  }
  if (const json* methods = member(document, "assertionMethod")) {
    for (const json* entry : entries(*methods, limits::remote_keys_max)) {
      if (type_of(*entry) != "Multikey") continue;
      Actor::Multikey key{id_of(*entry), id_of(*entry, "controller"), id_of(*entry, "publicKeyMultibase")};
      if (!key.id.empty() && !key.multibase.empty()) actor.multikeys.push_back(std::move(key));
    }
  }
}

void read_addresses(const json& document, Actor& actor) {
  actor.url = url_of(document, "url");
  actor.outbox = id_of(document, "outbox");
  actor.followers = id_of(document, "followers");
  actor.following = id_of(document, "following");
  actor.featured = id_of(document, "featured");
  actor.moved_to = id_of(document, "movedTo");
  actor.also_known_as = ids_of(document, "alsoKnownAs", limits::remote_aliases_max);
  if (const json* endpoints = member(document, "endpoints"))
    actor.shared_inbox = id_of(*endpoints, "sharedInbox");
  // Misskey's older form stands at the top.
  if (actor.shared_inbox.empty()) actor.shared_inbox = id_of(document, "sharedInbox");
}

void write_people_text(JsonWriter& out, const Actor& actor) {
  out.field("preferredUsername", actor.username).field("name", actor.name).field("summary", actor.summary);
  if (!actor.url.empty()) out.field("url", actor.url);
  if (!actor.webfinger.empty()) out.field("webfinger", actor.webfinger);
  if (actor.published) out.field("published", *actor.published);
  out.key("attachment").begin_array();
  for (const auto& field : actor.fields) {
    out.begin_object()
        .field("type", "PropertyValue")
        .field("name", field.name)
        .field("value", field.value)
        .end_object();
  }
  out.end_array();
  out.key("tag").begin_array();
  for (const auto& emoji : actor.emojis) write_emoji(out, emoji);
  out.end_array();
}

void write_picture(JsonWriter& out, std::string_view name, const std::string& url,
                   const std::string& media_type) {
  if (url.empty()) return;
  out.key(name).begin_object().field("type", "Image");
  if (!media_type.empty()) out.field("mediaType", media_type);
  out.field("url", url).end_object();
}

void write_keys(JsonWriter& out, const Actor& actor) {
  auto write_key = [&out](const Actor::Key& key) {
    out.begin_object()
        .field("id", key.id)
        .field("owner", key.owner)
        .field("publicKeyPem", key.pem)
        .end_object();
  };
  // One key is an object, because many peers read nothing else.
  if (actor.keys.size() == 1) {
    out.key("publicKey");
    write_key(actor.keys.front());
  } else if (!actor.keys.empty()) {
    out.key("publicKey").begin_array();
    for (const auto& key : actor.keys) write_key(key);
    out.end_array();
  }
  if (actor.multikeys.empty()) return;
  out.key("assertionMethod").begin_array();
  for (const auto& key : actor.multikeys) {
    out.begin_object().field("id", key.id).field("type", "Multikey").field("controller", key.controller);
    out.field("publicKeyMultibase", key.multibase).end_object();
  }
  out.end_array();
}

}  // namespace

Result<Actor> read_actor(const json& document) {
  auto refuse = [](std::string detail) {
    return fail(Errc::unprocessable, "The actor cannot be read", std::move(detail));
  };
  Actor actor;
  actor.id = id_of(document, "id");
  actor.type = type_of(document);
  actor.inbox = id_of(document, "inbox");
  actor.username = text_of(document, "preferredUsername", limits::name_characters_max);
  if (actor.id.empty()) return refuse("no id");
  if (std::find(actor_types.begin(), actor_types.end(), actor.type) == actor_types.end()) {
    return refuse("type is not an actor's: " + actor.type);
  }
  if (actor.inbox.empty()) return refuse("no inbox");
  if (actor.username.empty()) return refuse("no preferredUsername");

  actor.name = natural_text(document, "name", limits::remote_name_characters_max).text;
  actor.summary = natural_text(document, "summary", limits::remote_bio_characters_max).text;
  actor.webfinger = text_of(document, "webfinger", limits::remote_name_characters_max);
  read_addresses(document, actor);
  auto icon = read_picture(document, "icon");
  auto image = read_picture(document, "image");
  actor.icon_url = std::move(icon.url), actor.icon_type = std::move(icon.media_type);
  actor.image_url = std::move(image.url), actor.image_type = std::move(image.media_type);
  read_fields(document, actor);
  read_keys(document, actor);
  actor.emojis = read_emojis(document);
  actor.published = time_of(document, "published");
  actor.locked = flag_of(document, "manuallyApprovesFollowers");
  actor.discoverable = flag_of(document, "discoverable");
  actor.indexable = flag_of(document, "indexable");
  actor.memorial = flag_of(document, "memorial");
  return actor;
}

std::string write_actor(const Actor& actor, bool with_context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  if (with_context) out.field_raw("@context", context_json(Context::actor));
  out.field("id", actor.id).field("type", actor.type);
  write_people_text(out, actor);
  out.field("inbox", actor.inbox);
  for (auto [name, value] : {std::pair{"outbox", &actor.outbox},
                             {"followers", &actor.followers},
                             {"following", &actor.following},
                             {"featured", &actor.featured}}) {
    if (!value->empty()) out.field(name, *value);
  }
  if (!actor.shared_inbox.empty()) {
    out.key("endpoints").begin_object().field("sharedInbox", actor.shared_inbox).end_object();
  }
  out.field("manuallyApprovesFollowers", actor.locked).field("discoverable", actor.discoverable);
  out.field("indexable", actor.indexable);
  if (actor.memorial) out.field("memorial", true);
  write_picture(out, "icon", actor.icon_url, actor.icon_type);
  write_picture(out, "image", actor.image_url, actor.image_type);
  if (!actor.also_known_as.empty()) {
    out.key("alsoKnownAs").begin_array();
    for (const auto& alias : actor.also_known_as) out.value(alias);
    out.end_array();
  }
  if (!actor.moved_to.empty()) out.field("movedTo", actor.moved_to);
  write_keys(out, actor);
  out.end_object();
  return text;
}

}  // namespace dunlin::activitypub

#include "protocol/activitypub/emoji.h"

#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"

namespace dunlin::activitypub {

std::vector<Emoji> read_emojis(const json& object) {
  std::vector<Emoji> emojis;
  const json* tags = member(object, "tag");
  if (!tags) return emojis;
  for (const json* tag : entries(*tags, limits::json_members_max)) {
    if (emojis.size() >= limits::remote_emojis_max) break;
    if (type_of(*tag) != "Emoji") continue;
    Emoji emoji;
    std::string name = text_of(*tag, "name", limits::name_characters_max);
    std::string_view shortcode = name;
    if (shortcode.starts_with(':')) shortcode.remove_prefix(1);
    if (shortcode.ends_with(':')) shortcode.remove_suffix(1);
    emoji.id = id_of(*tag, "id");
    emoji.shortcode = shortcode;
    emoji.url = url_of(*tag, "icon");
    emoji.updated = time_of(*tag, "updated");
    if (const json* icon = member(*tag, "icon")) {
      if (const json* picture = first_object(*icon)) {
        emoji.media_type = text_of(*picture, "mediaType", limits::name_characters_max);
      }
    }
    if (!emoji.shortcode.empty() && !emoji.url.empty()) emojis.push_back(std::move(emoji));
  }
  return emojis;
}

namespace {

void write_members(JsonWriter& out, const Emoji& emoji) {
  if (!emoji.id.empty()) out.field("id", emoji.id);
  out.field("type", "Emoji").field("name", ":" + emoji.shortcode + ":");
  if (emoji.updated) out.field("updated", *emoji.updated);
  out.key("icon").begin_object().field("type", "Image");
  if (!emoji.media_type.empty()) out.field("mediaType", emoji.media_type);
  out.field("url", emoji.url).end_object();
}

}  // namespace

void write_emoji(JsonWriter& out, const Emoji& emoji) {
  out.begin_object();
  write_members(out, emoji);
  out.end_object();
}

std::string write_emoji(const Emoji& emoji) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field_raw("@context", context_json(Context::post));
  write_members(out, emoji);
  out.end_object();
  return text;
}

}  // namespace dunlin::activitypub

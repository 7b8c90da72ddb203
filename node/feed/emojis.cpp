#include "node/feed/emojis.h"

namespace dunlin::feed {

void append_emoji(JsonWriter& json, const domain::Site& site, const store::Emoji& emoji) {
  const auto url =
      emoji.is_local() ? site.media_url(emoji.file) : site.remote_emoji_url(emoji.id.value, emoji.version);
  // Animations are not decoded, so there is no still picture of them.
  json.begin_object().field("shortcode", emoji.shortcode).field("url", url).field("static_url", url);
  json.field("visible_in_picker", emoji.is_local() && emoji.is_visible_in_picker);
  if (!emoji.category.empty()) json.field("category", emoji.category);
  json.end_object();
}

std::string emojis_json(const domain::Site& site, std::span<const store::Emoji> emojis) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& emoji : emojis) append_emoji(json, site, emoji);
  json.end_array();
  return out;
}

}  // namespace dunlin::feed

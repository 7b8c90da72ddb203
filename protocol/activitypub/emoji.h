#pragma once
#include <optional>
#include <string>
#include <vector>

#include "protocol/activitypub/document.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/time.h"

namespace dunlin::activitypub {

/// A picture that stands for :shortcode: in the text beside it.
struct Emoji {
  std::string id;         // empty: Akkoma sends none
  std::string shortcode;  // without the colons
  std::string url;
  std::string media_type;
  std::optional<Timestamp> updated = {};
};

/// The Emoji entries of an object's `tag`, at most limits::remote_emojis_max.
std::vector<Emoji> read_emojis(const json& object);
void write_emoji(JsonWriter& out, const Emoji& emoji);
/// A document of its own, which is what its id leads to.
std::string write_emoji(const Emoji& emoji);

}  // namespace dunlin::activitypub

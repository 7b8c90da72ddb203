#pragma once
#include <span>
#include <string>

#include "node/domain/site.h"
#include "node/store/emojis.h"
#include "protocol/base/json_writer.h"

namespace dunlin::feed {

/// CustomEmoji entity. The picture's address is always one of this node: a reader's client asks nobody else.
/// Source: docs.joinmastodon.org/entities/CustomEmoji
void append_emoji(JsonWriter& json, const domain::Site& site, const store::Emoji& emoji);
/// A JSON array of them.
std::string emojis_json(const domain::Site& site, std::span<const store::Emoji> emojis);

}  // namespace dunlin::feed

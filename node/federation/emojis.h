#pragma once
// Custom emoji that other nodes tell of, beside the texts that use them.
#include <string_view>
#include <vector>

#include "node/store/emojis.h"
#include "protocol/activitypub/emoji.h"

namespace dunlin::federation {

/// Those that a text can name and that have an address, as they are kept; their host is said when they are
/// stored.
std::vector<store::Emoji> prepare_emojis(const std::vector<activitypub::Emoji>& emojis, Timestamp now);
/// Files them under `host`, which is the one whose document told of them: it can say nothing of the emoji of
/// others, nor of this node's. True when one is new or changed.
bool put_emojis(store::WriteTx& tx, std::string_view host, const std::vector<store::Emoji>& emojis);
/// The same under the host of the author.
bool put_emojis(store::WriteTx& tx, AccountId author, const std::vector<store::Emoji>& emojis);

}  // namespace dunlin::federation

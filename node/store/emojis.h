#pragma once
// Custom emoji: pictures that stand for :shortcode: in the text of the people of one host. Rows in, rows out.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

using EmojiId = Id<struct EmojiTag>;

struct Emoji {
  EmojiId id;
  std::string host;       // whose people use it, maybe with a port; empty = of this node
  std::string shortcode;  // without the colons
  std::string uri;        // of its object elsewhere; empty = none, or of this node
  std::string url;        // of the picture elsewhere; empty = of this node
  std::int64_t version = 1;
  std::optional<Timestamp> updated_at;  // as its host tells; of this node: when it was last changed
  std::string file;                     // below media/; empty = it was never fetched
  std::int64_t file_version = 0;        // of which the file is the picture
  std::int64_t file_bytes = 0;
  std::optional<Timestamp> used_at;
  std::int64_t attempts = 0;         // to fetch it that failed, in a row
  std::optional<Timestamp> next_at;  // not asked for before
  std::string category;              // of this node
  bool is_visible_in_picker = true;  // likewise

  bool is_local() const { return host.empty(); }
  /// The file is the picture that its host names now.
  bool is_fetched() const { return !file.empty() && file_version == version; }
};

std::optional<Emoji> find_emoji(const ReadTx& tx, EmojiId id);
/// `host` empty for one of this node. Case counts.
std::optional<Emoji> emoji_by_name(const ReadTx& tx, std::string_view host, std::string_view shortcode);
/// By category and name.
std::vector<Emoji> local_emojis(const ReadTx& tx);
std::int64_t count_emojis(const ReadTx& tx, std::string_view host);

/// New, or its picture, category and visibility anew. Answers the file that is not shown any more, empty for
/// none.
std::string put_local_emoji(WriteTx& tx, const Emoji& emoji);
/// Answers its file; nothing when there is no such emoji.
std::optional<std::string> delete_local_emoji(WriteTx& tx, std::string_view shortcode);

/// What a host tells of an emoji of its own: `host`, `shortcode`, `uri`, `url`, `updated_at`. New while it
/// has fewer than `host_max`; a later word than the one that is known changes it, and its picture is fetched
/// again. True when something changed.
bool put_remote_emoji(WriteTx& tx, const Emoji& emoji, std::int64_t host_max);

/// The picture of one version was fetched. Answers the file that it takes the place of, empty for none;
/// nothing when the emoji is another by now.
std::optional<std::string> put_emoji_file(WriteTx& tx, const Emoji& emoji, std::string_view file,
                                          std::int64_t bytes);
void put_emoji_failure(WriteTx& tx, const Emoji& emoji, std::int64_t attempts, Timestamp next_at);
/// It was shown just now.
void touch_emoji(WriteTx& tx, EmojiId id);
/// What all kept pictures of other hosts have together.
std::int64_t remote_emoji_bytes(const ReadTx& tx);
/// The pictures of other hosts that nobody was shown for longest.
std::vector<Emoji> stalest_emojis(const ReadTx& tx, int limit);
/// Other hosts of whose emoji a picture is kept, and those emoji.
std::vector<std::string> hosts_of_kept_emojis(const ReadTx& tx);
std::vector<Emoji> kept_emojis_of(const ReadTx& tx, std::string_view host);
/// Its picture is not kept any more.
void drop_emoji_file(WriteTx& tx, EmojiId id);

}  // namespace dunlin::store

#pragma once
// Custom emoji: which ones a text uses, and which pictures may be one.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/media/picture.h"
#include "node/store/accounts.h"
#include "node/store/emojis.h"
#include "node/store/polls.h"
#include "node/store/statuses.h"
#include "protocol/text/shortcodes.h"

namespace dunlin::domain {

/// The shortcodes in what is shown of a profile: name, text and fields.
text::Shortcodes shortcodes_of(const store::Account& account);
/// The same of a status with its poll: warning, text and options.
text::Shortcodes shortcodes_of(const store::Status& status, const std::optional<store::Poll>& poll);
text::Shortcodes shortcodes_of(const store::Poll& poll);

/// Those that people of `host` (empty = this node) can use of these; names that no emoji has stay words. Only
/// its own: a host says nothing of what stands in the texts of others.
std::vector<store::Emoji> used_emojis(const store::ReadTx& tx, std::string_view host,
                                      const text::Shortcodes& used);

/// Made safe to keep and serve, as all pictures are, within the bounds of an emoji. 422 for anything else.
Result<media::Picture> checked_emoji_picture(std::string_view bytes);

struct LocalEmoji {
  std::string shortcode;
  std::string category;
  bool is_visible_in_picker = true;
};
/// 422 for a name that no text could use, a category that is too long, or one emoji too many.
Result<void> check_local_emoji(const store::ReadTx& tx, const LocalEmoji& emoji);

}  // namespace dunlin::domain

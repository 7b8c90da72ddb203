#pragma once
// Administrator commands about this node's custom emoji. Each prints its result on stdout.
#include <string>

#include "node/cli/session.h"

namespace dunlin::cli {

struct EmojiOptions {
  std::string name = {};
  std::string file = {};
  std::string category = {};
  bool is_hidden = false;  // from pickers: texts can use it all the same
};
/// New, or with another picture, category and place. Errc::unprocessable for what is no name or picture.
Result<void> add_emoji(Session& session, const app::DataFolder& folder, const EmojiOptions& options);
/// Texts that use it show its name. Errc::not_found when there is none.
Result<void> remove_emoji(Session& session, const app::DataFolder& folder, const std::string& name);
Result<void> list_emojis(Session& session, bool as_json);

}  // namespace dunlin::cli

#pragma once
// Names between colons that a custom emoji may stand for. The one place that knows where such a name counts.
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::text {

/// 2 to limits::shortcode_characters_max of [A-Za-z0-9_].
bool is_shortcode(std::string_view name);

/// The shortcodes of one or several texts, each once, in their order, at most limits::emojis_per_text_max. A
/// name counts as it does for Mastodon: between two colons, with neither a letter nor a number nor a third
/// colon at its sides. Time is linear in the text.
class Shortcodes {
 public:
  void add_text(std::string_view text);
  /// HTML that was made or cleaned here. What stands in a tag, a link or code is no emoji: the text of a link
  /// tells where it leads, and code is to be read letter by letter.
  void add_html(std::string_view html);
  const std::vector<std::string>& names() const { return names_; }

 private:
  void add(std::string_view name);
  std::vector<std::string> names_;
};

}  // namespace dunlin::text

#include "node/domain/emojis/emojis.h"

#include <nlohmann/json.hpp>

#include "protocol/base/limits.h"

namespace dunlin::domain {

text::Shortcodes shortcodes_of(const store::Account& account) {
  text::Shortcodes used;
  used.add_text(account.display_name);
  used.add_html(account.note_html);
  if (account.fields.find(':') == std::string::npos || account.fields == "[]") return used;
  const auto fields = nlohmann::json::parse(account.fields, nullptr, false);
  if (!fields.is_array()) return used;
  for (const auto& field : fields) {
    used.add_text(field.value("name", ""));
    used.add_html(field.value("value_html", ""));
  }
  return used;
}

namespace {

void add_options(text::Shortcodes& used, const store::Poll& poll) {
  for (const auto& option : poll.options) used.add_text(option);
}

}  // namespace

text::Shortcodes shortcodes_of(const store::Status& status, const std::optional<store::Poll>& poll) {
  text::Shortcodes used;
  used.add_text(status.spoiler_text);
  used.add_html(status.content);
  if (poll) add_options(used, *poll);
  return used;
}

text::Shortcodes shortcodes_of(const store::Poll& poll) {
  text::Shortcodes used;
  add_options(used, poll);
  return used;
}

std::vector<store::Emoji> used_emojis(const store::ReadTx& tx, std::string_view host,
                                      const text::Shortcodes& used) {
  std::vector<store::Emoji> found;
  for (const auto& name : used.names()) {
    if (auto emoji = store::emoji_by_name(tx, host, name)) found.push_back(std::move(*emoji));
  }
  return found;
}

Result<media::Picture> checked_emoji_picture(std::string_view bytes) {
  media::PictureLimits limits;
  limits.bytes_max = limits::emoji_bytes_max;
  limits.pixels_max = limits::emoji_pixels_max;
  limits.pixels_all_frames_max = limits::emoji_pixels_all_frames_max;
  return media::sanitize_picture(bytes, limits);
}

Result<void> check_local_emoji(const store::ReadTx& tx, const LocalEmoji& emoji) {
  if (!text::is_shortcode(emoji.shortcode)) {
    return fail(Errc::unprocessable, "The name of an emoji has 2 to " +
                                         std::to_string(limits::shortcode_characters_max) +
                                         " letters a-z, A-Z, digits or _: " + emoji.shortcode);
  }
  if (emoji.category.size() > limits::name_characters_max)
    return fail(Errc::unprocessable,
                "The category is longer than " + std::to_string(limits::name_characters_max) + " bytes");
  if (!store::emoji_by_name(tx, "", emoji.shortcode) &&
      store::count_emojis(tx, "") >= static_cast<std::int64_t>(limits::emojis_max)) {
    return fail(Errc::unprocessable, "There are " + std::to_string(limits::emojis_max) +
                                         " emoji already: clients load them all at once. Remove one first");
  }
  return {};
}

}  // namespace dunlin::domain

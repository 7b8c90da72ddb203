#include "node/cli/emojis.h"

#include <fstream>
#include <iostream>
#include <vector>

#include "node/domain/emojis/emojis.h"
#include "node/media/files.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/base/random.h"

namespace dunlin::cli {

namespace {

constexpr std::string_view folder_of_emojis = "emojis";

Result<std::string> read_picture(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::not_found, file + ": cannot be read");
  std::string bytes(limits::emoji_bytes_max + 1, '\0');  // one more shows that it is too large
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return fail(Errc::not_found, file + ": cannot be read");
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

/// As people write it: with the colons or without.
std::string without_colons(const std::string& name) {
  const bool has_colons = name.size() > 2 && name.starts_with(':') && name.ends_with(':');
  return has_colons ? name.substr(1, name.size() - 2) : name;
}

}  // namespace

Result<void> add_emoji(Session& session, const app::DataFolder& folder, const EmojiOptions& options) {
  const domain::LocalEmoji wanted{without_colons(options.name), options.category, !options.is_hidden};
  TRY_DO(session.read([&](const store::ReadTx& tx) { return domain::check_local_emoji(tx, wanted); }));
  TRY(const auto bytes, read_picture(options.file));
  const auto picture = domain::checked_emoji_picture(bytes);
  if (!picture) return fail(picture.error().code, options.file + ": " + picture.error().safe);
  media::Files files(folder.media_folder(), system_random());
  store::Emoji emoji;
  emoji.shortcode = wanted.shortcode;
  emoji.category = wanted.category;
  emoji.is_visible_in_picker = wanted.is_visible_in_picker;
  emoji.file = files.put(folder_of_emojis, picture->bytes, picture->type);
  emoji.file_bytes = static_cast<std::int64_t>(picture->bytes.size());
  std::string replaced;
  const auto written = session.write([&](store::WriteTx& tx) -> Result<void> {
    TRY_DO(domain::check_local_emoji(tx, wanted));
    replaced = store::put_local_emoji(tx, emoji);
    return {};
  });
  files.remove(written ? replaced : emoji.file);
  if (written) std::cout << ":" << emoji.shortcode << ":\n";
  return written;
}

Result<void> remove_emoji(Session& session, const app::DataFolder& folder, const std::string& name) {
  std::string removed;
  TRY_DO(session.write([&](store::WriteTx& tx) -> Result<void> {
    const auto file = store::delete_local_emoji(tx, without_colons(name));
    if (!file) return fail(Errc::not_found, "There is no emoji named " + name + " on this node");
    removed = *file;
    return {};
  }));
  media::Files(folder.media_folder(), system_random()).remove(removed);
  return {};
}

Result<void> list_emojis(Session& session, bool as_json) {
  const auto emojis = session.read([](const store::ReadTx& tx) { return store::local_emojis(tx); });
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& emoji : emojis) {
    if (!as_json) {
      std::cout << ":" << emoji.shortcode << ":\t" << emoji.category
                << (emoji.is_visible_in_picker ? "" : "\thidden") << "\n";
    }
    json.begin_object().field("shortcode", emoji.shortcode).field("category", emoji.category);
    json.field("visible_in_picker", emoji.is_visible_in_picker).field("file", emoji.file);
    json.field("bytes", emoji.file_bytes).field_or_null("updated_at", emoji.updated_at).end_object();
  }
  json.end_array();
  if (as_json) std::cout << out << "\n";
  return {};
}

}  // namespace dunlin::cli

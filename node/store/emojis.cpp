#include "node/store/emojis.h"

namespace dunlin::store {

namespace {

Emoji row_to_emoji(const Rows& rows) {
  Emoji e;
  e.id = rows.id<EmojiId>(0);
  e.host = rows.string(1);
  e.shortcode = rows.string(2);
  e.uri = rows.string(3);
  e.url = rows.string(4);
  e.version = rows.integer(5);
  e.updated_at = rows.optional_time(6);
  e.file = rows.string(7);
  e.file_version = rows.integer(8);
  e.file_bytes = rows.integer(9);
  e.used_at = rows.optional_time(10);
  e.attempts = rows.integer(11);
  e.next_at = rows.optional_time(12);
  e.category = rows.string(13);
  e.is_visible_in_picker = rows.boolean(14);
  return e;
}

std::optional<Emoji> first(Rows rows) {
  if (!rows.step()) return std::nullopt;
  return row_to_emoji(rows);
}

std::vector<Emoji> all(Rows rows) {
  std::vector<Emoji> out;
  while (rows.step()) out.push_back(row_to_emoji(rows));
  return out;
}

std::int64_t number(Rows rows) {
  rows.step();
  return rows.integer(0);
}

/// Documents are read in any order, old ones too, when an outbox is walked: what is older than the known
/// word, or the same, changes nothing. Servers that tell no time are taken by their word.
bool is_news(const Emoji& known, const Emoji& told) {
  if (known.updated_at && told.updated_at && *told.updated_at != *known.updated_at)
    return *told.updated_at > *known.updated_at;
  return told.url != known.url;
}

}  // namespace

std::optional<Emoji> find_emoji(const ReadTx& tx, EmojiId id) { return first(tx.query("find_emoji", id)); }

std::optional<Emoji> emoji_by_name(const ReadTx& tx, std::string_view host, std::string_view shortcode) {
  return first(tx.query("emoji_by_name", host, shortcode));
}

std::vector<Emoji> local_emojis(const ReadTx& tx) { return all(tx.query("local_emojis")); }

std::int64_t count_emojis(const ReadTx& tx, std::string_view host) {
  return number(tx.query("count_emojis", host));
}

std::string put_local_emoji(WriteTx& tx, const Emoji& emoji) {
  const auto before = emoji_by_name(tx, "", emoji.shortcode);
  tx.run("put_local_emoji", emoji.shortcode, tx.now(), emoji.file, emoji.file_bytes, emoji.category,
         emoji.is_visible_in_picker);
  tx.changes().emojis = true;
  return before && before->file != emoji.file ? before->file : std::string();
}

std::optional<std::string> delete_local_emoji(WriteTx& tx, std::string_view shortcode) {
  const auto before = emoji_by_name(tx, "", shortcode);
  if (!before) return std::nullopt;
  tx.run("delete_emoji", before->id);
  tx.changes().emojis = true;
  return before->file;
}

bool put_remote_emoji(WriteTx& tx, const Emoji& emoji, std::int64_t host_max) {
  const auto known = emoji_by_name(tx, emoji.host, emoji.shortcode);
  if (known) {
    if (!is_news(*known, emoji)) return false;
    tx.run("update_remote_emoji", emoji.uri, emoji.url, emoji.updated_at, known->id);
    return true;
  }
  if (count_emojis(tx, emoji.host) >= host_max) return false;
  tx.run("insert_remote_emoji", emoji.host, emoji.shortcode, emoji.uri, emoji.url, emoji.updated_at);
  return true;
}

std::optional<std::string> put_emoji_file(WriteTx& tx, const Emoji& emoji, std::string_view file,
                                          std::int64_t bytes) {
  const auto before = find_emoji(tx, emoji.id);
  if (!before || before->version != emoji.version) return std::nullopt;
  tx.run("put_emoji_file", file, bytes, tx.now(), emoji.id);
  return before->file;
}

void put_emoji_failure(WriteTx& tx, const Emoji& emoji, std::int64_t attempts, Timestamp next_at) {
  tx.run("put_emoji_failure", attempts, next_at, emoji.id, emoji.version);
}

void touch_emoji(WriteTx& tx, EmojiId id) { tx.run("touch_emoji", tx.now(), id); }

std::int64_t remote_emoji_bytes(const ReadTx& tx) { return number(tx.query("remote_emoji_bytes")); }

std::vector<Emoji> stalest_emojis(const ReadTx& tx, int limit) {
  return all(tx.query("stalest_emojis", limit));
}

std::vector<std::string> hosts_of_kept_emojis(const ReadTx& tx) {
  std::vector<std::string> hosts;
  auto rows = tx.query("hosts_of_kept_emojis");
  while (rows.step()) hosts.push_back(rows.string(0));
  return hosts;
}

std::vector<Emoji> kept_emojis_of(const ReadTx& tx, std::string_view host) {
  return all(tx.query("kept_emojis_of_host", host));
}

void drop_emoji_file(WriteTx& tx, EmojiId id) { tx.run("drop_emoji_file", id); }

}  // namespace dunlin::store

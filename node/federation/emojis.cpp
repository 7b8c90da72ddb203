#include "node/federation/emojis.h"

#include <algorithm>

#include "node/store/accounts.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"
#include "protocol/text/shortcodes.h"

namespace dunlin::federation {

std::vector<store::Emoji> prepare_emojis(const std::vector<activitypub::Emoji>& emojis, Timestamp now) {
  std::vector<store::Emoji> out;
  for (const auto& told : emojis) {
    const bool is_known = std::any_of(out.begin(), out.end(),
                                      [&](const store::Emoji& e) { return e.shortcode == told.shortcode; });
    if (is_known || !text::is_shortcode(told.shortcode) || activitypub::origin_of(told.url).empty()) continue;
    store::Emoji emoji;
    emoji.shortcode = told.shortcode;
    emoji.uri = told.id;
    emoji.url = told.url;
    // A date in the future would keep what really comes later from counting.
    if (told.updated) emoji.updated_at = std::min(*told.updated, now);
    out.push_back(std::move(emoji));
  }
  return out;
}

bool put_emojis(store::WriteTx& tx, std::string_view host, const std::vector<store::Emoji>& emojis) {
  if (host.empty()) return false;
  bool has_changed = false;
  for (auto emoji : emojis) {
    emoji.host = host;
    has_changed =
        store::put_remote_emoji(tx, emoji, static_cast<std::int64_t>(limits::remote_emojis_per_host_max)) ||
        has_changed;
  }
  return has_changed;
}

bool put_emojis(store::WriteTx& tx, AccountId author, const std::vector<store::Emoji>& emojis) {
  if (emojis.empty()) return false;
  const auto account = store::find_account(tx, author);
  return account && put_emojis(tx, account->domain, emojis);
}

}  // namespace dunlin::federation

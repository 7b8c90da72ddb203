#include "node/feed/library.h"

#include "node/feed/entities.h"
#include "node/store/oauth.h"
#include "protocol/base/json_writer.h"
#include "protocol/mastodon/status.h"

namespace dunlin::feed {

namespace {

std::string application_json(const store::ReadTx& tx, AppId id) {
  const auto app = id ? store::find_app(tx, id) : std::nullopt;
  if (!app) return "null";
  std::string out;
  JsonWriter(out).begin_object().field("name", app->name).field_or_null("website", app->website).end_object();
  return out;
}

std::size_t cost_of(const StatusCard& card) {
  return sizeof card + card.open.capacity() + card.facts.mentions.capacity() * sizeof(AccountId) +
         128;  // + the map's node
}

}  // namespace

AccountCardPtr Library::account(const store::ReadTx& tx, AccountId id) {
  if (auto known = accounts_.get(id)) return known;
  const auto read_at = tx.sequence();
  const auto account = store::find_account(tx, id);
  if (!account) return nullptr;
  const auto entity = entity_of(site_, *account);
  auto card = std::make_shared<AccountCard>();
  card->id = id;
  card->public_id = account->public_id;
  card->username = account->username;
  card->acct = entity.acct;
  card->url = entity.url;
  card->is_gone = account->is_gone();
  mastodon::append_account(card->json, entity);
  accounts_.put(id, card, sizeof *card + card->json.capacity() + 256, read_at);
  return card;
}

StatusCardPtr Library::render(const store::ReadTx& tx, const store::Status& s) {
  const auto author = account(tx, s.account);
  auto card = std::make_shared<StatusCard>();
  card->facts = domain::StatusFacts::of(s);
  card->counts = s.counts;
  if (!author || s.is_deleted) {
    card->facts.is_deleted = true;
    return card;
  }
  mastodon::StatusText text;
  text.id = s.id;
  text.created_at = s.created_at();
  if (s.in_reply_to) text.in_reply_to_id = s.in_reply_to;
  if (s.in_reply_to_account) {
    if (const auto answered = account(tx, s.in_reply_to_account))
      text.in_reply_to_account_id = answered->public_id;
  }
  text.sensitive = s.is_sensitive;
  text.spoiler_text = s.spoiler_text;
  text.visibility = store::to_string(s.visibility);
  text.local_only = s.is_local_only;
  text.language = s.language;
  text.uri = site_.status_uri(author->username, s.id) + (s.reblog_of ? "/activity" : "");
  text.url = s.reblog_of ? text.uri : site_.status_url(author->username, s.id);
  text.content = s.content;
  text.edited_at = s.edited_at;
  text.application = application_json(tx, s.app);
  for (AccountId id : s.mentions) {
    if (const auto named = account(tx, id))
      text.mentions.push_back({named->public_id, named->username, named->acct, named->url});
  }
  text.tags = s.tags;
  text.tag_url_prefix = site_.tag_url_prefix();
  mastodon::append_status_open(card->open, text);
  card->open.shrink_to_fit();
  return card;
}

std::vector<StatusCardPtr> Library::statuses(const store::ReadTx& tx, std::span<const StatusId> ids) {
  std::vector<StatusCardPtr> cards(ids.size());
  const auto load_missing = [&] {
    std::vector<StatusId> missing;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!cards[i] && !(cards[i] = statuses_.get(ids[i]))) missing.push_back(ids[i]);
    }
    if (missing.empty()) return true;
    const auto read_at = tx.sequence();
    std::size_t found = 0;
    for (const auto& row : store::find_statuses(tx, missing)) {
      const auto card = render(tx, row);
      statuses_.put(row.id, card, cost_of(*card), read_at);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] == row.id && !cards[i]) cards[i] = card, ++found;
      }
    }
    return found >= missing.size();
  };
  // Ids come from heads that may be ahead of this view of the database: then look again from the present.
  if (!load_missing()) {
    tx.refresh();
    load_missing();
  }
  return cards;
}

StatusCardPtr Library::status(const store::ReadTx& tx, StatusId id) { return statuses(tx, {&id, 1}).front(); }

void Library::clear(std::uint64_t number) {
  statuses_.clear(number);
  accounts_.clear(number);
}

}  // namespace dunlin::feed

#include "node/feed/library.h"

#include <algorithm>

#include "node/domain/emojis/emojis.h"
#include "node/feed/emojis.h"
#include "node/feed/entities.h"
#include "node/feed/quotes.h"
#include "node/feed/words.h"
#include "node/store/oauth.h"
#include "node/store/outboxes.h"
#include "node/store/polls.h"
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

/// What reached this node of it, or what its origin counts, whichever is more: origins may be behind, and may
/// not count at all.
store::StatusCounts counts_of(const store::ReadTx& tx, const store::Status& status) {
  const auto origin = status.uri.empty() ? std::nullopt : store::origin_counts(tx, status.id);
  if (!origin) return status.counts;
  return {std::max(status.counts.replies, origin->counts.replies),
          std::max(status.counts.reblogs, origin->counts.reblogs),
          std::max(status.counts.favourites, origin->counts.favourites), status.counts.quotes};
}

void raise_to_origin(const store::ReadTx& tx, store::Account& account) {
  const auto origin = account.is_local() ? std::nullopt : store::origin_counts(tx, account.id);
  if (!origin) return;
  account.statuses_count = std::max(account.statuses_count, origin->statuses);
  account.followers_count = std::max(account.followers_count, origin->followers);
  account.following_count = std::max(account.following_count, origin->following);
}

std::size_t cost_of(const StatusCard& card) {
  return sizeof card + card.open.capacity() + card.approval.capacity() +
         card.facts.mentions.capacity() * sizeof(AccountId) +
         (card.poll ? sizeof *card.poll + card.poll->options.size() * 96 + card.poll->emojis.capacity() : 0) +
         128;  // + the map's node
}

}  // namespace

Library::Library(const domain::Site& site, const domain::Domains& domains, Budget budget)
    : site_(site),
      domains_(domains),
      statuses_(budget.status_bytes),
      accounts_(budget.account_bytes),
      words_(words_of(site)) {}

const gzip::Piece& Library::packed(const StatusCard& card) {
  const auto [piece, is_new] = card.packed.of(card.open, words_);
  if (is_new) statuses_.grow(card.facts.id, &card, piece.memory());
  return piece;
}

const gzip::Piece& Library::packed(const AccountCard& card) {
  const auto [piece, is_new] = card.packed.of(card.json, words_);
  if (is_new) accounts_.grow(card.id, &card, piece.memory());
  return piece;
}

AccountCardPtr Library::account(const store::ReadTx& tx, AccountId id) {
  if (auto known = accounts_.get(id)) return known;
  const auto read_at = tx.sequence();
  auto account = store::find_account(tx, id);
  if (!account) return nullptr;
  raise_to_origin(tx, *account);
  const auto policy = domains_.policy(account->domain);
  if (policy.is_blocked) account->is_suspended = true;
  auto entity = entity_of(site_, *account);
  entity.limited = policy.is_silenced;
  if (!account->is_gone()) entity.emojis = emojis(tx, *account);
  auto card = std::make_shared<AccountCard>();
  if (account->moved_to && !account->is_gone()) {
    // As it was when this was made: clients ask for the account itself before they show more of it.
    const auto target = store::find_account(tx, account->moved_to);
    if (target && !target->is_gone() && !domains_.policy(target->domain).is_blocked) {
      auto moved = entity_of(site_, *target);
      moved.emojis = emojis(tx, *target);
      mastodon::append_account(entity.moved, moved);
    }
  }
  card->id = id;
  card->public_id = account->public_id;
  card->username = account->username;
  card->domain = account->domain;
  card->acct = entity.acct;
  card->url = entity.url;
  card->is_here = account->is_local();
  card->is_gone = account->is_gone();
  card->is_silenced = policy.is_silenced;
  mastodon::append_account(card->json, entity);
  accounts_.put(id, card, sizeof *card + card->json.capacity() + 256, read_at);
  return card;
}

std::string Library::emojis(const store::ReadTx& tx, std::string_view host,
                            const text::Shortcodes& used) const {
  if (used.names().empty()) return "[]";
  const auto policy = domains_.policy(host);
  if (policy.is_blocked || policy.rejects_media) return "[]";
  return emojis_json(site_, domain::used_emojis(tx, host, used));
}

std::string Library::emojis(const store::ReadTx& tx, const store::Account& account) const {
  return emojis(tx, account.domain, domain::shortcodes_of(account));
}

StatusCardPtr Library::render(const store::ReadTx& tx, const store::Status& s) {
  const auto author = account(tx, s.account);
  auto card = std::make_shared<StatusCard>();
  card->facts = domain::StatusFacts::of(s);
  card->counts = counts_of(tx, s);
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
  const bool is_local = s.uri.empty();
  text.uri = is_local ? site_.status_uri(author->username, s.id) + (s.reblog_of ? "/activity" : "") : s.uri;
  text.url = is_local && !s.reblog_of ? site_.status_url(author->username, s.id)
             : !s.url.empty()         ? s.url
                                      : text.uri;
  text.content = s.content;
  text.edited_at = s.edited_at;
  text.application = application_json(tx, s.app);
  for (AccountId id : s.mentions) {
    if (const auto named = account(tx, id))
      text.mentions.push_back({named->public_id, named->username, named->acct, named->url});
  }
  text.tags = s.tags;
  text.tag_url_prefix = site_.tag_url_prefix();
  auto poll = store::find_poll(tx, s.id);
  text.emojis = emojis(tx, author->domain, domain::shortcodes_of(s, poll));
  card->is_here = is_local;
  card->policies = domain::parse_policies(s.policy);
  card->approval = approval_open(card->facts, card->policies, is_local);
  text.interaction_policy = interaction_policy(card->policies);
  if (s.is_quote) {
    if (const auto quote = store::find_quote(tx, s.id)) card->quote = {quote->state, quote->quoted};
  }
  mastodon::append_status_open(card->open, text);
  if (poll) {
    auto in_options = emojis(tx, author->domain, domain::shortcodes_of(*poll));
    card->poll = std::make_unique<mastodon::Poll>(mastodon::Poll{
        s.id, poll->expires_at, poll->is_multiple, poll->hides_totals, std::move(poll->options),
        std::move(poll->votes), poll->voters, std::move(in_options)});
  }
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
      if (journal_ != nullptr) journal_->rendered(row.id);
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

#include "node/feed/quotes.h"

#include "protocol/base/json_writer.h"

namespace dunlin::feed {

namespace {

struct Seen {
  std::string_view state;
  StatusCardPtr status;
  AccountCardPtr author;
};

/// The one rule of visibility decides, for this reader; who is blocked or muted is not shown in the posts of
/// others either.
Seen see(const store::ReadTx& tx, Library& library, const Viewer& viewer, const StatusCard::Quote& quote) {
  using store::QuoteState;
  if (quote.state != QuoteState::accepted) return {store::to_string(quote.state), nullptr, nullptr};
  const auto status = library.status(tx, quote.status);
  if (!status || status->facts.is_deleted) return {store::to_string(QuoteState::deleted), nullptr, nullptr};
  const auto author = library.account(tx, status->facts.account);
  const bool is_visible =
      author && !author->is_gone && !status->facts.reblog_of && domain::can_see(viewer, status->facts);
  if (!is_visible) return {store::to_string(QuoteState::unauthorized), nullptr, nullptr};
  if (viewer.is_blocking(author->id)) return {"blocked_account", nullptr, nullptr};
  if (viewer.is_muting(author->id)) return {"muted_account", nullptr, nullptr};
  return {store::to_string(quote.state), status, author};
}

void append_words(JsonWriter& json, std::string_view name, const domain::Group& group) {
  json.key(name).begin_array();
  if (group.everyone) json.value("public");
  if (group.followers) json.value("followers");
  if (group.others || !group.accounts.empty()) json.value("unsupported_policy");
  json.end_array();
}

}  // namespace

std::vector<ShownQuotePtr> shown_quotes(const store::ReadTx& tx, Library& library, const Viewer& viewer,
                                        const std::vector<StatusCardPtr>& cards) {
  std::vector<ShownQuotePtr> out(cards.size());
  std::vector<StatusId> quoted;
  for (const auto& card : cards) {
    if (card && card->quote && card->quote->state == store::QuoteState::accepted)
      quoted.push_back(card->quote->status);
  }
  // One query for all that are not in memory.
  const auto kept = quoted.empty() ? std::vector<StatusCardPtr>{} : library.statuses(tx, quoted);
  for (std::size_t i = 0; i < cards.size(); ++i) {
    if (!cards[i] || !cards[i]->quote) continue;
    auto seen = see(tx, library, viewer, *cards[i]->quote);
    auto shown = std::make_shared<ShownQuote>();
    shown->state = seen.state;
    if (seen.status && seen.status->quote) {
      const auto inner = see(tx, library, viewer, *seen.status->quote);
      shown->inner_state = inner.state;
      if (inner.status) shown->inner = inner.status->facts.id;
    }
    shown->status = std::move(seen.status);
    shown->author = std::move(seen.author);
    out[i] = std::move(shown);
  }
  return out;
}

std::string approval_open(const domain::StatusFacts& status, const domain::Policies& policies, bool is_here) {
  const auto rule = domain::quote_rule(status, policies, is_here);
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  append_words(json, "automatic", rule.automatic);
  append_words(json, "manual", rule.manual);
  json.key("current_user");
  return out;
}

std::string interaction_policy(const domain::Policies& policies) {
  if (!policies.reply) return {};
  std::string out;
  JsonWriter json(out);
  const auto append = [&](std::string_view name, const domain::Group& group, bool has_author) {
    json.key(name).begin_array();
    if (group.everyone) json.value("public");
    if (group.followers) json.value("followers");
    if (group.mentioned) json.value("mentioned");
    if (has_author) json.value("author");
    json.end_array();
  };
  json.begin_object().key("can_reply").begin_object();
  append("automatic_approval", policies.reply->automatic, !policies.reply->automatic.everyone);
  append("manual_approval", policies.reply->manual, false);
  json.end_object().end_object();
  return out;
}

std::string shallow_quote(const ShownQuote& quote) {
  if (quote.inner_state.empty()) return "null";
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("state", quote.inner_state);
  json.field_or_null("quoted_status_id", quote.inner ? std::optional(quote.inner) : std::nullopt)
      .end_object();
  return out;
}

}  // namespace dunlin::feed

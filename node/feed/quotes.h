#pragma once
// What one reader is shown of what a status quotes. Source: docs.joinmastodon.org/entities/Quote,
// /ShallowQuote
#include <string>
#include <string_view>
#include <vector>

#include "node/feed/library.h"
#include "node/feed/viewer.h"

namespace dunlin::feed {

struct ShownQuote {
  std::string_view state;
  StatusCardPtr status;  // null unless the reader may see it and the state is accepted
  AccountCardPtr author;
  // One level deeper only what it is, not how it looks.
  std::string_view inner_state;  // empty: what is quoted quotes nothing
  StatusId inner;                // 0 = not shown
};
using ShownQuotePtr = std::shared_ptr<const ShownQuote>;

/// For each of `cards`, null where it quotes nothing. Asks the database only for what quotes something.
std::vector<ShownQuotePtr> shown_quotes(const store::ReadTx& tx, Library& library, const Viewer& viewer,
                                        const std::vector<StatusCardPtr>& cards);

/// The QuoteApproval of a status as far as it is the same for all: up to the value of "current_user".
std::string approval_open(const domain::StatusFacts& status, const domain::Policies& policies, bool is_here);
/// Who may answer, where that is not everyone; else empty. Source: GoToSocial's InteractionPolicy.
std::string interaction_policy(const domain::Policies& policies);
/// `null`, or the ShallowQuote of the status that stands in a quote.
std::string shallow_quote(const ShownQuote& quote);

}  // namespace dunlin::feed

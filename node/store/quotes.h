#pragma once
// Statuses that quote another, and whether its author agrees: rows in, rows out. What is decided about them
// is in domain/statuses/quotes. Source: FEP-044f.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

/// As the client API names them.
enum class QuoteState : std::uint8_t {
  pending,       // its author was asked, or is still to be
  accepted,      // and only then it is shown
  rejected,      // its author said no
  revoked,       // said yes first
  deleted,       // what was quoted is gone
  unauthorized,  // it claims a consent that is none
};
std::string_view to_string(QuoteState state);

struct Quote {
  StatusId status;  // that quotes
  StatusId quoted;  // 0 = not known here
  AccountId quoted_account;
  std::string quoted_uri;  // of a remote one
  QuoteState state = QuoteState::pending;
  std::string stamp;  // the author's consent: an address elsewhere, or what new_stamp() made
};

/// Of a status that was just inserted.
void insert_quote(WriteTx& tx, const Quote& quote);
void update_quote(WriteTx& tx, const Quote& quote);
void delete_quote(WriteTx& tx, StatusId status);
std::optional<Quote> find_quote(const ReadTx& tx, StatusId status);
std::optional<Quote> quote_by_stamp(const ReadTx& tx, std::string_view stamp);
/// The last part of the address of a consent of ours. Nobody can guess it: behind it stands the address of
/// the quoting status, which may be for few.
std::string new_stamp(const WriteTx& tx);
/// In every state.
std::vector<Quote> quotes_of(const ReadTx& tx, StatusId quoted);
/// Accounts of other nodes with an accepted quote of it.
std::vector<AccountId> quoting_accounts_elsewhere(const ReadTx& tx, StatusId quoted);
/// Of a status that was not known when they came.
std::vector<Quote> quotes_waiting_for(const ReadTx& tx, std::string_view quoted_uri);
/// Accepted ones, as pages of statuses.h.
std::vector<Listed> quotes_older(const ReadTx& tx, StatusId quoted, StatusId before, int limit);
std::vector<Listed> quotes_newer(const ReadTx& tx, StatusId quoted, StatusId after, int limit);

/// Leave to answer that was asked for: by one of ours, or of one of ours.
struct ReplyConsent {
  StatusId status;  // the answer
  enum class State : std::uint8_t { pending, accepted, rejected } state = State::pending;
  std::string stamp;  // as of a quote
};
void put_reply_consent(WriteTx& tx, const ReplyConsent& consent);
std::optional<ReplyConsent> find_reply_consent(const ReadTx& tx, StatusId status);
std::optional<ReplyConsent> reply_consent_by_stamp(const ReadTx& tx, std::string_view stamp);

}  // namespace dunlin::store

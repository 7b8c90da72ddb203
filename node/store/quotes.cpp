#include "node/store/quotes.h"

#include <array>

namespace dunlin::store {

namespace {

constexpr std::array states = {QuoteState::pending, QuoteState::accepted, QuoteState::rejected,
                               QuoteState::revoked, QuoteState::deleted,  QuoteState::unauthorized};

Quote row_to_quote(const Rows& rows) {
  Quote q;
  q.status = rows.id<StatusId>(0);
  q.quoted = rows.id<StatusId>(1);
  q.quoted_account = rows.id<AccountId>(2);
  q.quoted_uri = rows.string(3);
  for (const auto state : states) {
    if (rows.text(4) == to_string(state)) q.state = state;
  }
  q.stamp = rows.string(5);
  return q;
}

std::vector<Quote> all(Rows rows) {
  std::vector<Quote> out;
  while (rows.step()) out.push_back(row_to_quote(rows));
  return out;
}

std::vector<Listed> listed(Rows rows) {
  std::vector<Listed> out;
  while (rows.step()) out.push_back({rows.id<StatusId>(0), {}});
  return out;
}

}  // namespace

std::string_view to_string(QuoteState state) {
  switch (state) {
    case QuoteState::pending:
      return "pending";
    case QuoteState::accepted:
      return "accepted";
    case QuoteState::rejected:
      return "rejected";
    case QuoteState::revoked:
      return "revoked";
    case QuoteState::deleted:
      return "deleted";
    case QuoteState::unauthorized:
      break;
  }
  return "unauthorized";
}

void insert_quote(WriteTx& tx, const Quote& q) {
  tx.run("insert_quote", q.status, q.quoted, q.quoted_account, q.quoted_uri, to_string(q.state), q.stamp);
  tx.run("mark_as_quote", true, q.status);
  tx.changes().statuses.push_back(q.status);
}

void update_quote(WriteTx& tx, const Quote& q) {
  tx.run("update_quote", q.quoted, q.quoted_account, q.quoted_uri, to_string(q.state), q.stamp, q.status);
  tx.changes().statuses.push_back(q.status);
}

void delete_quote(WriteTx& tx, StatusId status) {
  tx.run("delete_quote", status);
  tx.run("mark_as_quote", false, status);
  tx.changes().statuses.push_back(status);
}

std::optional<Quote> find_quote(const ReadTx& tx, StatusId status) {
  auto rows = tx.query("find_quote", status);
  if (!rows.step()) return std::nullopt;
  return row_to_quote(rows);
}

std::optional<Quote> quote_by_stamp(const ReadTx& tx, std::string_view stamp) {
  auto rows = tx.query("quote_by_stamp", stamp);
  if (!rows.step()) return std::nullopt;
  return row_to_quote(rows);
}

std::string new_stamp(const WriteTx& tx) {
  auto rows = tx.query("new_stamp");
  rows.step();
  return rows.string(0);
}

std::vector<Quote> quotes_of(const ReadTx& tx, StatusId quoted) { return all(tx.query("quotes_of", quoted)); }

std::vector<AccountId> quoting_accounts_elsewhere(const ReadTx& tx, StatusId quoted) {
  std::vector<AccountId> out;
  auto rows = tx.query("quoting_accounts", quoted);
  while (rows.step()) out.push_back(rows.id<AccountId>(0));
  return out;
}

std::vector<Quote> quotes_waiting_for(const ReadTx& tx, std::string_view quoted_uri) {
  return all(tx.query("quotes_waiting_for", quoted_uri));
}

std::vector<Listed> quotes_older(const ReadTx& tx, StatusId quoted, StatusId before, int limit) {
  return listed(tx.query("quotes_older", quoted, before, limit));
}
std::vector<Listed> quotes_newer(const ReadTx& tx, StatusId quoted, StatusId after, int limit) {
  return listed(tx.query("quotes_newer", quoted, after, limit));
}

namespace {

constexpr std::string_view reply_states[] = {"pending", "accepted", "rejected"};

std::optional<ReplyConsent> one_reply_consent(Rows rows) {
  if (!rows.step()) return std::nullopt;
  ReplyConsent consent{rows.id<StatusId>(0), ReplyConsent::State::rejected, rows.string(2)};
  if (rows.text(1) == reply_states[0]) consent.state = ReplyConsent::State::pending;
  if (rows.text(1) == reply_states[1]) consent.state = ReplyConsent::State::accepted;
  return consent;
}

}  // namespace

void put_reply_consent(WriteTx& tx, const ReplyConsent& consent) {
  tx.run("put_reply_consent", consent.status, reply_states[static_cast<std::size_t>(consent.state)],
         consent.stamp);
}
std::optional<ReplyConsent> find_reply_consent(const ReadTx& tx, StatusId status) {
  return one_reply_consent(tx.query("find_reply_consent", status));
}
std::optional<ReplyConsent> reply_consent_by_stamp(const ReadTx& tx, std::string_view stamp) {
  return one_reply_consent(tx.query("reply_consent_by_stamp", stamp));
}

}  // namespace dunlin::store

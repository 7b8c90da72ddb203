#include "node/domain/statuses/quotes.h"

#include "node/domain/federation/tell.h"
#include "node/domain/notifications/notify.h"
#include "node/domain/statuses/change.h"
#include "node/store/accounts.h"
#include "node/store/notifications.h"

namespace dunlin::domain {

using store::QuoteState;

Result<store::Status> quotable_status(const store::ReadTx& tx, AccountId me, StatusId id, Timestamp now) {
  auto status = visible_status(tx, me, id, now);
  if (status && status->reblog_of) status = visible_status(tx, me, status->reblog_of, now);
  if (!status) return fail(Errc::not_found, "quoted_status_id: the post that is quoted does not exist");
  const StoredRelations relations(tx, me, now);
  const auto leave =
      may_quote(relations, StatusFacts::of(*status), parse_policies(status->policy), status->uri.empty());
  if (leave == Leave::denied)
    return fail(Errc::forbidden, "quoted_status_id: its author does not allow you to quote this post");
  return status;
}

bool counts_as_quote(const store::Status& quoting) {
  return quoting.visibility == store::Visibility::public_ ||
         quoting.visibility == store::Visibility::unlisted;
}

namespace {

/// The counter of what is quoted, and the notification of its author, when a quote becomes shown or is none
/// any more.
void count(store::WriteTx& tx, const store::Status& quoting, const store::Quote& quote, int delta) {
  if (counts_as_quote(quoting)) store::add_to_counts(tx, quote.quoted, {.quotes = delta});
  const auto quoted = store::find_status(tx, quote.quoted);
  if (!quoted) return;
  if (delta < 0)
    store::withdraw_notification(tx, quoted->account, "quote", quoting.account, quoting.id);
  else if (can_see(StoredRelations(tx, quoted->account, tx.now()), StatusFacts::of(quoting)))
    notify(tx, quoted->account, "quote", quoting.account, quoting.id, quoting.conversation);
}

}  // namespace

void file_quote(store::WriteTx& tx, const store::Status& quoting, const store::Quote& quote) {
  store::insert_quote(tx, quote);
  if (quote.state == QuoteState::accepted) count(tx, quoting, quote, 1);
}

void file_own_quote(store::WriteTx& tx, const store::Status& quoting, const store::Status& quoted) {
  store::Quote quote{quoting.id, quoted.id, quoted.account, quoted.uri, QuoteState::accepted, {}};
  const bool is_own = quoted.account == quoting.account;
  if (!quoted.uri.empty()) {
    quote.state = QuoteState::pending;
  } else if (!is_own) {
    quote.stamp = store::new_stamp(tx);  // for those elsewhere who see the quoting status
  }
  file_quote(tx, quoting, quote);
  if (quote.state == QuoteState::pending)
    tell(tx, store::NoticeKind::quote_request, quoting.account, quoted.account, quoting.id);
}

void change_quote(store::WriteTx& tx, const store::Quote& before, const store::Quote& after) {
  const auto quoting = store::find_status(tx, before.status);
  if (!quoting || quoting->is_deleted) return;
  const bool was_shown = before.state == QuoteState::accepted;
  const bool is_shown = after.state == QuoteState::accepted;
  store::update_quote(tx, after);
  if (was_shown != is_shown || before.quoted != after.quoted) {
    if (was_shown) count(tx, *quoting, before, -1);
    if (is_shown) count(tx, *quoting, after, 1);
  }
  const bool was_removed = after.state == QuoteState::deleted;  // told by its own author
  if (quoting->uri.empty() && before.stamp != after.stamp && !was_removed)
    tell_of_status(tx, store::NoticeKind::update, *quoting);
}

void drop_quote(store::WriteTx& tx, const store::Quote& quote) {
  const auto quoting = store::find_status(tx, quote.status);
  if (quoting && quote.state == QuoteState::accepted) count(tx, *quoting, quote, -1);
  store::delete_quote(tx, quote.status);
}

void forget_quotes(store::WriteTx& tx, const store::Status& status) {
  if (status.is_quote) {
    if (const auto quote = store::find_quote(tx, status.id)) drop_quote(tx, *quote);
  }
  if (status.reblog_of) return;
  for (const auto& quote : store::quotes_of(tx, status.id)) {
    auto after = quote;
    after.state = QuoteState::deleted;
    after.stamp.clear();
    change_quote(tx, quote, after);
  }
}

void notify_quoters(store::WriteTx& tx, const store::Status& edited) {
  if (edited.counts.quotes == 0) return;
  for (const auto& quote : store::quotes_of(tx, edited.id)) {
    const auto quoting =
        quote.state == QuoteState::accepted ? store::find_status(tx, quote.status) : std::nullopt;
    if (quoting && quoting->uri.empty())
      notify(tx, quoting->account, "quoted_update", edited.account, quoting->id, quoting->conversation);
  }
}

Result<void> revoke_quote(store::WriteTx& tx, AccountId me, StatusId quoted_id, StatusId quoting_id) {
  TRY(const auto quoted, visible_status(tx, me, quoted_id, tx.now()));
  if (quoted.account != me) return fail(Errc::forbidden, "This action is not allowed");
  const auto quote = store::find_quote(tx, quoting_id);
  if (!quote || quote->quoted != quoted_id) return fail(Errc::not_found, "Record not found");
  TRY_DO(visible_status(tx, me, quoting_id, tx.now()));
  if (quote->state == QuoteState::revoked || quote->state == QuoteState::rejected) return {};
  auto after = *quote;
  after.state = QuoteState::revoked;
  after.stamp.clear();
  const auto quoting = store::find_status(tx, quoting_id);
  if (!quote->stamp.empty() && quoting) tell_of_revocation(tx, quoted, quoting->account, quote->stamp);
  change_quote(tx, *quote, after);
  return {};
}

std::string stored_policies(Policies policies, store::Visibility visibility) {
  const bool is_everyones =
      visibility == store::Visibility::public_ || visibility == store::Visibility::unlisted;
  // What few may read nobody may quote, and what all may read all may quote, unless it is said.
  if (policies.quote && (!is_everyones || policies.quote->automatic.everyone)) policies.quote.reset();
  if (policies.reply && policies.reply->automatic.everyone) policies.reply.reset();
  return to_string(policies);
}

Result<void> set_policies(store::WriteTx& tx, AccountId me, StatusId id, const Policies& changes) {
  TRY(const auto status, own_status(tx, me, id));
  if (status.reblog_of) return fail(Errc::not_found, "Record not found");
  auto policies = parse_policies(status.policy);
  if (changes.quote) policies.quote = changes.quote;
  if (changes.reply) policies.reply = changes.reply;
  const auto stored = stored_policies(std::move(policies), status.visibility);
  if (stored == status.policy) return {};
  store::set_status_policy(tx, id, stored);
  tell_of_status(tx, store::NoticeKind::update, status);
  return {};
}

}  // namespace dunlin::domain

#include "node/domain/federation/tell.h"

#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/quotes.h"
#include "protocol/base/id_generator.h"

namespace dunlin::domain {

namespace {

/// Of this node, and still there: an account that goes is told of as a whole.
bool is_here(const store::ReadTx& tx, AccountId account) {
  const auto row = store::find_account(tx, account);
  return row && row->is_local() && !row->is_deleted;
}

bool is_remote(const store::ReadTx& tx, AccountId account) {
  return store::find_actor(tx, account).has_value();
}

}  // namespace

bool is_of_old(store::NoticeKind kind) {
  using store::NoticeKind;
  return kind == NoticeKind::update || kind == NoticeKind::remove || kind == NoticeKind::unannounce;
}

std::vector<std::string> inboxes_of(const store::ReadTx& tx, const store::Status& status) {
  auto accounts = status.mentions;
  // Whom a direct status answers without naming is not spoken to.
  if (status.in_reply_to_account && status.visibility != store::Visibility::direct)
    accounts.push_back(status.in_reply_to_account);
  const auto original = status.reblog_of ? store::find_status(tx, status.reblog_of) : std::nullopt;
  if (original) accounts.push_back(original->account);
  const auto quote = status.is_quote ? store::find_quote(tx, status.id) : std::nullopt;
  // Its author has it from the request already.
  if (quote && quote->quoted_account && status.visibility != store::Visibility::direct)
    accounts.push_back(quote->quoted_account);
  if (status.counts.quotes > 0) {
    for (AccountId quoting : store::quoting_accounts_elsewhere(tx, status.id)) accounts.push_back(quoting);
  }
  std::vector<std::string> inboxes;
  for (AccountId id : accounts) {
    const auto actor = store::find_actor(tx, id);
    if (actor) inboxes.push_back(actor->shared_inbox.empty() ? actor->inbox : actor->shared_inbox);
  }
  return inboxes;
}

void tell_of_status(store::WriteTx& tx, store::NoticeKind kind, const store::Status& status) {
  if (status.is_local_only || !status.uri.empty()) return;
  const bool is_to_followers = status.visibility != store::Visibility::direct;
  const bool has_readers =
      store::has_remote_follower(tx, status.account) ||
      (is_of_old(kind) && store::has_former_inbox(tx, status.account, time_of(status.id.value)));
  if (!(is_to_followers && has_readers) && inboxes_of(tx, status).empty()) return;
  if (!is_here(tx, status.account)) return;
  const auto notice = store::insert_notice(tx, {0, kind, status.account, status.id, {}, {}});
  if (kind != store::NoticeKind::remove && kind != store::NoticeKind::unannounce) return;
  // The tombstone will not know any more whom it named.
  for (const auto& inbox : inboxes_of(tx, status)) store::insert_delivery(tx, notice, inbox);
}

void tell(store::WriteTx& tx, store::NoticeKind kind, AccountId account, AccountId target, StatusId status,
          std::string uri) {
  if (!is_remote(tx, target) || !is_here(tx, account)) return;
  store::insert_notice(tx, {0, kind, account, status, target, std::move(uri)});
}

void tell_of_revocation(store::WriteTx& tx, const store::Status& quoted, AccountId quoting_account,
                        std::string stamp) {
  if (quoted.is_local_only || !is_here(tx, quoted.account)) return;
  if (!is_remote(tx, quoting_account) && !store::has_remote_follower(tx, quoted.account)) return;
  store::insert_notice(
      tx, {0, store::NoticeKind::revoke_quote, quoted.account, quoted.id, quoting_account, std::move(stamp)});
}

void tell_of_move(store::WriteTx& tx, AccountId account, AccountId target) {
  if (!store::has_remote_follower(tx, account) || !is_here(tx, account)) return;
  const auto notice = store::insert_notice(tx, {0, store::NoticeKind::move, account, {}, target, {}});
  // Those of the new account's server may be followers no more when the notice is planned.
  store::insert_deliveries_to_followers(tx, notice, account);
}

void tell_of_pin(store::WriteTx& tx, store::NoticeKind kind, const store::Status& status) {
  const bool is_open =
      status.visibility == store::Visibility::public_ || status.visibility == store::Visibility::unlisted;
  if (!is_open || status.is_local_only || !store::has_remote_follower(tx, status.account)) return;
  if (is_here(tx, status.account)) store::insert_notice(tx, {0, kind, status.account, status.id, {}, {}});
}

void tell_of_account(store::WriteTx& tx, store::NoticeKind kind, AccountId account) {
  if (!store::has_remote_follower(tx, account) || !is_here(tx, account)) return;
  const auto notice = store::insert_notice(tx, {0, kind, account, {}, {}, {}});
  // An account that goes has no followers any more when the notice is planned.
  if (kind == store::NoticeKind::remove_actor) store::insert_deliveries_to_followers(tx, notice, account);
}

}  // namespace dunlin::domain

#include "node/domain/accounts/move.h"

#include <algorithm>

#include "node/domain/federation/tell.h"
#include "node/domain/relationships/relationships.h"
#include "protocol/base/limits.h"

namespace dunlin::domain {

namespace {

std::string uri_of(const Site& site, const store::Account& account) {
  return account.is_local() ? site.account_uri(account.username) : account.uri;
}

tl::unexpected<Error> cannot_move(const std::string& why) {
  return fail(Errc::unprocessable, "Validation failed: " + why);
}

Result<void> check_move(const store::ReadTx& tx, const Site& site, const store::Account& from,
                        const store::Account& to, Timestamp now) {
  if (from.id == to.id) return cannot_move("an account cannot move to itself");
  if (to.is_gone() || to.moved_to) return cannot_move("the new account is gone or has moved on");
  if (!has_alias(to, uri_of(site, from)))
    return cannot_move("the new account does not name the old one as an alias");
  const auto last = store::moved_at(tx, from.id);
  if (last && *last + limits::move_again_after > now)
    return cannot_move("it is too soon after the last move");
  return {};
}

/// Follows the new one as the old one was followed. Who may not, or cannot (a block, the limit of follows is
/// not asked), at least stops following what is no longer written to.
void take_along(store::WriteTx& tx, AccountId follower, AccountId from, AccountId to) {
  const auto options = store::find_follow(tx, follower, from);
  if (!options) return;
  if (follower != to)
    (void)follow(tx, follower, to, {options->show_reblogs, options->notify, options->languages}, 0);
  (void)unfollow(tx, follower, from);
}

}  // namespace

bool has_alias(const store::Account& account, std::string_view uri) {
  return std::find(account.also_known_as.begin(), account.also_known_as.end(), uri) !=
         account.also_known_as.end();
}

Result<void> add_alias(store::WriteTx& tx, const Site& site, AccountId me, const std::string& uri) {
  auto account = store::find_account(tx, me);
  if (!account || account->is_gone()) return fail(Errc::not_found, "Record not found");
  if (has_alias(*account, uri)) return {};
  if (uri == uri_of(site, *account)) return cannot_move("an account is not its own alias");
  if (account->also_known_as.size() >= limits::aliases_max)
    return cannot_move("there are " + std::to_string(limits::aliases_max) + " aliases already");
  account->also_known_as.push_back(uri);
  store::set_also_known_as(tx, me, account->also_known_as);
  tell_of_account(tx, store::NoticeKind::update_actor, me);
  return {};
}

Result<void> remove_alias(store::WriteTx& tx, AccountId me, const std::string& uri) {
  auto account = store::find_account(tx, me);
  if (!account || std::erase(account->also_known_as, uri) == 0)
    return fail(Errc::not_found, "Record not found");
  store::set_also_known_as(tx, me, account->also_known_as);
  tell_of_account(tx, store::NoticeKind::update_actor, me);
  return {};
}

Result<void> move_account(store::WriteTx& tx, const Site& site, AccountId account, AccountId target) {
  const auto from = store::find_account(tx, account);
  const auto to = store::find_account(tx, target);
  if (!from || from->is_gone() || !to) return fail(Errc::not_found, "Record not found");
  if (from->moved_to == target) return {};
  TRY_DO(check_move(tx, site, *from, *to, tx.now()));
  store::set_moved_to(tx, account, target);
  // The Move before the follows end: it is told to all who follow now.
  tell_of_account(tx, store::NoticeKind::update_actor, account);
  tell_of_move(tx, account, target);
  for (AccountId follower : store::local_followers(tx, account)) take_along(tx, follower, account, target);
  return {};
}

Result<void> cancel_move(store::WriteTx& tx, AccountId me) {
  const auto account = store::find_account(tx, me);
  if (!account || !account->moved_to) return fail(Errc::not_found, "Record not found");
  store::set_moved_to(tx, me, {});
  tell_of_account(tx, store::NoticeKind::update_actor, me);
  return {};
}

}  // namespace dunlin::domain

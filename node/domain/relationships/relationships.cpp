#include "node/domain/relationships/relationships.h"

#include "node/domain/federation/tell.h"
#include "node/domain/notifications/notify.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/notifications.h"
#include "node/store/outboxes.h"
#include "protocol/base/limits.h"

namespace dunlin::domain {

namespace {

constexpr int backfill_priority = 700;  // before what follows an outage, after a profile that is looked at

Result<store::Account> someone_else(const store::ReadTx& tx, AccountId me, AccountId target) {
  auto account = store::find_account(tx, target);
  if (!account || account->is_gone()) return fail(Errc::not_found, "Record not found");
  if (me == target) return fail(Errc::forbidden, "This action is not allowed on one's own account");
  return std::move(*account);
}

store::FollowOptions merged(store::FollowOptions options, const FollowChange& change) {
  if (change.show_reblogs) options.show_reblogs = *change.show_reblogs;
  if (change.notify) options.notify = *change.notify;
  if (change.languages) options.languages = *change.languages;
  return options;
}

/// The follow's row and both counts.
void begin_follow(store::WriteTx& tx, AccountId follower, AccountId target,
                  const store::FollowOptions& options) {
  store::put_follow(tx, follower, target, options);
  store::add_to_counts(tx, follower, {.following = 1});
  store::add_to_counts(tx, target, {.followers = 1});
  // What someone elsewhere posted before was not sent here.
  if (store::find_actor(tx, target))
    store::want_outbox(tx, target, {{}, limits::backfill_pages, backfill_priority});
}

/// The follow, or the request. True when there was one.
bool end_follow(store::WriteTx& tx, AccountId follower, AccountId target) {
  bool is_ended = false;
  if (store::delete_follow(tx, follower, target)) {
    store::add_to_counts(tx, follower, {.following = -1});
    store::add_to_counts(tx, target, {.followers = -1});
    store::withdraw_notification(tx, target, "follow", follower, {});
    store::put_former_inbox(tx, follower, target);
    is_ended = true;
  }
  if (store::delete_follow_request(tx, follower, target)) {
    store::withdraw_notification(tx, target, "follow_request", follower, {});
    is_ended = true;
  }
  return is_ended;
}

void leave(store::WriteTx& tx, AccountId follower, AccountId target) {
  const auto uri = store::follow_uri(tx, follower, target);
  if (end_follow(tx, follower, target)) tell(tx, store::NoticeKind::unfollow, follower, target, {}, uri);
}

void turn_away(store::WriteTx& tx, AccountId target, AccountId follower) {
  const auto uri = store::follow_uri(tx, follower, target);
  if (end_follow(tx, follower, target)) tell(tx, store::NoticeKind::reject, target, follower, {}, uri);
}

}  // namespace

Result<void> follow(store::WriteTx& tx, AccountId me, AccountId target, const FollowChange& change,
                    std::int64_t following_max) {
  TRY(const auto account, someone_else(tx, me, target));
  if (store::is_blocking(tx, me, target) || store::is_blocking(tx, target, me)) {
    return fail(Errc::forbidden, "This action is not allowed: one of the two accounts blocks the other");
  }
  if (const auto present = store::find_follow(tx, me, target)) {
    store::put_follow(tx, me, target, merged(*present, change));
    return {};
  }
  if (const auto asked = store::find_follow_request(tx, me, target)) {
    store::put_follow_request(tx, me, target, merged(*asked, change));
    return {};
  }
  if (following_max > 0 && store::count_following(tx, me) >= following_max) {
    return fail(Errc::unprocessable, "Validation failed: You cannot follow more than " +
                                         std::to_string(following_max) + " people");
  }
  // An account elsewhere answers when it likes; until then it is a request.
  if (account.locked || !account.is_local()) {
    store::put_follow_request(tx, me, target, merged({}, change));
    notify(tx, target, "follow_request", me);
    tell(tx, store::NoticeKind::follow, me, target);
    return {};
  }
  begin_follow(tx, me, target, merged({}, change));
  notify(tx, target, "follow", me);
  return {};
}

Result<void> unfollow(store::WriteTx& tx, AccountId me, AccountId target) {
  TRY_DO(someone_else(tx, me, target));
  leave(tx, me, target);
  return {};
}

Result<void> accept_follow_request(store::WriteTx& tx, AccountId me, AccountId follower) {
  const auto asked = store::find_follow_request(tx, follower, me);
  if (!asked) return fail(Errc::not_found, "Record not found");
  const auto uri = store::follow_uri(tx, follower, me);
  store::delete_follow_request(tx, follower, me);
  store::withdraw_notification(tx, me, "follow_request", follower, {});
  begin_follow(tx, follower, me, *asked);
  if (!uri.empty()) store::set_follow_uri(tx, follower, me, uri);
  notify(tx, me, "follow", follower);
  tell(tx, store::NoticeKind::accept, me, follower, {}, uri);
  return {};
}

Result<void> reject_follow_request(store::WriteTx& tx, AccountId me, AccountId follower) {
  if (!store::find_follow_request(tx, follower, me)) return fail(Errc::not_found, "Record not found");
  turn_away(tx, me, follower);
  return {};
}

Result<void> remove_follower(store::WriteTx& tx, AccountId me, AccountId follower) {
  TRY_DO(someone_else(tx, me, follower));
  turn_away(tx, me, follower);
  return {};
}

void drop_followers_behind(store::WriteTx& tx, std::string_view inbox) {
  for (const auto& [follower, target] : store::followers_behind(tx, inbox)) end_follow(tx, follower, target);
}

Result<void> block(store::WriteTx& tx, AccountId me, AccountId target) {
  TRY_DO(someone_else(tx, me, target));
  end_follow(tx, me, target);
  end_follow(tx, target, me);
  store::put_block(tx, me, target);
  store::withdraw_notifications_from(tx, me, target);
  tell(tx, store::NoticeKind::block, me, target);
  return {};
}

Result<void> unblock(store::WriteTx& tx, AccountId me, AccountId target) {
  TRY_DO(someone_else(tx, me, target));
  store::delete_block(tx, me, target);
  tell(tx, store::NoticeKind::unblock, me, target);
  return {};
}

Result<void> mute(store::WriteTx& tx, AccountId me, AccountId target, bool notifications,
                  std::optional<Timestamp> expires_at) {
  TRY_DO(someone_else(tx, me, target));
  store::put_mute(tx, me, {target, notifications, expires_at});
  return {};
}

Result<void> unmute(store::WriteTx& tx, AccountId me, AccountId target) {
  TRY_DO(someone_else(tx, me, target));
  store::delete_mute(tx, me, target);
  return {};
}

Result<void> set_note(store::WriteTx& tx, AccountId me, AccountId target, const std::string& comment) {
  TRY_DO(someone_else(tx, me, target));
  store::put_account_note(tx, me, target, comment);
  return {};
}

void end_all_relationships(store::WriteTx& tx, AccountId account) {
  for (const auto& [other, kind] : store::edges_of(tx, account)) {
    const bool outgoing = kind == store::EdgeKind::following || kind == store::EdgeKind::requested;
    outgoing ? leave(tx, account, other) : turn_away(tx, account, other);
  }
}

void cut_all_relationships(store::WriteTx& tx, AccountId account) {
  for (const auto& [other, kind] : store::edges_of(tx, account)) {
    const bool outgoing = kind == store::EdgeKind::following || kind == store::EdgeKind::requested;
    outgoing ? end_follow(tx, account, other) : end_follow(tx, other, account);
  }
}

Relationship relationship(const store::ReadTx& tx, AccountId me, AccountId target, Timestamp now) {
  Relationship r;
  r.target = target;
  r.follow = store::find_follow(tx, me, target);
  r.is_followed_by = store::find_follow(tx, target, me).has_value();
  r.is_requested = store::find_follow_request(tx, me, target).has_value();
  r.has_requested = store::find_follow_request(tx, target, me).has_value();
  r.is_blocking = store::is_blocking(tx, me, target);
  r.is_blocked_by = store::is_blocking(tx, target, me);
  r.mute = store::find_mute(tx, me, target);
  if (r.mute && r.mute->expires_at && *r.mute->expires_at <= now) r.mute.reset();
  r.note = store::account_note(tx, me, target);
  return r;
}

}  // namespace dunlin::domain

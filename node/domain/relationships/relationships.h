#pragma once
// Follow, mute, block and what hangs on them. Each function is one write and may run twice with the same
// result.
#include <optional>
#include <string>
#include <vector>

#include "node/store/relationships.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// What a client may change of a follow; what is left out stays.
struct FollowChange {
  std::optional<bool> show_reblogs;
  std::optional<bool> notify;
  std::optional<std::string> languages;
};

/// Follows, asks (when the target is locked), or changes the options of either. `following_max` 0 = no limit.
/// 404 target gone · 403 one blocks the other, or oneself · 422 too many.
Result<void> follow(store::WriteTx& tx, AccountId me, AccountId target, const FollowChange& change,
                    std::int64_t following_max);
Result<void> unfollow(store::WriteTx& tx, AccountId me, AccountId target);
/// Answers the request of `follower`; 404 when there is none.
Result<void> accept_follow_request(store::WriteTx& tx, AccountId me, AccountId follower);
Result<void> reject_follow_request(store::WriteTx& tx, AccountId me, AccountId follower);
Result<void> remove_follower(store::WriteTx& tx, AccountId me, AccountId follower);
/// Of accounts of this node: all that are told by way of an inbox which is gone.
void drop_followers_behind(store::WriteTx& tx, std::string_view inbox);
/// Ends both follows and both requests.
Result<void> block(store::WriteTx& tx, AccountId me, AccountId target);
Result<void> unblock(store::WriteTx& tx, AccountId me, AccountId target);
/// `expires_at` nothing = for good.
Result<void> mute(store::WriteTx& tx, AccountId me, AccountId target, bool notifications,
                  std::optional<Timestamp> expires_at);
Result<void> unmute(store::WriteTx& tx, AccountId me, AccountId target);
Result<void> set_note(store::WriteTx& tx, AccountId me, AccountId target, const std::string& comment);

/// Before an account goes: every follow and request, in and out.
void end_all_relationships(store::WriteTx& tx, AccountId account);
/// The same without a word to anyone: the account's server is blocked.
void cut_all_relationships(store::WriteTx& tx, AccountId account);

/// How `me` stands to `target`, as the client API shows it.
struct Relationship {
  AccountId target;
  std::optional<store::FollowOptions> follow;
  bool is_followed_by = false;
  bool is_requested = false;
  bool has_requested = false;  // target asks to follow me
  bool is_blocking = false;
  bool is_blocked_by = false;
  std::optional<store::Mute> mute;  // not expired
  std::string note;
};
Relationship relationship(const store::ReadTx& tx, AccountId me, AccountId target, Timestamp now);

}  // namespace dunlin::domain

#pragma once
// Follows, follow requests, mutes, blocks and private notes between two accounts. Rules are in
// domain/relationships.
#include <optional>
#include <string>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

struct FollowOptions {
  bool show_reblogs = true;
  bool notify = false;
  std::string languages;  // space between; empty = all
};

/// Who stands in relation to an account, with the edge's own time-ordered id, by which the lists are paged.
struct Edge {
  AccountId account;
  std::int64_t id = 0;
};
/// Exclusive bounds. Ascending when only `after` matters to the caller (min_id): the page just above it.
struct EdgePage {
  std::int64_t before = INT64_MAX;
  std::int64_t after = 0;
  bool ascending = false;
  int limit = 40;
};

/// Makes it, or changes its options.
void put_follow(WriteTx& tx, AccountId account, AccountId target, const FollowOptions& options);
std::optional<FollowOptions> find_follow(const ReadTx& tx, AccountId account, AccountId target);
/// False when there was none.
bool delete_follow(WriteTx& tx, AccountId account, AccountId target);
struct Following {
  AccountId target;
  bool show_reblogs = true;
  std::string languages;
};
/// By target.
std::vector<Following> following_of(const ReadTx& tx, AccountId account);
std::vector<Edge> following_page(const ReadTx& tx, AccountId account, const EdgePage& page);
std::vector<Edge> followers_page(const ReadTx& tx, AccountId account, const EdgePage& page);
/// Followers who want to be told of each post.
std::vector<AccountId> followers_to_notify(const ReadTx& tx, AccountId account);
/// All of them, in no order.
std::vector<AccountId> followers_of(const ReadTx& tx, AccountId account);
/// Of this node.
std::vector<AccountId> local_followers(const ReadTx& tx, AccountId account);
std::int64_t count_following(const ReadTx& tx, AccountId account);
/// Followers of `target` whom `me` follows.
std::vector<AccountId> familiar_followers(const ReadTx& tx, AccountId me, AccountId target, int limit);

void put_follow_request(WriteTx& tx, AccountId account, AccountId target, const FollowOptions& options);
std::optional<FollowOptions> find_follow_request(const ReadTx& tx, AccountId account, AccountId target);
bool delete_follow_request(WriteTx& tx, AccountId account, AccountId target);
/// Who asks to follow `target`.
std::vector<Edge> follow_requests_page(const ReadTx& tx, AccountId target, const EdgePage& page);
std::int64_t count_follow_requests(const ReadTx& tx, AccountId target);

struct Mute {
  AccountId target;
  bool notifications = true;
  std::optional<Timestamp> expires_at;
};
void put_mute(WriteTx& tx, AccountId account, const Mute& mute);
std::optional<Mute> find_mute(const ReadTx& tx, AccountId account, AccountId target);
bool delete_mute(WriteTx& tx, AccountId account, AccountId target);
/// By target; expired ones too.
std::vector<Mute> mutes_of(const ReadTx& tx, AccountId account);
/// Without those that have ended by `now`.
std::vector<Edge> mutes_page(const ReadTx& tx, AccountId account, const EdgePage& page, Timestamp now);

void put_block(WriteTx& tx, AccountId account, AccountId target);
bool is_blocking(const ReadTx& tx, AccountId account, AccountId target);
bool delete_block(WriteTx& tx, AccountId account, AccountId target);
/// By id.
std::vector<AccountId> blocks_of(const ReadTx& tx, AccountId account);
std::vector<AccountId> blockers_of(const ReadTx& tx, AccountId account);
std::vector<Edge> blocks_page(const ReadTx& tx, AccountId account, const EdgePage& page);

void put_account_note(WriteTx& tx, AccountId account, AccountId target, std::string_view comment);
std::string account_note(const ReadTx& tx, AccountId account, AccountId target);

enum class EdgeKind : std::uint8_t { following, follower, requested, requester };
/// Every follow and request that touches the account: for its deletion.
std::vector<std::pair<AccountId, EdgeKind>> edges_of(const ReadTx& tx, AccountId account);

}  // namespace dunlin::store

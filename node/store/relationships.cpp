#include "node/store/relationships.h"

namespace dunlin::store {

namespace {

std::vector<Edge> edges(const ReadTx& tx, std::string_view down, std::string_view up, AccountId owner,
                        const EdgePage& page) {
  std::vector<Edge> out;
  auto rows = tx.query(page.ascending ? up : down, owner, page.before, page.after, page.limit);
  while (rows.step()) out.push_back({rows.id<AccountId>(0), rows.integer(1)});
  return out;
}

std::vector<AccountId> accounts(Rows rows) {
  std::vector<AccountId> out;
  while (rows.step()) out.push_back(rows.id<AccountId>(0));
  return out;
}

std::optional<FollowOptions> options(Rows rows) {
  if (!rows.step()) return std::nullopt;
  return FollowOptions{rows.boolean(0), rows.boolean(1), rows.string(2)};
}

std::int64_t count(Rows rows) { return rows.step() ? rows.integer(0) : 0; }

/// Both see it: who may read whose followers-only posts, and who is shown at all.
void graph_changed(WriteTx& tx, AccountId a, AccountId b) {
  tx.changes().graphs.push_back(a);
  tx.changes().graphs.push_back(b);
}

}  // namespace

void put_follow(WriteTx& tx, AccountId account, AccountId target, const FollowOptions& o) {
  tx.run("insert_follow", account, target, tx.next_id(), o.show_reblogs, o.notify, o.languages);
  tx.changes().follows.push_back({account, target, false});
  graph_changed(tx, account, target);
}
std::optional<FollowOptions> find_follow(const ReadTx& tx, AccountId account, AccountId target) {
  return options(tx.query("find_follow", account, target));
}
bool delete_follow(WriteTx& tx, AccountId account, AccountId target) {
  tx.changes().follows.push_back({account, target, true});
  graph_changed(tx, account, target);
  return tx.run("delete_follow", account, target) > 0;
}
std::vector<Following> following_of(const ReadTx& tx, AccountId account) {
  std::vector<Following> out;
  auto rows = tx.query("following_of", account);
  while (rows.step()) out.push_back({rows.id<AccountId>(0), rows.boolean(1), rows.string(2)});
  return out;
}
std::vector<Edge> following_page(const ReadTx& tx, AccountId account, const EdgePage& page) {
  return edges(tx, "following_page", "following_page_up", account, page);
}
std::vector<Edge> followers_page(const ReadTx& tx, AccountId account, const EdgePage& page) {
  return edges(tx, "followers_page", "followers_page_up", account, page);
}
std::vector<AccountId> followers_to_notify(const ReadTx& tx, AccountId account) {
  return accounts(tx.query("followers_to_notify", account));
}
std::vector<AccountId> followers_of(const ReadTx& tx, AccountId account) {
  return accounts(tx.query("followers_of", account));
}
std::vector<AccountId> local_followers(const ReadTx& tx, AccountId account) {
  return accounts(tx.query("local_followers", account));
}

std::int64_t count_following(const ReadTx& tx, AccountId account) {
  return count(tx.query("count_following", account));
}
std::vector<AccountId> familiar_followers(const ReadTx& tx, AccountId me, AccountId target, int limit) {
  return accounts(tx.query("familiar_followers", target, me, limit));
}

void put_follow_request(WriteTx& tx, AccountId account, AccountId target, const FollowOptions& o) {
  tx.run("insert_follow_request", account, target, tx.next_id(), o.show_reblogs, o.notify, o.languages);
}
std::optional<FollowOptions> find_follow_request(const ReadTx& tx, AccountId account, AccountId target) {
  return options(tx.query("find_follow_request", account, target));
}
bool delete_follow_request(WriteTx& tx, AccountId account, AccountId target) {
  return tx.run("delete_follow_request", account, target) > 0;
}
std::vector<Edge> follow_requests_page(const ReadTx& tx, AccountId target, const EdgePage& page) {
  return edges(tx, "follow_requests_page", "follow_requests_page_up", target, page);
}
std::int64_t count_follow_requests(const ReadTx& tx, AccountId target) {
  return count(tx.query("count_follow_requests", target));
}

void put_mute(WriteTx& tx, AccountId account, const Mute& mute) {
  tx.run("insert_mute", account, mute.target, tx.next_id(), mute.notifications, mute.expires_at);
  tx.changes().graphs.push_back(account);
}
std::optional<Mute> find_mute(const ReadTx& tx, AccountId account, AccountId target) {
  auto rows = tx.query("find_mute", account, target);
  if (!rows.step()) return std::nullopt;
  return Mute{target, rows.boolean(0), rows.optional_time(1)};
}
bool delete_mute(WriteTx& tx, AccountId account, AccountId target) {
  tx.changes().graphs.push_back(account);
  return tx.run("delete_mute", account, target) > 0;
}
std::vector<Mute> mutes_of(const ReadTx& tx, AccountId account) {
  std::vector<Mute> out;
  auto rows = tx.query("mutes_of", account);
  while (rows.step()) out.push_back({rows.id<AccountId>(0), rows.boolean(2), rows.optional_time(1)});
  return out;
}
std::vector<Edge> mutes_page(const ReadTx& tx, AccountId account, const EdgePage& page, Timestamp now) {
  std::vector<Edge> out;
  auto rows = tx.query(page.ascending ? "mutes_page_up" : "mutes_page", account, page.before, page.after, now,
                       page.limit);
  while (rows.step()) out.push_back({rows.id<AccountId>(0), rows.integer(1)});
  return out;
}

void put_block(WriteTx& tx, AccountId account, AccountId target) {
  tx.run("insert_block", account, target, tx.next_id());
  graph_changed(tx, account, target);
}
bool is_blocking(const ReadTx& tx, AccountId account, AccountId target) {
  return tx.query("find_block", account, target).step();
}
bool delete_block(WriteTx& tx, AccountId account, AccountId target) {
  graph_changed(tx, account, target);
  return tx.run("delete_block", account, target) > 0;
}
std::vector<AccountId> blocks_of(const ReadTx& tx, AccountId account) {
  return accounts(tx.query("blocks_of", account));
}
std::vector<AccountId> blockers_of(const ReadTx& tx, AccountId account) {
  return accounts(tx.query("blockers_of", account));
}
std::vector<Edge> blocks_page(const ReadTx& tx, AccountId account, const EdgePage& page) {
  return edges(tx, "blocks_page", "blocks_page_up", account, page);
}

void put_account_note(WriteTx& tx, AccountId account, AccountId target, std::string_view comment) {
  tx.run("set_account_note", account, target, comment);
}
std::string account_note(const ReadTx& tx, AccountId account, AccountId target) {
  auto rows = tx.query("find_account_note", account, target);
  return rows.step() ? rows.string(0) : std::string();
}

std::vector<std::pair<AccountId, EdgeKind>> edges_of(const ReadTx& tx, AccountId account) {
  std::vector<std::pair<AccountId, EdgeKind>> out;
  auto rows = tx.query("edges_of_account", account);
  while (rows.step()) {
    const auto kind = rows.text(1);
    out.emplace_back(rows.id<AccountId>(0), kind == "following"   ? EdgeKind::following
                                            : kind == "follower"  ? EdgeKind::follower
                                            : kind == "requested" ? EdgeKind::requested
                                                                  : EdgeKind::requester);
  }
  return out;
}

}  // namespace dunlin::store

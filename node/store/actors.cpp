#include "node/store/actors.h"

#include "protocol/base/encoding.h"

namespace dunlin::store {

namespace {

bool is_there(Rows rows) { return rows.step(); }

}  // namespace

void put_actor(WriteTx& tx, const Actor& a) {
  tx.run("put_actor", a.account, a.inbox, a.shared_inbox, a.outbox, a.followers, a.featured, a.key_id,
         a.public_key, a.proof_key_id, a.proof_key, a.fetched_at);
}

std::optional<Actor> find_actor(const ReadTx& tx, AccountId account) {
  auto rows = tx.query("find_actor", account);
  if (!rows.step()) return std::nullopt;
  Actor a;
  a.account = rows.id<AccountId>(0);
  a.inbox = rows.string(1);
  a.shared_inbox = rows.string(2);
  a.outbox = rows.string(3);
  a.followers = rows.string(4);
  a.featured = rows.string(5);
  a.key_id = rows.string(6);
  a.public_key = rows.string(7);
  a.proof_key_id = rows.string(8);
  a.proof_key = rows.string(9);
  a.fetched_at = rows.time(10);
  return a;
}

std::optional<AccountId> actor_by_key(const ReadTx& tx, std::string_view key_id) {
  auto rows = tx.query("actor_by_key", key_id);
  if (!rows.step()) return std::nullopt;
  return rows.id<AccountId>(0);
}

std::optional<SigningKeys> find_signing_keys(const ReadTx& tx, AccountId account) {
  auto rows = tx.query("find_signing_keys", account);
  if (!rows.step()) return std::nullopt;
  return SigningKeys{rows.string(0), rows.string(1)};
}

void insert_signing_keys(WriteTx& tx, AccountId account, const SigningKeys& keys) {
  tx.run("insert_signing_keys", account, keys.request, keys.proof);
}

bool put_received(WriteTx& tx, std::string_view uri) {
  const auto hash = sha256(uri);
  const bool is_new = tx.run("insert_received", Blob{bytes_of(hash)}, tx.now()) > 0;
  if (is_new) ++tx.changes().received;
  return is_new;
}

bool has_received(const ReadTx& tx, std::string_view uri) {
  const auto hash = sha256(uri);
  return is_there(tx.query("has_received", Blob{bytes_of(hash)}));
}

void purge_received(WriteTx& tx, Timestamp before) { tx.run("purge_received", before); }

void put_tombstone(WriteTx& tx, std::string_view uri) {
  const auto hash = sha256(uri);
  tx.run("put_tombstone", Blob{bytes_of(hash)}, tx.now());
}

bool has_tombstone(const ReadTx& tx, std::string_view uri) {
  const auto hash = sha256(uri);
  return is_there(tx.query("has_tombstone", Blob{bytes_of(hash)}));
}

void set_follow_uri(WriteTx& tx, AccountId follower, AccountId target, std::string_view uri) {
  tx.run("set_follow_uri", uri, follower, target);
  tx.run("set_follow_request_uri", uri, follower, target);
}

std::string follow_uri(const ReadTx& tx, AccountId follower, AccountId target) {
  auto rows = tx.query("follow_uri", follower, target);
  return rows.step() ? rows.string(0) : std::string();
}

void put_former_inbox(WriteTx& tx, AccountId follower, AccountId target) {
  tx.run("put_former_inbox", target, tx.now(), follower);
}
bool has_former_inbox(const ReadTx& tx, AccountId account, Timestamp since) {
  return tx.query("has_former_inbox", account, since).step();
}
bool has_remote_follower(const ReadTx& tx, AccountId account) {
  return is_there(tx.query("has_remote_follower", account));
}
std::vector<std::pair<AccountId, AccountId>> followers_behind(const ReadTx& tx, std::string_view inbox) {
  std::vector<std::pair<AccountId, AccountId>> out;
  auto rows = tx.query("followers_behind", inbox);
  while (rows.step()) out.emplace_back(rows.id<AccountId>(0), rows.id<AccountId>(1));
  return out;
}
bool has_follower(const ReadTx& tx, AccountId account) { return is_there(tx.query("has_follower", account)); }

}  // namespace dunlin::store

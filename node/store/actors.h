#pragma once
// How other nodes are reached and recognised: actors of remote accounts, the keys that we sign with, and what
// was received before.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

/// What a remote account has besides its profile. Addresses are empty where its node named none.
struct Actor {
  AccountId account;
  std::string inbox;
  std::string shared_inbox;
  std::string outbox;
  std::string followers;
  std::string featured;
  std::string key_id;
  std::string public_key;    // PEM
  std::string proof_key_id;  // FEP-521a; empty where it has none
  std::string proof_key;     // multibase
  Timestamp fetched_at;
};
void put_actor(WriteTx& tx, const Actor& actor);
/// Nothing for an account of this node.
std::optional<Actor> find_actor(const ReadTx& tx, AccountId account);
std::optional<AccountId> actor_by_key(const ReadTx& tx, std::string_view key_id);

/// PEM.
struct SigningKeys {
  std::string request;  // RSA
  std::string proof;    // Ed25519
};
/// Account 0 is the node itself.
std::optional<SigningKeys> find_signing_keys(const ReadTx& tx, AccountId account);
/// The first ones stay.
void insert_signing_keys(WriteTx& tx, AccountId account, const SigningKeys& keys);

/// False when the activity was received before; else it counts as received now.
bool put_received(WriteTx& tx, std::string_view uri);
bool has_received(const ReadTx& tx, std::string_view uri);
void purge_received(WriteTx& tx, Timestamp before);

/// Remembers that an object of another node is gone.
void put_tombstone(WriteTx& tx, std::string_view uri);
bool has_tombstone(const ReadTx& tx, std::string_view uri);

/// Keeps the address of the Follow by which a remote account follows or asks to.
void set_follow_uri(WriteTx& tx, AccountId follower, AccountId target, std::string_view uri);
/// Empty when there is none.
std::string follow_uri(const ReadTx& tx, AccountId follower, AccountId target);

/// A follower leaves; nothing happens for one of this node.
void put_former_inbox(WriteTx& tx, AccountId follower, AccountId target);
/// Someone elsewhere was told who left after `since`.
bool has_former_inbox(const ReadTx& tx, AccountId account, Timestamp since);
bool has_remote_follower(const ReadTx& tx, AccountId account);
/// Those elsewhere who are told by way of this inbox: follower, followed.
std::vector<std::pair<AccountId, AccountId>> followers_behind(const ReadTx& tx, std::string_view inbox);
bool has_follower(const ReadTx& tx, AccountId account);

}  // namespace dunlin::store

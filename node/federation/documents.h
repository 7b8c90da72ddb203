#pragma once
// What this node shows to other nodes: its accounts and statuses in the vocabulary of ActivityPub.
#include <optional>
#include <string>
#include <vector>

#include "node/domain/site.h"
#include "node/federation/keys.h"
#include "node/store/accounts.h"
#include "node/store/emojis.h"
#include "node/store/statuses.h"
#include "protocol/activitypub/activity.h"
#include "protocol/activitypub/actor.h"
#include "protocol/activitypub/post.h"
#include "protocol/url/url.h"

namespace dunlin::federation {

/// Of addresses that may be contacted: http too where the node itself is reached so, which is for tests.
inline UrlSchemes schemes_of(const domain::Site& site) {
  return site.base_url.starts_with("http://") ? UrlSchemes::http_or_https : UrlSchemes::https;
}
/// The node's own actor: asks in its own name for what it fetches.
std::string node_actor_uri(const domain::Site& site);
std::string key_uri(std::string_view actor_uri);
std::string proof_key_uri(std::string_view actor_uri);
activitypub::Actor node_actor(const domain::Site& site, const AccountKeys& keys);
/// What an actor's document tells besides the account's own row.
struct ActorLinks {
  std::string moved_to;  // the actor that it goes on as; empty for none
  std::vector<activitypub::Emoji> emojis;
};
ActorLinks links_of(const store::ReadTx& tx, const domain::Site& site, const store::Account& account);
activitypub::Actor actor_of(const domain::Site& site, const store::Account& account, const AccountKeys& keys,
                            const ActorLinks& links);
/// A custom emoji of this node.
activitypub::Emoji emoji_of(const domain::Site& site, const store::Emoji& emoji);

/// The address of an account's actor, wherever it lives.
std::string uri_of(const domain::Site& site, const store::Account& account);
/// The address of a status's object; of a boost, its activity.
std::string uri_of(const domain::Site& site, const store::Status& status, const store::Account& author);
/// The same by number; empty when there is none.
std::string account_uri(const store::ReadTx& tx, const domain::Site& site, AccountId id);
std::string status_uri(const store::ReadTx& tx, const domain::Site& site, StatusId id);

/// Who a status of this node is addressed to.
activitypub::Addressing addressing_of(const store::ReadTx& tx, const domain::Site& site,
                                      const store::Status& status, const store::Account& author);
activitypub::Post post_of(const store::ReadTx& tx, const domain::Site& site, const store::Status& status,
                          const store::Account& author);
activitypub::ActivityDraft announce_of(const store::ReadTx& tx, const domain::Site& site,
                                       const store::Status& boost, const store::Account& author);

/// Of an address of this node; nothing for all others.
std::optional<std::string> local_username(const domain::Site& site, std::string_view uri);
std::optional<AccountId> local_account(const store::ReadTx& tx, const domain::Site& site,
                                       std::string_view uri);
/// A status wherever it lives, as far as it is known here.
std::optional<StatusId> known_status(const store::ReadTx& tx, const domain::Site& site, std::string_view uri);
std::optional<AccountId> known_account(const store::ReadTx& tx, const domain::Site& site,
                                       std::string_view uri);

}  // namespace dunlin::federation

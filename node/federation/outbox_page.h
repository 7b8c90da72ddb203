#pragma once
// What stands in a page of someone's outbox, and filing it.
#include <optional>
#include <string>
#include <vector>

#include "node/federation/store_remote.h"
#include "node/store/outboxes.h"
#include "protocol/activitypub/collection.h"

namespace dunlin::federation {

struct OutboxItem {
  std::string uri;                   // of the post, or of the boost itself
  std::optional<RemoteStatus> post;  // embedded, and for its author to say; nothing: it must be fetched
  std::optional<store::StatusCounts> counts;
  bool is_boost = false;
  std::string original;                                       // of a boost
  store::Visibility visibility = store::Visibility::public_;  // of a boost
  std::optional<Timestamp> published;
};
/// Posts and boosts by this account, in order; all else is left out.
std::vector<OutboxItem> read_outbox_items(const activitypub::Collection& page, const std::string& account_uri,
                                          Timestamp now);
/// A post that must be there before the item can be stored, or should be: the item itself when only its
/// address came, what it answers, what it boosts. Empty when nothing is missing.
std::string missing_for(const store::ReadTx& tx, const domain::Site& site, const OutboxItem& item);

/// Files new posts and boosts by their dates, and edits of known ones that are younger than `fetched_at`.
/// Tells nobody but those who are named. What cannot be stored is left out.
void store_outbox_items(store::WriteTx& tx, const domain::Site& site, AccountId account,
                        const std::vector<OutboxItem>& items, Timestamp fetched_at);
/// Where the original is known; true when there is nothing left to do. `new_id` in place of one by its date.
bool store_boost(store::WriteTx& tx, const domain::Site& site, const store::AwaitedBoost& boost,
                 StatusId new_id = {});

}  // namespace dunlin::federation

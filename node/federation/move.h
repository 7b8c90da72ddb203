#pragma once
// What an account of another node tells of itself besides its posts: that it moved, and what it pinned.
#include "node/federation/apply.h"
#include "node/federation/remote.h"

namespace dunlin::federation {

/// Before a Move or an Add takes effect: fetches what it is about. The new account is asked anew whether it
/// is the old one too, whatever is known of it. Success for all other activities. Errc::unavailable when it
/// could not be asked now, so that the sender tells it once more. Waits for the network.
Result<void> fetch_for_profile(Remote& remote, const store::ReadTx& tx, const domain::Site& site,
                               const Sender& sender, const activitypub::Activity& activity);
/// Whether it would fetch anything.
bool needs_fetch_for_profile(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                             const activitypub::Activity& activity);

/// Followers here go along when the new account names the old one; else nothing changes.
Result<void> apply_move(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                        const activitypub::Activity& activity);
/// Add and Remove of the sender's own posts in its own featured collection; else nothing changes.
Result<void> apply_pin(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                       const activitypub::Activity& activity);

}  // namespace dunlin::federation

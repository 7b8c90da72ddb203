#include "node/domain/notifications/notify.h"

#include <algorithm>

#include "node/store/accounts.h"
#include "node/store/marks.h"
#include "node/store/notifications.h"
#include "node/store/relationships.h"

namespace dunlin::domain {

void notify(store::WriteTx& tx, AccountId to, std::string_view type, AccountId from, StatusId status,
            StatusId conversation) {
  if (to == from) return;
  const auto account = store::find_account(tx, to);
  if (!account || !account->is_local()) return;  // its own node tells it
  if (store::is_blocking(tx, to, from) || store::is_blocking(tx, from, to)) return;
  const auto mute = store::find_mute(tx, to, from);
  if (mute && mute->notifications && (!mute->expires_at || *mute->expires_at > tx.now())) return;
  if (conversation) {
    const auto muted = store::conversation_mutes_of(tx, to);
    if (std::binary_search(muted.begin(), muted.end(), conversation)) return;
  }
  store::put_notification(tx, to, type, from, status);
}

}  // namespace dunlin::domain

#include "node/federation/move.h"

#include <algorithm>

#include "node/domain/accounts/move.h"
#include "node/federation/documents.h"
#include "node/store/actors.h"
#include "node/store/marks.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;

namespace {

constexpr std::size_t pins_kept_max = 20;  // of an account elsewhere; most servers allow five

bool is_own_move(const Sender& sender, const ap::Activity& activity) {
  return activity.type == "Move" && activity.object_id == sender.uri && !activity.target.empty();
}

bool is_of_own_pins(const store::ReadTx& tx, const Sender& sender, const ap::Activity& activity) {
  if (activity.type != "Add" && activity.type != "Remove") return false;
  const auto actor = store::find_actor(tx, sender.account);
  return actor && !actor->featured.empty() && activity.target == actor->featured;
}

/// Where it concerns someone here: a stranger's moves are not worth a request.
bool must_ask_new_account(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                          const ap::Activity& activity) {
  return is_own_move(sender, activity) && store::has_follower(tx, sender.account) &&
         !local_account(tx, site, activity.target);
}

bool must_fetch_pinned(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                       const ap::Activity& activity) {
  return activity.type == "Add" && is_of_own_pins(tx, sender, activity) &&
         store::has_follower(tx, sender.account) &&
         ap::origin_of(activity.object_id) == ap::origin_of(sender.uri) &&
         !known_status(tx, site, activity.object_id) && !store::has_tombstone(tx, activity.object_id);
}

}  // namespace

bool needs_fetch_for_profile(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                             const ap::Activity& activity) {
  return must_ask_new_account(tx, site, sender, activity) || must_fetch_pinned(tx, site, sender, activity);
}

Result<void> fetch_for_profile(Remote& remote, const store::ReadTx& tx, const domain::Site& site,
                               const Sender& sender, const ap::Activity& activity) {
  if (must_ask_new_account(tx, site, sender, activity)) {
    const auto asked = remote.refresh_account(tx, activity.target);
    if (!asked && asked.error().code == Errc::unavailable)
      return fail(Errc::unavailable, "The new account cannot be asked now", asked.error().safe);
    if (!asked) return fail(Errc::forbidden, "The new account does not confirm the move", asked.error().safe);
  }
  if (must_fetch_pinned(tx, site, sender, activity)) (void)remote.status(tx, activity.object_id);
  return {};
}

Result<void> apply_move(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                        const ap::Activity& activity) {
  const auto target = is_own_move(sender, activity) ? known_account(tx, site, activity.target) : std::nullopt;
  if (!target) return {};
  const auto moved = domain::move_account(tx, site, sender.account, *target);
  if (!moved) {
    log(Level::info, "move_ignored",
        {{"from", sender.uri}, {"to", activity.target}, {"why", moved.error().safe}});
  }
  return {};
}

Result<void> apply_pin(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                       const ap::Activity& activity) {
  if (!is_of_own_pins(tx, sender, activity)) return {};
  const auto id = known_status(tx, site, activity.object_id);
  const auto status = id ? store::find_status(tx, *id) : std::nullopt;
  if (!status || status->is_deleted || status->account != sender.account || status->reblog_of) return {};
  if (activity.type == "Remove") {
    store::delete_pin(tx, sender.account, *id);
    return {};
  }
  // Other servers allow more than we do; beyond this the oldest go.
  const auto pins = store::pins_of(tx, sender.account);
  if (std::find(pins.begin(), pins.end(), *id) != pins.end()) return {};
  for (std::size_t i = pins_kept_max - 1; i < pins.size(); ++i)
    store::delete_pin(tx, sender.account, pins[i]);
  store::put_pin(tx, sender.account, *id);
  return {};
}

}  // namespace dunlin::federation

#pragma once
// What a notice from another node changes here.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "node/domain/site.h"
#include "node/store/transaction.h"
#include "protocol/activitypub/activity.h"
#include "protocol/base/result.h"

namespace dunlin::federation {

/// Who sent it, as its signature proved.
struct Sender {
  AccountId account;
  std::string uri;
};

/// Whether the stamp that a post names is one, as its host says. `unknown`: nobody asked, or could.
enum class Verdict : std::uint8_t { unknown, good, bad };
/// What other nodes said of a consent that the notice brings, see federation/consent.h.
struct Consent {
  Verdict verdict = Verdict::unknown;                    // of the stamp that its post names
  std::optional<activitypub::QuoteAuthorization> stamp;  // that an Accept names
};

/// Posts of others that must be known before the notice makes sense: what is boosted or answered, where it
/// concerns this node at all. Addresses.
std::vector<std::string> posts_to_fetch(const store::ReadTx& tx, const domain::Site& site,
                                        const Sender& sender, const activitypub::Activity& activity);

/// The change as a write; everything slow is done here, before it. It may run twice. Errc::forbidden for what
/// the sender may not say; types that we do not know change nothing.
Result<std::function<Result<void>(store::WriteTx&)>> effect_of(const domain::Site& site, const Sender& sender,
                                                               activitypub::Activity activity, Timestamp now,
                                                               const Consent& consent = {});

}  // namespace dunlin::federation

#pragma once
// What all have in common who ask other nodes for documents.
#include <string_view>

#include "node/domain/site.h"
#include "node/outgoing/exchange.h"
#include "protocol/base/time.h"
#include "protocol/signature/keys.h"

namespace dunlin::federation {

/// Accept for documents of ActivityStreams.
inline constexpr std::string_view activity_types =
    "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// A GET in the name of the node, whose key it is, signed for each hop. `site` and `clock` must outlive it.
outgoing::Request signed_get(const Url& url, std::string_view accept, const domain::Site& site,
                             signature::PrivateKey key, const Clock& clock);

/// Whether a document with this id, asked for at `asked` and found at `address` behind all redirects, counts.
/// Only the host of an id can vouch for it, whatever redirects led elsewhere.
bool is_vouched_for(std::string_view id, std::string_view asked, std::string_view address);

}  // namespace dunlin::federation

#pragma once
// draft-cavage-http-signatures-12: what nearly all peers speak.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/base/encoding.h"
#include "protocol/base/result.h"
#include "protocol/base/time.h"
#include "protocol/signature/claim.h"
#include "protocol/signature/message.h"

namespace dunlin::signature {

/// `Date`, for messages with a body `Digest`, and `Signature` over (request-target), host, date and, with a
/// body, digest and content-type (when it is among the headers), and collection-synchronization (FEP-8fcf,
/// when it is). The request is sent with `Host: message.authority`. `algorithm` is rsa-sha256, or hs2019 for
/// Ed25519. For a peer that leaves the query out, give the target without it. `body_digest`, when given, is
/// the body's: one body to many hosts is hashed once. `key_id` is a URL of ours.
Headers sign_cavage(const PrivateKey& key, std::string_view key_id, const Message& message, Timestamp now,
                    const std::optional<Sha256>& body_digest = std::nullopt);

/// Reads and checks everything but host and digest, which read_claim() does. One `Signature` header is there.
Result<Claim> read_cavage(const Message& message, Timestamp now);

/// Draft section 2.3. `names` in lower case; `(request-target)` has `target` in it. `created` and `expires`
/// as the parameters have them. Refusal::missing_header when one is not there.
struct CavageText {
  std::span<const std::string> names;
  std::string_view target;
  std::string_view created;
  std::string_view expires;
};
Result<std::string> cavage_signing_string(const Message& message, const CavageText& text);

}  // namespace dunlin::signature

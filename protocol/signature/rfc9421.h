#pragma once
// HTTP Message Signatures, RFC 9421: what newer peers speak, some of them first.
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/encoding.h"
#include "protocol/base/result.h"
#include "protocol/base/time.h"
#include "protocol/signature/claim.h"
#include "protocol/signature/message.h"
#include "protocol/signature/structured_fields.h"

namespace dunlin::signature {

/// For messages with a body `Content-Digest`, and `Signature-Input` and `Signature` with one label, sig1,
/// over "@method",
/// "@target-uri" and "content-digest", and collection-synchronization when it is among the headers, with
/// created and keyid. `alg` is left out: it follows from the key. `body_digest`, when given, is the body's
/// SHA-256: one body to many hosts is hashed once. `key_id` is a URL of ours.
Headers sign_rfc9421(const PrivateKey& key, std::string_view key_id, const Message& message, Timestamp now,
                     const std::optional<Sha256>& body_digest = std::nullopt);

/// Reads and checks everything but host and digest, which read_claim() does. Of several labels exactly one
/// must be fit for use; which one a sender means is not guessed.
Result<Claim> read_rfc9421(const Message& message, Timestamp now);

/// RFC 9421 2.5, for the inner list `input` of a Signature-Input. Derived components are those of requests
/// but
/// @query-param; component parameters are refused (Refusal::malformed), as is what is not there
/// (Refusal::missing_header).
Result<std::string> signature_base(const Message& message, const Member& input);

}  // namespace dunlin::signature

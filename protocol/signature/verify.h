#pragma once
// The signature of a request that came in, up to the point where its key is needed.
#include <span>
#include <string>

#include "protocol/base/result.h"
#include "protocol/base/time.h"
#include "protocol/signature/claim.h"
#include "protocol/signature/message.h"
#include "protocol/signature/refusal.h"

namespace dunlin::signature {

/// Reads the signature and checks all that needs no key, cheapest first: that it can be read, its algorithm,
/// that it covers method, target, host and (with a body) digest, its age, that it was made for one of our own
/// names (host[:port], as configured; a default port may be there or not), and last that the digest is that
/// of the raw body. Signature-Input present means RFC 9421 only. Refusals are those of refuse().
Result<Claim> read_claim(const Message& message, std::span<const std::string> own_authorities, Timestamp now);

}  // namespace dunlin::signature

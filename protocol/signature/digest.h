#pragma once
// Digests of bodies: `Digest` (RFC 3230, what draft-cavage peers send) and `Content-Digest` (RFC 9530).
#include <string>
#include <string_view>

#include "protocol/base/encoding.h"
#include "protocol/base/result.h"

namespace dunlin::signature {

/// `SHA-256=<base64>`.
std::string digest_header(const Sha256& digest);
/// `sha-256=:<base64>:`.
std::string content_digest_header(const Sha256& digest);
/// Compares a `Digest` with the body. Other algorithms in the list are passed over; Refusal::no_digest
/// without a SHA-256, Refusal::wrong_digest when one is of another body.
Result<void> check_digest(std::string_view header, std::string_view body);
/// The same for `Content-Digest`, with sha-256 or sha-512 or both, each of which must fit.
Result<void> check_content_digest(std::string_view header, std::string_view body);

}  // namespace dunlin::signature

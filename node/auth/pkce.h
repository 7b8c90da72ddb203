#pragma once
// Proof Key for Code Exchange, method S256 only (RFC 7636). `plain` is not offered: it proves nothing to who
// sees the request.
#include <string_view>

namespace dunlin::auth {

/// For the authorize page: a challenge that some verifier could answer, 43 characters of base64url.
bool is_pkce_challenge(std::string_view challenge);

/// For the token endpoint: the verifier has 43 to 128 unreserved characters (RFC 7636 4.1) and its SHA-256 is
/// the challenge.
bool pkce_s256_matches(std::string_view verifier, std::string_view challenge);

}  // namespace dunlin::auth

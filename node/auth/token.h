#pragma once
#include <string>
#include <string_view>

#include "protocol/base/encoding.h"
#include "protocol/base/random.h"

namespace dunlin::auth {

/// A secret for access tokens, codes, client secrets and browser sessions: 32 random bytes as 43 characters
/// of base64url.
std::string new_token(Random& random);

/// What is stored in place of a token. A plain digest is enough: 256 random bits cannot be guessed, so no
/// salt and no slow hash, and a look-up by digest stays one index probe that tells nothing about the token by
/// its time.
Sha256 token_digest(std::string_view token);

}  // namespace dunlin::auth

#include "node/auth/token.h"

namespace dunlin::auth {

std::string new_token(Random& random) { return random.token(32); }

Sha256 token_digest(std::string_view token) { return sha256(token); }

}  // namespace dunlin::auth

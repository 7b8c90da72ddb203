#include "node/auth/pkce.h"

#include <algorithm>

#include "protocol/base/encoding.h"

namespace dunlin::auth {
namespace {

constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool only(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return alphanumeric.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool is_pkce_challenge(std::string_view challenge) { return challenge.size() == 43 && only(challenge, "-_"); }

bool pkce_s256_matches(std::string_view verifier, std::string_view challenge) {
  if (verifier.size() < 43 || verifier.size() > 128 || !only(verifier, "-._~")) return false;
  return equal_constant_time(base64url(bytes_of(sha256(verifier))), challenge);
}

}  // namespace dunlin::auth

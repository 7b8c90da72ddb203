#pragma once
// What a request says of its signer, all checked but the signature itself.
#include <string>
#include <vector>

#include "protocol/base/time.h"
#include "protocol/signature/keys.h"

namespace dunlin::signature {

enum class Scheme { cavage, rfc9421 };

struct Claim {
  std::string key_id;  // as it came, not empty; the caller makes a URL of it
  Scheme scheme{};
  Timestamp made_at;  // between limits::signature_age_max ago and limits::clock_skew_max ahead
  std::string
      signature;  // its bytes; the same request sent again has the same ones, if its key is of either kind

  /// True when this key made the signature and is of a kind that the message's own word on the algorithm does
  /// not rule out.
  bool is_signed_by(const PublicKey& key) const;

  enum class Algorithm {
    by_key,      // none said, or hs2019
    rsa_sha256,  // RSASSA-PKCS1-v1_5
    ed25519,
  };
  Algorithm algorithm{};
  /// What was signed, in each of the forms that peers make of it.
  std::vector<std::string> signed_texts;
};

}  // namespace dunlin::signature

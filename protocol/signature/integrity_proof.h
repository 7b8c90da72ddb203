#pragma once
// Proofs inside of documents, so that they stay provable when someone else passes them on: FEP-8b32 with the
// cryptosuite eddsa-jcs-2022 of W3C vc-di-eddsa 3.3.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/result.h"
#include "protocol/base/time.h"
#include "protocol/signature/keys.h"

namespace dunlin::signature {

/// Sets `proof` of an object, replacing one that is there, made with an Ed25519 key. The document must have a
/// canonical form: Errc::unprocessable otherwise.
Result<void> add_proof(nlohmann::json& document, const PrivateKey& key, std::string_view verification_method,
                       Timestamp now);

struct ProofClaim {
  std::string
      verification_method;  // as it came, not empty; the caller checks that its controller owns the object
  std::optional<Timestamp> created_at;
  bool is_signed_by(const PublicKey& key) const;

  std::string signed_bytes;  // the two digests, 64 bytes
  std::string signature;     // 64 bytes
};

/// Reads the document's proof: the only one, or the only one of our kind in an array. Refusal::not_signed
/// without one, Refusal::bad_algorithm for other kinds, Refusal::malformed for one that cannot be read or
/// whose @context is not the document's, Refusal::stale for one that is expired or of the future. Old ones
/// are good. A Linked Data `signature` beside it is no part of what is proven.
Result<ProofClaim> read_proof(const nlohmann::json& document, Timestamp now);

}  // namespace dunlin::signature

#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "node/federation/apply.h"
#include "node/store/actors.h"
#include "protocol/signature/claim.h"
#include "protocol/signature/integrity_proof.h"
#include "protocol/signature/keys.h"

namespace dunlin::federation {

/// Tells whose signature it is, by the keys that are stored. Keeps what keys were parsed to: reading one
/// takes four times as long as verifying with it. Any thread.
class Signers {
 public:
  /// Nothing when the key is not known, or did not make the signature.
  std::optional<Sender> signer(const store::ReadTx& tx, const signature::Claim& claim);
  /// The account that `actor` names, when its key made the document's proof.
  std::optional<Sender> prover(const store::ReadTx& tx, const signature::ProofClaim& claim,
                               const std::string& actor);

 private:
  using Parse = Result<signature::PublicKey> (*)(std::string_view);
  std::optional<signature::PublicKey> parsed(const std::string& text, Parse parse);

  std::mutex mutex_;
  std::unordered_map<std::string, signature::PublicKey> parsed_;  // by text, so no change makes one wrong
};

}  // namespace dunlin::federation

#include "protocol/signature/integrity_proof.h"

#include <nlohmann/json.hpp>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/base/limits.h"
#include "protocol/signature/freshness.h"
#include "protocol/signature/jcs.h"
#include "protocol/signature/refusal.h"

namespace dunlin::signature {
namespace {
using nlohmann::json;

constexpr std::size_t signature_bytes = 64;

auto malformed(std::string what) { return refuse(Refusal::malformed, std::move(what)); }

/// The text of a member; empty when there is none or it is something else.
std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_ours(const json& proof) {
  return proof.is_object() && text_of(proof, "type") == "DataIntegrityProof" &&
         text_of(proof, "cryptosuite") == "eddsa-jcs-2022";
}

/// vc-di-eddsa 3.3.4: the digest of the proof without its value, then that of the document without any proof.
Result<std::string> hash_data(const json& document, const json& proof) {
  json options = proof;
  options.erase("proofValue");
  json bare = document;
  bare.erase("proof");
  bare.erase("signature");
  TRY(const auto canonical_options, canonical_json(options));
  TRY(const auto canonical_document, canonical_json(bare));
  return std::string(bytes_of(sha256(canonical_options))) + std::string(bytes_of(sha256(canonical_document)));
}

Result<json> find_proof(const json& document) {
  const auto found = document.is_object() ? document.find("proof") : document.end();
  if (!document.is_object() || found == document.end() || found->is_null()) {
    return refuse(Refusal::not_signed, "no proof");
  }
  if (is_ours(*found)) return *found;
  const json* chosen = nullptr;
  if (found->is_array()) {
    for (const json& proof : *found) {
      if (!is_ours(proof)) continue;
      if (chosen != nullptr) return malformed("more than one proof could be meant");
      chosen = &proof;
    }
  }
  if (chosen == nullptr) return refuse(Refusal::bad_algorithm, "no proof of the kind eddsa-jcs-2022");
  return *chosen;
}

/// A time that is said must be one.
Result<std::optional<Timestamp>> time_of(const json& proof, const char* name) {
  if (!proof.contains(name)) return std::nullopt;
  const auto time = parse_iso(text_of(proof, name));
  if (!time) return refuse(Refusal::stale, std::string(name) + " of the proof is no time");
  return time;
}

}  // namespace

Result<void> add_proof(json& document, const PrivateKey& key, std::string_view verification_method,
                       Timestamp now) {
  ENSURE(document.is_object() && key.kind() == KeyKind::ed25519);
  const std::string created = to_iso(now);
  json proof{{"type", "DataIntegrityProof"},
             {"cryptosuite", "eddsa-jcs-2022"},
             {"created", created.substr(0, created.find('.')) + "Z"},  // whole seconds, as peers write it
             {"verificationMethod", verification_method},
             {"proofPurpose", "assertionMethod"}};
  if (const auto context = document.find("@context"); context != document.end()) proof["@context"] = *context;
  TRY(const auto data, hash_data(document, proof));
  proof["proofValue"] = "z" + base58(key.sign(data));
  document["proof"] = std::move(proof);
  return {};
}

bool ProofClaim::is_signed_by(const PublicKey& key) const {
  return key.kind() == KeyKind::ed25519 && key.verify(signed_bytes, signature);
}

Result<ProofClaim> read_proof(const json& document, Timestamp now) {
  TRY(const json proof, find_proof(document));
  ProofClaim claim;
  claim.verification_method = text_of(proof, "verificationMethod");
  if (claim.verification_method.empty()) return malformed("a proof without verificationMethod");
  if (text_of(proof, "proofPurpose") != "assertionMethod") return malformed("a proof of another purpose");
  // The document is hashed as it stands; a proof made for another @context might mean other things by its
  // terms.
  if (proof.contains("@context") &&
      (!document.contains("@context") || proof["@context"] != document["@context"])) {
    return malformed("a proof with another @context");
  }
  TRY(claim.created_at, time_of(proof, "created"));
  if (claim.created_at && *claim.created_at > now + limits::clock_skew_max) {
    return refuse(Refusal::stale, "a proof of the future");
  }
  TRY(const auto expires, time_of(proof, "expires"));
  if (expires) TRY_DO(check_expiry(*expires, now));
  const std::string value = text_of(proof, "proofValue");
  auto signature = value.starts_with('z') ? base58_decode(std::string_view(value).substr(1)) : std::nullopt;
  if (!signature || signature->size() != signature_bytes) return malformed("no proofValue of 64 bytes");
  claim.signature = std::move(*signature);
  TRY(claim.signed_bytes, hash_data(document, proof));
  return claim;
}

}  // namespace dunlin::signature

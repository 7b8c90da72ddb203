#include "node/federation/signers.h"

#include "node/store/accounts.h"

namespace dunlin::federation {

namespace {

constexpr std::size_t parsed_max = 10'000;  // some 3 KiB each

}  // namespace

std::optional<signature::PublicKey> Signers::parsed(const std::string& text, Parse parse) {
  {
    std::lock_guard lock(mutex_);
    const auto known = parsed_.find(text);
    if (known != parsed_.end()) return known->second;
  }
  auto key = parse(text);
  if (!key) return std::nullopt;
  std::lock_guard lock(mutex_);
  if (parsed_.size() >= parsed_max) parsed_.clear();
  return parsed_.emplace(text, std::move(*key)).first->second;
}

std::optional<Sender> Signers::signer(const store::ReadTx& tx, const signature::Claim& claim) {
  const auto owner = store::actor_by_key(tx, claim.key_id);
  const auto actor = owner ? store::find_actor(tx, *owner) : std::nullopt;
  const auto account = actor ? store::find_account(tx, *owner) : std::nullopt;
  if (!account) return std::nullopt;
  const auto key = parsed(actor->public_key, signature::PublicKey::from_pem);
  if (!key || !claim.is_signed_by(*key)) return std::nullopt;
  return Sender{*owner, account->uri};
}

std::optional<Sender> Signers::prover(const store::ReadTx& tx, const signature::ProofClaim& claim,
                                      const std::string& actor_uri) {
  const auto id = store::account_by_uri(tx, actor_uri);
  const auto actor = id ? store::find_actor(tx, *id) : std::nullopt;
  if (!actor || actor->proof_key_id != claim.verification_method) return std::nullopt;
  const auto key = parsed(actor->proof_key, signature::PublicKey::from_multibase);
  if (!key || !claim.is_signed_by(*key)) return std::nullopt;
  return Sender{*id, actor_uri};
}

}  // namespace dunlin::federation

#include "node/federation/keys.h"

#include "node/store/actors.h"

namespace dunlin::federation {

using signature::KeyKind;
using signature::PrivateKey;

namespace {

constexpr std::size_t kept_max = 10'000;  // some 3 KiB each

Result<AccountKeys> parsed(const store::SigningKeys& stored) {
  TRY(auto request, PrivateKey::from_pem(stored.request));
  TRY(auto proof, PrivateKey::from_pem(stored.proof));
  return AccountKeys{std::move(request), std::move(proof)};
}

}  // namespace

AccountKeys Keys::keep(AccountId account, AccountKeys keys) {
  std::lock_guard lock(mutex_);
  if (keys_.size() >= kept_max) keys_.clear();
  return keys_.emplace(account, std::move(keys)).first->second;
}

std::optional<AccountKeys> Keys::find(const store::ReadTx& tx, AccountId account) {
  {
    std::lock_guard lock(mutex_);
    const auto known = keys_.find(account);
    if (known != keys_.end()) return known->second;
  }
  const auto stored = store::find_signing_keys(tx, account);
  if (!stored) return std::nullopt;
  auto keys = parsed(*stored);
  if (!keys) return std::nullopt;
  return keep(account, std::move(*keys));
}

Result<AccountKeys> Keys::ensure(const store::ReadTx& tx, AccountId account) {
  if (auto known = find(tx, account)) return *known;
  const store::SigningKeys made{PrivateKey::generate(KeyKind::rsa).pem(),
                                PrivateKey::generate(KeyKind::ed25519).pem()};
  // Two may make some at once: the first to be stored are the account's.
  store::SigningKeys stored;
  TRY_DO(writer_.run([&](store::WriteTx& write) -> Result<void> {
    store::insert_signing_keys(write, account, made);
    stored = store::find_signing_keys(write, account).value_or(made);
    return {};
  }));
  TRY(auto keys, parsed(stored));
  return keep(account, std::move(keys));
}

}  // namespace dunlin::federation

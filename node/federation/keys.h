#pragma once
#include <mutex>
#include <unordered_map>

#include "node/store/writer.h"
#include "protocol/signature/keys.h"

namespace dunlin::federation {

/// What an account of this node signs with: requests as every peer reads them, and documents (FEP-8b32).
struct AccountKeys {
  signature::PrivateKey request;  // RSA
  signature::PrivateKey proof;    // Ed25519
};

/// The keys of this node's accounts; account 0 is the node itself. Any thread.
class Keys {
 public:
  explicit Keys(store::Writer& writer) : writer_(writer) {}
  /// From memory or the database; nothing when none were made yet.
  std::optional<AccountKeys> find(const store::ReadTx& tx, AccountId account);
  /// Makes and stores them where there are none. Takes some 100 ms then, and waits for the writer: for
  /// threads that may.
  Result<AccountKeys> ensure(const store::ReadTx& tx, AccountId account);

 private:
  AccountKeys keep(AccountId account, AccountKeys keys);

  store::Writer& writer_;
  std::mutex mutex_;
  std::unordered_map<AccountId, AccountKeys> keys_;
};

}  // namespace dunlin::federation

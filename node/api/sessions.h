#pragma once
#include <cstring>

#include "node/auth/scopes.h"
#include "node/feed/versioned_cache.h"
#include "node/store/accounts.h"
#include "node/store/oauth.h"

namespace dunlin::api {

/// Who makes a request, as its bearer token says.
struct Caller {
  TokenId token;
  AppId app;          // 0 = a token made by the administrator's command
  AccountId account;  // 0 = nobody, or the application itself
  auth::Scopes scopes;
  bool is_waiting = false;  // signed up, but not confirmed or approved yet
};

struct TokenKey {
  Sha256 digest{};
  friend bool operator==(const TokenKey&, const TokenKey&) = default;
};

}  // namespace dunlin::api

template <>
struct std::hash<dunlin::api::TokenKey> {
  std::size_t operator()(const dunlin::api::TokenKey& key) const noexcept {
    std::size_t head;  // a digest is as random as any hash of it
    std::memcpy(&head, key.digest.data(), sizeof head);
    return head;
  }
};

namespace dunlin::api {

/// Tokens in use, so that a request costs no query. Any revocation, suspension or sign-out empties it.
class Sessions {
 public:
  Sessions() : callers_(4u << 20) {}
  /// Null for a token that does not work.
  std::shared_ptr<const Caller> find(const store::ReadTx& tx, std::string_view token);
  void on_commit(const store::Changes& changes, std::uint64_t number) {
    if (changes.tokens || changes.everything) callers_.clear(number);
  }

 private:
  feed::VersionedCache<TokenKey, Caller> callers_;
};

}  // namespace dunlin::api

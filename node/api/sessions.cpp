#include "node/api/sessions.h"

#include "node/auth/token.h"

namespace dunlin::api {

std::shared_ptr<const Caller> Sessions::find(const store::ReadTx& tx, std::string_view token) {
  const TokenKey key{auth::token_digest(token)};
  if (auto known = callers_.get(key)) return known;
  const auto read_at = tx.sequence();
  const auto row = store::find_token(tx, key.digest);
  if (!row) return nullptr;
  const auto scopes = auth::Scopes::parse(row->scopes);
  if (!scopes) return nullptr;
  auto caller =
      std::make_shared<const Caller>(Caller{row->id, row->app, row->account, *scopes, row->is_waiting});
  callers_.put(key, caller, 256, read_at);
  return caller;
}

}  // namespace dunlin::api

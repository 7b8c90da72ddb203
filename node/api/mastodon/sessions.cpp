// A person's own sessions: which applications are signed in, and ending them. Dunlin's addition to the client
// API.
#include "node/api/context.h"
#include "node/api/routes.h"
#include "protocol/base/json_writer.h"

namespace dunlin::api {

namespace {

Result<Outcome> list_sessions(Context& context) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& token : store::tokens_of(context.tx(), context.me())) {
    json.begin_object()
        .field("id", token.id)
        .field("scopes", token.scopes)
        .field("created_at", token.created_at);
    json.field("application", token.app_name.empty() ? "dunlin-node" : token.app_name)
        .field_or_null("website", token.app_website);
    json.field("current", token.id == context.caller.token).end_object();
  }
  json.end_array();
  return json_response(std::move(body));
}

Result<Outcome> end_session(Context& context) {
  const auto id = parse_id<TokenId>(context.args[0]);
  if (!id) return fail(Errc::not_found, "Record not found");
  return write_then_empty([id = *id, me = context.me()](store::WriteTx& tx) -> Result<void> {
    if (!store::revoke_token_of(tx, me, id)) return fail(Errc::not_found, "Record not found");
    return {};
  });
}

Result<Outcome> end_all_sessions(Context& context) {
  return write_then_empty([me = context.me()](store::WriteTx& tx) -> Result<void> {
    store::sign_out_everywhere(tx, me);
    return {};
  });
}

}  // namespace

std::vector<Route> session_routes() {
  using net::Method;
  return {
      {Method::get, "/api/dunlin/v1/sessions", Access::user(auth::Scope::read_accounts), list_sessions},
      {Method::delete_, "/api/dunlin/v1/sessions/:id", Access::user(auth::Scope::write_accounts),
       end_session},
      {Method::delete_, "/api/dunlin/v1/sessions", Access::user(auth::Scope::write_accounts),
       end_all_sessions},
  };
}

}  // namespace dunlin::api

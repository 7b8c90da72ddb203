// For who runs the node: is it alive, is it ready, what does it count.
#include "node/api/context.h"
#include "node/api/routes.h"
#include "protocol/base/encoding.h"

namespace dunlin::api {

namespace {

net::Response plain(std::string text, int status = 200) {
  net::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

Result<Outcome> livez(Context&) { return plain("ok\n"); }

/// What Mastodon answers at this address, to the byte: clients compare it.
Result<Outcome> health(Context&) { return plain("OK"); }

Result<Outcome> readyz(Context& context) {
  if (!context.services.is_ready()) return plain("not ready\n", 503);
  return plain("ok\n");
}

Result<Outcome> metrics(Context& context) {
  const auto& token = context.services.config.metrics.token;
  const auto given = context.request.header("Authorization");
  const bool has_token = !token.empty() && given.size() > 7 &&
                         equal_ignoring_case(given.substr(0, 7), "bearer ") &&
                         equal_constant_time(trim(given.substr(7)), token);
  if (!context.request.loopback && !has_token) return fail(Errc::not_found, "Not found");
  auto response = plain(context.services.metrics());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

}  // namespace

std::vector<Route> operation_routes() {
  using net::Method;
  return {
      {Method::get, "/livez", Access::uncounted(), livez},
      {Method::get, "/health", Access::uncounted(), health},
      {Method::get, "/readyz", Access::uncounted(), readyz},
      {Method::get, "/metrics", Access::uncounted(), metrics},
  };
}

}  // namespace dunlin::api

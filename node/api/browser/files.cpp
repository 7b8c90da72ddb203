// Media and the pages' own pictures and style. Names are ours alone; what is not of their form does not
// exist.
#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/web/assets.h"

namespace dunlin::api {

namespace {

net::Response file(std::string bytes, std::string_view type, bool is_immutable) {
  net::Response response;
  response.content_type = type;
  response.headers = {
      {"Cache-Control", is_immutable ? "public, max-age=31536000, immutable" : "public, max-age=3600"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "default-src 'none'; sandbox"}};
  response.body = std::move(bytes);
  return response;
}

Result<Outcome> media(Context& context) {
  const auto name = std::string(context.args[0]);
  const auto type = media::Files::type_of(name);
  if (type.empty()) return fail(Errc::not_found, "Not found");
  return Slow{[name, type](Context& worker) -> Result<Outcome> {
    auto bytes = worker.services.files.read(name);
    if (!bytes) return fail(Errc::not_found, "Not found");
    return file(std::move(*bytes), type, true);
  }};
}

Result<Outcome> asset(Context& context) {
  for (const auto& known : web::assets()) {
    if (known.path == context.request.path)
      return file(std::string(known.bytes), known.content_type, known.is_immutable);
  }
  return fail(Errc::not_found, "Not found");
}

}  // namespace

std::vector<Route> file_routes() {
  using net::Method;
  return {
      {Method::get, "/media/*", Access::uncounted(), media},
      {Method::get, "/assets/*", Access::uncounted(), asset},
  };
}

}  // namespace dunlin::api

// Where to find what. Sources: RFC 6415 (host-meta), RFC 8414 (authorization server metadata),
// nodeinfo.diaspora.software
#include "node/api/context.h"
#include "node/api/routes.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"

namespace dunlin::api {

namespace {

Result<Outcome> host_meta(Context& context) {
  net::Response response;
  response.content_type = "application/xrd+xml; charset=utf-8";
  response.body =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD "
      "xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n"
      "  <Link rel=\"lrdd\" template=\"" +
      escape_html(context.site().base_url) + "/.well-known/webfinger?resource={uri}\"/>\n</XRD>\n";
  return response;
}

Result<Outcome> nodeinfo_links(Context& context) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("links").begin_array();
  for (const std::string version : {"2.0", "2.1"}) {
    json.begin_object().field("rel", "http://nodeinfo.diaspora.software/ns/schema/" + version);
    json.field("href", context.site().base_url + "/nodeinfo/" + version).end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

net::Response nodeinfo(Context& context, std::string_view version) {
  const auto counts = store::count_node(context.tx(), context.now());
  const auto& config = context.services.config;
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("version", version);
  json.key("software").begin_object().field("name", "dunlin").field("version", DUNLIN_VERSION).end_object();
  json.field_raw("protocols", R"(["activitypub"])").field_raw("services", R"({"inbound":[],"outbound":[]})");
  json.field("openRegistrations", config.registration.mode == app::RegistrationMode::open ||
                                      config.registration.mode == app::RegistrationMode::approval);
  json.key("usage").begin_object().key("users").begin_object().field("total", counts.users);
  json.field("activeMonth", counts.active_month)
      .field("activeHalfyear", counts.active_half_year)
      .end_object();
  json.field("localPosts", counts.statuses).end_object();
  json.key("metadata").begin_object().field("nodeName", config.instance.title);
  json.field("nodeDescription", config.instance.description).end_object().end_object();
  auto response = json_response(std::move(body));
  response.content_type = "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/" +
                          std::string(version) + "#\"; charset=utf-8";
  return response;
}

Result<Outcome> nodeinfo_20(Context& context) { return nodeinfo(context, "2.0"); }
Result<Outcome> nodeinfo_21(Context& context) { return nodeinfo(context, "2.1"); }

Result<Outcome> authorization_server(Context& context) {
  const auto& base = context.site().base_url;
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("issuer", base + "/").field("authorization_endpoint", base + "/oauth/authorize");
  json.field("token_endpoint", base + "/oauth/token").field("revocation_endpoint", base + "/oauth/revoke");
  json.field("app_registration_endpoint", base + "/api/v1/apps")
      .field("service_documentation", "https://docs.joinmastodon.org/");
  json.key("scopes_supported").begin_array();
  for (const auto name : auth::scope_names()) json.value(name);
  json.end_array().key("response_types_supported").begin_array().value("code").end_array();
  json.key("response_modes_supported").begin_array().value("query").end_array();
  json.key("grant_types_supported").begin_array().value("authorization_code").value("client_credentials");
  if (context.services.config.oauth.password_grant) json.value("password");
  json.end_array().key("code_challenge_methods_supported").begin_array().value("S256").end_array();
  json.key("token_endpoint_auth_methods_supported")
      .begin_array()
      .value("client_secret_basic")
      .value("client_secret_post")
      .end_array();
  json.end_object();
  return json_response(std::move(body));
}

/// RFC 9116 asks for a contact; without one there is nothing to say.
Result<Outcome> security_txt(Context& context) {
  const auto& email = context.services.config.instance.contact_email;
  if (email.empty()) return fail(Errc::not_found, "Not found");
  net::Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body =
      "Contact: mailto:" + email + "\nExpires: " + to_iso(context.now() + std::chrono::days(180)) + "\n";
  return response;
}

}  // namespace

std::vector<Route> wellknown_routes() {
  using net::Method;
  return {
      {Method::get, "/.well-known/host-meta", Access::page(), host_meta},
      {Method::get, "/.well-known/nodeinfo", Access::page(), nodeinfo_links},
      {Method::get, "/nodeinfo/2.0", Access::page(), nodeinfo_20},
      {Method::get, "/nodeinfo/2.1", Access::page(), nodeinfo_21},
      {Method::get, "/.well-known/oauth-authorization-server", Access::page(), authorization_server},
      {Method::get, "/.well-known/security.txt", Access::page(), security_txt},
  };
}

}  // namespace dunlin::api

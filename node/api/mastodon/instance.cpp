// What clients ask before anyone signs in. Source: docs.joinmastodon.org/methods/instance,
// /methods/custom_emojis
#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/feed/emojis.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

/// Clients read the release in front to know what they may use; behind it stands who it is. Not after a plus
/// sign, which some libraries take for the version itself.
constexpr std::string_view api_version = "4.3.0 (compatible; Dunlin " DUNLIN_VERSION ")";

bool is_open(const app::Config& config) { return config.registration.mode != app::RegistrationMode::closed; }
bool needs_approval(const app::Config& config) {
  return config.registration.mode == app::RegistrationMode::approval;
}
bool is_invite_only(const app::Config& config) {
  return config.registration.mode == app::RegistrationMode::invite;
}

void write_configuration(JsonWriter& json, const Services& services) {
  json.begin_object();
  json.key("urls")
      .begin_object()
      .field("streaming", services.site.streaming_url())
      .field_null("status")
      .end_object();
  json.key("vapid").begin_object().field("public_key", "").end_object();
  json.key("accounts")
      .begin_object()
      .field("max_featured_tags", 0)
      .field("max_pinned_statuses", limits::pinned_statuses_max);
  json.field("max_profile_fields", limits::profile_fields_max).end_object();
  json.key("statuses").begin_object().field("max_characters", services.config.statuses.characters_max);
  json.field("max_media_attachments", 0).field("characters_reserved_per_url", limits::characters_per_url);
  json.key("supported_mime_types")
      .begin_array()
      .value("text/plain")
      .value("text/markdown")
      .end_array()
      .end_object();
  json.key("media_attachments")
      .begin_object()
      .field_raw("supported_mime_types", R"(["image/jpeg","image/png","image/gif","image/webp"])");
  json.field("description_limit", 1500).field("image_size_limit", services.config.media.picture_mib << 20);
  json.field("image_matrix_limit", services.config.media.picture_megapixels * 1'000'000);
  json.field("video_size_limit", 0)
      .field("video_frame_rate_limit", 0)
      .field("video_matrix_limit", 0)
      .end_object();
  json.key("polls")
      .begin_object()
      .field("max_options", limits::poll_options_max)
      .field("max_characters_per_option", limits::poll_option_characters_max)
      .field("min_expiration", limits::poll_shortest.count());
  json.field("max_expiration", limits::poll_longest.count()).end_object();
  json.key("translation").begin_object().field("enabled", false).end_object();
  json.field("limited_federation", services.domains.only_allowed());
  json.end_object();
}

void write_rules(JsonWriter& json, const app::Config& config) {
  json.begin_array();
  int number = 0;
  for (const auto& rule : config.instance.rules) {
    json.begin_object()
        .field("id", std::to_string(++number))
        .field("text", rule)
        .field("hint", "")
        .end_object();
  }
  json.end_array();
}

void write_languages(JsonWriter& json, const app::Config& config) {
  json.begin_array();
  for (const auto& language : config.instance.languages) json.value(language);
  json.end_array();
}

/// JSON of the account to turn to, or null.
std::string contact_account(Context& context) {
  const auto& name = context.services.config.instance.contact_account;
  const auto id = name.empty() ? std::nullopt : store::account_by_name(context.tx(), name, "");
  const auto card = id ? context.feeds().library().account(context.tx(), *id) : nullptr;
  return card && !card->is_gone ? card->json : "null";
}

Result<Outcome> instance_v2(Context& context) {
  const auto& config = context.services.config;
  const auto counts = store::count_node(context.tx(), context.now());
  std::string body;
  JsonWriter json(body);
  json.begin_object()
      .field("domain", context.site().domain)
      .field("title", config.instance.title)
      .field("version", api_version);
  json.field("source_url", "").field("description", config.instance.description);
  json.key("usage")
      .begin_object()
      .key("users")
      .begin_object()
      .field("active_month", counts.active_month)
      .end_object()
      .end_object();
  json.key("thumbnail")
      .begin_object()
      .field("url", context.site().base_url + "/assets/header.png")
      .field_null("blurhash");
  json.key("versions").begin_object().end_object().end_object();
  json.field_raw("icon", "[]");
  json.key("languages");
  write_languages(json, config);
  json.key("configuration");
  write_configuration(json, context.services);
  json.key("registrations")
      .begin_object()
      .field("enabled", is_open(config))
      .field("approval_required", needs_approval(config));
  json.field("reason_required", needs_approval(config) && config.registration.reason_required);
  json.field_null("message")
      .field("min_age", 0)
      .field("url", context.site().base_url + "/auth/sign_up")
      .end_object();
  json.key("api_versions").begin_object().field("mastodon", 0).field("dunlin", 1).end_object();
  json.key("contact")
      .begin_object()
      .field("email", config.instance.contact_email)
      .field_raw("account", contact_account(context));
  json.end_object();
  json.key("rules");
  write_rules(json, config);
  json.end_object();
  return json_response(std::move(body));
}

Result<Outcome> instance_v1(Context& context) {
  const auto& config = context.services.config;
  const auto counts = store::count_node(context.tx(), context.now());
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("uri", context.site().domain).field("title", config.instance.title);
  json.field("short_description", config.instance.description)
      .field("description", config.instance.description);
  json.field("email", config.instance.contact_email).field("version", api_version);
  json.key("urls").begin_object().field("streaming_api", context.site().streaming_url()).end_object();
  json.key("stats").begin_object().field("user_count", counts.users).field("status_count", counts.statuses);
  json.field("domain_count", 0).end_object();
  json.field("thumbnail", context.site().base_url + "/assets/header.png");
  json.key("languages");
  write_languages(json, config);
  json.field("registrations", is_open(config)).field("approval_required", needs_approval(config));
  json.field("invites_enabled", is_invite_only(config));
  json.key("configuration");
  write_configuration(json, context.services);
  json.field_raw("contact_account", contact_account(context)).key("rules");
  write_rules(json, config);
  json.end_object();
  return json_response(std::move(body));
}

Result<Outcome> rules(Context& context) {
  std::string body;
  JsonWriter json(body);
  write_rules(json, context.services.config);
  return json_response(std::move(body));
}

/// Twelve weeks of Mastodon's statistics are not kept; an empty list is what its documentation allows.
Result<Outcome> nothing(Context&) { return empty_array(); }

/// Those of this node that pickers show. Others are known to clients by the texts that use them.
Result<Outcome> custom_emojis(Context& context) {
  auto emojis = store::local_emojis(context.tx());
  std::erase_if(emojis, [](const store::Emoji& emoji) { return !emoji.is_visible_in_picker; });
  return json_response(feed::emojis_json(context.site(), emojis));
}

Result<Outcome> extended_description(Context& context) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("updated_at", Timestamp{0})
      .field("content", context.services.config.instance.description)
      .end_object();
  return json_response(std::move(body));
}

Result<Outcome> directory(Context& context) {
  TRY(const auto limit, limit_param(context, limits::accounts_page_default, limits::accounts_per_page_max));
  TRY(const auto offset, offset_param(context));
  TRY(const auto order, context.params.text("order"));
  const auto by = order == "new" ? store::DirectoryOrder::newest : store::DirectoryOrder::active;
  return json_response(accounts_json(context, store::directory(context.tx(), by, limit, offset)));
}

}  // namespace

std::vector<Route> instance_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/instance", Access::open(), instance_v1},
      {Method::get, "/api/v2/instance", Access::open(), instance_v2},
      {Method::get, "/api/v1/instance/rules", Access::open(), rules},
      {Method::get, "/api/v1/instance/peers", Access::open(), nothing},
      {Method::get, "/api/v1/instance/activity", Access::open(), nothing},
      {Method::get, "/api/v1/instance/extended_description", Access::open(), extended_description},
      {Method::get, "/api/v1/custom_emojis", Access::open(), custom_emojis},
      {Method::get, "/api/v1/directory", Access::open(), directory},
  };
}

}  // namespace dunlin::api

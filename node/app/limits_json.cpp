#include "node/app/limits_json.h"

#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::app {
namespace {

using std::chrono::milliseconds;

void add(JsonWriter& json, std::string_view name, milliseconds value) {
  json.field(std::string(name) + "_ms", value.count());
}
template <std::integral I>
void add(JsonWriter& json, std::string_view name, I value) {
  json.field(name, value);
}

#define FIXED(name) add(json, #name, limits::name)

void add_requests(JsonWriter& json, const Config& config) {
  FIXED(request_head_bytes_max);
  FIXED(request_fields_max);
  FIXED(request_body_bytes_max);
  FIXED(upload_body_bytes_max);
  FIXED(body_fields_max);
  FIXED(json_depth_max);
  add(json, "head_deadline", std::chrono::seconds(config.server.head_seconds));
  add(json, "body_deadline", std::chrono::seconds(config.server.body_seconds));
  add(json, "idle_deadline", std::chrono::seconds(config.server.idle_seconds));
  add(json, "write_deadline", std::chrono::seconds(config.server.write_seconds));
  FIXED(stop_deadline);
  add(json, "connections_per_address_max", config.server.connections_per_address);
  add(json, "connections_max", config.server.connections_max);
}

void add_text(JsonWriter& json, const Config& config) {
  add(json, "status_characters_max", config.statuses.characters_max);
  FIXED(characters_per_url);
  FIXED(mentions_per_status_max);
  FIXED(tags_per_status_max);
  FIXED(tag_characters_max);
  FIXED(mention_name_characters_max);
  FIXED(domain_characters_max);
  FIXED(linked_url_bytes_max);
  FIXED(markdown_bytes_max);
  FIXED(html_nesting_max);
  FIXED(display_name_characters_max);
  FIXED(bio_characters_max);
  FIXED(profile_fields_max);
  FIXED(profile_field_characters_max);
  FIXED(reason_characters_max);
  FIXED(username_characters_max);
  FIXED(password_bytes_max);
  FIXED(password_characters_min);
  FIXED(name_characters_max);
  FIXED(pinned_statuses_max);
  FIXED(idempotency_key_bytes_max);
  FIXED(idempotency_kept);
  add(json, "follows_max", config.follows.max);
}

void add_pages(JsonWriter& json, const Config& config) {
  FIXED(statuses_per_page_max);
  FIXED(accounts_per_page_max);
  FIXED(page_default);
  FIXED(accounts_page_default);
  FIXED(thread_ancestors_max);
  FIXED(thread_descendants_max);
  add(json, "candidates_examined_max", config.feed.candidates);
}

void add_pictures(JsonWriter& json, const Config& config) {
  add(json, "picture_bytes_max", config.media.picture_mib << 20);
  add(json, "picture_pixels_max", config.media.picture_megapixels * 1'000'000);
  add(json, "picture_frames_max", config.media.picture_frames);
  FIXED(picture_pixels_all_frames_max);
  add(json, "remote_media_bytes_max", config.media.remote_budget);
}

void add_rates(JsonWriter& json, const Config& config) {
  FIXED(authorization_code_kept);
  FIXED(browser_session_kept);
  add(json, "sign_in_attempts_per_account", config.rate_limit.sign_ins_per_account);
  add(json, "sign_in_attempts_per_address", config.rate_limit.sign_ins_per_address);
  FIXED(sign_in_window);
  json.field("rate_limit_enabled", config.rate_limit.enabled);
  add(json, "requests_per_account_in_5_minutes", config.rate_limit.requests_per_account);
  add(json, "requests_per_address_in_5_minutes", config.rate_limit.requests_per_address);
  add(json, "statuses_per_account_in_3_hours", config.rate_limit.statuses_per_account);
  add(json, "uploads_per_account_in_30_minutes", config.rate_limit.uploads_per_account);
  add(json, "sign_ups_per_address_in_30_minutes", config.rate_limit.sign_ups_per_address);
  FIXED(writer_queue_max);
  FIXED(writer_batch_max);
}

}  // namespace

std::string limits_as_json(const Config& config) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  add_requests(json, config);
  add_text(json, config);
  add_pages(json, config);
  add_pictures(json, config);
  add_rates(json, config);
  json.end_object();
  return out;
}

}  // namespace dunlin::app

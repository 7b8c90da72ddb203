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

void add_streams(JsonWriter& json, const Config& config) {
  add(json, "streams_max", config.streaming.connections_max);
  add(json, "streams_per_account_max", config.streaming.connections_per_account);
  add(json, "streams_per_token_max", config.streaming.connections_per_token);
  FIXED(stream_events_waiting_max);
  FIXED(stream_batch_bytes_max);
  FIXED(stream_socket_bytes_max);
  FIXED(stream_message_bytes_max);
  FIXED(stream_burst);
  FIXED(event_heartbeat);
  FIXED(websocket_ping);
}

void add_remote_documents(JsonWriter& json) {
  FIXED(json_members_max);
  FIXED(remote_uri_bytes_max);
  FIXED(remote_content_characters_max);
  FIXED(remote_name_characters_max);
  FIXED(remote_bio_characters_max);
  FIXED(remote_field_characters_max);
  FIXED(remote_description_characters_max);
  FIXED(remote_key_bytes_max);
  FIXED(remote_fields_max);
  FIXED(remote_keys_max);
  FIXED(remote_aliases_max);
  FIXED(remote_addressees_max);
  FIXED(remote_attachments_max);
  FIXED(remote_mentions_max);
  FIXED(remote_tags_max);
  FIXED(remote_emojis_max);
  FIXED(remote_poll_options_max);
  FIXED(poll_options_max);
  FIXED(poll_option_characters_max);
  FIXED(poll_shortest);
  FIXED(poll_longest);
  FIXED(remote_links_max);
}

void add_federation(JsonWriter& json) {
  FIXED(inbox_body_bytes_max);
  FIXED(thread_fetches_max);
  FIXED(fetch_again_after);
  FIXED(fetches_per_activity_max);
  FIXED(new_hosts_per_activity_max);
  FIXED(key_deadline);
  FIXED(host_rest_first);
  FIXED(host_rest_longest);
  FIXED(strangers_max);
  FIXED(strangers_per_host_max);
  FIXED(strangers_per_site_max);
  FIXED(new_hosts_per_site_max);
  FIXED(key_misses_per_host_max);
  FIXED(key_refetch_pause);
  FIXED(received_kept);
  FIXED(deliveries_at_once_max);
  FIXED(delivery_patience);
  FIXED(deliveries_slow_max);
  FIXED(delivery_deadline);
  FIXED(delivery_least_pause);
  FIXED(delivery_first_pause);
  FIXED(delivery_eager_for);
  FIXED(delivery_eager_pause);
  FIXED(delivery_longest_pause);
  FIXED(delivery_kept);
  FIXED(delivery_in_order_for);
  FIXED(delivery_refusals_max);
  FIXED(delivery_asides_max);
  FIXED(domain_comment_bytes_max);
  FIXED(list_bytes_max);
  FIXED(import_lines_max);
  FIXED(aliases_max);
  FIXED(move_again_after);
  FIXED(report_comment_characters_max);
  FIXED(report_statuses_max);
}

void add_fetching(JsonWriter& json) {
  FIXED(fetches_at_once_max);
  FIXED(fetches_at_once_per_host);
  FIXED(fetches_per_minute_per_host);
  FIXED(fetches_in_a_row_per_host);
  FIXED(fetch_first_pause);
  FIXED(fetch_longest_pause);
  FIXED(walk_attempts_max);
  FIXED(collection_items_max);
  FIXED(collection_pages_in_a_row);
  FIXED(collection_pages_max);
  FIXED(backfill_pages);
  FIXED(page_fetches_max);
  FIXED(page_parents_max);
  FIXED(thread_posts_max);
  FIXED(thread_refreshes_max);
  FIXED(thread_depth_max);
  FIXED(thread_pages_max);
  FIXED(shown_refreshes_per_minute);
  FIXED(profile_refresh_pause);
  FIXED(thread_refresh_pause);
  FIXED(reconcile_every);
  FIXED(synchronized_followers_max);
  FIXED(profile_wait_max);
}

void add_outgoing(JsonWriter& json) {
  FIXED(outgoing_connect_deadline);
  FIXED(outgoing_document_deadline);
  FIXED(outgoing_head_bytes_max);
  FIXED(outgoing_document_bytes_max);
  FIXED(content_encodings_max);
  FIXED(redirects_max);
  FIXED(outgoing_transfers_max);
  FIXED(outgoing_kept_connections_max);
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
  FIXED(remote_content_bytes_max);
  FIXED(html_tags_max);
  FIXED(html_tree_bytes_max);
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

void add_emojis(JsonWriter& json) {
  FIXED(shortcode_characters_max);
  FIXED(emojis_max);
  FIXED(emojis_per_text_max);
  FIXED(remote_emojis_per_host_max);
  FIXED(emoji_bytes_max);
  FIXED(emoji_pixels_max);
  FIXED(emoji_pixels_all_frames_max);
  FIXED(emoji_deadline);
  FIXED(emoji_fetches_max);
  FIXED(emoji_fetches_per_host_max);
  FIXED(emoji_waiting_max);
  FIXED(emoji_first_pause);
  FIXED(emoji_longest_pause);
}

void add_signatures(JsonWriter& json) {
  FIXED(signature_age_max);
  FIXED(clock_skew_max);
  FIXED(signature_header_bytes_max);
  FIXED(signature_parameters_max);
  FIXED(signature_components_max);
  FIXED(signature_labels_max);
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
  FIXED(write_wait_max);
  FIXED(read_wait_max);
  FIXED(refusal_hold);
}

}  // namespace

std::string limits_as_json(const Config& config) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  add_requests(json, config);
  add_streams(json, config);
  add_remote_documents(json);
  add_outgoing(json);
  add_federation(json);
  add_fetching(json);
  add_text(json, config);
  add_pages(json, config);
  add_pictures(json, config);
  add_emojis(json);
  add_rates(json, config);
  add_signatures(json);
  json.end_object();
  return out;
}

}  // namespace dunlin::app

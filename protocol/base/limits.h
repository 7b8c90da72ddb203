#pragma once
// Every bound on input from outside, each with its reason. A setting may change some of them
// (node/app/config.h); these are the defaults. `dunlin-node limits` prints the values in force.
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dunlin::limits {
using namespace std::chrono_literals;

// --- HTTP, requests that come in ---
inline constexpr std::size_t request_head_bytes_max =
    16 * 1024;  // a browser's cookies and a long Link query fit
inline constexpr std::size_t request_fields_max = 100;
inline constexpr std::size_t request_body_bytes_max =
    256 * 1024;  // a post with every field at its bound, as JSON escapes
inline constexpr std::size_t upload_body_bytes_max = 17 * 1024 * 1024;  // one picture and its form fields
inline constexpr std::size_t body_fields_max = 1'000;                   // a form of 80 ids[] and some spare
inline constexpr std::size_t json_depth_max = 64;
inline constexpr auto head_deadline = 10s;
inline constexpr auto body_deadline = 30s;
inline constexpr auto idle_deadline = 60s;
inline constexpr auto write_deadline = 60s;  // a phone in a tunnel; a reader that takes nothing is cut off
inline constexpr auto stop_deadline = 4s;    // `serve` stops within 5 s, the store needs a little of it
inline constexpr std::size_t connections_per_address_max = 64;

// --- streams: events as they happen ---
inline constexpr std::size_t streams_per_token_max = 5;  // windows of one browser
inline constexpr std::size_t streams_per_account_max = 10;
inline constexpr std::size_t stream_events_waiting_max =
    64;  // of one stream, for a slow reader; then it ends
inline constexpr std::size_t stream_batch_bytes_max = 64 * 1024;    // put together for one write
inline constexpr std::size_t stream_socket_bytes_max = 128 * 1024;  // that the kernel keeps for a slow reader
inline constexpr std::size_t stream_message_bytes_max = 4 * 1024;   // from the client: it subscribes
inline constexpr auto stream_burst = 50ms;    // events so close to each other go out in one write
inline constexpr auto event_heartbeat = 15s;  // as Mastodon
inline constexpr auto websocket_ping = 30s;   // as Mastodon; two without an answer end it

// --- documents of other servers; text and lists past these are cut, ids and addresses dropped ---
inline constexpr std::size_t json_members_max = 10'000;     // of one object; elements of one array as well
inline constexpr std::size_t remote_uri_bytes_max = 2'048;  // what other servers' columns hold
inline constexpr std::size_t remote_content_characters_max = 100 * 1024;  // a long article
inline constexpr std::size_t remote_name_characters_max = 500;
inline constexpr std::size_t remote_bio_characters_max = 20 * 1024;
inline constexpr std::size_t remote_field_characters_max = 2 * 1024;
inline constexpr std::size_t remote_description_characters_max =
    10'000;                                                    // alt text; people describe whole pages
inline constexpr std::size_t remote_key_bytes_max = 8 * 1024;  // RSA of 16384 bits in PEM takes 3 KiB
inline constexpr std::size_t remote_fields_max = 50;           // Mastodon takes as many
inline constexpr std::size_t remote_keys_max = 10;
inline constexpr std::size_t remote_aliases_max = 32;
inline constexpr std::size_t remote_addressees_max = 500;
inline constexpr std::size_t remote_attachments_max = 16;
inline constexpr std::size_t remote_mentions_max = 100;
inline constexpr std::size_t remote_tags_max = 100;
inline constexpr std::size_t remote_emojis_max = 100;
inline constexpr std::size_t remote_poll_options_max = 20;
inline constexpr std::size_t remote_links_max = 32;  // of one url, of one WebFinger answer

// --- requests that the node makes ---
inline constexpr auto outgoing_connect_deadline = 5s;
inline constexpr auto outgoing_document_deadline = 20s;  // the whole exchange, redirects with it
inline constexpr std::size_t outgoing_head_bytes_max = 64 * 1024;
inline constexpr std::size_t outgoing_document_bytes_max = 1024 * 1024;  // decoded, as all sizes of answers
inline constexpr std::size_t content_encodings_max = 1;  // each one more multiplies what a few bytes become
inline constexpr int redirects_max = 3;                  // as Mastodon
inline constexpr std::size_t outgoing_transfers_max = 512;  // deliveries, and 128 of other kinds
inline constexpr std::size_t outgoing_kept_connections_max = 320;

// --- people's text ---
inline constexpr std::size_t poll_options_max = 12;
inline constexpr std::size_t poll_option_characters_max = 100;
inline constexpr std::chrono::seconds poll_shortest = 5min;  // as Mastodon
inline constexpr std::chrono::seconds poll_longest = 24h * 366;
inline constexpr std::size_t status_characters_max =
    5'000;                                             // a setting; Mastodon's 500 is what people ask to lift
inline constexpr std::size_t characters_per_url = 23;  // what clients' counters assume
inline constexpr std::size_t mentions_per_status_max = 100;
inline constexpr std::size_t tags_per_status_max = 100;
inline constexpr std::size_t tag_characters_max =
    100;  // longer runs after a # are noise, and keys of an index
inline constexpr std::size_t mention_name_characters_max =
    64;  // other servers allow longer names than we give out
inline constexpr std::size_t domain_characters_max = 253;  // RFC 1035 2.3.4
inline constexpr std::size_t linked_url_bytes_max =
    4'096;  // a link counts as 23, so its length needs its own end
inline constexpr std::size_t markdown_bytes_max =
    32 * 1024;                               // the parser's worst cases grow with the square: 80 ms here
inline constexpr int html_nesting_max = 16;  // clients walk our HTML by recursion
inline constexpr std::size_t remote_content_bytes_max =
    100 * 1024;  // a long article; of more we show the beginning
inline constexpr std::size_t html_tags_max =
    4'096;  // work on a tree grows with tags times depth: 30 ms at the worst
inline constexpr std::size_t html_tree_bytes_max =
    8 * 1024 * 1024;  // an honest tree of that many tags takes 2 MiB; unclosed formatting multiplies nodes
inline constexpr std::size_t display_name_characters_max = 100;
inline constexpr std::size_t bio_characters_max = 2'000;
inline constexpr std::size_t profile_fields_max = 8;
inline constexpr std::size_t profile_field_characters_max = 255;
inline constexpr std::size_t reason_characters_max = 500;  // why someone wants to join
inline constexpr std::size_t username_characters_max = 30;
inline constexpr std::size_t password_bytes_max = 1'024;  // argon2 would hash any length: bound the work
inline constexpr std::size_t password_characters_min = 8;
inline constexpr std::size_t name_characters_max = 256;  // applications, lists, filters
inline constexpr std::size_t pinned_statuses_max = 5;
inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr auto idempotency_kept = 24h;

// --- pages ---
inline constexpr int statuses_per_page_max = 40;
inline constexpr int accounts_per_page_max = 80;
inline constexpr int page_default = 20;
inline constexpr int accounts_page_default = 40;
inline constexpr int thread_ancestors_max = 4'096;
inline constexpr int thread_descendants_max = 4'096;
inline constexpr int candidates_examined_max = 4'000;  // of one page; the Link goes on from there

// --- pictures ---
inline constexpr std::size_t picture_bytes_max = 16 * 1024 * 1024;
inline constexpr std::uint64_t picture_pixels_max = 33'000'000;
inline constexpr std::size_t picture_frames_max = 1'000;
inline constexpr std::uint64_t picture_pixels_all_frames_max =
    200'000'000;  // what a phone decodes in a few seconds

// --- custom emoji ---
inline constexpr std::size_t shortcode_characters_max = 128;  // as Mastodon for its own
inline constexpr std::size_t emojis_max = 2'000;              // of this node: clients load the whole list
inline constexpr std::size_t emojis_per_text_max = 100;       // as many as a document may bring along
inline constexpr std::size_t remote_emojis_per_host_max = 10'000;
inline constexpr std::size_t emoji_bytes_max = 256 * 1024;  // as Mastodon; a page may show dozens
inline constexpr std::uint64_t emoji_pixels_max = 4'000'000;
inline constexpr std::uint64_t emoji_pixels_all_frames_max = 50'000'000;
inline constexpr auto emoji_deadline = 10s;  // somebody looks at an empty place meanwhile
inline constexpr int emoji_fetches_max = 16;
inline constexpr int emoji_fetches_per_host_max = 4;
inline constexpr std::size_t emoji_waiting_max = 1'000;  // for their turn, and readers who wait for a picture
inline constexpr auto emoji_first_pause = 1min;  // after a picture could not be had; then five times as long
inline constexpr auto emoji_longest_pause = 24h;

// --- sign-in ---
inline constexpr auto authorization_code_kept = 10min;
inline constexpr auto browser_session_kept = 24h * 30;
inline constexpr int sign_in_attempts_per_account = 10;
inline constexpr int sign_in_attempts_per_address = 25;
inline constexpr auto sign_in_window = 5min;

// --- other nodes ---
inline constexpr std::size_t inbox_body_bytes_max = 1024 * 1024;
inline constexpr int thread_fetches_max = 50;        // ancestors of one post
inline constexpr auto fetch_again_after = 10min;     // what could not be had
inline constexpr int fetches_per_activity_max = 20;  // posts and their authors, for one notice or search
inline constexpr int new_hosts_per_activity_max = 5;
inline constexpr auto key_deadline = 10s;       // who waits longer for us has given up on the notice
inline constexpr auto host_rest_first = 15s;    // of a host that did not answer; then twice as long
inline constexpr auto host_rest_longest = 60s;  // it may be back
inline constexpr int strangers_max = 12;        // deliveries with unknown keys that wait: 3 of 4 threads
inline constexpr int strangers_per_host_max = 4;
inline constexpr int strangers_per_site_max = 8;    // of one registered name
inline constexpr int new_hosts_per_site_max = 20;   // in an hour
inline constexpr int key_misses_per_host_max = 60;  // in an hour; named by strangers and not there
inline constexpr auto key_refetch_pause = 5min;     // after a signature that does not fit the key we have
inline constexpr auto received_kept = 24h * 14;     // longer than anyone sends again
inline constexpr std::size_t deliveries_at_once_max = 320;  // to hosts that answer quickly, or that are new
inline constexpr auto delivery_patience = 2s;               // with these; then a host is slow
inline constexpr std::size_t deliveries_slow_max = 64;      // besides, to slow hosts
inline constexpr auto delivery_deadline = 60s;              // with these
inline constexpr auto delivery_least_pause = 1s;            // after a failure, whatever happens
inline constexpr auto delivery_first_pause = 5s;
inline constexpr auto delivery_eager_for = 10min;  // of an outage: a host that is back waits at most
inline constexpr auto delivery_eager_pause = 60s;  // this long
inline constexpr auto delivery_longest_pause = 12h;
inline constexpr auto delivery_kept = 24h * 7;           // then dropped, unless it takes something back
inline constexpr auto delivery_in_order_for = 24h;       // what waited longer is sent newest first
inline constexpr int delivery_refusals_max = 8;          // of one notice, where the signature is not taken
inline constexpr std::size_t delivery_asides_max = 100;  // of one host; more, and the host itself waits
inline constexpr std::size_t domain_comment_bytes_max = 8'192;
inline constexpr std::size_t list_bytes_max =
    16 * 1024 * 1024;  // domain blocks and people's own lists, as CSV
inline constexpr std::size_t import_lines_max = 20'000;
inline constexpr std::size_t aliases_max = 20;     // of one account
inline constexpr auto move_again_after = 24h * 7;  // as Mastodon and GoToSocial have it
inline constexpr std::size_t report_comment_characters_max = 1'000;
inline constexpr std::size_t report_statuses_max = 100;

// --- what the node asks of others by itself ---
inline constexpr std::size_t fetches_at_once_max = 100;
inline constexpr int fetches_at_once_per_host = 2;
inline constexpr int fetches_per_minute_per_host = 120;
inline constexpr int fetches_in_a_row_per_host = 10;  // then no faster than that; a profile opens at once
inline constexpr auto fetch_first_pause = 10s;        // after a host failed; three times as long each time
inline constexpr auto fetch_longest_pause = 6h;
inline constexpr int walk_attempts_max = 22;              // some five days
inline constexpr std::size_t collection_items_max = 400;  // of one page; Mastodon has 20, static sites all
inline constexpr int collection_pages_in_a_row = 10;      // then others first
inline constexpr int collection_pages_max = 100;          // 2,000 posts of an account after a long outage
inline constexpr int backfill_pages = 2;                  // of whom someone begins to follow: 40 posts
inline constexpr int page_fetches_max = 40;               // parents and boosted posts for one page
inline constexpr int page_parents_max = 10;               // upwards of each of its replies
inline constexpr int thread_posts_max = 100;              // downwards, each time that a thread is opened
inline constexpr int thread_refreshes_max = 30;           // known posts asked for their answers, each time
inline constexpr int thread_depth_max = 10;
inline constexpr int thread_pages_max = 10;  // of one post's answers
inline constexpr int shown_refreshes_per_minute = 60;
inline constexpr auto profile_refresh_pause = 10min;
inline constexpr auto thread_refresh_pause = 3min;
inline constexpr auto reconcile_every = 24h;
inline constexpr int synchronized_followers_max = 10'000;  // FEP-8fcf; of one account, elsewhere
inline constexpr auto profile_wait_max = 3s;               // of a reader who scrolls past what is known

// --- the writer's queue ---
inline constexpr std::size_t writer_queue_max = 4'096;
inline constexpr std::size_t writer_batch_max = 512;
inline constexpr auto write_wait_max = 100ms;  // in it, or until it is read; then others are refused
inline constexpr auto read_wait_max = 400ms;   // of any request, until it is read
inline constexpr auto refusal_hold = 750ms;    // on average

// --- signatures ---
inline constexpr auto signature_age_max =
    12h;  // as Mastodon has it: senders repeat for hours what they signed once
inline constexpr auto clock_skew_max = 1h;  // a server with a wrong time zone or none that sets its clock
inline constexpr std::size_t signature_header_bytes_max = 8 * 1024;  // RSA of 8192 bits takes 1.4 KiB
inline constexpr std::size_t signature_parameters_max = 16;          // six are known
inline constexpr std::size_t signature_components_max = 64;          // peers cover five to eight
inline constexpr std::size_t signature_labels_max = 4;  // one of the sender, one of a proxy, some spare

}  // namespace dunlin::limits

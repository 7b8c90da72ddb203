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

// --- people's text ---
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

// --- sign-in ---
inline constexpr auto authorization_code_kept = 10min;
inline constexpr auto browser_session_kept = 24h * 30;
inline constexpr int sign_in_attempts_per_account = 10;
inline constexpr int sign_in_attempts_per_address = 25;
inline constexpr auto sign_in_window = 5min;

// --- the writer's queue ---
inline constexpr std::size_t writer_queue_max = 4'096;
inline constexpr std::size_t writer_batch_max = 512;

}  // namespace dunlin::limits

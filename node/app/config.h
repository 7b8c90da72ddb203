#pragma once
// The settings of a node: what node.toml may say. Member names are the keys, so `registration.mode` is one
// word everywhere. Each is described once, in settings.cpp: help, bounds, allowed words.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/limits.h"
#include "protocol/base/log.h"
#include "protocol/base/result.h"

namespace dunlin::app {

enum class RegistrationMode : std::uint8_t { open, approval, invite, closed };
enum class FederationMode : std::uint8_t { open, allow_list };
enum class Synchronous : std::uint8_t { full, normal };

struct Config {
  std::string domain;  // lower case, may carry a port; never empty in a Config that load_config() gave

  struct Server {
    std::vector<std::string> listen = {"127.0.0.1:8080"};
    std::int64_t loops = 0;            // 0: one a core
    std::int64_t connections_max = 0;  // 0: from the limit of open files
    std::int64_t connections_per_address = limits::connections_per_address_max;
    std::int64_t head_seconds = limits::head_deadline.count();
    std::int64_t body_seconds = limits::body_deadline.count();
    std::int64_t idle_seconds = limits::idle_deadline.count();
    std::int64_t write_seconds = limits::write_deadline.count();
    bool gzip = true;
    bool insecure_http = false;
  } server;

  struct Tls {
    std::string cert;  // a relative path is relative to the data folder
    std::string key;
  } tls;

  struct Proxy {
    bool behind = false;
    std::vector<std::string> trusted;  // addresses and ranges
  } proxy;

  struct Outgoing {
    std::string ca_file;               // PEM; a relative path is relative to the data folder
    bool allow_private = false;        // tests only
    std::vector<std::string> allow;    // ranges, maybe with a port
    std::vector<std::string> resolve;  // host:port:address
  } outgoing;

  struct Federation {
    FederationMode mode = FederationMode::open;
    bool authorized_fetch = false;
    std::int64_t catch_up_after = 300;  // seconds
  } federation;

  struct Registration {
    RegistrationMode mode = RegistrationMode::approval;
    bool confirm_email = false;
    bool reason_required = true;
  } registration;

  struct Oauth {
    bool password_grant = false;
  } oauth;

  struct Instance {
    std::string title = "Dunlin";
    std::string description;
    std::string contact_email;
    std::string contact_account;  // username of a local account
    std::vector<std::string> rules;
    std::vector<std::string> languages = {"en"};
  } instance;

  struct Statuses {
    std::int64_t characters_max = limits::status_characters_max;
    bool local_only_default = false;
    bool markdown_default = false;
  } statuses;

  struct Follows {
    std::int64_t max = 5'000;  // 0: no limit
  } follows;

  struct RateLimit {
    bool enabled = true;
    std::int64_t requests_per_account = 1'500;                                 // in 5 minutes
    std::int64_t requests_per_address = 300;                                   // in 5 minutes
    std::int64_t statuses_per_account = 300;                                   // in 3 hours
    std::int64_t uploads_per_account = 60;                                     // in 30 minutes
    std::int64_t sign_ups_per_address = 5;                                     // in 30 minutes
    std::int64_t sign_ins_per_account = limits::sign_in_attempts_per_account;  // in limits::sign_in_window
    std::int64_t sign_ins_per_address = limits::sign_in_attempts_per_address;
  } rate_limit;

  struct Media {
    std::int64_t remote_budget = std::int64_t{10} << 30;  // bytes
    std::int64_t picture_mib = limits::picture_bytes_max >> 20;
    std::int64_t picture_megapixels = limits::picture_pixels_max / 1'000'000;
    std::int64_t picture_frames = limits::picture_frames_max;
  } media;

  struct Database {
    Synchronous synchronous = Synchronous::full;
    std::int64_t cache_mib = 2;  // of each connection
    std::int64_t mmap_mib = 0;
  } database;

  struct Caches {
    std::int64_t statuses_mib = 64;
    std::int64_t viewers_mib = 16;
    std::int64_t heads_mib = 128;  // newest ids of those who post
    std::int64_t rings_mib = 256;  // grows with readers; 2 KiB for each
    std::int64_t followers_mib = 128;
  } caches;

  struct Streaming {
    std::int64_t connections_max = 0;  // 0: three quarters of all connections
    std::int64_t connections_per_account = limits::streams_per_account_max;
    std::int64_t connections_per_token = limits::streams_per_token_max;
  } streaming;

  struct Feed {
    std::int64_t candidates = limits::candidates_examined_max;
    std::int64_t pull_followers = 100'000;
    std::int64_t push_ns = 0, pull_ns = 0;  // 0 = measured
  } feed;

  struct Log {
    Level level = Level::info;
    bool requests = false;
  } log;

  struct Metrics {
    std::string token;  // empty: loopback only
  } metrics;
};

/// Reads `text` as TOML over the defaults, then applies `overrides`, each `key=value` as given to --set.
/// Errc::bad_request with a message for the administrator that names file, line and key: `node.toml:12:
/// registration.mod: unknown setting, did you mean registration.mode?`. Only the domain is required.
Result<Config> parse_config(std::string_view text, std::string_view file_name,
                            const std::vector<std::string>& overrides);

/// The same for a file. Errc::not_found when there is none.
Result<Config> load_config(const std::string& path, const std::vector<std::string>& overrides);

/// One override, for options such as --listen that have their setting: same rules, same messages. A list
/// takes values with commas between, or a TOML array.
Result<void> apply_override(Config& config, std::string_view key_and_value);

/// Whether a node may serve with it: certificate and key come together, and exactly one of TLS, proxy.behind
/// and server.insecure_http says how the connection is secured.
Result<void> check_serving(const Config& config);

/// A host name in lower case, maybe with a port. Errc::bad_request otherwise.
Result<std::string> checked_domain(std::string_view domain);

/// `https://DOMAIN`, or http with server.insecure_http; no slash at the end.
std::string public_url(const Config& config);

/// node.toml for a new node: the domain, and every setting with its help and default, commented out.
std::string default_toml(std::string_view domain);

/// Every setting with its value, as nested JSON objects. A secret is `"(set)"` or empty.
std::string config_as_json(const Config& config);

}  // namespace dunlin::app

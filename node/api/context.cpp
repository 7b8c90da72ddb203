#include "node/api/context.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

#include "node/api/content_coding.h"
#include "node/federation/catch_up.h"
#include "node/net/cidr.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t limiter_keys_max = 100'000;

}  // namespace

RateLimits::RateLimits(const app::Config::RateLimit& config, const Clock& clock)
    : enabled(config.enabled),
      requests_of_account({static_cast<int>(config.requests_per_account), 5min}, limiter_keys_max, clock),
      requests_of_address({static_cast<int>(config.requests_per_address), 5min}, limiter_keys_max, clock),
      statuses_of_account({static_cast<int>(config.statuses_per_account), 3h}, limiter_keys_max, clock),
      uploads_of_account({static_cast<int>(config.uploads_per_account), 30min}, limiter_keys_max, clock),
      sign_ups_of_address({static_cast<int>(config.sign_ups_per_address), 30min}, limiter_keys_max, clock),
      sign_ins_of_account({static_cast<int>(config.sign_ins_per_account), limits::sign_in_window},
                          limiter_keys_max, clock),
      sign_ins_of_address({static_cast<int>(config.sign_ins_per_address), limits::sign_in_window},
                          limiter_keys_max, clock) {}

namespace {

tl::unexpected<Error> not_found() { return fail(Errc::not_found, "Record not found"); }

template <class IdType>
Result<IdType> id_arg(const std::vector<std::string_view>& args, std::size_t n) {
  if (n >= args.size()) return not_found();
  const auto id = parse_id<IdType>(args[n]);
  if (!id) return not_found();
  return *id;
}

}  // namespace

Result<StatusId> Context::status_arg(std::size_t n) const { return id_arg<StatusId>(args, n); }
Result<NotificationId> Context::notification_arg(std::size_t n) const {
  return id_arg<NotificationId>(args, n);
}
Result<AccountId> Context::account_arg(std::size_t n) const {
  if (n >= args.size()) return not_found();
  return account_of(args[n]);
}
Result<AccountId> Context::account_of(std::string_view public_id) const {
  const auto parsed = parse_id<AccountPublicId>(public_id);
  const auto id = parsed ? store::account_by_public_id(tx(), *parsed) : std::nullopt;
  const auto card = id ? feeds().library().account(tx(), *id) : nullptr;
  if (!card || card->is_gone) return not_found();
  return *id;
}

std::string Context::client_key() const {
  const auto address = net::Address::parse(request.client_address);
  return address ? net::client_network(*address).to_string() : request.client_address;
}

Result<void> Context::take(net::RateLimiter& limiter, std::string_view key, std::string_view message) {
  if (!services.rate_limits.enabled) return {};
  const auto answer = limiter.take(key);
  if (answer.allowed) return {};
  rate = answer;
  return fail(Errc::rate_limited, std::string(message));
}

web::Site page_site(const Services& services) {
  web::Site site;
  site.title = services.config.instance.title;
  site.domain = services.site.domain;
  site.base_url = services.site.base_url;
  if (services.config.registration.mode == app::RegistrationMode::closed) site.sign_up_url.clear();
  return site;
}

net::Response json_response(std::string body, int status) {
  net::Response response;
  response.status = status;
  response.content_type = "application/json; charset=utf-8";
  response.body = std::move(body);
  return response;
}

int status_of(Errc code) {
  switch (code) {
    case Errc::bad_request:
      return 400;
    case Errc::unauthorized:
      return 401;
    case Errc::forbidden:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::conflict:
      return 409;
    case Errc::gone:
      return 410;
    case Errc::too_large:
      return 413;
    case Errc::unsupported:
      return 415;
    case Errc::unprocessable:
      return 422;
    case Errc::rate_limited:
      return 429;
    case Errc::unavailable:
      return 503;
  }
  return 500;
}

net::Response error_response(const Error& error) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("error", error.safe);
  if (!error.fields.empty()) {
    json.key("details").begin_object();
    for (const auto& field : error.fields) {
      json.key(field.name)
          .begin_array()
          .begin_object()
          .field("error", field.code)
          .field("description", field.description);
      json.end_object().end_array();
    }
    json.end_object();
  }
  json.end_object();
  auto response = json_response(std::move(body), status_of(error.code));
  if (error.code == Errc::unavailable) response.headers.emplace_back("Retry-After", "1");
  return response;
}

net::Response redirect(std::string location, int status) {
  net::Response response;
  response.status = status;
  response.headers.emplace_back("Location", std::move(location));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

net::Response html_response(std::string body, std::vector<std::pair<std::string, std::string>> headers,
                            int status) {
  net::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

Result<Outcome> write_then_empty(std::function<Result<void>(store::WriteTx&)> apply) {
  return write([apply = std::move(apply)](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(apply(tx));
    return Then([](Context&) -> Result<net::Response> { return empty_object(); });
  });
}

namespace {

/// Percent-encodes what `is_kept` does not take.
std::string encoded(std::string_view text, bool (*is_kept)(char)) {
  std::string out;
  for (const char c : text) is_kept(c) ? void(out += c) : void(out += percent_encode({&c, 1}));
  return out;
}

/// RFC 3986 3.3, and 3.4 without what would end an address in a header.
bool is_path_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("/-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}
bool is_query_character(char c) {
  return is_path_character(c) || c == '?' || c == '%' || c == '[' || c == ']';
}

}  // namespace

std::string encoded_path(const net::Request& request) { return encoded(request.path, is_path_character); }

void add_link_header(const Context& context, net::Response& response,
                     const std::optional<std::string>& max_id, const std::optional<std::string>& min_id) {
  std::string kept;
  for (std::string_view rest = context.request.query; !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto name = percent_decode(pair.substr(0, pair.find('=')), true).value_or("");
    // A token in the query must not travel on in addresses.
    if (name == "max_id" || name == "min_id" || name == "since_id" || name == "access_token" || pair.empty())
      continue;
    kept.append(encoded(pair, is_query_character)).append("&");
  }
  std::string link;
  const auto add = [&](std::string_view name, const std::optional<std::string>& id, std::string_view rel) {
    if (!id) return;
    if (!link.empty()) link += ", ";
    link.append("<")
        .append(context.site().base_url)
        .append(encoded_path(context.request))
        .append("?")
        .append(kept);
    link.append(name).append("=").append(*id).append(">; rel=\"").append(rel).append("\"");
  };
  add("max_id", max_id, "next");
  add("min_id", min_id, "prev");
  if (!link.empty()) response.headers.emplace_back("Link", std::move(link));
}

Result<int> limit_param(const Context& context, int standard, int max) {
  TRY(const auto given, context.params.integer("limit", INT64_MIN, INT64_MAX));
  if (!given) return standard;
  return static_cast<int>(std::clamp<std::int64_t>(*given, 1, max));
}

Result<int> offset_param(const Context& context) {
  TRY(const auto given, context.params.integer("offset", INT64_MIN, INT64_MAX));
  return static_cast<int>(std::clamp<std::int64_t>(given.value_or(0), 0, 10'000));
}

namespace {

/// An id as a bound of a page: "0" and an empty value bound nothing.
Result<std::optional<std::int64_t>> bound(const Context& context, std::string_view name) {
  TRY(const auto given, context.params.text(name));
  if (!given || given->empty() || *given == "0") return std::nullopt;
  const auto number = parse_id_number(*given);
  if (!number) return fail(Errc::unprocessable, std::string(name) + " is not an id");
  return number;
}

}  // namespace

Result<feed::PageRequest> status_page_request(const Context& context) {
  feed::PageRequest page;
  TRY(page.limit, limit_param(context, limits::page_default, limits::statuses_per_page_max));
  TRY(const auto max, bound(context, "max_id"));
  TRY(const auto since, bound(context, "since_id"));
  TRY(const auto min, bound(context, "min_id"));
  if (max) page.max = StatusId{*max};
  if (since) page.since = StatusId{*since};
  if (min) page.min = StatusId{*min};
  return page;
}

Result<store::EdgePage> edge_page_request(const Context& context, int limit_default, int limit_max) {
  store::EdgePage page;
  TRY(page.limit, limit_param(context, limit_default, limit_max));
  TRY(const auto max, bound(context, "max_id"));
  TRY(const auto since, bound(context, "since_id"));
  TRY(const auto min, bound(context, "min_id"));
  page.before = max.value_or(INT64_MAX);
  page.after = std::max(since.value_or(0), min.value_or(0));
  page.ascending = min.has_value();
  return page;
}

namespace {

/// RFC 9110 13.1.2: weakly, for a cache's own copy may have been compressed on the way.
bool is_named(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    const auto end = std::min(if_none_match.find(','), if_none_match.size());
    auto one = trim(if_none_match.substr(0, end));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
  }
  return false;
}

void add_vary(const Context& context, net::Response& response) {
  if (context.services.config.server.gzip) response.headers.emplace_back("Vary", "Accept-Encoding");
}

}  // namespace

net::Response page_response(const Context& context, std::size_t bytes,
                            const std::function<void(feed::PageWriter&)>& append) {
  constexpr std::size_t worth_it = 1'024;  // less goes in one packet as it is
  std::string body;
  const bool packs = context.services.config.server.gzip && bytes >= worth_it && takes_gzip(context.request);
  if (packs) {
    feed::PageWriter page(context.feeds().library(), bytes);
    append(page);
    body = page.finish();
  } else {
    body.reserve(bytes);
    feed::PageWriter page(body);
    append(page);
  }
  auto response = json_response(std::move(body));
  if (packs) response.headers.emplace_back("Content-Encoding", "gzip");
  add_vary(context, response);
  return response;
}

net::Response entries_response(const Context& context, const feed::Viewer& viewer,
                               std::span<const feed::Entry> entries) {
  return page_response(context, feed::Feeds::size_of(entries), [&](feed::PageWriter& page) {
    context.feeds().append(page, context.tx(), viewer, entries);
  });
}

net::Response versioned(const Context& context, std::uint64_t version,
                        const std::function<net::Response()>& make) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "\"%016" PRIx64 "\"", version);
  const std::string_view tag = text.data();
  net::Response response;
  if (is_named(context.request.header("If-None-Match"), tag)) {
    response.status = 304;
    add_vary(context, response);  // as the page would have it, RFC 9110 15.4.5
  } else {
    response = make();
  }
  response.headers.emplace_back("ETag", "W/" + std::string(tag));
  return response;
}

Result<net::Response> show_status(Context& context, StatusId id) {
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  const auto entries = context.feeds().entries(context.tx(), *viewer, {&id, 1});
  if (entries.empty()) return not_found();
  std::string body;
  feed::PageWriter page(body);
  context.feeds().append(page, context.tx(), *viewer, context.feeds().marks_of(context.tx(), *viewer).get(),
                         entries.front());
  tell_shown(context, entries);
  return json_response(std::move(body));
}

Then then_show_status(StatusId id) {
  return [id](Context& context) { return show_status(context, id); };
}

/// Of what comes from elsewhere the counts may be old.
void tell_shown(Context& context, std::span<const feed::Entry> entries) {
  std::vector<StatusId> ids;
  for (const auto& entry : entries) {
    const auto& status = entry.original ? *entry.original : *entry.status;
    const auto& author = entry.original ? *entry.original_author : *entry.author;
    if (author.acct.find('@') != std::string::npos && status.facts.visibility <= store::Visibility::unlisted)
      ids.push_back(status.facts.id);
  }
  if (!ids.empty()) context.services.catch_up.statuses_shown(ids);
}

net::Response status_list(Context& context, const feed::StatusPage& page) {
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  auto response = versioned(context, context.feeds().version(context.tx(), *viewer, page.entries),
                            [&] { return entries_response(context, *viewer, page.entries); });
  tell_shown(context, page.entries);
  std::optional<std::string> older;
  std::optional<std::string> newer;
  if (page.older_than) older = to_string(*page.older_than);
  if (page.newer_than) newer = to_string(*page.newer_than);
  add_link_header(context, response, older, newer);
  return response;
}

std::string accounts_json(Context& context, const std::vector<AccountId>& ids,
                          const std::function<void(std::string& json, AccountId)>& add) {
  std::string out = "[";
  for (AccountId id : ids) {
    const auto card = context.feeds().library().account(context.tx(), id);
    if (!card || card->is_gone) continue;
    if (out.size() > 1) out += ',';
    std::string json = card->json;
    if (add) add(json, id);
    out += json;
  }
  out += ']';
  return out;
}

net::Response account_list(Context& context, const std::vector<store::Edge>& edges,
                           const store::EdgePage& page,
                           const std::function<void(std::string& json, AccountId)>& add) {
  std::vector<store::Edge> shown = edges;
  std::sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  std::vector<AccountId> ids;
  for (const auto& edge : shown) ids.push_back(edge.account);
  auto response = json_response(accounts_json(context, ids, add));
  std::optional<std::string> older;
  std::optional<std::string> newer;
  if (!shown.empty()) {
    // A short page upwards still has what lies below it.
    if (page.ascending || static_cast<int>(shown.size()) == page.limit)
      older = std::to_string(shown.back().id);
    newer = std::to_string(shown.front().id);
  }
  add_link_header(context, response, older, newer);
  return response;
}

}  // namespace dunlin::api

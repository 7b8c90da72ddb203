#include "node/api/dispatcher.h"

#include "node/api/federation/context.h"
#include "node/net/websocket.h"
#include "node/web/pages.h"
#include "node/web/security_headers.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"

namespace dunlin::api {

namespace {

using net::Method;

constexpr std::string_view exposed_headers =
    "ETag, Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, "
    "Mastodon-Async-Refresh";

bool is_file(std::string_view path) { return path.starts_with("/media/") || path.starts_with("/assets/"); }

/// What scripts of other sites may call: everything with a token, nothing with a cookie.
bool is_shared(std::string_view path) {
  return path == "/api" || path.starts_with("/api/") || path == "/oauth/token" || path == "/oauth/revoke" ||
         path.starts_with("/.well-known/") || path.starts_with("/nodeinfo/") || is_file(path);
}

bool is_page(std::string_view path) {
  return !is_shared(path) && !path.starts_with("/oauth/token") && path != "/inbox" &&
         !path.ends_with("/inbox");
}

std::string_view bearer_token(const net::Request& request) {
  const auto value = request.header("Authorization");
  constexpr std::string_view scheme = "bearer ";
  if (value.size() <= scheme.size() || !equal_ignoring_case(value.substr(0, scheme.size()), scheme))
    return {};
  return trim(value.substr(scheme.size()));
}

tl::unexpected<Error> bad_token() { return fail(Errc::unauthorized, "The access token is invalid"); }

net::Response preflight() {
  net::Response response;
  response.status = 204;
  response.headers = {{"Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"},
                      {"Access-Control-Allow-Headers",
                       "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Requested-With"},
                      {"Access-Control-Max-Age", "86400"}};
  return response;
}

}  // namespace

Dispatcher::Dispatcher(Services services, std::vector<std::unique_ptr<store::Connection>> readers)
    : services_(std::move(services)), router_(all_routes()), readers_(std::move(readers)) {}

std::uint64_t Dispatcher::body_bytes_max(Method method, std::string_view path) const {
  const auto match = router_.find(method, path);
  if (match.route != nullptr && match.route->body_bytes_max != 0) return match.route->body_bytes_max;
  return limits::request_body_bytes_max;
}

template <class Step>
auto Dispatcher::with_view(Context& context, store::Connection& connection, Step step) {
  // The view ends with the step: the loop's connection serves other requests while this one waits for a
  // commit.
  const store::ReadTx tx(connection, services_.writer.sequence());
  context.set_tx(&tx);
  auto result = step();
  context.set_tx(nullptr);
  return result;
}

Result<void> Dispatcher::authorize(Context& context, const net::Request& request) {
  const Access access = context.route->access;
  // Public facts are told whatever token comes along: clients ask for them first, also with one that has
  // ended.
  if (access.kind() == Access::Kind::page || access.kind() == Access::Kind::uncounted ||
      access.kind() == Access::Kind::open) {
    return {};
  }
  auto token = std::string(bearer_token(request));
  if (token.empty() && request.header("Authorization").empty()) {
    TRY(auto from_query, context.params.text("access_token"));
    token = std::move(from_query).value_or("");
    // Browsers can send no header with a WebSocket but this.
    if (token.empty() && net::wants_websocket(request))
      token = std::string(request.header("Sec-WebSocket-Protocol"));
  } else if (token.empty()) {
    return bad_token();
  }
  if (token.empty()) {
    if (access.kind() == Access::Kind::anyone) return {};
    return fail(Errc::unauthorized, "The access token is missing: send it as Authorization: Bearer TOKEN");
  }
  const auto caller = services_.sessions.find(context.tx(), token);
  if (!caller) return bad_token();
  context.caller = *caller;
  context.token = std::move(token);
  // Not 401, which clients take for signed out: they would forget the token that works tomorrow.
  if (caller->is_waiting) return fail(Errc::forbidden, "Your account is waiting to be confirmed or approved");
  const bool needs_user = access.kind() == Access::Kind::user;
  if (needs_user && !caller->account) {
    return fail(Errc::unprocessable, "This method requires an authenticated user");
  }
  if (access.kind() == Access::Kind::app && caller->account) {
    return fail(Errc::forbidden, "This method requires an application's own token");
  }
  const bool needs_scope = access.kind() == Access::Kind::user || access.kind() == Access::Kind::anyone ||
                           access.kind() == Access::Kind::app;
  if (needs_scope && !caller->scopes.allows(access.scope())) {
    return fail(Errc::forbidden, "This action is outside the authorized scopes: it needs " +
                                     std::string(to_string(access.scope())));
  }
  return {};
}

Result<void> Dispatcher::limit_rate(Context& context) {
  auto& rates = services_.rate_limits;
  if (!rates.enabled || context.route->access.kind() == Access::Kind::uncounted) return {};
  context.rate = context.me() ? rates.requests_of_account.take(to_string(context.me()))
                              : rates.requests_of_address.take(context.client_key());
  if (!context.rate->allowed) return fail(Errc::rate_limited, "Too many requests");
  return {};
}

Result<void> Dispatcher::prepare(Context& context, const net::Request& request) {
  if (context.route->access.kind() == Access::Kind::peer) return {};
  const auto read = [&]() -> Result<void> {
    TRY(context.params, net::Params::parse(request));
    return authorize(context, request);
  };
  const auto good = read();
  // What is refused counts too: otherwise tokens could be guessed without end.
  TRY_DO(limit_rate(context));
  return good;
}

/// As a page where people look, as JSON where programs do.
net::Response Dispatcher::error_answer(const Context& context, const Error& error, int status) const {
  const auto& request = context.request;
  const bool is_seen =
      (is_page(request.path) && !wants_activity(request)) ||
      (is_file(request.path) && request.header("Accept").find("text/html") != std::string_view::npos);
  if (!is_seen) {
    auto response = error_response(error);
    response.status = status;
    return response;
  }
  auto headers = web::page_headers();
  headers.emplace_back("Cache-Control", "no-store");
  return html_response(web::error_page(page_site(services_), status, error.safe), std::move(headers), status);
}

net::Response Dispatcher::wrong_method(const Context& context, const std::vector<Method>& methods) const {
  constexpr int method_not_allowed = 405;
  auto response = error_answer(context, {Errc::bad_request, "This address does not take this method", "", {}},
                               method_not_allowed);
  std::string allowed;  // RFC 9110 15.5.6
  for (const Method method : methods) {
    allowed.append(allowed.empty() ? "" : ", ").append(to_string(method));
    if (method == Method::get) allowed += ", HEAD";
  }
  if (is_shared(context.request.path)) allowed += ", OPTIONS";
  response.headers.emplace_back("Allow", std::move(allowed));
  return response;
}

net::Response Dispatcher::finished(Context& context, Result<net::Response> result) {
  const auto& request = context.request;
  net::Response response;
  if (result) {
    response = std::move(*result);
  } else {
    if (!result.error().detail.empty()) {
      log(Level::warning, "request_failed",
          {{"id", request.id},
           {"path", request.path},
           {"error", result.error().safe},
           {"detail", result.error().detail}});
    }
    response = error_answer(context, result.error(), status_of(result.error().code));
  }
  add_headers(context, response);
  if (services_.config.log.requests || response.status >= 500) {
    log(response.status >= 500 ? Level::error : Level::info, "request",
        {{"id", request.id},
         {"method", to_string(request.method)},
         {"path", request.path},
         {"status", response.status},
         {"account", context.me()}});
  }
  return response;
}

void Dispatcher::add_headers(const Context& context, net::Response& response) const {
  const auto& request = context.request;
  auto& headers = response.headers;
  if (is_shared(request.path)) {
    headers.emplace_back("Access-Control-Allow-Origin", "*");
    headers.emplace_back("Access-Control-Expose-Headers", exposed_headers);
  }
  if (request.path.starts_with("/api/")) {
    // Nor may what has an ETag be stored by a browser: our clients keep it themselves, in memory.
    headers.emplace_back("Cache-Control", "private, no-store");
    headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  if (context.rate) {
    headers.emplace_back("X-RateLimit-Limit", std::to_string(context.rate->limit));
    headers.emplace_back("X-RateLimit-Remaining", std::to_string(context.rate->remaining));
    headers.emplace_back("X-RateLimit-Reset", to_iso(context.rate->reset));
    if (!context.rate->allowed) {
      const auto wait =
          std::max<std::int64_t>(1, (context.rate->reset.ms - services_.clock.now().ms + 999) / 1000);
      headers.emplace_back("Retry-After", std::to_string(wait));
    }
  }
  if (services_.site.base_url.starts_with("https://")) {
    headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  }
}

bool Dispatcher::is_too_much(const net::Request& request) {
  if (request.method == Method::get) return request.waited > limits::read_wait_max;
  if (services_.writer.is_full()) {
    services_.writer.note_refused();
    return true;
  }
  return request.waited > limits::write_wait_max;
}

net::Response Dispatcher::too_busy(const Context& context) const {
  // Not logged one by one: there are as many as a flood can send, and the writer counts them.
  const Error error{
      Errc::unavailable, "The node is busy; nothing was changed. Try again in a moment.", "", {}};
  auto response = error_answer(context, error, status_of(error.code));
  add_headers(context, response);
  // Who is refused asks again at once. To answer all of them as fast as they ask would take the time of those
  // who were accepted; and those who came together shall not come together again.
  constexpr std::size_t hold_ms = limits::refusal_hold / std::chrono::milliseconds(1);
  response.hold =
      std::chrono::milliseconds(hold_ms / 2 + std::hash<std::string>()(context.request.id) % hold_ms);
  return response;
}

std::optional<net::Response> Dispatcher::handle(const net::Request& request, net::Reply reply) {
  auto context = std::make_shared<Context>(services_, request);
  auto match = router_.find(request.method, request.path);
  if (match.route == nullptr) {
    if (request.method == Method::options && is_shared(request.path)) return finished(*context, preflight());
    if (!match.methods.empty()) return finished(*context, wrong_method(*context, match.methods));
    return finished(*context, fail(Errc::not_found, is_page(request.path) ? "" : "Not found"));
  }
  context->route = match.route;
  context->args = std::move(match.args);
  // Before anything is done for it: under a flood most of the work would be for what is refused in the end.
  if (is_too_much(request)) return too_busy(*context);
  if (request.method != Method::get) context->received_at = services_.clock.monotonic();
  auto& connection = *readers_[request.loop];
  try {
    auto outcome = with_view(*context, connection, [&]() -> Result<Outcome> {
      TRY_DO(prepare(*context, request));
      return match.route->handler(*context);
    });
    return proceed(context, std::move(outcome), reply);
  } catch (const std::exception& fault) {
    return finished(*context, fail(Errc::unavailable, "Something went wrong on the node; it has been logged.",
                                   fault.what()));
  }
}

std::optional<net::Response> Dispatcher::proceed(const ContextPtr& context, Result<Outcome> outcome,
                                                 const net::Reply& reply) {
  if (!outcome) return finished(*context, tl::unexpected<Error>(std::move(outcome).error()));
  if (auto* response = std::get_if<net::Response>(&*outcome)) return finished(*context, std::move(*response));
  if (auto* write = std::get_if<Write>(&*outcome)) {
    submit(context, std::move(*write), reply);
    return std::nullopt;
  }
  if (auto* later = std::get_if<Later>(&*outcome)) {
    later->begin([this, context, reply](Result<net::Response> result) {
      reply(finished(*context, std::move(result)));
    });
    return std::nullopt;
  }
  if (!hand_to_worker(context, std::get<Slow>(std::move(*outcome)), reply)) {
    return finished(*context, fail(Errc::unavailable, "The node is busy; try again in a moment."));
  }
  return std::nullopt;
}

void Dispatcher::submit(const ContextPtr& context, Write write, const net::Reply& reply) {
  auto then = std::make_shared<Then>();
  store::Operation operation;
  operation.received = context->received_at;
  operation.apply = [write = std::move(write), then](store::WriteTx& tx) -> Result<void> {
    TRY(*then, write.apply(tx));
    return {};
  };
  operation.done = [this, context, then, reply](Result<void> result) {
    net::Response response;
    response.complete = [this, context, then, result = std::move(result)](net::Response& out) {
      if (!result) {
        out = finished(*context, tl::unexpected<Error>(result.error()));
        return;
      }
      try {
        out = finished(*context, with_view(*context, *readers_[context->request.loop],
                                           [&] { return (*then)(*context); }));
      } catch (const std::exception& fault) {
        out = finished(
            *context, fail(Errc::unavailable, "It was stored, but cannot be shown right now.", fault.what()));
      }
    };
    reply(std::move(response));
  };
  if (!services_.writer.submit(std::move(operation))) {
    reply(too_busy(*context));
  }
}

bool Dispatcher::hand_to_worker(const ContextPtr& context, Slow slow, const net::Reply& reply) {
  auto& workers = slow.waits_for_network ? services_.network_workers : services_.workers;
  return workers.submit([this, context, slow = std::move(slow), reply](store::Connection& connection) {
    std::optional<net::Response> response;
    try {
      auto outcome = with_view(*context, connection, [&] { return slow.work(*context); });
      response = proceed(context, std::move(outcome), reply);
    } catch (const std::exception& fault) {
      response = finished(
          *context,
          fail(Errc::unavailable, "Something went wrong on the node; it has been logged.", fault.what()));
    }
    if (response) reply(std::move(*response));
  });
}

net::Response Dispatcher::refuse(int status, std::string_view reason,
                                 std::string_view) {  // the server logs it
  auto response = json_response(
      std::string(R"({"error":"The request was refused: )") + std::string(reason) + "\"}", status);
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back("Access-Control-Expose-Headers", exposed_headers);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

}  // namespace dunlin::api

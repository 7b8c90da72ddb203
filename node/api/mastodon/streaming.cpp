// Events as they happen. Source: docs.joinmastodon.org/methods/streaming
#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/auth/token.h"
#include "node/net/websocket.h"

namespace dunlin::api {

namespace {

using auth::Scope;
using streaming::Channel;

streaming::Listener listener_of(const Context& context) {
  return {context.me(), context.caller.token, auth::token_digest(context.token), context.caller.scopes};
}

/// Many channels over one connection: the client subscribes by messages, to the first of them in the query.
Result<Outcome> websocket(Context& context) {
  if (!net::wants_websocket(context.request)) {
    auto response =
        json_response(R"({"error":"This address is for WebSockets; events are at …/user and others"})", 426);
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  if (!context.me()) return fail(Errc::unprocessable, "This method requires an authenticated user");
  TRY(auto response, net::websocket_answer(context.request));
  TRY(auto first, context.params.text("stream"));
  // Where the token came by this field the client wants it answered.
  const auto protocol = context.request.header("Sec-WebSocket-Protocol");
  if (!protocol.empty())
    response.headers.emplace_back("Sec-WebSocket-Protocol", protocol.substr(0, protocol.find(',')));
  TRY(response.stream, context.services.streams.open(context.request.loop, net::Stream::Kind::websocket,
                                                     listener_of(context), std::move(first).value_or("")));
  return response;
}

template <Channel channel>
Result<Outcome> events(Context& context) {
  const auto listener = listener_of(context);
  TRY_DO(streaming::may_listen(listener, channel));
  net::Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("X-Accel-Buffering", "no");  // nginx would keep events until there are enough
  TRY(response.stream, context.services.streams.open(context.request.loop, net::Stream::Kind::events,
                                                     listener, std::string(streaming::name_of(channel))));
  return response;
}

/// What Mastodon answers at this address, to the byte.
Result<Outcome> health(Context&) {
  net::Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "OK";
  return response;
}

}  // namespace

std::vector<Route> streaming_routes() {
  using net::Method;
  const auto reader = Access::user(Scope::read_statuses);
  return {
      // What may be listened to is asked of each channel.
      {Method::get, "/api/v1/streaming", Access::token(), websocket},
      {Method::get, "/api/v1/streaming/health", Access::uncounted(), health},
      {Method::get, "/api/v1/streaming/user", reader, events<Channel::user>},
      {Method::get, "/api/v1/streaming/user/notification", Access::user(Scope::read_notifications),
       events<Channel::user_notification>},
      {Method::get, "/api/v1/streaming/public", reader, events<Channel::public_>},
      {Method::get, "/api/v1/streaming/public/local", reader, events<Channel::public_local>},
      {Method::get, "/api/v1/streaming/public/remote", reader, events<Channel::public_remote>},
  };
}

}  // namespace dunlin::api

#pragma once
// A server with a handler whose routes show what the server did.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "node/net/server.h"

namespace dunlin::net {

///   /echo     "METHOD path?query" and the body       /later   the reply waits in `next_waiting`
///   /client   the client's address, loopback or not  /drop    no answer at all
///   /big      `big_bytes` of body                    /throw   a fault
///   /split    a header with a line break             /twice   answers, and replies too
///   /empty    204                                    /sync    replies before it returns
///   /small    like /echo, bodies of 16 bytes at most
class TestHandler final : public Handler {
 public:
  static constexpr std::size_t body_bytes_max_of_echo = 4 * 1024 * 1024;
  static constexpr std::size_t big_bytes = 24 * 1024 * 1024;  // more than both sockets' buffers take

  std::uint64_t body_bytes_max(Method, std::string_view path) const override {
    return path == "/small" ? 16 : body_bytes_max_of_echo;
  }
  std::optional<Response> handle(const Request& request, Reply reply) override {
    if (request.path == "/later") {
      std::lock_guard lock(mutex_);
      waiting_.emplace_back(&request, std::move(reply));
      changed_.notify_all();
      return std::nullopt;
    }
    if (request.path == "/drop") return std::nullopt;
    if (request.path == "/throw") throw std::runtime_error("a fault");
    if (request.path == "/twice") reply(text("by reply"));
    if (request.path == "/sync") {
      reply(text("by reply"));
      return std::nullopt;
    }
    return answer(request);
  }
  Response refuse(int status, std::string_view reason, std::string_view request_id) override {
    auto response = text(std::string(reason));
    response.status = status;
    response.headers.emplace_back("X-Refused", request_id);
    return response;
  }

  /// Waits for the next request to /later. The request is readable until the reply is called.
  std::pair<const Request*, Reply> next_waiting() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_.empty(); });
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    return next;
  }

  static Response text(std::string body) {
    Response response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
  }

 private:
  static Response answer(const Request& request) {
    if (request.path == "/big") return text(std::string(big_bytes, 'b'));
    if (request.path == "/client")
      return text(request.client_address + (request.loopback ? " loopback" : ""));
    auto response = text(std::string(to_string(request.method)) + " " + request.path + "?" + request.query +
                         "\n" + request.body);
    if (request.path == "/split") response.headers.emplace_back("Location", "/a\r\nSet-Cookie: b");
    if (request.path == "/empty") response.status = 204;
    return response;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<const Request*, Reply>> waiting_;
};

/// A started server on a free port of 127.0.0.1.
struct TestServer {
  explicit TestServer(ServerOptions options = {}) : server(prepared(std::move(options)), handler) {
    auto bound = server.start();
    if (bound) where = bound->front();
  }
  static ServerOptions prepared(ServerOptions options) {
    options.listen = {"127.0.0.1:0"};
    if (options.loops == 0) options.loops = 2;
    return options;
  }
  std::uint64_t refused(std::string_view reason) const {
    for (const auto& [word, count] : server.stats().refused) {
      if (word == reason) return count;
    }
    return 0;
  }
  TestHandler handler;
  Server server;
  std::string where;
};

}  // namespace dunlin::net

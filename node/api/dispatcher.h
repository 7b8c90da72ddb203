#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "node/api/context.h"
#include "node/api/route.h"

namespace dunlin::api {

/// Takes each request through route, token, scope, rate limit, parameters and handler, and dresses the answer
/// (CORS, limits, security headers). The only place where a Result becomes an HTTP answer.
class Dispatcher final : public net::Handler {
 public:
  /// `readers`: one reading connection for each I/O loop, by its index.
  Dispatcher(Services services, std::vector<std::unique_ptr<store::Connection>> readers);

  std::uint64_t body_bytes_max(net::Method method, std::string_view path) const override;
  std::optional<net::Response> handle(const net::Request& request, net::Reply reply) override;
  net::Response refuse(int status, std::string_view reason, std::string_view request_id) override;
  /// A loop's own reading connection; on its thread.
  store::Connection& reader(unsigned loop) { return *readers_[loop]; }

 private:
  using ContextPtr = std::shared_ptr<Context>;
  Result<void> prepare(Context& context, const net::Request& request);
  Result<void> authorize(Context& context, const net::Request& request);
  Result<void> limit_rate(Context& context);
  /// A response now, or nothing: then it comes through `reply`.
  std::optional<net::Response> proceed(const ContextPtr& context, Result<Outcome> outcome,
                                       const net::Reply& reply);
  void submit(const ContextPtr& context, Write write, const net::Reply& reply);
  bool hand_to_worker(const ContextPtr& context, Slow slow, const net::Reply& reply);
  net::Response finished(Context& context, Result<net::Response> result);
  bool is_too_much(const net::Request& request);
  net::Response too_busy(const Context& context) const;
  void add_headers(const Context& context, net::Response& response) const;
  net::Response error_answer(const Context& context, const Error& error, int status) const;
  net::Response wrong_method(const Context& context, const std::vector<net::Method>& methods) const;
  template <class Step>
  auto with_view(Context& context, store::Connection& connection, Step step);

  Services services_;
  Router router_;
  std::vector<std::unique_ptr<store::Connection>> readers_;
};

}  // namespace dunlin::api

// The second half of a request: asking the handler, waiting for its reply, framing the response.
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <utility>

#include "node/net/connection.h"
#include "node/net/response_head.h"
#include "protocol/base/log.h"

namespace dunlin::net {
namespace {

/// What the copies of one Reply share: who gives the answer, and that somebody does. Keeps the request alive.
class Exchange {
 public:
  explicit Exchange(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (claim()) connection_->deliver_dropped();
  }
  /// True for the first who asks: the one whose answer counts.
  bool claim() { return !claimed_.exchange(true, std::memory_order_acq_rel); }
  void answer(Response response) {
    if (claim()) connection_->deliver(std::move(response));
  }

 private:
  std::shared_ptr<Connection> connection_;
  std::atomic<bool> claimed_{};
};

}  // namespace

template <class Completion>
struct Connection::WaiterOf final : Connection::Waiter {
  explicit WaiterOf(Completion c) : completion(std::move(c)) {}
  void resume() override {
    auto last = std::move(completion);
    last();
  }
  Completion completion;
};

Task<void> Connection::reply_arrived() {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      [this](auto completion) {
        waiter_ = std::make_unique<WaiterOf<decltype(completion)>>(std::move(completion));
      },
      use_task);
}

Task<void> Connection::hold_response() {
  struct Cancel final : Waiter {
    explicit Cancel(asio::steady_timer& t) : timer(t) {}
    void resume() override { timer.cancel(); }
    asio::steady_timer& timer;
  };
  loop_->stats().held.add();
  asio::steady_timer timer(loop_->io(), response_.hold);
  waiter_ = std::make_unique<Cancel>(timer);
  co_await timer.async_wait(no_throw);
  waiter_.reset();
}

void Connection::dispatch() {
  answered_ = false;
  if (request_.path == "*") {  // OPTIONS *: about the server as a whole, RFC 9110 9.3.7
    response_ = Response();
    response_.status = 204;
    answered_ = true;
    return;
  }
  dispatching_ = true;
  ask_handler();
  dispatching_ = false;
}

void Connection::ask_handler() {
  auto exchange = std::make_shared<Exchange>(shared_from_this());
  try {
    auto answer = loop_->state().handler.handle(
        request_, [exchange](Response response) { exchange->answer(std::move(response)); });
    if (answer && exchange->claim()) take_reply(std::move(*answer));
  } catch (const std::exception& error) {
    log(Level::error, "handler_fault",
        {{"id", request_.id}, {"path", request_.path}, {"error", error.what()}});
    loop_->stats().refused[static_cast<std::size_t>(Refusal::handler_failed)].add();
    if (exchange->claim()) take_reply(refusal_response(Refusal::handler_failed));
  }
}

void Connection::deliver(Response response) {
  if (loop_->is_own_thread() && dispatching_) {
    take_reply(std::move(response));
    return;
  }
  loop_->post([self = shared_from_this(), given = std::move(response)]() mutable {
    self->take_reply(std::move(given));
  });
}

void Connection::deliver_dropped() {
  auto dropped = [self = shared_from_this()] {
    if (self->closed_) return;  // stopped: nobody waits for it
    log(Level::error, "reply_dropped", {{"id", self->request_.id}, {"path", self->request_.path}});
    self->loop_->stats().refused[static_cast<std::size_t>(Refusal::reply_dropped)].add();
    self->take_reply(self->refusal_response(Refusal::reply_dropped));
  };
  if (loop_->is_own_thread() && dispatching_) {
    dropped();
  } else {
    loop_->post(std::move(dropped));
  }
}

void Connection::take_reply(Response response) {
  if (closed_ || answered_) return;
  response_ = std::move(response);
  answered_ = true;
  if (waiter_) std::exchange(waiter_, nullptr)->resume();
}

Response Connection::refusal_response(Refusal reason) {
  try {
    return loop_->state().handler.refuse(status_of(reason), word_of(reason), request_.id);
  } catch (const std::exception& error) {
    log(Level::error, "handler_fault", {{"id", request_.id}, {"error", error.what()}});
    Response bare;
    bare.status = status_of(reason);
    return bare;
  }
}

void Connection::complete_response() {
  if (!response_.complete) return;
  auto complete = std::exchange(response_.complete, nullptr);
  try {
    complete(response_);
  } catch (const std::exception& error) {
    log(Level::error, "handler_fault",
        {{"id", request_.id}, {"path", request_.path}, {"error", error.what()}});
    loop_->stats().refused[static_cast<std::size_t>(Refusal::handler_failed)].add();
    response_ = refusal_response(Refusal::handler_failed);
  }
}

void Connection::frame_response() {
  auto& stats = loop_->stats();
  complete_response();
  if (loop_->stopping()) keep_alive_ = false;
  if (response_.stream) keep_alive_ = response_.status == 101;
  ResponseFrame frame{loop_->date_line(), request_.id, keep_alive_, !head_.http_1_1};
  if (!write_response_head(response_, frame, head_out_)) {
    log(Level::error, "response_header_fault", {{"id", request_.id}, {"path", request_.path}});
    stats.refused[static_cast<std::size_t>(Refusal::response_header)].add();
    response_ = refusal_response(Refusal::response_header);
    response_.headers.clear();
    write_response_head(response_, frame, head_out_);
  }
  stats.requests.add();
  auto status_class = static_cast<std::size_t>(response_.status / 100);
  if (status_class < stats.by_class.size()) stats.by_class[status_class].add();
}

Io Connection::begin_writing() {
  unsent_head_ = head_out_;
  unsent_body_ = response_.body;
  if (head_.method == Method::head || !has_body(response_.status)) unsent_body_ = {};
  if (head_.method == Method::head) response_.stream = nullptr;
  response_bytes_ = unsent_head_.size() + unsent_body_.size();
  loop_->stats().bytes_out.add(response_bytes_);
  return transport_.write(unsent_head_, unsent_body_);
}

}  // namespace dunlin::net

#include "node/net/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "node/net/forwarded.h"
#include "node/net/request_path.h"
#include "protocol/base/log.h"

namespace dunlin::net {
namespace {

constexpr std::size_t small_body_bytes_max =
    16 * 1024;  // past it a body keeps a rate instead of one deadline
constexpr std::size_t drained_bytes_max =
    32 * 1024 * 1024;  // a client that sends all before it reads sees the refusal
constexpr std::size_t kept_capacity_max = 16 * 1024;  // of a buffer, from one request to the next
constexpr unsigned turns_max = 16;                    // without a wait; then others get theirs

void reuse(std::string& buffer) {
  if (buffer.capacity() > kept_capacity_max) buffer = std::string();
  buffer.clear();
}

/// `buffer` without its first `count` bytes.
void take_front(std::string& buffer, std::size_t count) {
  if (count == buffer.size()) {
    reuse(buffer);
  } else {
    buffer.erase(0, count);
  }
}

}  // namespace

Connection::Connection(std::shared_ptr<Loop> loop, Socket socket, Peer peer)
    : loop_(std::move(loop)),
      transport_(std::move(socket)),
      peer_(peer),
      peer_text_(peer.address.to_string()),
      peer_is_proxy_(contains(loop_->state().options.trusted_proxies, peer.address)) {}

void Connection::start() {
  loop_->add(*this);
  if (loop_->stopping()) closed_ = true;
  asio::co_spawn(loop_->io(), run(), [self = shared_from_this()](std::exception_ptr fault) {
    try {
      if (fault) std::rethrow_exception(fault);
    } catch (const std::exception& error) {
      log(Level::error, "connection_fault", {{"id", self->request_.id}, {"error", error.what()}});
    }
    self->finish();
  });
}

void Connection::finish() {
  closed_ = true;
  boost::system::error_code ignored;
  transport_.socket().close(ignored);
  auto& state = loop_->state();
  if (peer_.refusal == Refusal::none) {
    state.connections.leave(peer_.address, peer_.counted_by_address);
  } else {
    --state.refused_open;
  }
  loop_->remove(*this);
}

// --- deadlines and waiting ---

void Connection::enter(Phase phase, std::chrono::milliseconds allowed) {
  phase_ = phase;
  phase_began_ = loop_->now();
  expired_ = false;
  extend(allowed, 0);
}

void Connection::extend(std::chrono::milliseconds allowed, std::uint64_t bytes_moved) {
  // The loop's time may be a tick old: one more, so that nobody is cut early.
  auto earned = limits().rate_min == 0 ? 0 : bytes_moved * 1000 / limits().rate_min;
  deadline_ = phase_began_ + allowed + std::chrono::milliseconds(earned) + loop_->tick();
}

void Connection::check_deadline(std::chrono::nanoseconds now) {
  if (now < deadline_) return;
  if (streaming_) return check_stream(now);
  deadline_ = std::chrono::nanoseconds::max();
  expired_ = true;
  boost::system::error_code ignored;
  transport_.socket().cancel(ignored);
}

void Connection::stop_when_idle() {
  if (streaming_) return stop_stream();
  bool running = phase_ == Phase::body || phase_ == Phase::handling || phase_ == Phase::writing;
  if (running) return;
  closed_ = true;
  boost::system::error_code ignored;
  transport_.socket().cancel(ignored);
}

void Connection::abandon() {
  auto self = shared_from_this();
  closed_ = true;
  boost::system::error_code ignored;
  // Not closed yet: the descriptor stays ours until the coroutine has ended.
  transport_.socket().shutdown(Socket::shutdown_both, ignored);
  transport_.socket().cancel(ignored);
  if (waiter_) std::exchange(waiter_, nullptr)->resume();
}

Task<bool> Connection::ready(Io direction) {
  if (closed_ || expired_) co_return false;
  auto kind = direction == Io::want_write ? Socket::wait_write : Socket::wait_read;
  turns_ = 0;
  auto [error] = co_await transport_.socket().async_wait(kind, no_throw);
  co_return !error && !closed_ && !expired_;
}

Task<bool> Connection::receive() {
  // After an answer the next request is hardly ever there yet: a read would only find that out.
  bool likely = phase_ != Phase::idle || transport_.has_buffered();
  while (true) {
    IoResult got{Io::want_read, 0};
    if (likely) got = transport_.read(loop_->scratch(), Loop::scratch_bytes);
    if (got.state == Io::done) {
      in_.append(loop_->scratch(), got.bytes);
      if (++turns_ > turns_max) co_await let_others();
      co_return true;
    }
    if (got.state == Io::closed) co_return false;
    bool can_go_on = co_await ready(got.state);
    if (!can_go_on) co_return false;
    likely = true;
  }
}

Task<void> Connection::let_others() {
  turns_ = 0;
  co_await asio::post(loop_->io(), use_task);
}

// --- the flow ---

Task<void> Connection::run() {
  bool over_limit = peer_.refusal != Refusal::none;
  if (loop_->state().tls) {
    if (over_limit) {
      // A handshake to say no would cost more than a request.
      loop_->stats().refused[static_cast<std::size_t>(peer_.refusal)].add();
      co_return;
    }
    bool greeted = co_await shake_hands();
    if (!greeted) co_return;
  }
  if (over_limit) {
    co_await refuse(peer_.refusal);
    co_return;
  }
  // A client that connects and says nothing gets the head's time, not an idle connection's.
  enter(Phase::idle, limits().head_deadline);
  while (co_await serve_one()) {
  }
}

Task<bool> Connection::shake_hands() {
  enter(Phase::handshake, limits().head_deadline);
  transport_.start_tls(loop_->state().tls->make_session());
  while (!closed_) {
    Io wanted = transport_.handshake();
    if (wanted == Io::done) co_return true;
    if (wanted == Io::closed) break;
    bool can_go_on = co_await ready(wanted);
    if (!can_go_on) break;
  }
  co_return false;
}

Task<bool> Connection::serve_one() {
  // A client that sends requests without waiting for answers must not keep the loop for itself.
  if (++turns_ > turns_max) co_await let_others();
  if (closed_) co_return false;
  head_ = RequestHead();
  request_.id.clear();
  Refusal refusal = scan_head();
  if (refusal == Refusal::none && scanner_.end() == 0) refusal = co_await read_head();
  if (closed_) co_return false;
  if (refusal == Refusal::none) refusal = take_head();
  if (refusal == Refusal::none && (head_.chunked || head_.length > 0)) refusal = co_await read_body();
  if (closed_) co_return false;
  if (refusal != Refusal::none) {
    co_await refuse(refusal);
    co_return false;
  }
  phase_ = Phase::handling;
  deadline_ = std::chrono::nanoseconds::max();  // what the handler waits for has its own bounds
  dispatch();
  if (!answered_) co_await reply_arrived();
  if (response_.hold.count() > 0 && !closed_) co_await hold_response();
  if (closed_) co_return false;
  frame_response();
  Io wanted = begin_writing();
  if (wanted != Io::done) {
    bool sent = co_await finish_writing(wanted);
    if (!sent) co_return false;
  }
  if (response_.stream) {
    co_await serve_stream();
    co_return false;
  }
  let_go();
  if (!keep_alive_) {
    transport_.end_writing();
    co_return false;
  }
  enter(Phase::idle, limits().idle_deadline);
  co_return true;
}

Task<Refusal> Connection::read_head() {
  while (true) {
    if (!in_.empty() && phase_ == Phase::idle) enter(Phase::head, limits().head_deadline);
    bool got = co_await receive();
    if (!got) {
      if (expired_ && !closed_ && !in_.empty()) co_return Refusal::head_timeout;
      closed_ = true;
      co_return Refusal::none;
    }
    Refusal refusal = scan_head();
    if (refusal != Refusal::none || scanner_.end() > 0) co_return refusal;
    if (in_.size() >= limits().head_bytes_max) co_return Refusal::head_too_large;
  }
}

Task<Refusal> Connection::read_body() {
  Refusal refusal = body_allowed();
  if (refusal != Refusal::none) co_return refusal;
  enter(Phase::body, limits().body_deadline);
  if (head_.expects_continue && in_.empty()) {
    unsent_head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    unsent_body_ = {};
    Io wanted = transport_.write(unsent_head_, unsent_body_);
    if (wanted == Io::closed) closed_ = true;
    // A client that leaves no room for 25 bytes does not wait for them either: what is left of them would
    // break the answer.
    if (wanted != Io::done) co_return Refusal::body_timeout;
  }
  while (true) {
    refusal = take_body();
    if (refusal != Refusal::none || body_complete()) co_return refusal;
    if (request_.body.size() > small_body_bytes_max) extend(limits().body_deadline, request_.body.size());
    bool got = co_await receive();
    if (!got) {
      if (expired_ && !closed_) co_return Refusal::body_timeout;
      closed_ = true;
      co_return Refusal::none;
    }
  }
}

Task<bool> Connection::finish_writing(Io wanted) {
  enter(Phase::writing, limits().write_deadline);
  while (wanted == Io::want_write || wanted == Io::want_read) {
    extend(limits().write_deadline, response_bytes_ - unsent_head_.size() - unsent_body_.size());
    bool can_go_on = co_await ready(wanted);
    if (!can_go_on) co_return false;
    wanted = transport_.write(unsent_head_, unsent_body_);
  }
  co_return wanted == Io::done;
}

Task<void> Connection::refuse(Refusal reason) {
  keep_alive_ = false;
  if (request_.id.empty()) loop_->next_request_id(request_.id);
  loop_->stats().refused[static_cast<std::size_t>(reason)].add();
  log(Level::info, "refused",
      {{"id", request_.id},
       {"reason", word_of(reason)},
       {"status", status_of(reason)},
       {"client", peer_text_}});
  response_ = refusal_response(reason);
  frame_response();
  Io wanted = begin_writing();
  bool sent = wanted == Io::done;
  if (!sent) sent = co_await finish_writing(wanted);
  let_go();
  if (sent) co_await linger();
}

Task<void> Connection::linger() {
  // Closing with bytes unread would reset the connection and take the answer back out of the client's hands.
  enter(Phase::lingering, limits().linger_deadline);
  transport_.end_writing();
  std::size_t drained = 0;
  while (!closed_ && drained < drained_bytes_max) {
    IoResult got = transport_.drain(loop_->scratch(), Loop::scratch_bytes);
    if (got.state == Io::closed) co_return;
    drained += got.bytes;
    if (got.state == Io::done) continue;
    bool can_go_on = co_await ready(got.state);
    if (!can_go_on) co_return;
  }
}

void Connection::let_go() {
  response_ = Response();
  request_.fields.clear();
  reuse(request_.head);
  reuse(request_.body);
}

// --- reading a request ---

Refusal Connection::scan_head() {
  // RFC 9112 2.2: one empty line before a request is some clients' habit after a body.
  if (!blank_line_skipped_ && in_.starts_with("\r\n")) {
    in_.erase(0, 2);
    scanner_.reset();
    blank_line_skipped_ = true;
  }
  return scanner_.scan(in_);
}

Refusal Connection::take_head() {
  auto size = scanner_.end();
  scanner_.reset();
  blank_line_skipped_ = false;
  if (size > limits().head_bytes_max) return Refusal::head_too_large;
  if (size == in_.size()) {
    request_.head.swap(in_);
    in_.clear();
  } else {
    request_.head.assign(in_, 0, size);
    in_.erase(0, size);
  }
  loop_->next_request_id(request_.id);
  auto refusal = parse_head(request_.head, limits().fields_max, head_, request_.fields);
  keep_alive_ = head_.keep_alive;
  if (refusal != Refusal::none) return refusal;
  request_.method = head_.method;
  request_.loop = loop_->index();
  request_.waited = loop_->queue().waited();
  name_client();
  request_.target = head_.target;
  auto question = head_.target.find('?');
  request_.query.assign(question == std::string_view::npos ? std::string_view()
                                                           : head_.target.substr(question + 1));
  if (head_.target[0] != '/') {
    request_.path.assign(head_.target);
    return Refusal::none;
  }
  return normalize_path(head_.target.substr(0, question), request_.path);
}

void Connection::name_client() {
  request_.loopback = peer_.address.is_loopback() && !was_forwarded(request_.fields);
  if (!peer_is_proxy_) {
    request_.client_address = peer_text_;
    return;
  }
  auto& proxies = loop_->state().options.trusted_proxies;
  request_.client_address = client_address(peer_.address, request_.fields, proxies).to_string();
}

Refusal Connection::body_allowed() {
  auto bytes_max = loop_->state().handler.body_bytes_max(request_.method, request_.path);
  if (head_.length > bytes_max) return Refusal::body_too_large;
  if (head_.chunked) {
    chunks_.emplace(bytes_max);
  } else if (head_.length <= kept_capacity_max) {
    request_.body.reserve(static_cast<std::size_t>(head_.length));
  }
  return Refusal::none;
}

Refusal Connection::take_body() {
  if (head_.chunked) {
    std::string_view rest = in_;
    auto refusal = chunks_->decode(rest, request_.body);
    take_front(in_, in_.size() - rest.size());
    return refusal;
  }
  auto missing = head_.length - request_.body.size();
  auto count = static_cast<std::size_t>(std::min<std::uint64_t>(in_.size(), missing));
  request_.body.append(in_, 0, count);
  take_front(in_, count);
  return Refusal::none;
}

bool Connection::body_complete() const {
  return head_.chunked ? chunks_->done() : request_.body.size() == head_.length;
}

}  // namespace dunlin::net

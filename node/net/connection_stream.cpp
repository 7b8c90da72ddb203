// A connection whose answer has no end: reads messages, writes events as they come, keeps it alive, ends it.
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

#include "node/net/connection.h"
#include "node/net/websocket.h"

namespace dunlin::net {
namespace {

/// The first thing on a stream of events, its heartbeat, and what it ends with: the client comes back and
/// loads anew. As Mastodon has them, without empty lines: libraries take each for the end of an event.
constexpr std::string_view greeting = ":)\n";
constexpr std::string_view thump = ":thump\n";
constexpr std::string_view come_back = "retry: 1000\n";
constexpr std::size_t kept_bytes = 1024;  // of a buffer between two writes: most streams are quiet

}  // namespace

struct Connection::Streaming {
  std::shared_ptr<Stream> stream;
  bool is_websocket = false;
  WebSocketReader reader{limits::stream_message_bytes_max};
  std::vector<Stream::Bytes> batch;  // taken, being sent
  std::string joined;                // the same where it is more than one piece, with our own frames
  std::string own;                   // ours, to be sent next: greeting, heartbeat, pong, close
  bool waits_for_room = false;
  bool is_queued = false;   // for the loop to pump
  bool has_more = false;    // to take
  bool is_closing = false;  // nothing is taken any more
  bool has_closed = false;  // all has been sent
  std::chrono::nanoseconds heard{}, wrote{}, progressed{};
};

Connection::~Connection() = default;

Task<void> Connection::serve_stream() {
  begin_stream();
  while (!closed_) {
    read_messages();
    if (closed_) break;
    bool got = co_await receive();
    if (!got) break;
    streaming_->heard = loop_->now();
  }
  end_stream();
}

void Connection::begin_stream() {
  phase_ = Phase::streaming;
  expired_ = false;
  streaming_ = std::make_shared<Streaming>();
  auto& s = *streaming_;
  s.stream = std::move(response_.stream);
  s.is_websocket = s.stream->kind() == Stream::Kind::websocket;
  if (!s.is_websocket) s.own = greeting;
  // It may stay for days and say little: keep no more than it needs.
  let_go();
  request_.fields = {};
  request_.head = request_.body = request_.query = {};
  head_out_ = {};
  unsent_head_ = unsent_body_ = {};
  if (in_.empty()) in_ = {};
  const int fd = transport_.socket().native_handle();
  // A peer that is gone does not answer: its end is known once this time has passed with bytes on their way.
  const auto patience = static_cast<unsigned>(limits().write_deadline.count());
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  const int bytes = limits::stream_socket_bytes_max / 2;  // the kernel doubles it
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  s.heard = s.progressed = loop_->now();
  deadline_ = loop_->now() + (s.is_websocket ? limits().websocket_ping : limits().event_heartbeat);
  s.stream->opened(*this);
  wake();
  if (loop_->stopping()) stop_stream();
}

void Connection::end_stream() {
  auto stream = std::move(streaming_->stream);
  closed_ = true;
  if (stream) stream->closed();
}

// --- what comes ---

void Connection::read_messages() {
  auto& s = *streaming_;
  if (!s.is_websocket || s.is_closing) {  // who listens to events has nothing to say
    in_ = {};
    return;
  }
  using Kind = WebSocketReader::Got::Kind;
  while (!s.is_closing && !closed_) {
    auto got = s.reader.next(in_);
    if (got.kind == Kind::nothing) break;
    if (got.kind == Kind::message) s.stream->received(got.payload);
    if (got.kind == Kind::ping && !s.waits_for_room) {  // else it asks again
      append_frame(s.own, Opcode::pong, got.payload);
      wake();
    }
    if (got.kind == Kind::close) close(CloseCode::normal, "");
    if (got.kind == Kind::violation) close(got.code, got.reason);
  }
  if (in_.empty()) in_ = {};
}

// --- what goes ---

void Connection::wake() {
  auto& s = *streaming_;
  s.has_more = true;
  if (s.is_queued || s.waits_for_room || s.has_closed || closed_) return;
  s.is_queued = true;
  const auto since = loop_->state().options.clock->monotonic() - s.wrote;
  if (s.wrote.count() != 0 && since < limits::stream_burst) {
    loop_->pump_later(shared_from_this());
  } else {
    loop_->pump_soon(shared_from_this());
  }
}

void Connection::close(CloseCode code, std::string_view reason) {
  auto& s = *streaming_;
  if (s.is_closing || closed_) return;
  s.is_closing = true;
  if (s.is_websocket) {
    append_close_frame(s.own, code, reason);
  } else {
    s.own.append(": ").append(reason).append("\n").append(come_back);
  }
  deadline_ = loop_->now() + limits().linger_deadline + loop_->tick();
  if (s.waits_for_room || s.is_queued) return;
  s.is_queued = true;
  loop_->pump_soon(shared_from_this());
}

bool Connection::gather() {
  auto& s = *streaming_;
  s.batch.clear();
  if (s.joined.capacity() > kept_bytes) s.joined = {};
  s.joined.clear();
  s.has_more = !s.is_closing && s.stream->take(s.batch, limits::stream_batch_bytes_max);
  if (s.own.empty() && s.batch.size() == 1) {
    unsent_body_ = *s.batch.front();
    return true;
  }
  s.joined.swap(s.own);
  for (const auto& piece : s.batch) s.joined += *piece;
  if (!s.own.empty()) s.joined += std::exchange(s.own, {});  // the stream ended itself
  s.batch.clear();
  unsent_body_ = s.joined;
  return !unsent_body_.empty();
}

void Connection::pump() {
  auto& s = *streaming_;
  s.is_queued = false;
  if (closed_ || s.waits_for_room || s.has_closed || !s.stream) return;
  if (unsent_body_.empty() && !gather()) {
    if (s.is_closing) sent_last();
    return;
  }
  const auto size = unsent_body_.size();
  const Io wanted = transport_.write(unsent_head_, unsent_body_);
  loop_->stats().bytes_out.add(size - unsent_body_.size());
  if (wanted == Io::closed) return cut();
  s.wrote = loop_->state().options.clock->monotonic();
  if (unsent_body_.size() < size) s.progressed = loop_->now();
  if (wanted != Io::done) return wait_for_room(wanted);
  unsent_body_ = {};
  if (!s.has_more && !s.is_closing && s.own.empty()) return;
  s.is_queued = true;
  loop_->pump_soon(shared_from_this());
}

void Connection::wait_for_room(Io wanted) {
  streaming_->waits_for_room = true;
  const auto kind = wanted == Io::want_write ? Socket::wait_write : Socket::wait_read;
  transport_.socket().async_wait(kind, [self = shared_from_this()](const boost::system::error_code& error) {
    self->streaming_->waits_for_room = false;
    if (!error) self->pump();
  });
}

void Connection::sent_last() {
  streaming_->has_closed = true;
  transport_.end_writing();
  // What the client still sends is read for a while, so that it sees the end and not a broken connection.
  if (loop_->stopping()) cut();
}

void Connection::stop_stream() {
  if (streaming_->waits_for_room) return cut();
  close(CloseCode::going_away, "the node stops");
}

void Connection::cut() {
  closed_ = true;
  boost::system::error_code ignored;
  transport_.socket().cancel(ignored);
}

void Connection::check_stream(std::chrono::nanoseconds now) {
  auto& s = *streaming_;
  if (closed_ || s.is_closing) return cut();
  const auto pause = s.is_websocket ? limits().websocket_ping : limits().event_heartbeat;
  deadline_ = now + pause;
  if (s.waits_for_room) {
    if (now - s.progressed > limits().write_deadline) cut();
    return;
  }
  if (s.is_websocket && now - s.heard > 2 * pause + loop_->tick()) return cut();
  s.is_websocket ? append_frame(s.own, Opcode::ping, {}) : void(s.own += thump);
  wake();
}

}  // namespace dunlin::net

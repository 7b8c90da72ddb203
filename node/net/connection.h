#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "node/net/chunked.h"
#include "node/net/http.h"
#include "node/net/loop.h"
#include "node/net/request_head.h"
#include "node/net/stream.h"
#include "node/net/transport.h"

namespace dunlin::net {

/// One client's connection, from its first byte to its last: one coroutine (`run`), one request at a time.
/// Everything happens on the loop's thread but for `deliver` and `deliver_dropped`, which a Reply may call
/// from anywhere.
///   read head -> read body -> handler -> (wait for its reply) -> (hold it) -> write -> again, or close
/// When the answer is a stream, the connection is the stream's from then on (connection_stream.cpp): the
/// coroutine reads, and what there is to send is written as it comes, by `pump`.
class Connection final : public std::enable_shared_from_this<Connection>, public StreamPort {
 public:
  /// Who is at the other end, as counted when it was accepted.
  struct Peer {
    Address address;
    bool counted_by_address{};
    Refusal refusal{};  // not `none`: over a limit; it gets its answer and nothing else
  };
  Connection(std::shared_ptr<Loop> loop, Socket socket, Peer peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to serve; keeps itself alive until the connection ends. On the loop's thread.
  void start();

  /// For the loop: `now` is monotonic.
  void check_deadline(std::chrono::nanoseconds now);
  /// Closes at once when no request is running, else after its answer.
  void stop_when_idle();
  /// Closes at once, come what may. A reply that is still to come will find nobody.
  void abandon();
  std::size_t place() const { return place_; }
  void set_place(std::size_t place) { place_ = place; }

  /// The answer to the running request.
  void deliver(Response response);
  /// There will be none.
  void deliver_dropped();

  // Of a stream, on the loop's thread.
  void wake() override;
  void close(CloseCode code, std::string_view reason) override;
  /// For the loop: writes what there is.
  void pump();

 private:
  enum class Phase : std::uint8_t { handshake, idle, head, body, handling, writing, lingering, streaming };
  struct Waiter {
    virtual ~Waiter() = default;
    virtual void resume() = 0;
  };
  template <class Completion>
  struct WaiterOf;

  Task<void> run();
  Task<bool> shake_hands();
  /// Serves one request; false when the connection has to end.
  Task<bool> serve_one();
  Task<Refusal> read_head();
  Task<Refusal> read_body();
  /// Sends what `begin_writing` could not; false when it cannot be sent.
  Task<bool> finish_writing(Io wanted);
  Task<void> refuse(Refusal reason);
  Task<void> linger();
  /// Appends to `in_`, waiting for it. False when no more comes: closed, or `expired_`.
  Task<bool> receive();
  Task<bool> ready(Io direction);
  Task<void> reply_arrived();
  Task<void> hold_response();
  Task<void> serve_stream();
  Task<void> let_others();

  void enter(Phase phase, std::chrono::milliseconds allowed);
  /// Each KiB moved (see ServerLimits::rate_min) buys time.
  void extend(std::chrono::milliseconds allowed, std::uint64_t bytes_moved);
  Refusal scan_head();
  Refusal take_head();
  void name_client();
  Refusal body_allowed();
  Refusal take_body();
  bool body_complete() const;
  void dispatch();
  void ask_handler();
  void take_reply(Response response);
  Response refusal_response(Refusal reason);
  void complete_response();
  void frame_response();
  Io begin_writing();
  /// Memory of a request that has been answered.
  void let_go();

  struct Streaming;
  void begin_stream();
  void end_stream();
  void stop_stream();
  void read_messages();
  /// Puts together what is written next; false when there is nothing.
  bool gather();
  void wait_for_room(Io wanted);
  void sent_last();
  void cut();
  void check_stream(std::chrono::nanoseconds now);
  void finish();
  const ServerLimits& limits() const { return loop_->state().options.limits; }

  std::shared_ptr<Loop> loop_;
  Transport transport_;
  Peer peer_;
  std::string peer_text_;
  bool peer_is_proxy_;
  std::size_t place_{};

  Phase phase_ = Phase::idle;
  std::chrono::nanoseconds phase_began_{};
  std::chrono::nanoseconds deadline_ = std::chrono::nanoseconds::max();
  bool expired_ = false;  // the deadline passed
  bool closed_ = false;   // nothing more is read or written
  bool keep_alive_ = true;
  unsigned turns_{};  // requests and reads since the last wait

  std::string in_;  // received, not yet taken
  HeadScanner scanner_;
  bool blank_line_skipped_ = false;
  RequestHead head_;
  Request request_;
  std::optional<ChunkDecoder> chunks_;

  bool dispatching_ = false;
  bool answered_ = false;
  Response response_;
  std::unique_ptr<Waiter> waiter_;
  std::string head_out_;
  std::string_view unsent_head_;
  std::string_view unsent_body_;
  std::size_t response_bytes_{};
  std::shared_ptr<Streaming> streaming_;  // shared only so that its type may stay unknown here
};

}  // namespace dunlin::net

#pragma once
// An answer without an end, as values: handlers and their tests need no Asio.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::net {

/// Why a stream ends. RFC 6455 7.4; to the reader of server-sent events only the reason is told.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported = 1003,
  bad_text = 1007,
  policy = 1008,
  too_big = 1009,
  try_again_later = 1013,
};

/// The connection as its stream sees it. On the connection's loop only.
class StreamPort {
 public:
  /// There is something to take: the stream is asked for it soon, together with what comes shortly after.
  virtual void wake() = 0;
  /// Sends what has been taken, says why, and ends. Nothing is taken any more.
  virtual void close(CloseCode code, std::string_view reason) = 0;

 protected:
  ~StreamPort() = default;
};

/// What the program does on a connection that stays open: server-sent events (WHATWG HTML 9.2), or a
/// WebSocket (RFC 6455). A Response may hold one; then its head is sent, and the connection is the stream's.
/// All calls come on the connection's loop.
class Stream {
 public:
  enum class Kind : std::uint8_t { events, websocket };
  /// Bytes as they go out (an event, a frame), shared by all streams that send them.
  using Bytes = std::shared_ptr<const std::string>;

  virtual ~Stream() = default;
  virtual Kind kind() const = 0;
  /// First of all; `port` is good until closed().
  virtual void opened(StreamPort& port) = 0;
  /// Appends what is to be sent next, about `bytes_max` of it at the most; true when there is more. Not
  /// called while the other end is slow to read.
  virtual bool take(std::vector<Bytes>& out, std::size_t bytes_max) = 0;
  /// A whole message of text came: UTF-8, at most limits::stream_message_bytes_max. WebSocket only.
  virtual void received(std::string_view message) = 0;
  /// Last of all, if opened() was called.
  virtual void closed() = 0;
};

}  // namespace dunlin::net

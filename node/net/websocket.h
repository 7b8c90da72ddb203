#pragma once
// The WebSocket protocol on bytes, RFC 6455: no sockets, no extensions. Beast's stream is not used: it frames
// and copies each message for each connection, while one event goes to thousands as the same bytes, several
// at once in one write; and it wants a stream of Asio's, which our transport is not. Tests speak to it with
// Beast's client.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "node/net/http.h"
#include "node/net/stream.h"
#include "protocol/base/result.h"

namespace dunlin::net {

enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A whole message as a server sends it: one frame, not masked.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
std::string text_frame(std::string_view text);
/// `reason` is cut to what fits.
void append_close_frame(std::string& out, CloseCode code, std::string_view reason);

/// Whether the client asks for a WebSocket at all.
bool wants_websocket(const Request& request);
/// The answer that turns the connection into one, without its stream. Errc::bad_request when the opening
/// handshake is not as it has to be, RFC 6455 4.2.1.
Result<Response> websocket_answer(const Request& request);

/// Reads what a client sends. Strict: whatever is not allowed ends the connection.
class WebSocketReader {
 public:
  explicit WebSocketReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}
  struct Got {
    enum class Kind : std::uint8_t { nothing, part, message, ping, pong, close, violation } kind{};
    std::string payload = {};            // of a message or ping
    CloseCode code = CloseCode::normal;  // of a violation; or what to answer a close with
    std::string_view reason = {};        // of a violation
  };
  /// Takes the next frame off the front of `in`; `nothing` until one is complete, `part` when it was not the
  /// last of its message. Not to be called again after a close or violation.
  Got next(std::string& in);

 private:
  Got of_frame(Opcode opcode, bool is_last, std::string payload);
  std::size_t message_bytes_max_;
  std::string message_;     // the fragments so far
  bool is_inside_ = false;  // a message has begun
};

}  // namespace dunlin::net

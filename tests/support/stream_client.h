#pragma once
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::test {

/// One event of a stream. `payload` is an object, or a string where it is a bare id.
struct StreamEvent {
  std::string channel;  // as the frame names it; empty for a server-sent event
  std::string name;     // "update"; "error" for an error's message
  nlohmann::json payload;
};

struct StreamOptions {
  std::vector<std::pair<std::string, std::string>> headers = {};
  int receive_buffer = 0;  // bytes; 0 = the system's
};

/// A client of the streaming API, by a library's WebSocket or by server-sent events; blocking, each wait
/// bounded.
class StreamClient {
 public:
  enum class Kind { websocket, events };
  /// `address` as TestNode::address(). Look at status(): 101 or 200 when it is open.
  StreamClient(Kind kind, const std::string& address, const std::string& target,
               const StreamOptions& options = {});
  ~StreamClient();
  StreamClient(const StreamClient&) = delete;

  int status() const { return status_; }
  std::string header(std::string_view name) const;
  /// The next event; nothing when the stream ends before.
  std::optional<StreamEvent> next();
  /// Everything until the stream ends.
  void read_to_the_end();
  void send(const std::string& text);
  void subscribe(const std::string& channel, bool on = true);
  /// Bytes as they are, past the library.
  void send_raw(std::string_view bytes);
  /// Of a WebSocket that was closed: why.
  int close_code() const;
  /// Of a stream of events: comments that came, without the colon.
  const std::vector<std::string>& comments() const { return comments_; }
  int pings() const;
  /// One line of an event stream; nothing at its end.
  std::optional<std::string> line();

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
  Kind kind_;
  int status_ = 0;
  std::vector<std::string> comments_;
};

}  // namespace dunlin::test

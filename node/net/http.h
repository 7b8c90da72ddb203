#pragma once
// A request and its answer as values. No Beast, no Asio: handlers and their tests need neither.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::net {

class Stream;

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method);

/// One request, complete and framed without doubt. Lives until its answer has been given.
struct Request {
  Method method{};
  std::string path;   // of the target, percent-decoded once, no empty, "." or ".." segment, trailing slash
                      // removed ("/" stays)
  std::string query;  // what stands after '?', as it came
  std::string_view target;  // both as they came: what a signature covers; a view into `head`
  struct Field {
    std::string_view name;  // as it came; compare without case
    std::string_view value;
  };
  std::vector<Field> fields;          // views into `head`
  std::string head;                   // owns what `fields` point at
  std::string body;                   // decoded from its transfer coding
  std::string client_address;         // of the client, also behind a trusted proxy: numeric IPv4 or IPv6
  std::string id;                     // for logs and X-Request-Id
  bool loopback{};                    // the TCP peer itself is on loopback and nothing was forwarded
  std::chrono::nanoseconds waited{};  // about; from when its last bytes were there until it was read
  unsigned loop{};  // index of the I/O loop that serves it: picks the loop's own read connection

  Request() = default;
  Request(const Request&) = delete;  // `fields` point into `head`
  Request& operator=(const Request&) = delete;
  Request(Request&&) = delete;
  Request& operator=(Request&&) = delete;

  /// The value of a field, without case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;  // empty: no body
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// Makes the rest of the answer on the connection's own loop, just before it is sent: where a Reply comes
  /// from a thread whose time is dearer (the writer). Must not throw.
  std::function<void(Response&)> complete;
  /// How long it is kept before it is sent; the connection reads nothing meanwhile.
  std::chrono::milliseconds hold{};
  /// What the connection is for from then on, see stream.h: with 101, or an answer that has no end. No body.
  std::shared_ptr<Stream> stream;
};

/// Gives the answer to one request; call it once, from any thread. If it is destroyed uncalled the client
/// gets a 500.
using Reply = std::function<void(Response)>;

/// What the server asks of the program. Called on I/O loops, several at once: must not block.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Largest body accepted for this route, known once the head is read; 0 refuses any body. Answered with 413
  /// when passed.
  virtual std::uint64_t body_bytes_max(Method method, std::string_view path) const = 0;
  /// Either the answer at once, or nothing, and then `reply` is called later. `request` stays valid until
  /// then.
  virtual std::optional<Response> handle(const Request& request, Reply reply) = 0;
  /// The answer to a request refused before it got a handler (400 framing, 408, 413, 431, 429 too many
  /// connections, 503). Its reason is a fixed word such as "length_and_chunked".
  virtual Response refuse(int status, std::string_view reason, std::string_view request_id) = 0;
};

}  // namespace dunlin::net

#pragma once
// Other hosts for tests of outgoing requests: sockets on loopback that behave as well or badly as a test
// wants.
#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dunlin::test {

/// One accepted connection, on a thread of its own.
class PeerConnection {
 public:
  PeerConnection(int fd, SSL* tls) : fd_(fd), tls_(tls) {}

  /// The next request, head and body. Empty when the client closed.
  std::string read_request();
  /// False when the client is gone.
  bool send(std::string_view bytes);
  /// Waits for the client to close, at most `milliseconds`; true when it did.
  bool is_closed_within(int milliseconds);

 private:
  std::ptrdiff_t read(char* bytes, std::size_t count);
  int fd_;
  SSL* tls_;
  std::string pending_;
};

/// Serves each connection by one call of `serve`, and closes it when that returns.
class Peer {
 public:
  using Serve = std::function<void(PeerConnection&)>;
  /// With the files of a certificate it speaks TLS, of at most the version `tls_max`.
  explicit Peer(Serve serve, const std::string& certificate_file = {}, const std::string& key_file = {},
                int tls_max = 0);
  /// Closes all connections and waits for their threads.
  ~Peer();
  Peer(const Peer&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT" + path.
  std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1") const;
  /// Connections made to it until now, also those that nobody has taken out of the queue yet. `serve` must
  /// return when the client closes.
  int connections();

 private:
  void accept_all();
  void handle(int fd);

  Serve serve_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_{nullptr, SSL_CTX_free};
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<int> own_{0};  // made by connections()
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// Answers each request on a kept connection with what `answer` makes of it.
Peer::Serve each(std::function<std::string(const std::string& request)> answer);

/// A whole answer with its Content-Length. `headers` lines end with \r\n.
std::string answer(std::string_view status, std::string_view headers, std::string_view body);

/// The content codings of these names.
std::string deflate(std::string_view bytes);
std::string gzip(std::string_view bytes);

}  // namespace dunlin::test

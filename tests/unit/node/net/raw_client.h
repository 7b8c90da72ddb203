#pragma once
// A client that sends exactly the bytes it is told, to see what the server makes of them.
#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace dunlin::net {

/// One connection over plain TCP or TLS; blocking, each wait bounded.
class RawClient {
 public:
  struct Answer {
    int status = 0;  // 0: the connection closed, or nothing came in time
    std::string head;
    std::string body;
    /// A field of the head, name as the server writes it.
    std::string field(std::string_view name) const;
  };
  /// `where` as Server::start gave it. `from` is the local address to connect from, for several clients on
  /// loopback.
  explicit RawClient(const std::string& where, const std::string& from = {}, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  /// False when the handshake fails. `versions`: OpenSSL's numbers, 0 = any. `alpn`: in wire form.
  bool start_tls(int version_min = 0, int version_max = 0, std::string_view alpn = {});
  std::string tls_protocol() const;  // by ALPN
  std::string tls_certificate_name() const;

  bool send(std::string_view bytes);
  /// One response; `bodiless` for answers to HEAD.
  Answer read_answer(bool bodiless = false);
  /// `send` and `read_answer`.
  Answer ask(std::string_view request);
  /// True when the server closes without sending anything more.
  bool reads_end();
  /// True when nothing comes and nothing is closed for so long.
  bool is_quiet_for(std::chrono::milliseconds time);
  void end_writing();

 private:
  bool fill();
  int fd_ = -1;
  std::string in_;
  bool ended_ = false;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
};

/// "GET path" with a host, kept alive.
std::string get(std::string_view path, std::string_view more_fields = {});
std::string post(std::string_view path, std::string_view body, std::string_view more_fields = {});

}  // namespace dunlin::net

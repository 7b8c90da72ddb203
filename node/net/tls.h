#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "node/net/io.h"
#include "protocol/base/result.h"

namespace dunlin::net {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, FreeSsl>;

/// Certificate and settings of the server side: TLS 1.2 and 1.3, ALPN http/1.1. Safe from any thread.
class TlsContext {
 public:
  /// Takes the files' content into use for connections made from now on. On an error nothing changes.
  Result<void> load(const std::string& certificate_file, const std::string& key_file);
  SslPtr make_session() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;
};

/// TLS on a non-blocking socket: encrypts into one buffer and sends that with one call, so that a response of
/// several records costs one system call. Never waits: says what it needs.
class TlsStream {
 public:
  TlsStream(SslPtr ssl, int fd);
  Io handshake();
  IoResult read(char* into, std::size_t size);
  /// Takes what it has sent or encrypted off the front of `head`, then of `body`. `done` when all of it has
  /// left.
  Io write(std::string_view& head, std::string_view& body);
  /// Says goodbye as far as the socket takes it at once.
  void close();
  /// Plain bytes that need no reading from the socket.
  bool has_buffered() const { return SSL_has_pending(ssl_.get()) == 1; }

 private:
  friend struct TlsBio;
  Io flush();
  IoResult failure(int returned);
  bool encrypt(std::string_view record);

  SslPtr ssl_;
  int fd_;
  bool failed_ = false;
  bool eof_ = false;
  std::string out_;  // encrypted, not sent
  std::size_t out_sent_{};
};

}  // namespace dunlin::net

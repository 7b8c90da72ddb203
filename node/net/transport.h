#pragma once
#include <optional>
#include <string_view>
#include <utility>

#include "node/net/io.h"
#include "node/net/tls.h"

namespace dunlin::net {

/// The bytes of one connection, plain or TLS behind the same calls. Nothing here waits: the connection waits
/// for what a call wants.
class Transport {
 public:
  explicit Transport(Socket socket) : socket_(std::move(socket)) {}
  void start_tls(SslPtr ssl) { tls_.emplace(std::move(ssl), socket_.native_handle()); }
  bool is_tls() const { return tls_.has_value(); }
  Io handshake() { return tls_->handshake(); }
  IoResult read(char* into, std::size_t size);
  /// Sends `head`, then `body`, in one call where possible, and takes what was sent off their fronts.
  Io write(std::string_view& head, std::string_view& body);
  /// Reads past TLS, for bytes that nobody wants.
  IoResult drain(char* into, std::size_t size);
  bool has_buffered() const { return tls_ && tls_->has_buffered(); }
  /// No more from us; what the other end still sends can be read.
  void end_writing();
  Socket& socket() { return socket_; }

 private:
  Socket socket_;
  std::optional<TlsStream> tls_;
};

}  // namespace dunlin::net

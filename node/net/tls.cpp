#include "node/net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "protocol/base/ensure.h"

namespace dunlin::net {
namespace {

constexpr std::size_t record_bytes_max = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t batch_bytes =
    4 * record_bytes_max;  // encrypted before it is sent: one call for a page of a feed

/// Lends a connection the thread's buffer while it writes, so that idle connections own none.
thread_local std::string spare_out;

std::string openssl_reason() {
  auto code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  if (reason != nullptr) return reason;
  // System errors carry errno instead of a reason.
  return code != 0 && ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : "unknown error";
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  constexpr std::string_view name = "http/1.1";
  for (unsigned i = 0; i < offered_size;) {
    unsigned size = offered[i];
    if (size > offered_size - i - 1) break;
    if (std::string_view(reinterpret_cast<const char*>(offered + i + 1), size) == name) {
      *chosen = offered + i + 1;
      *chosen_size = static_cast<unsigned char>(size);
      return SSL_TLSEXT_ERR_OK;
    }
    i += size + 1;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 3.2
}

}  // namespace

/// Joins OpenSSL to the socket: reads come from it, writes are collected in out_.
struct TlsBio {
  static int read(BIO* bio, char* into, int size) {
    auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    auto count = ::recv(stream.fd_, into, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (count == 0) stream.eof_ = true;
    return static_cast<int>(count);
  }
  static int write(BIO* bio, const char* bytes, int size) {
    auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    stream.out_.append(bytes, static_cast<std::size_t>(size));
    return size;
  }
  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return static_cast<TlsStream*>(BIO_get_data(bio))->eof_ ? 1 : 0;
    return 0;
  }
  static BIO_METHOD* method() {
    static BIO_METHOD* const shared = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket, collected writes");
      ENSURE(made != nullptr);
      BIO_meth_set_read(made, read);
      BIO_meth_set_write(made, write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return shared;
  }
};

Result<void> TlsContext::load(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> fresh(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  ENSURE(fresh != nullptr);
  SSL_CTX* context = fresh.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  constexpr std::string_view session_context = "dunlin";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(session_context.data()),
                                 static_cast<unsigned>(session_context.size()));
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return fail(Errc::bad_request,
                "cannot use the TLS certificate " + certificate_file + ": " + openssl_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(Errc::bad_request, "cannot use the TLS key " + key_file + ": " + openssl_reason());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return fail(Errc::bad_request,
                "the TLS key " + key_file + " does not belong to the certificate " + certificate_file);
  }
  std::lock_guard lock(mutex_);
  context_ = std::move(fresh);
  return {};
}

SslPtr TlsContext::make_session() const {
  std::lock_guard lock(mutex_);
  SslPtr ssl(SSL_new(context_.get()));
  if (!ssl) throw std::bad_alloc();
  return ssl;
}

TlsStream::TlsStream(SslPtr ssl, int fd) : ssl_(std::move(ssl)), fd_(fd) {
  BIO* bio = BIO_new(TlsBio::method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

Io TlsStream::flush() {
  while (out_sent_ < out_.size()) {
    auto count = ::send(fd_, out_.data() + out_sent_, out_.size() - out_sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return Io::want_write;
      failed_ = true;
      return Io::closed;
    }
    out_sent_ += static_cast<std::size_t>(count);
  }
  out_.clear();
  out_sent_ = 0;
  if (out_.capacity() > spare_out.capacity()) out_.swap(spare_out);
  return Io::done;
}

IoResult TlsStream::failure(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ: {
      // Own messages (a key update, session tickets) may be waiting to leave.
      Io sent = flush();
      return {sent == Io::done ? Io::want_read : sent, 0};
    }
    case SSL_ERROR_ZERO_RETURN:
      return {Io::closed, 0};
    default:
      failed_ = true;
      flush();  // the alert, if there is one
      ERR_clear_error();
      return {Io::closed, 0};
  }
}

Io TlsStream::handshake() {
  if (Io sent = flush(); sent != Io::done) return sent;
  ERR_clear_error();
  int returned = SSL_do_handshake(ssl_.get());
  if (returned == 1) return flush();
  return failure(returned).state;
}

IoResult TlsStream::read(char* into, std::size_t size) {
  if (failed_) return {Io::closed, 0};
  ERR_clear_error();
  std::size_t count = 0;
  int returned = SSL_read_ex(ssl_.get(), into, size, &count);
  if (returned == 1) return {Io::done, count};
  return failure(returned);
}

bool TlsStream::encrypt(std::string_view record) {
  std::size_t written = 0;
  // out_ takes everything, so this cannot want to wait; a refusal is final.
  if (SSL_write_ex(ssl_.get(), record.data(), record.size(), &written) == 1) return true;
  failed_ = true;
  ERR_clear_error();
  return false;
}

Io TlsStream::write(std::string_view& head, std::string_view& body) {
  if (failed_) return Io::closed;
  if (out_.empty() && spare_out.capacity() > out_.capacity()) out_.swap(spare_out);
  ERR_clear_error();
  while (true) {
    if (Io sent = flush(); sent != Io::done) return sent;
    if (head.empty() && body.empty()) return Io::done;
    if (!head.empty()) {
      // The head and the body's beginning share a record.
      std::array<char, record_bytes_max> record;
      auto head_size = std::min(head.size(), record.size());
      auto body_size = std::min(body.size(), record.size() - head_size);
      std::memcpy(record.data(), head.data(), head_size);
      if (body_size > 0) std::memcpy(record.data() + head_size, body.data(), body_size);
      head.remove_prefix(head_size);
      body.remove_prefix(body_size);
      if (!encrypt({record.data(), head_size + body_size})) return Io::closed;
    }
    while (head.empty() && !body.empty() && out_.size() < batch_bytes) {
      auto record = body.substr(0, record_bytes_max);
      if (!encrypt(record)) return Io::closed;
      body.remove_prefix(record.size());
    }
  }
}

void TlsStream::close() {
  if (failed_ || !SSL_is_init_finished(ssl_.get())) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  flush();
  ERR_clear_error();
}

}  // namespace dunlin::net

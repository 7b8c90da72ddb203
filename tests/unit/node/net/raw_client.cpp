#include "tests/unit/node/net/raw_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace dunlin::net {
namespace {

constexpr int wait_ms = 20'000;  // long enough for a loaded machine; only failures wait for it

}  // namespace

std::string RawClient::Answer::field(std::string_view name) const {
  auto at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawClient::RawClient(const std::string& where, const std::string& from, int receive_buffer) {
  auto colon = where.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(where.substr(colon + 1))));
  inet_pton(AF_INET, where.substr(0, colon).c_str(), &to.sin_addr);
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval time{wait_ms / 1000, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  if (!from.empty()) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    inet_pton(AF_INET, from.c_str(), &local.sin_addr);
    bind(fd_, reinterpret_cast<sockaddr*>(&local), sizeof local);
  }
  if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

RawClient::~RawClient() {
  ssl_.reset();
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::start_tls(int version_min, int version_max, std::string_view alpn) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  // Old versions must fail because of the server, not because of this client's own level.
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), version_min);
  SSL_CTX_set_max_proto_version(context_.get(), version_max);
  ssl_.reset(SSL_new(context_.get()));
  if (!alpn.empty()) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
  }
  SSL_set_fd(ssl_.get(), fd_);
  return SSL_connect(ssl_.get()) == 1;
}

std::string RawClient::tls_protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

std::string RawClient::tls_certificate_name() const {
  std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(ssl_.get()), X509_free);
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
  return name;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ssl_ ? SSL_write(ssl_.get(), bytes.data(),
                                  static_cast<int>(std::min<std::size_t>(bytes.size(), 16'000)))
                      : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool RawClient::fill() {
  if (ended_) return false;
  char piece[64 * 1024];
  auto count = ssl_ ? SSL_read(ssl_.get(), piece, sizeof piece) : ::recv(fd_, piece, sizeof piece, 0);
  ended_ = count <= 0;
  if (count > 0) in_.append(piece, static_cast<std::size_t>(count));
  return count > 0;
}

RawClient::Answer RawClient::read_answer(bool bodiless) {
  Answer answer;
  auto end = in_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!fill()) return answer;
    end = in_.find("\r\n\r\n");
  }
  answer.head = in_.substr(0, end + 2);
  in_.erase(0, end + 4);
  answer.status = std::stoi(answer.head.substr(9, 3));
  auto length = answer.field("Content-Length");
  auto size = bodiless || length.empty() ? 0 : std::stoul(length);
  while (in_.size() < size) {
    if (!fill()) return Answer();
  }
  answer.body = in_.substr(0, size);
  in_.erase(0, size);
  return answer;
}

RawClient::Answer RawClient::ask(std::string_view request) {
  send(request);
  return read_answer();
}

bool RawClient::reads_end() {
  if (!in_.empty()) return false;
  pollfd poll_for{fd_, POLLIN, 0};
  return ::poll(&poll_for, 1, wait_ms) == 1 && !fill() && in_.empty();
}

bool RawClient::is_quiet_for(std::chrono::milliseconds time) {
  pollfd poll_for{fd_, POLLIN, 0};
  return in_.empty() && ::poll(&poll_for, 1, static_cast<int>(time.count())) == 0;
}

void RawClient::end_writing() { ::shutdown(fd_, SHUT_WR); }

std::string get(std::string_view path, std::string_view more_fields) {
  return std::string("GET ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: a.test\r\n")
      .append(more_fields)
      .append("\r\n");
}

std::string post(std::string_view path, std::string_view body, std::string_view more_fields) {
  return std::string("POST ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: a.test\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n")
      .append(more_fields)
      .append("\r\n")
      .append(body);
}

}  // namespace dunlin::net

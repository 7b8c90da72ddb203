#include "tests/unit/node/outgoing/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QByteArray>
#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace dunlin::test {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

std::ptrdiff_t PeerConnection::read(char* bytes, std::size_t count) {
  return tls_ != nullptr ? SSL_read(tls_, bytes, static_cast<int>(count)) : ::recv(fd_, bytes, count, 0);
}

std::string PeerConnection::read_request() {
  std::size_t wanted = 0;
  char bytes[16 * 1024];
  while (wanted == 0 || pending_.size() < wanted) {
    if (const auto end = pending_.find("\r\n\r\n"); end != pending_.npos) {
      wanted = end + 4;
      const auto length = pending_.find("Content-Length: ");
      if (length < end) wanted += std::stoul(pending_.substr(length + 16));
      if (pending_.size() >= wanted) break;
    }
    const auto count = read(bytes, sizeof bytes);
    if (count <= 0) return {};
    pending_.append(bytes, static_cast<std::size_t>(count));
  }
  auto request = pending_.substr(0, wanted);
  pending_.erase(0, wanted);
  return request;
}

bool PeerConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = tls_ != nullptr
                           ? std::ptrdiff_t{SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))}
                           : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool PeerConnection::is_closed_within(int milliseconds) {
  pollfd poll{fd_, POLLRDHUP, 0};
  return ::poll(&poll, 1, milliseconds) > 0;
}

Peer::Peer(Serve serve, const std::string& certificate_file, const std::string& key_file, int tls_max)
    : serve_(std::move(serve)) {
  if (!certificate_file.empty()) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose other end is gone, as a node does
    tls_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_max_proto_version(tls_.get(), tls_max);
    if (tls_max != 0) SSL_CTX_set_min_proto_version(tls_.get(), tls_max);
    SSL_CTX_set_security_level(tls_.get(), 0);
    if (SSL_CTX_use_certificate_chain_file(tls_.get(), certificate_file.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls_.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      throw std::runtime_error("certificate of a peer");
    }
  }
  // On all addresses and of both families: whatever spelling of loopback gets through arrives here.
  listener_ = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int no = 0;
  require(::setsockopt(listener_, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) == 0, "IPV6_V6ONLY");
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_any;
  socklen_t size = sizeof address;
  require(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  require(::listen(listener_, 1'024) == 0, "listen");
  require(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  port_ = ntohs(address.sin6_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

Peer::~Peer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
}

std::string Peer::url(std::string_view path, std::string_view host) const {
  return (tls_ ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port_) +
         std::string(path);
}

void Peer::accept_all() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++accepted_;
    const std::lock_guard lock(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { handle(fd); });
  }
}

void Peer::handle(int fd) {
  std::unique_ptr<SSL, void (*)(SSL*)> tls(nullptr, SSL_free);
  bool ready = true;
  if (tls_) {
    tls.reset(SSL_new(tls_.get()));
    SSL_set_fd(tls.get(), fd);
    ready = SSL_accept(tls.get()) == 1;
  }
  PeerConnection connection(fd, tls.get());
  if (ready) serve_(connection);
  const std::lock_guard lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  ::close(fd);
}

int Peer::connections() {
  // The queue is in order: once a connection of our own was taken out of it, so were all before it.
  ++own_;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  ::shutdown(fd, SHUT_WR);
  char byte = 0;
  while (::recv(fd, &byte, 1, 0) > 0) {
  }
  ::close(fd);
  return accepted_ - own_;
}

Peer::Serve each(std::function<std::string(const std::string&)> answer) {
  return [answer = std::move(answer)](PeerConnection& connection) {
    for (auto request = connection.read_request(); !request.empty(); request = connection.read_request()) {
      if (!connection.send(answer(request))) return;
    }
  };
}

std::string answer(std::string_view status, std::string_view headers, std::string_view body) {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string deflate(std::string_view bytes) {
  return qCompress(reinterpret_cast<const uchar*>(bytes.data()), static_cast<qsizetype>(bytes.size()), 9)
      .mid(4)  // Qt's own: the length
      .toStdString();
}

std::string gzip(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  const auto zlib = deflate(bytes);
  std::string out("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
  out += zlib.substr(2, zlib.size() - 6);  // without zlib's head and sum
  for (std::uint32_t word : {~crc, static_cast<std::uint32_t>(bytes.size())}) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(word >> (8 * i) & 0xff);
  }
  return out;
}

}  // namespace dunlin::test

#include "node/net/transport.h"

#include <sys/socket.h>

#include <cerrno>

namespace dunlin::net {

IoResult Transport::drain(char* into, std::size_t size) {
  while (true) {
    auto count = ::recv(socket_.native_handle(), into, size, MSG_DONTWAIT);
    if (count > 0) return {Io::done, static_cast<std::size_t>(count)};
    if (count < 0 && errno == EINTR) continue;
    return {count < 0 && errno == EAGAIN ? Io::want_read : Io::closed, 0};
  }
}

IoResult Transport::read(char* into, std::size_t size) {
  return tls_ ? tls_->read(into, size) : drain(into, size);
}

Io Transport::write(std::string_view& head, std::string_view& body) {
  if (tls_) return tls_->write(head, body);
  while (!head.empty() || !body.empty()) {
    // sendmsg only reads through these pointers.
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                      {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    auto count = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? Io::want_write : Io::closed;
    }
    auto sent = static_cast<std::size_t>(count);
    auto of_head = std::min(sent, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(sent - of_head);
  }
  return Io::done;
}

void Transport::end_writing() {
  if (tls_) tls_->close();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace dunlin::net

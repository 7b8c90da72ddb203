#include "tests/bench/load_connection.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace dunlin::bench {
namespace {

constexpr std::size_t head_bytes_max = 4096;
constexpr std::size_t key_digits = 12;
constexpr std::size_t account_digits = 10;
constexpr std::size_t status_bytes_max = 65'536;

int connect_to(const LoadOptions& options) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  const int one = 1;
  const bool connected = inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) == 1 &&
                         connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                         setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0;
  if (!connected) {
    const int error = errno;
    close(fd);
    throw std::system_error(error, std::generic_category(),
                            "connect to port " + std::to_string(options.port));
  }
  return fd;
}

void put_digits(char* at, std::size_t digits, std::uint64_t number) {
  for (std::size_t i = digits; i-- > 0; number /= 10) at[i] = static_cast<char>('0' + number % 10);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && strncasecmp(text.data(), lower.data(), lower.size()) == 0;
}

}  // namespace

Connection::Connection(const LoadOptions& options, unsigned index)
    : options_(options), fd_(connect_to(options)), turn_(index) {
  for (const auto& path : options.paths) write_template(path, index);
  buffer_.resize(head_bytes_max + (options.has_expected ? options.expected.size() : 0) +
                 (options.ids_file.empty() ? 0 : status_bytes_max));
}

void Connection::write_template(const std::string& path, unsigned index) {
  const bool posting = !options_.post_body.empty();
  Template made;
  auto& text = made.text;
  text = (posting ? "POST " : "GET ") + path + " HTTP/1.1\r\n";
  const bool names_host = std::any_of(options_.headers.begin(), options_.headers.end(),
                                      [](const auto& h) { return starts_with_ignoring_case(h, "host:"); });
  if (!names_host) text += "Host: " + options_.host + ":" + std::to_string(options_.port) + "\r\n";
  for (const auto& header : options_.headers) text += header + "\r\n";
  if (options_.first_account != 0) {
    text += "Authorization: Bearer bench-";
    made.account_at = text.size();
    text += std::string(account_digits, '0') + "\r\n";
  } else if (!options_.tokens.empty()) {
    text += "Authorization: Bearer " + options_.tokens[index % options_.tokens.size()] + "\r\n";
  }
  if (posting) {
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(options_.post_body.size()) +
            "\r\nIdempotency-Key: " + options_.key_prefix;
    made.number_at[0] = text.size();
    text += std::string(key_digits, '0') + "\r\n";
  }
  text += "\r\n";
  const auto digits_at = options_.post_body.find('@');
  if (posting && digits_at != std::string::npos) {
    made.number_at[1] = text.size() + digits_at;
    body_digits_ =
        std::min(options_.post_body.find_first_not_of('@', digits_at), options_.post_body.size()) - digits_at;
  }
  text += options_.post_body;
  templates_.push_back(std::move(made));
}

void Connection::hang_up() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

void Connection::reopen() {
  hang_up();
  fd_ = connect_to(options_);
  closing_ = false;
}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

Connection::Step Connection::send(std::uint64_t sequence, std::uint32_t account) {
  auto& next = templates_[turn_++ % templates_.size()];
  if (next.number_at[0] != 0) put_digits(next.text.data() + next.number_at[0], key_digits, sequence);
  if (next.number_at[1] != 0) put_digits(next.text.data() + next.number_at[1], body_digits_, sequence);
  if (next.account_at != 0) put_digits(next.text.data() + next.account_at, account_digits, account);
  const std::string& request = options_.requests.empty() ? next.text : options_.requests[sequence - 1];
  filled_ = head_size_ = 0;
  keeping_ = !options_.ids_file.empty() || (options_.has_expected && answers_ % options_.verify_every == 0);
  // A request is far smaller than a socket's buffer, and the last one has been answered: it goes out whole or
  // not at all.
  const auto sent = ::send(fd_, request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return broken(std::string("send: ") + std::strerror(errno));
  if (static_cast<std::size_t>(sent) != request.size())
    return broken("the request did not fit the socket's buffer");
  return Step::waiting;
}

Connection::Step Connection::receive() {
  if (head_size_ == 0) {
    if (const auto step = read_head(); step != Step::done) return step;
  }
  return body_left_ > 0 ? read_body() : finish();
}

/// `done` when the head is complete; what of the body came with it is in the buffer behind it.
Connection::Step Connection::read_head() {
  const auto got = recv(fd_, buffer_.data() + filled_, head_bytes_max - filled_, MSG_DONTWAIT);
  if (got == 0) return broken("closed by the server");
  if (got < 0) return errno == EAGAIN ? Step::waiting : broken(std::string("recv: ") + std::strerror(errno));
  filled_ += static_cast<std::size_t>(got);
  bytes_ += static_cast<std::size_t>(got);
  const std::string_view text(buffer_.data(), filled_);
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return filled_ < head_bytes_max ? Step::waiting : broken("head too long");
  if (!parse_head(text.substr(0, end + 2))) return broken("no HTTP/1.1 status line or no Content-Length");
  head_size_ = end + 4;
  const auto body_here = filled_ - head_size_;
  if (body_here > body_size_) return broken("more bytes than Content-Length");
  body_left_ = body_size_ - body_here;
  keeping_ = keeping_ && (options_.has_expected ? body_size_ == options_.expected.size()
                                                : body_size_ <= status_bytes_max);
  return Step::done;
}

bool Connection::parse_head(std::string_view head) {
  constexpr std::string_view version = "HTTP/1.1 ";
  constexpr std::string_view length = "content-length:";
  constexpr std::string_view connection_close = "connection: close";
  constexpr std::string_view retry_after = "retry-after:";
  if (!head.starts_with(version) || head.size() < version.size() + 3) return false;
  const char* digits = head.data() + version.size();
  if (std::from_chars(digits, digits + 3, status_).ec != std::errc()) return false;
  bool has_length = status_ == 304 || status_ == 204;
  retry_after_ = false;
  closing_ = options_.reconnect;
  body_size_ = 0;
  for (auto line = head.find("\r\n") + 2; line < head.size(); line = head.find("\r\n", line) + 2) {
    const auto rest = head.substr(line);
    if (starts_with_ignoring_case(rest, length)) {
      const char* at = rest.data() + length.size();
      while (*at == ' ') ++at;
      has_length = std::from_chars(at, rest.data() + rest.size(), body_size_).ec == std::errc();
    } else if (starts_with_ignoring_case(rest, connection_close)) {
      closing_ = true;
    } else if (starts_with_ignoring_case(rest, retry_after)) {
      retry_after_ = true;
    }
  }
  return has_length;
}

Connection::Step Connection::read_body() {
  // MSG_TRUNC lets TCP drop the bytes instead of copying them here (tcp(7)).
  const auto got = keeping_ ? recv(fd_, buffer_.data() + filled_, body_left_, MSG_DONTWAIT)
                            : recv(fd_, nullptr, body_left_, MSG_DONTWAIT | MSG_TRUNC);
  if (got == 0) return broken("closed by the server inside a body");
  if (got < 0) return errno == EAGAIN ? Step::waiting : broken(std::string("recv: ") + std::strerror(errno));
  filled_ += static_cast<std::size_t>(got);
  bytes_ += static_cast<std::size_t>(got);
  body_left_ -= static_cast<std::size_t>(got);
  return body_left_ > 0 ? Step::waiting : finish();
}

Connection::Step Connection::finish() {
  ++answers_;
  const bool may_close = options_.reconnect || !closing_;
  if (options_.overload && (status_ == 429 || status_ == 503)) {
    return may_close ? Step::refused : broken("connection closed after a refusal");
  }
  if (status_ != options_.status) {
    why_ = "status " + std::to_string(status_);
  } else if (options_.has_expected && body_size_ != options_.expected.size()) {
    why_ = "wrong Content-Length";
  } else if (keeping_ && options_.has_expected &&
             std::memcmp(buffer_.data() + head_size_, options_.expected.data(), body_size_) != 0) {
    why_ = "wrong body";
  } else {
    return may_close ? Step::done : broken("connection closed after an answer");
  }
  return may_close ? Step::wrong : broken(why_);
}

std::string_view Connection::id() const {
  constexpr std::string_view before = "{\"id\":\"";
  const std::string_view body(buffer_.data() + head_size_, body_size_);
  return keeping_ && body.starts_with(before)
             ? body.substr(before.size(), body.find('"', before.size()) - before.size())
             : std::string_view();
}

Connection::Step Connection::broken(std::string why) {
  why_ = std::move(why);
  return Step::broken;
}

}  // namespace dunlin::bench

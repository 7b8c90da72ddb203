#include "node/outgoing/transfer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "protocol/base/encoding.h"

namespace dunlin::outgoing {
namespace {

constexpr long connection_idle_seconds = 90;    // proxies in front of peers close theirs after 60 to 120 s
constexpr long connection_age_seconds = 3'600;  // moves on when a peer's name gets another address
constexpr long buffer_bytes = 16 * 1024;
constexpr long small_buffer_bytes = 2 * 1024;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Nothing that would begin another header or end the head.
bool is_sendable(std::string_view name, std::string_view value) {
  const auto is_token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  const auto is_text = [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token) &&
         std::all_of(value.begin(), value.end(), is_text);
}

/// Codings in a list such as "gzip, chunked", besides `harmless`.
std::size_t codings_in(std::string_view list, std::string_view harmless) {
  std::size_t count = 0;
  while (!list.empty()) {
    auto comma = list.find(',');
    auto coding = trim(list.substr(0, comma));
    if (!coding.empty() && !equal_ignoring_case(coding, harmless)) ++count;
    list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
  }
  return count;
}

std::optional<std::pair<net::Address, std::uint16_t>> address_of(const curl_sockaddr& given) {
  if (given.family == AF_INET && given.addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, &given.addr, sizeof v4);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return std::pair(net::Address::from_v4(bytes), ntohs(v4.sin_port));
  }
  if (given.family == AF_INET6 && given.addrlen >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &given.addr, sizeof v6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return std::pair(net::Address(bytes), ntohs(v6.sin6_port));
  }
  return std::nullopt;
}

}  // namespace

Transfer::Transfer(Shared& shared, Request request, Headers signed_headers, Done done)
    : shared_(shared),
      request_(std::move(request)),
      url_(request_.url),
      signed_(std::move(signed_headers)),
      done_(std::move(done)),
      left_(request_.deadline),
      result_(failed(Failure::cancelled, "not begun")) {}

bool Transfer::begin_hop(CURL* easy) {
  given_up_.reset();
  status_ = 0;
  fields_.clear();
  body_.clear();
  body_bytes_ = 0;
  head_bytes_ = 0;
  head_ended_ = refused_ = permitted_ = false;
  if (!url_.is_https() && !shared_.allow_plain_http) {
    result_ = failed(Failure::malformed, "plain http is not allowed: " + url_.text());
    return false;
  }
  if (shared_.may_contact && !shared_.may_contact(url_)) {
    result_ = failed(Failure::refused_host, url_.text());
    return false;
  }
  if (left_.count() <= 0) {
    result_ = failed(Failure::timed_out, "no time left for " + url_.text());
    return false;
  }
  curl_easy_setopt(easy, CURLOPT_URL, std::string(url_.without_fragment()).c_str());
  if (!set_headers(easy)) {
    result_ = failed(Failure::malformed, "a header that cannot be sent");
    return false;
  }
  set_method_and_body(easy);
  set_connection(easy);
  set_bounds(easy);
  return true;
}

bool Transfer::set_headers(CURL* easy) {
  bool has_type = false;
  List lines;
  const auto add = [&](const std::string& line) {
    auto* longer = curl_slist_append(lines.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    [[maybe_unused]] auto* same = lines.release();
    lines.reset(longer);
  };
  for (const auto* headers : {&request_.headers, &signed_}) {
    for (const auto& [name, value] : *headers) {
      if (!is_sendable(name, value)) return false;
      has_type = has_type || equal_ignoring_case(name, "content-type");
      add(trim(value).empty() ? name + ";"
                              : name + ": " + value);  // libcurl's way to say "with an empty value"
    }
  }
  add("Expect:");  // no asking first: it costs a round trip, and not all hosts answer
  if (!has_type) add("Content-Type:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines.get());
  lines_ = std::move(lines);
  return true;
}

void Transfer::set_method_and_body(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  const char* name = nullptr;
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request_.body || request_.method == "POST") {
    // Not copied: `request_` keeps it.
    const std::string_view body = request_.body ? std::string_view(*request_.body) : std::string_view();
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
    if (request_.method != "POST") name = request_.method.c_str();
  } else if (request_.method != "GET") {
    name = request_.method.c_str();
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name);
}

void Transfer::set_connection(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  // Rather share a connection that is being made than make another. Without TLS it would be known only from
  // the first answer that it cannot be shared.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url_.is_https() ? 1L : 0L);
  resolve_.reset();
  if (!shared_.resolve.empty()) {
    const auto name = std::string(url_.host()) + ":" + std::to_string(url_.port());
    const auto found = shared_.resolve.find(name);
    if (found != shared_.resolve.end()) resolve_.reset(curl_slist_append(nullptr, found->second.c_str()));
  }
  curl_easy_setopt(easy, CURLOPT_RESOLVE, resolve_.get());
}

void Transfer::set_bounds(CURL* easy) {
  const auto ms = [](std::chrono::microseconds time) {
    return static_cast<long>(std::max<std::int64_t>(1, time.count() / 1'000));  // 0 would be "none"
  };
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ms(left_));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, ms(request_.connect_deadline));
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, request_.answer_is_ignored ? small_buffer_bytes : buffer_bytes);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

void Transfer::configure(CURL* easy, Shared& shared) {
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // addresses are in canonical form, and signed so
  curl_easy_setopt(easy, CURLOPT_USERAGENT, shared.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, shared.allow_plain_http ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not from the environment either
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Past a deadline libcurl would wait for its thread that asks name servers, and all transfers with it.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &shared);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  // One file and no folder: only then libcurl reads it once for all connections.
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAINFO, shared.ca_path.empty() ? nullptr : shared.ca_path.c_str());
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);  // it is one of few entries for each handle
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, connection_idle_seconds);
  curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, connection_age_seconds);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, buffer_bytes);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
}

bool Transfer::end_hop(CURL* easy, CURLcode code) {
  curl_off_t used = 0;
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &used);
  left_ -= std::chrono::microseconds(used);
  long connected = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connected);
  if (code == CURLE_OK && connected == 0)
    shared_.hops_on_kept_connections.fetch_add(1, std::memory_order_relaxed);
  if (code != CURLE_OK || given_up_) {
    result_ = tl::unexpected<FetchError>(given_up_ ? std::move(*given_up_) : error_of(code));
    return false;
  }
  if (follow()) return true;
  if (given_up_) {
    result_ = tl::unexpected<FetchError>(std::move(*given_up_));
    return false;
  }
  long version = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  result_ = Response{status_, url_, std::move(fields_), std::move(body_),
                     version == CURL_HTTP_VERSION_2_0   ? 20
                     : version == CURL_HTTP_VERSION_1_0 ? 10
                                                        : 11};
  return false;
}

/// Moves on to a redirect's target. False: this hop was the last, or given_up_ says why there must not be
/// another.
bool Transfer::follow() {
  if (!request_.follow_redirects || !is_redirect(status_)) return false;
  const bool is_read = request_.method == "GET" || request_.method == "HEAD";
  if (!is_read && status_ != 307 && status_ != 308) return false;
  std::string_view location;
  for (const auto& [name, value] : fields_) {
    if (name == "location") location = value;
  }
  if (location.empty()) return false;
  if (redirects_ == limits::redirects_max) return give_up(Failure::too_many_redirects, url_.text());
  auto target = url_.resolve(location, shared_.schemes());
  if (!target || (url_.is_https() && !target->is_https()))
    return give_up(Failure::redirect_refused, "from " + url_.text() + " to " + std::string(location));
  ++redirects_;
  url_ = std::move(*target);
  signed_ = request_.sign ? request_.sign(url_, request_.method) : Headers{};
  return true;
}

FetchError Transfer::error_of(CURLcode code) const {
  const auto failure = [&] {
    switch (code) {
      case CURLE_COULDNT_RESOLVE_HOST:
        return Failure::unresolvable;
      case CURLE_OPERATION_TIMEDOUT:
        return Failure::timed_out;
      case CURLE_FILESIZE_EXCEEDED:
      case CURLE_OUT_OF_MEMORY:  // of 7.88 also for one header line above 100 KiB
        return Failure::too_large;
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CIPHER:
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_ISSUER_ERROR:
      case CURLE_SSL_INVALIDCERTSTATUS:
        return Failure::tls;
      case CURLE_WEIRD_SERVER_REPLY:
      case CURLE_BAD_CONTENT_ENCODING:
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_URL_MALFORMAT:
        return Failure::malformed;
      case CURLE_COULDNT_CONNECT:
        return refused_ && !permitted_ ? Failure::refused_address : Failure::unreachable;
      default:
        return Failure::unreachable;
    }
  }();
  return {failure, url_.text() + ": " + curl_easy_strerror(code)};
}

bool Transfer::give_up(Failure failure, std::string detail) {
  if (!given_up_) given_up_ = FetchError{failure, std::move(detail)};
  return false;
}

bool Transfer::take_head_line(std::string_view line) {
  head_bytes_ += line.size();
  if (head_bytes_ > limits::outgoing_head_bytes_max)
    return give_up(Failure::too_large, url_.text() + ": head");
  if (head_ended_) return true;  // trailers: nobody needs them
  line = trim(line);
  if (line.empty()) return end_head();
  if (line.starts_with("HTTP/")) {  // also of each 1xx before the answer
    const auto blank = line.find(' ');
    status_ = 0;
    for (char c : line.substr(std::min(blank, line.size() - 1) + 1).substr(0, 3)) {
      if (c < '0' || c > '9') return give_up(Failure::malformed, url_.text() + ": status line");
      status_ = status_ * 10 + (c - '0');
    }
    fields_.clear();
    return true;
  }
  const auto colon = line.find(':');
  if (colon == line.npos) return give_up(Failure::malformed, url_.text() + ": header without colon");
  return take_field(to_lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
}

bool Transfer::take_field(std::string_view name, std::string_view value) {
  if (name == "content-type" || name == "location") {
    const bool repeated =
        std::any_of(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == name; });
    if (repeated) return give_up(Failure::malformed, url_.text() + ": repeated " + std::string(name));
  }
  fields_.emplace_back(name, value);
  return true;
}

bool Transfer::end_head() {
  if (status_ < 200) return true;
  head_ended_ = true;
  std::size_t codings = 0;
  for (const auto& [name, value] : fields_) {
    if (name == "content-encoding") codings += codings_in(value, "identity");
    if (name == "transfer-encoding") codings += codings_in(value, "chunked");
  }
  if (codings > limits::content_encodings_max)
    return give_up(Failure::malformed, url_.text() + ": more than one content encoding");
  return true;
}

std::size_t Transfer::on_head(char* bytes, std::size_t, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->take_head_line({bytes, count}) ? count : 0;
}

std::size_t Transfer::on_body(char* bytes, std::size_t, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (count > transfer.request_.answer_bytes_max - transfer.body_bytes_) {
    transfer.give_up(Failure::too_large, transfer.url_.text() + ": body");
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.body_bytes_ += count;
  if (!transfer.request_.answer_is_ignored) transfer.body_.append(bytes, count);
  return count;
}

curl_socket_t Transfer::on_open(void* self, curlsocktype, curl_sockaddr* given) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto address = address_of(*given);
  const bool permitted = address && transfer.shared_.guard.permits(address->first, address->second) &&
                         (transfer.url_.is_https() || !is_global_unicast(address->first));
  if (!permitted) {
    transfer.refused_ = true;
    transfer.shared_.addresses_refused.fetch_add(1, std::memory_order_relaxed);
    return CURL_SOCKET_BAD;
  }
  const int fd = ::socket(given->family, given->socktype | SOCK_CLOEXEC, given->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  transfer.permitted_ = true;
  transfer.shared_.connections_opened.fetch_add(1, std::memory_order_relaxed);
  transfer.shared_.connections_open.fetch_add(1, std::memory_order_relaxed);
  return fd;
}

int Transfer::on_close(void* shared, curl_socket_t fd) {
  static_cast<Shared*>(shared)->connections_open.fetch_sub(1, std::memory_order_relaxed);
  return ::close(fd);
}

}  // namespace dunlin::outgoing

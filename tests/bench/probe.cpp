// dunlin-bench-probe: how stale feeds are. At a given rate it posts as an author and asks for the home page
// of one of the author's followers until the post is there. JSON on stdout; exit 1 when a post did not come
// to be seen.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/bench/histogram.h"

namespace dunlin::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(30);

/// One kept-alive HTTP/1.1 connection that waits for each answer.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    const timeval limit{std::chrono::seconds(patience).count(), 0};
    if (fd_ < 0 || connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0)
      throw std::system_error(errno, std::generic_category(), "connect");
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The body of the answer, good until the next one. Throws unless it is 200.
  std::string_view ask(const std::string& method_and_target, const std::string& account,
                       const std::string& more) {
    char token[16];
    std::snprintf(token, sizeof token, "%010lu", std::strtoul(account.c_str(), nullptr, 10));
    const std::string request = method_and_target +
                                " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer bench-" + token +
                                "\r\n" + more;
    if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      throw std::system_error(errno, std::generic_category(), "send");
    std::size_t filled = 0;
    std::size_t head = std::string_view::npos;
    std::size_t size = 0;
    while (head == std::string_view::npos || filled < head + size) {
      if (buffer_.size() - filled < 65'536) buffer_.resize(buffer_.size() * 2 + 65'536);
      const auto got = recv(fd_, buffer_.data() + filled, buffer_.size() - filled, 0);
      if (got <= 0) throw std::runtime_error("the server closed the connection or did not answer");
      filled += static_cast<std::size_t>(got);
      if (head != std::string_view::npos) continue;
      head = std::string_view(buffer_.data(), filled).find("\r\n\r\n");
      if (head == std::string_view::npos) continue;
      size = length_of(std::string_view(buffer_.data(), head + 2));
      head += 4;
    }
    return {buffer_.data() + head, size};
  }

 private:
  static std::size_t length_of(std::string_view head) {
    if (!head.starts_with("HTTP/1.1 200 "))
      throw std::runtime_error("answer: " + std::string(head.substr(0, head.find('\r'))));
    constexpr std::string_view name = "content-length: ";
    for (auto line = head.find("\r\n") + 2; line < head.size(); line = head.find("\r\n", line) + 2) {
      if (strncasecmp(head.data() + line, name.data(), name.size()) == 0)
        return std::strtoul(head.data() + line + name.size(), nullptr, 10);
    }
    throw std::runtime_error("no Content-Length");
  }

  int fd_;
  std::string buffer_;
};

struct Options {
  std::uint16_t port = 0;
  std::vector<std::pair<std::string, std::string>> pairs;
  double seconds = 10, rate = 10;
};

class Probe {
 public:
  explicit Probe(const Options& o) : o_(o), client_(o.port) {}

  void run() {
    const auto start = SteadyClock::now();
    const auto end = start + std::chrono::duration<double>(o_.seconds);
    for (std::uint64_t n = 0;; ++n) {
      const auto due =
          start + std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / o_.rate));
      if (due >= end) return;
      std::this_thread::sleep_until(due);
      const auto& [author, follower] = o_.pairs[n % o_.pairs.size()];
      one(n, due, author, follower);
    }
  }

  void print() const {
    std::printf("{\"probes\": %llu, \"not_seen\": %llu, \"polls\": %llu", number(probes_), number(not_seen_),
                number(polls_));
    print("post_us", posted_);
    print("seen_after_due_us", from_due_);
    print("seen_after_answer_us", from_answer_);
    std::puts("}");
  }
  bool failed() const { return probes_ == 0 || not_seen_ > 0; }

 private:
  static unsigned long long number(std::uint64_t n) { return n; }

  static void print(const char* name, const Histogram& h) {
    const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e3; };
    std::printf(", \"%s\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}", name, us(h.quantile(0.5)),
                us(h.quantile(0.99)), us(h.max()));
  }

  static std::uint64_t since(SteadyClock::time_point from) {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(SteadyClock::now() - from).count());
  }

  /// A run that is behind its schedule counts that as staleness: so an open loop does.
  void one(std::uint64_t n, SteadyClock::time_point due, const std::string& author,
           const std::string& follower) {
    const std::string body = "{\"status\":\"Probe " + std::to_string(n) + " of how soon a post is seen.\"}";
    const auto posted =
        client_.ask("POST /api/v1/statuses", author,
                    "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
    const auto answered = SteadyClock::now();
    posted_.add(since(due));
    constexpr std::string_view before = "{\"id\":\"";
    if (!posted.starts_with(before)) throw std::runtime_error("the answer to a post is no status");
    const auto id =
        std::string(posted.substr(before.size() - 1, posted.find('"', before.size()) - before.size() + 2));
    ++probes_;
    const std::string wanted = "\"id\":" + id;
    do {
      ++polls_;
      if (client_.ask("GET /api/v1/timelines/home?limit=20", follower, "\r\n").find(wanted) !=
          std::string_view::npos) {
        from_due_.add(since(due));
        from_answer_.add(since(answered));
        return;
      }
    } while (SteadyClock::now() < answered + patience);
    ++not_seen_;
  }

  const Options& o_;
  Client client_;
  std::uint64_t probes_ = 0, not_seen_ = 0, polls_ = 0;
  Histogram posted_, from_due_, from_answer_;
};

constexpr std::string_view usage = R"(usage: dunlin-bench-probe --port N --pairs F [options]
  --pairs F     an author and a follower on each line: numbers of accounts of dunlin-bench-network
  --seconds S   (10)
  --rate R      probes a second, one at a time (10)
)";

[[noreturn]] void refuse(const std::string& why) {
  std::cerr << "dunlin-bench-probe: " << why << '\n' << usage;
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) refuse(std::string(name) + " wants a value");
    if (name == "--port") {
      o.port = static_cast<std::uint16_t>(std::atoi(argv[i + 1]));
    } else if (name == "--pairs") {
      std::ifstream in(argv[i + 1]);
      for (std::pair<std::string, std::string> pair; in >> pair.first >> pair.second;)
        o.pairs.push_back(pair);
    } else if (name == "--seconds") {
      o.seconds = std::atof(argv[i + 1]);
    } else if (name == "--rate") {
      o.rate = std::atof(argv[i + 1]);
    } else {
      refuse("unknown option " + std::string(name));
    }
  }
  if (o.port == 0 || o.pairs.empty() || !(o.rate > 0)) refuse("options missing");
  return o;
}

}  // namespace
}  // namespace dunlin::bench

int main(int argc, char** argv) {
  try {
    prctl(PR_SET_TIMERSLACK, 1UL);  // the kernel's 50 us would show in every figure
    const auto options = dunlin::bench::read_options(argc, argv);
    dunlin::bench::Probe probe(options);
    probe.run();
    probe.print();
    return probe.failed() ? 1 : 0;
  } catch (const std::exception& e) {
    std::cerr << "dunlin-bench-probe: " << e.what() << '\n';
    return 1;
  }
}

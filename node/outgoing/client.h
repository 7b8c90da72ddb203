#pragma once
// The only way out of the process: no other code opens a connection to another host.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/outgoing/exchange.h"
#include "protocol/base/result.h"

namespace dunlin::outgoing {

struct Options {
  std::string user_agent = "Dunlin/" DUNLIN_VERSION;  // "Dunlin/0.1.0 (+https://social.example/)"
  std::string ca_file;                                // PEM, trusted besides the system's authorities
  /// Loopback and private networks may be contacted. For tests.
  bool allow_private = false;
  /// Single ones of them: "10.0.0.0/8", "127.0.0.1:8443", "[fd00::/8]:443".
  std::vector<std::string> allow;
  /// http:// too, but only to addresses that are not everyone's. For tests.
  bool allow_plain_http = false;
  /// "host:port:address" or "host:port:address,address" in place of what name servers say, IPv6 in brackets.
  /// The addresses are checked as all others.
  std::vector<std::string> resolve;
  /// Whether this host may be contacted at all (domain blocks); asked for each hop, on the client's thread.
  /// Must not wait or throw. Empty: all may.
  std::function<bool(const Url& url)> may_contact;
  std::size_t transfers_max = limits::outgoing_transfers_max;  // at once; the rest waits in order
  std::size_t kept_connections_max = limits::outgoing_kept_connections_max;
};

struct Stats {
  std::uint64_t in_flight = 0;
  std::uint64_t waiting = 0;
  std::uint64_t answered = 0;                    // with any status
  std::array<std::uint64_t, failures> failed{};  // by Failure
  std::uint64_t connections_opened = 0;          // begun; an address that was refused is none
  std::uint64_t connections_open = 0;
  std::uint64_t hops_on_kept_connections = 0;  // requests and redirects that needed no new one
  std::uint64_t addresses_refused = 0;
};

/// Requests to other hosts, many at once, on one thread of its own. HTTP/1.1, and HTTP/2 where offered;
/// connections are kept and shared. TLS 1.2 or later with verification always; no proxies, cookies, passwords
/// or caches. Every address is checked when it is connected to (address_guard.h). All functions may be called
/// from any thread.
class Client {
 public:
  /// Called once for each request, on the client's thread unless the client had been stopped before: must not
  /// wait or throw. May call send(), but not after Failure::cancelled.
  using Done = std::function<void(Fetched)>;

  /// Errc::bad_request when an option is malformed or ca_file holds no certificate.
  static Result<std::unique_ptr<Client>> open(Options options);
  /// stop()s. Nobody may be in send() or fetch() any more.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Whoever sends bounds how many of its requests are outstanding: those above Options::transfers_max wait
  /// in memory.
  void send(Request request, Done done);
  /// Many, and the client's thread is woken once.
  void send(std::vector<std::pair<Request, Done>> requests);
  /// Waits for the answer. Not on the client's thread, where it would wait for itself.
  Fetched fetch(Request request);
  /// Everything under way or waiting ends as Failure::cancelled, and so does all that is sent from now on.
  /// Returns when the thread has ended; not to be called by it.
  void stop();

  Stats stats() const;

 private:
  class Engine;
  explicit Client(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace dunlin::outgoing

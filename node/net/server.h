#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/net/cidr.h"
#include "node/net/http.h"
#include "protocol/base/limits.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::net {

/// Bounds on what clients may cost. Deadlines are kept by a coarse tick: a connection is cut at its deadline
/// or up to one sixteenth of the shortest of them later (at most half a second), never before.
struct ServerLimits {
  std::size_t head_bytes_max = limits::request_head_bytes_max;
  std::size_t fields_max = limits::request_fields_max;
  std::chrono::milliseconds head_deadline =
      limits::head_deadline;  // from the first byte; also TLS handshake and first byte at all
  std::chrono::milliseconds body_deadline =
      limits::body_deadline;  // bodies past 16 KiB get one second more for each
  std::chrono::milliseconds idle_deadline = limits::idle_deadline;
  std::chrono::milliseconds write_deadline = limits::write_deadline;  // `rate_min` bytes received or sent
  std::uint64_t rate_min = 1024;                                      // bytes a second
  std::chrono::milliseconds linger_deadline =
      std::chrono::seconds(2);  // for a refused client to read its answer
  std::chrono::milliseconds stop_deadline = limits::stop_deadline;
  std::size_t connections_per_address_max =
      limits::connections_per_address_max;  // IPv6: per /64; 0 = no limit
  std::size_t connections_max = 0;          // 0 = the process's limit of open files minus 20 %
  std::chrono::milliseconds event_heartbeat = limits::event_heartbeat;
  std::chrono::milliseconds websocket_ping = limits::websocket_ping;
};

struct ServerOptions {
  std::vector<std::string> listen;   // "127.0.0.1:8080", "[::]:443", "localhost:0"; port 0 = any
  std::string tls_certificate_file;  // PEM, leaf first; with the key file: every listener speaks TLS
  std::string tls_key_file;
  std::vector<Cidr> trusted_proxies;  // believed in X-Forwarded-For, not counted per address
  bool behind_proxy = false;          // connections from loopback are the proxy's: not counted per address
  unsigned loops = 0;                 // I/O threads; 0 = one a core
  ServerLimits limits;
  const Clock* clock = &system_clock();
  Random* random = &system_random();
};

/// Counters since the start, for metrics.
struct ServerStats {
  std::uint64_t connections_open{};
  std::uint64_t connections_accepted{};
  std::uint64_t requests{};               // answered, refused ones too
  std::uint64_t responses_by_class[6]{};  // [2] = 2xx
  std::uint64_t bytes_out{};              // before encryption
  std::uint64_t held{};                   // responses that were kept back (Response::hold)
  std::chrono::nanoseconds waited{};      // Request::waited, of the loop where it is longest
  std::vector<std::pair<std::string_view, std::uint64_t>>
      refused;  // by reason word; all of them, also those at 0
};

/// An HTTP/1.1 server on its own I/O threads: plain or TLS, keep-alive, everything bounded, framing strict
/// (request_head.h). Start reading at connection.h.
class Server {
 public:
  /// `handler` lives longer than the server and than each Reply it was given.
  Server(ServerOptions options, Handler& handler);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds everything or nothing, then serves. The addresses as bound, in the order of `listen`, with the
  /// ports that were given. Errors say which address or file and why. Once per object.
  [[nodiscard]] Result<std::vector<std::string>> start();
  /// No new connections, idle ones close at once, running requests may finish until the stop deadline;
  /// returns when all threads have ended. From any thread, any number of times; on an I/O thread it begins
  /// the stop and does not wait.
  void stop();
  /// Reads certificate and key again, for new connections. On an error the old ones stay in use.
  [[nodiscard]] Result<void> reload_tls();
  ServerStats stats() const;
  /// Runs `job` on the thread of an I/O loop, by its index (Request::loop), soon. Dropped once that has
  /// ended. From any thread, once started.
  void post(unsigned loop, std::function<void()> job);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::net

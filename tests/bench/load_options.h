#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace dunlin::bench {

/// What one run of the load generator sends and what it accepts as an answer.
struct LoadOptions {
  std::string host = "127.0.0.1";  // numeric IPv4
  std::uint16_t port = 0;
  std::vector<std::string> paths;    // with their queries, asked in turn on each connection
  std::vector<std::string> headers;  // whole lines that each request gets; one of Host replaces ours
  unsigned connections = 64;
  std::chrono::nanoseconds duration = std::chrono::seconds(3);
  double rate = 0;                  // requests per second of the open loop; 0 is the closed loop
  std::vector<std::string> tokens;  // connection i sends token i modulo their number; none: no Authorization
  /// Who asks, instead of `tokens`: accounts of dunlin-bench-network by their numbers, another one each time.
  enum class Pick { uniform, skewed, once };
  Pick pick =
      Pick::uniform;  // skewed: half of all requests are the first eighth's; once: each in turn, then end
  std::uint32_t first_account = 0;  // 0: `tokens`
  std::uint32_t last_account = 0;
  std::string ids_file;    // gets the ids of all posts that were acknowledged, one a line
  std::string post_body;   // template of a POST, empty for GET: the run of '@' becomes the request's number
  std::string key_prefix;  // of Idempotency-Key, so that two runs on one database do not collide
  std::vector<std::string>
      requests;               // whole, each sent once in turn instead of all that; the run ends with them
  int status = 200;           // any other answer is an error
  bool overload = false;      // 429 and 503 are no errors; what finds every connection busy is not sent
  bool reconnect = false;     // after each answer, for servers that keep no connection
  bool has_expected = false;  // every Content-Length must be that of `expected`, ...
  std::string expected;       // ... and every `verify_every`-th body the same bytes
  unsigned verify_every = 64;
};

/// Reads the command line and the files it names. On wrong usage prints help to stderr and exits with 2.
LoadOptions load_options(int argc, char** argv);

}  // namespace dunlin::bench

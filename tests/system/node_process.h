#pragma once
#include <signal.h>
#include <sys/types.h>

#include <QTemporaryDir>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/http_client.h"

namespace dunlin::test {

/// What a finished program said.
struct Finished {
  int exit_code = -1;  // 128 + signal when one ended it
  std::string out;
  std::string err;
};

/// Runs a program of the search path or of an absolute path to its end. Throws when it takes over a minute.
Finished run_program(const std::vector<std::string>& words, const std::string& input = {});

/// The real dunlin-node on its own data folder and a free loopback port, over TLS with a throwaway CA. Every
/// function throws std::runtime_error when the node does not do what its manual says.
class NodeProcess {
 public:
  /// Makes certificate and data folder. `settings`: KEY=VALUE for --set; rate limits are off.
  explicit NodeProcess(std::vector<std::string> settings = {});
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;

  /// Until the `ready` line; answers how long that took.
  std::chrono::milliseconds start();
  /// SIGKILL, and waits until it is gone.
  void kill();
  struct Stopped {
    int exit_code;
    std::chrono::milliseconds took;
  };
  /// SIGTERM or another signal, and waits until it is gone; throws after half a minute.
  Stopped stop(int signal_number = SIGTERM);
  bool is_running() const { return pid_ > 0; }

  /// `dunlin-node WORDS… --data FOLDER`.
  Finished command(std::vector<std::string> words, const std::string& input = {}) const;
  /// The same, of which exit code 0 is expected; what it printed.
  std::string done(const std::vector<std::string>& words, const std::string& input = {}) const;
  /// The words that start `serve` on this folder, for tests that run it themselves.
  std::vector<std::string> serve_words() const;
  /// By the commands; the access token.
  std::string new_person(const std::string& name, const std::string& scopes = "read write follow push");

  /// A client of its own connection.
  HttpClient client(const std::string& token = {}) const;
  std::string data() const { return dir_.path().toStdString() + "/data"; }
  std::string database() const { return data() + "/dunlin.db"; }
  /// All that the last start wrote, up to now.
  std::string output() const { return output_; }
  std::string log() const;
  static std::string binary();

 private:
  std::string read_output(std::chrono::steady_clock::time_point deadline, bool until_line);
  int wait_for_end(std::chrono::seconds patience);
  QTemporaryDir dir_;
  std::vector<std::string> settings_;
  pid_t pid_ = 0;
  int out_ = -1;
  std::string output_;
  std::string url_;
};

}  // namespace dunlin::test

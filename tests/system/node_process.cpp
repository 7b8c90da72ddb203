#include "tests/system/node_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace dunlin::test {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// Wide enough for a sanitizer build on a busy machine.
constexpr auto start_patience = 60s;
constexpr auto stop_patience = 30s;
constexpr auto command_patience = 60s;

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  }
  ~Pipe() {
    for (int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  void close_end(std::size_t which) { ::close(std::exchange(ends[which], -1)); }
  std::array<int, 2> ends{-1, -1};  // to read from, to write to
};

/// posix_spawn, because tests have threads; `fds` become 0, 1 and 2.
pid_t spawn(const std::vector<std::string>& words, const std::array<int, 3>& fds) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, fds[static_cast<std::size_t>(i)], i);
  // What this process ignores would be ignored in the child too.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    throw std::runtime_error("cannot run " + words.front() + ": error " + std::to_string(error));
  return pid;
}

int exit_code_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw std::runtime_error("waitpid failed");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int remaining_ms(steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

/// Appends what there is; false at the end of the stream.
bool read_some(int fd, std::string& to) {
  std::array<char, 4096> buffer;
  const auto count = ::read(fd, buffer.data(), buffer.size());
  if (count > 0) to.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace

Finished run_program(const std::vector<std::string>& words, const std::string& input) {
  Pipe in;
  Pipe out;
  Pipe err;
  const pid_t pid = spawn(words, {in.ends[0], out.ends[1], err.ends[1]});
  out.close_end(1);
  err.close_end(1);
  in.close_end(0);
  // Less than a pipe holds, so it cannot block.
  if (::write(in.ends[1], input.data(), input.size()) < 0 && errno != EPIPE)
    throw std::runtime_error("write failed");
  in.close_end(1);
  Finished finished;
  const auto deadline = steady_clock::now() + command_patience;
  std::array<pollfd, 2> open{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (::poll(open.data(), open.size(), remaining_ms(deadline)) == 0) {
      ::kill(pid, SIGKILL);
      exit_code_of(pid);
      throw std::runtime_error(words.front() + " did not end in time");
    }
    for (auto& each : open) {
      auto& text = &each == open.data() ? finished.out : finished.err;
      if (each.revents != 0 && !read_some(each.fd, text)) each.fd = -1;
    }
  }
  finished.exit_code = exit_code_of(pid);
  return finished;
}

std::string NodeProcess::binary() { return DUNLIN_NODE_BINARY; }

NodeProcess::NodeProcess(std::vector<std::string> settings) : settings_(std::move(settings)) {
  signal(SIGPIPE, SIG_IGN);  // a client that writes to a killed node gets an error, and goes on
  settings_.insert(settings_.begin(), "rate_limit.enabled=false");
  const auto certificates = dir_.path().toStdString() + "/certificates";
  const auto made = run_program({binary(), "dev-cert", "--out", certificates, "localhost", "127.0.0.1"});
  if (made.exit_code != 0) throw std::runtime_error("dev-cert: " + made.err);
  done({"init", "--domain", "node.test"});
}

NodeProcess::~NodeProcess() {
  if (is_running()) kill();
}

std::vector<std::string> NodeProcess::serve_words() const {
  const auto certificates = dir_.path().toStdString() + "/certificates";
  std::vector<std::string> words = {binary(),     "serve",
                                    "--data",     data(),
                                    "--listen",   "127.0.0.1:0",
                                    "--tls-cert", certificates + "/cert.pem",
                                    "--tls-key",  certificates + "/key.pem"};
  for (const auto& setting : settings_) {
    words.push_back("--set");
    words.push_back(setting);
  }
  return words;
}

std::chrono::milliseconds NodeProcess::start() {
  if (is_running()) throw std::runtime_error("the node runs already");
  Pipe out;
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int log =
      ::open((dir_.path().toStdString() + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const auto began = steady_clock::now();
  pid_ = spawn(serve_words(), {nothing, out.ends[1], log});
  ::close(nothing);
  ::close(log);
  out_ = std::exchange(out.ends[0], -1);
  out.close_end(1);
  output_.clear();
  const auto line = read_output(began + start_patience, true);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
  constexpr std::string_view ready = "ready https://127.0.0.1:";
  if (!line.starts_with(ready))
    throw std::runtime_error("no ready line but \"" + line + "\"; the log ends:\n" + this->log());
  url_ = line.substr(6);
  return took;
}

/// The first line, or all up to the end of the stream.
std::string NodeProcess::read_output(steady_clock::time_point deadline, bool until_line) {
  while (!until_line || output_.find('\n') == std::string::npos) {
    pollfd wait{out_, POLLIN, 0};
    if (::poll(&wait, 1, remaining_ms(deadline)) == 0)
      throw std::runtime_error("the node does not answer in time");
    if (!read_some(out_, output_)) break;
  }
  return until_line ? output_.substr(0, output_.find('\n')) : output_;
}

int NodeProcess::wait_for_end(std::chrono::seconds patience) {
  // The end of its output is the end of the process: it has no children.
  read_output(steady_clock::now() + patience, false);
  ::close(std::exchange(out_, -1));
  return exit_code_of(std::exchange(pid_, 0));
}

void NodeProcess::kill() {
  ::kill(pid_, SIGKILL);
  wait_for_end(stop_patience);
}

NodeProcess::Stopped NodeProcess::stop(int signal_number) {
  const auto began = steady_clock::now();
  ::kill(pid_, signal_number);
  const int code = wait_for_end(stop_patience);
  return {code, std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began)};
}

Finished NodeProcess::command(std::vector<std::string> words, const std::string& input) const {
  words.insert(words.begin(), binary());
  words.insert(words.end(), {"--data", data()});
  return run_program(words, input);
}

std::string NodeProcess::done(const std::vector<std::string>& words, const std::string& input) const {
  auto finished = command(words, input);
  if (finished.exit_code != 0) {
    throw std::runtime_error(words.front() + ": exit code " + std::to_string(finished.exit_code) + ": " +
                             finished.err + finished.out);
  }
  return finished.out;
}

std::string NodeProcess::new_person(const std::string& name, const std::string& scopes) {
  done({"account", "create", name, "--email", name + "@example.org", "--password-stdin", "--confirmed"},
       "correct horse of " + name + "\n");
  auto token = done({"account", "token", name, "--scopes", scopes});
  token.erase(token.find_last_not_of('\n') + 1);
  return token;
}

HttpClient NodeProcess::client(const std::string& token) const {
  HttpClient client(url_, dir_.path().toStdString() + "/certificates/ca.pem");
  client.token = token;
  return client;
}

std::string NodeProcess::log() const { return text_of(dir_.path().toStdString() + "/log"); }

}  // namespace dunlin::test

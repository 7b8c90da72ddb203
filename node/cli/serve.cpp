#include "node/cli/serve.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "node/app/node.h"
#include "protocol/base/log.h"

namespace dunlin::cli {

namespace {

/// sd_notify(3) without the library: one datagram to the socket that systemd names.
void notify_systemd(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || path[0] == '\0') return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  if (::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
               size) < 0) {
    log(Level::warning, "systemd_not_told", {{"errno", errno}});
  }
  ::close(fd);
}

Result<app::Config> effective_config(const app::DataFolder& folder, const ServeOptions& options) {
  TRY(auto config, app::load_config(folder.config_file(), options.settings));
  if (!options.listen.empty()) config.server.listen = options.listen;
  if (!options.tls_cert.empty()) config.tls.cert = options.tls_cert;
  if (!options.tls_key.empty()) config.tls.key = options.tls_key;
  config.proxy.behind = config.proxy.behind || options.behind_proxy;
  config.server.insecure_http = config.server.insecure_http || options.insecure_http;
  if (!options.ca_file.empty()) config.outgoing.ca_file = options.ca_file;
  config.outgoing.allow_private = config.outgoing.allow_private || options.allow_private_peers;
  TRY_DO(app::check_serving(config));
  return config;
}

/// Blocks the signals that serve() waits for, in this thread and all that are started after it.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return set;
}

/// As many sockets as the system lets us have. What login shells and systemd give first, 1024, is there for
/// programs that call select().
void raise_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

Result<void> serve(const app::DataFolder& folder, const ServeOptions& options) {
  const sigset_t signals = block_signals();
  raise_file_limit();
  TRY(auto config, effective_config(folder, options));
  set_log_level(config.log.level);
  TRY(const auto lock, app::FolderLock::take(folder));
  TRY(const auto node, app::Node::start(folder, std::move(config)));
  for (const auto& address : node->addresses()) log(Level::info, "listening", {{"address", address}});
  std::printf("ready %s\n", node->url().c_str());
  std::fflush(stdout);
  notify_systemd("READY=1");
  while (true) {
    int number = 0;
    sigwait(&signals, &number);
    if (number != SIGHUP) break;
    if (const auto reloaded = node->reload_tls(); !reloaded) {
      log(Level::error, "certificate_not_reloaded", {{"error", reloaded.error().safe}});
    } else {
      log(Level::info, "certificate_reloaded");
    }
  }
  log(Level::info, "stopping");
  notify_systemd("STOPPING=1");
  node->stop();
  return {};
}

}  // namespace dunlin::cli

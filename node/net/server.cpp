#include "node/net/server.h"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <charconv>
#include <optional>

#include "node/net/connection.h"
#include "node/net/loop.h"
#include "protocol/base/log.h"

namespace dunlin::net {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Endpoint = asio::ip::tcp::endpoint;

constexpr std::size_t refused_open_max = 64;  // more than this at once are closed without a word
constexpr auto accept_pause = std::chrono::milliseconds(100);  // while the process is out of descriptors

/// "127.0.0.1:80", "[::1]:80", "localhost:80". Nothing on anything else: a name could mean several addresses.
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code bad;
  auto address = asio::ip::make_address(host, bad);
  if (bad || address.is_v6() != brackets) return std::nullopt;
  return Endpoint(address, port);
}

std::string to_string(const Endpoint& endpoint) {
  auto host = endpoint.address().to_string();
  if (endpoint.address().is_v6()) host = "[" + host + "]";
  return host + ":" + std::to_string(endpoint.port());
}

Address address_of(const Endpoint& endpoint) {
  auto address = endpoint.address();
  return address.is_v4() ? Address::from_v4(address.to_v4().to_bytes()) : Address(address.to_v6().to_bytes());
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler& handler)
      : state_(std::make_shared<ServerState>(std::move(options), handler)) {}

  Result<std::vector<std::string>> start();
  void stop();
  Result<void> reload_tls();
  ServerStats stats() const;
  void post(unsigned loop, std::function<void()> job) { loops_.at(loop)->post(std::move(job)); }

 private:
  Result<Acceptor> listen(const std::string& where);
  Task<void> accept_from(Acceptor& acceptor);
  void admit(Loop& loop, Socket socket);
  Loop& next_loop() { return *loops_[next_++ % loops_.size()]; }
  void begin_stop();
  bool on_own_thread() const;

  std::shared_ptr<ServerState> state_;
  std::vector<std::shared_ptr<Loop>> loops_;
  std::vector<Acceptor> acceptors_;  // of loop 0, as is what follows
  std::size_t next_{};
  bool accepting_ = true;
  std::mutex stop_mutex_;
  std::atomic<bool> started_{};
  std::atomic<bool> stop_begun_{};
};

Result<void> Server::Impl::reload_tls() {
  if (!state_->tls) return {};
  return state_->tls->load(state_->options.tls_certificate_file, state_->options.tls_key_file);
}

Result<Acceptor> Server::Impl::listen(const std::string& where) {
  auto endpoint = parse_endpoint(where);
  if (!endpoint) {
    return fail(Errc::bad_request, "cannot listen on \"" + where +
                                       "\": not an address and port such as 127.0.0.1:8080 or [::1]:8080");
  }
  Acceptor acceptor(loops_.front()->io());
  boost::system::error_code error;
  acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  // So that 0.0.0.0 and [::] can have the same port.
  if (!error && endpoint->address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  if (error) return fail(Errc::unavailable, "cannot listen on " + where + ": " + error.message());
  return acceptor;
}

Result<std::vector<std::string>> Server::Impl::start() {
  auto& options = state_->options;
  if (options.listen.empty()) return fail(Errc::bad_request, "no address to listen on");
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    return fail(Errc::bad_request, "TLS needs both a certificate file and a key file");
  }
  if (!options.tls_certificate_file.empty()) {
    auto tls = std::make_unique<TlsContext>();
    TRY_DO(tls->load(options.tls_certificate_file, options.tls_key_file));
    state_->tls = std::move(tls);
  }
  unsigned count = options.loops > 0 ? options.loops : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_shared<Loop>(i, state_));
  std::vector<std::string> bound;
  for (const std::string& where : options.listen) {
    auto acceptor = listen(where);
    if (!acceptor) {
      acceptors_.clear();
      loops_.clear();
      return tl::unexpected<Error>(std::move(acceptor).error());
    }
    bound.push_back(to_string(acceptor->local_endpoint()));
    acceptors_.push_back(std::move(*acceptor));
  }
  for (Acceptor& acceptor : acceptors_) {
    asio::co_spawn(loops_.front()->io(), accept_from(acceptor), [](std::exception_ptr fault) {
      if (fault) std::rethrow_exception(fault);  // logged by the loop
    });
  }
  started_ = true;
  for (auto& loop : loops_) loop->start_thread();
  return bound;
}

Task<void> Server::Impl::accept_from(Acceptor& acceptor) {
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             Executor>
      pause(loops_.front()->io());
  bool complained = false;
  while (accepting_) {
    Loop& loop = next_loop();
    auto [error, socket] = co_await acceptor.async_accept(loop.io().get_executor(), no_throw);
    if (!accepting_) break;
    if (!error) {
      complained = false;
      try {
        admit(loop, std::move(socket));
      } catch (const std::exception& fault) {  // out of memory: this connection is lost, the listener is not
        log(Level::error, "accept_fault", {{"error", fault.what()}});
      }
      continue;
    }
    if (error == asio::error::connection_aborted) continue;
    // Out of descriptors or memory: the connection stays in the kernel's queue until there is room.
    if (!complained) log(Level::warning, "accept_failed", {{"error", error.message()}});
    complained = true;
    pause.expires_after(accept_pause);
    co_await pause.async_wait(no_throw);
  }
}

void Server::Impl::admit(Loop& loop, Socket socket) {
  boost::system::error_code error;
  auto remote = socket.remote_endpoint(error);
  if (!error) socket.set_option(asio::ip::tcp::no_delay(true), error);
  if (error) return;  // gone already
  loops_.front()->stats().accepted.add();
  Connection::Peer peer;
  peer.address = address_of(remote);
  const auto& options = state_->options;
  peer.counted_by_address = !contains(options.trusted_proxies, peer.address) &&
                            !(options.behind_proxy && peer.address.is_loopback());
  peer.refusal = state_->connections.enter(peer.address, peer.counted_by_address);
  if (peer.refusal != Refusal::none) {
    if (state_->refused_open >= refused_open_max) {
      loops_.front()->stats().refused[static_cast<std::size_t>(peer.refusal)].add();
      return;
    }
    ++state_->refused_open;
  }
  auto connection = std::make_shared<Connection>(loop.shared_from_this(), std::move(socket), peer);
  loop.post([connection] { connection->start(); });
}

void Server::Impl::begin_stop() {
  accepting_ = false;
  boost::system::error_code ignored;
  for (Acceptor& acceptor : acceptors_) acceptor.close(ignored);
  // Behind every connection that was handed over before.
  for (auto& loop : loops_) {
    loop->post([loop] { loop->begin_stop(); });
  }
}

bool Server::Impl::on_own_thread() const {
  return std::any_of(loops_.begin(), loops_.end(), [](const auto& loop) { return loop->is_own_thread(); });
}

void Server::Impl::stop() {
  if (!started_) return;
  if (!stop_begun_.exchange(true)) {
    loops_.front()->post([this] { begin_stop(); });
  }
  if (on_own_thread()) return;
  std::lock_guard lock(stop_mutex_);
  for (auto& loop : loops_) loop->join();
}

ServerStats Server::Impl::stats() const {
  ServerStats sum;
  sum.connections_open = state_->connections.open();
  for (std::size_t reason = 1; reason < refusal_count; ++reason) {
    sum.refused.emplace_back(word_of(static_cast<Refusal>(reason)), 0);
  }
  for (const auto& loop : loops_) {
    auto& stats = loop->stats();
    sum.connections_accepted += stats.accepted.get();
    sum.requests += stats.requests.get();
    sum.bytes_out += stats.bytes_out.get();
    sum.held += stats.held.get();
    sum.waited = std::max(sum.waited, loop->queue().last());
    for (std::size_t i = 0; i < stats.by_class.size(); ++i)
      sum.responses_by_class[i] += stats.by_class[i].get();
    for (std::size_t reason = 1; reason < refusal_count; ++reason)
      sum.refused[reason - 1].second += stats.refused[reason].get();
  }
  return sum;
}

Server::Server(ServerOptions options, Handler& handler)
    : impl_(std::make_unique<Impl>(std::move(options), handler)) {}
Server::~Server() { stop(); }
Result<std::vector<std::string>> Server::start() { return impl_->start(); }
void Server::stop() { impl_->stop(); }
Result<void> Server::reload_tls() { return impl_->reload_tls(); }
ServerStats Server::stats() const { return impl_->stats(); }
void Server::post(unsigned loop, std::function<void()> job) { impl_->post(loop, std::move(job)); }

}  // namespace dunlin::net

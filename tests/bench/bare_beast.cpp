// dunlin-bench-beast: the least a Boost.Beast server with coroutines can do: read a request, send one file
// from memory. It is the bound for dunlin-node's feeds: same library, same number of loops, no work of its
// own.
//   dunlin-bench-beast FILE THREADS [PORT]      prints `ready http://127.0.0.1:PORT`, runs until SIGTERM
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace dunlin::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr auto idle_deadline = std::chrono::seconds(60);

/// The body is sent from where it lies: no copy for each answer.
using Answer = http::response<http::span_body<char>>;

asio::awaitable<void> serve(beast::tcp_stream stream, std::string& body) {
  beast::flat_buffer buffer;
  try {
    while (true) {
      stream.expires_after(idle_deadline);
      http::request<http::empty_body> request;
      co_await http::async_read(stream, buffer, request, asio::use_awaitable);
      Answer answer(http::status::ok, request.version());
      answer.set(http::field::content_type, "application/json; charset=utf-8");
      answer.keep_alive(request.keep_alive());
      answer.body() = boost::beast::span<char>(body.data(), body.size());
      answer.prepare_payload();
      co_await http::async_write(stream, answer, asio::use_awaitable);
      if (!request.keep_alive()) break;
    }
    stream.socket().shutdown(tcp::socket::shutdown_send);
  } catch (const boost::system::system_error&) {
    // The peer has gone, which is how every connection of the bench ends.
  }
}

asio::awaitable<void> accept(tcp::acceptor acceptor, std::string& body) {
  while (true) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    beast::tcp_stream stream(std::move(socket));
    asio::co_spawn(acceptor.get_executor(), serve(std::move(stream), body), asio::detached);
  }
}

/// Every loop has its own listening socket on one port; the kernel deals the connections out.
tcp::acceptor listen(asio::io_context& loop, unsigned short port) {
  using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  tcp::acceptor acceptor(loop);
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.set_option(reuse_port(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
}

int run(const std::string& file, unsigned threads, unsigned short port) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file);
  std::string body(std::istreambuf_iterator<char>(in), {});

  std::vector<std::unique_ptr<asio::io_context>> loops;
  for (unsigned i = 0; i < threads; ++i) {
    auto& loop = *loops.emplace_back(std::make_unique<asio::io_context>(1));
    tcp::acceptor acceptor = listen(loop, port);
    port = acceptor.local_endpoint().port();
    asio::co_spawn(loop, accept(std::move(acceptor), body), asio::detached);
  }
  asio::signal_set signals(*loops.front(), SIGTERM, SIGINT);
  signals.async_wait([&](const auto&, int) {
    for (auto& loop : loops) loop->stop();
  });
  std::cout << "ready http://127.0.0.1:" << port << std::endl;
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back([&loop = *loops[i]] { loop.run(); });
  loops.front()->run();
  for (auto& thread : others) thread.join();
  return 0;
}

}  // namespace
}  // namespace dunlin::bench

int main(int argc, char** argv) {
  const int threads = argc >= 3 ? std::atoi(argv[2]) : 0;
  if (argc < 3 || argc > 4 || threads < 1 || threads > 64) {
    std::cerr << "usage: dunlin-bench-beast FILE THREADS [PORT]\n";
    return 2;
  }
  try {
    return dunlin::bench::run(argv[1], static_cast<unsigned>(threads),
                              static_cast<unsigned short>(argc == 4 ? std::atoi(argv[3]) : 0));
  } catch (const std::exception& e) {
    std::cerr << "dunlin-bench-beast: " << e.what() << '\n';
    return 1;
  }
}

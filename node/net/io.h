#pragma once
// Names shared by the files that know sockets. Not for other folders: they include server.h and http.h.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>

namespace dunlin::net {

namespace asio = boost::asio;
// The loop's own executor type everywhere: the type-erased default costs an allocation and a virtual call per
// operation.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> use_task;
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> no_throw{
    asio::use_awaitable_t<Executor>()};

/// What a socket operation that does not wait came to.
enum class Io : unsigned char { done, want_read, want_write, closed };
struct IoResult {
  Io state{};
  std::size_t bytes{};
};

}  // namespace dunlin::net

#include "tests/support/stream_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <istream>

namespace dunlin::test {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
constexpr auto patience = std::chrono::seconds(30);

}  // namespace

struct StreamClient::Socket {
  asio::io_context io;
  beast::websocket::stream<asio::ip::tcp::socket> websocket{io};
  beast::websocket::response_type answer;
  http::response_header<> head;
  asio::streambuf in;
  int pings = 0;

  /// Waits for what `begin` begins; false when it failed or did not come in time.
  bool wait(auto begin) {
    std::optional<boost::system::error_code> result;
    begin([&](boost::system::error_code error, std::size_t) { result = error; });
    io.restart();
    io.run_for(patience);
    if (!result) {
      websocket.next_layer().close();
      io.restart();
      io.run();
      return false;
    }
    return !*result;
  }
};

StreamClient::StreamClient(Kind kind, const std::string& address, const std::string& target,
                           const StreamOptions& options)
    : socket_(std::make_unique<Socket>()), kind_(kind) {
  auto& tcp = socket_->websocket.next_layer();
  const auto colon = address.rfind(':');
  const asio::ip::tcp::endpoint where(asio::ip::make_address(address.substr(0, colon)),
                                      static_cast<unsigned short>(std::stoi(address.substr(colon + 1))));
  tcp.open(where.protocol());
  if (options.receive_buffer > 0)
    tcp.set_option(asio::socket_base::receive_buffer_size(options.receive_buffer));
  tcp.connect(where);
  boost::system::error_code error;
  if (kind == Kind::websocket) {
    socket_->websocket.set_option(
        beast::websocket::stream_base::decorator([&](beast::websocket::request_type& request) {
          for (const auto& [name, value] : options.headers) request.set(name, value);
        }));
    socket_->websocket.control_callback([this](beast::websocket::frame_type frame, auto) {
      if (frame == beast::websocket::frame_type::ping) ++socket_->pings;
    });
    socket_->websocket.handshake(socket_->answer, "node.test", target, error);
    status_ = static_cast<int>(socket_->answer.result_int());
    return;
  }
  std::string request = "GET " + target + " HTTP/1.1\r\nHost: node.test\r\n";
  for (const auto& [name, value] : options.headers) request += name + ": " + value + "\r\n";
  asio::write(tcp, asio::buffer(request + "\r\n"));
  const auto size = asio::read_until(tcp, socket_->in, "\r\n\r\n", error);
  if (error) return;
  http::response_parser<http::empty_body> parser;
  parser.put(asio::buffer(socket_->in.data().data(), size), error);
  socket_->in.consume(size);
  socket_->head = parser.get().base();
  status_ = static_cast<int>(socket_->head.result_int());
}

StreamClient::~StreamClient() = default;

std::string StreamClient::header(std::string_view name) const {
  const auto& fields = kind_ == Kind::websocket ? socket_->answer.base() : socket_->head;
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : std::string(found->value());
}

std::optional<std::string> StreamClient::line() {
  const bool is_there = socket_->wait(
      [&](auto done) { asio::async_read_until(socket_->websocket.next_layer(), socket_->in, "\n", done); });
  if (!is_there) return std::nullopt;
  std::istream lines(&socket_->in);
  std::string out;
  std::getline(lines, out);
  return out;
}

std::optional<StreamEvent> StreamClient::next() {
  StreamEvent event;
  if (kind_ == Kind::websocket) {
    beast::flat_buffer buffer;
    if (!socket_->wait([&](auto done) { socket_->websocket.async_read(buffer, done); })) return std::nullopt;
    const auto message = nlohmann::json::parse(beast::buffers_to_string(buffer.data()));
    if (message.contains("error")) return StreamEvent{"", "error", message.at("error")};
    event.channel = message.at("stream").at(0);
    event.name = message.at("event");
    event.payload = message.at("payload");
    if (event.name != "delete") event.payload = nlohmann::json::parse(event.payload.get<std::string>());
    return event;
  }
  while (auto text = line()) {
    if (text->empty() && !event.name.empty()) return event;
    if (text->starts_with(":")) comments_.push_back(text->substr(1));
    if (text->starts_with("event: ")) event.name = text->substr(7);
    if (!text->starts_with("data: ")) continue;
    const auto data = text->substr(6);
    event.payload = event.name == "delete" ? nlohmann::json(data) : nlohmann::json::parse(data);
  }
  return std::nullopt;
}

void StreamClient::read_to_the_end() {
  while (next()) {
  }
}

void StreamClient::send(const std::string& text) { socket_->websocket.write(asio::buffer(text)); }

void StreamClient::subscribe(const std::string& channel, bool on) {
  send(nlohmann::json{{"type", on ? "subscribe" : "unsubscribe"}, {"stream", channel}}.dump());
}

void StreamClient::send_raw(std::string_view bytes) {
  asio::write(socket_->websocket.next_layer(), asio::buffer(bytes));
}

int StreamClient::close_code() const { return socket_->websocket.reason().code; }
int StreamClient::pings() const { return socket_->pings; }

}  // namespace dunlin::test

#include "node/net/websocket.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/base/encoding.h"

namespace dunlin::net {
namespace {

constexpr std::size_t control_payload_max = 125;  // RFC 6455 5.5
constexpr std::size_t mask_bytes = 4;
constexpr std::uint8_t last_bit = 0x80, reserved_bits = 0x70, opcode_bits = 0x0f, masked_bit = 0x80;

/// Whether the field, a list of words, holds this one (RFC 9110 5.6.1).
bool has_word(const Request& request, std::string_view field, std::string_view word) {
  for (const auto& [name, value] : request.fields) {
    if (!equal_ignoring_case(name, field)) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto end = std::min(rest.find(','), rest.size());
      if (equal_ignoring_case(trim(rest.substr(0, end)), word)) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

/// RFC 6455 4.2.2, 5.4.
std::string accept_value(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

void append_number(std::string& out, std::uint64_t number, int bytes) {
  while (bytes > 0) out += static_cast<char>(number >> (8 * --bytes) & 0xff);
}

WebSocketReader::Got violation(CloseCode code, std::string_view reason) {
  return {WebSocketReader::Got::Kind::violation, {}, code, reason};
}

/// Codes that an endpoint may send, RFC 6455 7.4.
bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  out += static_cast<char>(last_bit | static_cast<std::uint8_t>(opcode));
  if (payload.size() <= control_payload_max) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xffff) {
    out += static_cast<char>(126);
    append_number(out, payload.size(), 2);
  } else {
    out += static_cast<char>(127);
    append_number(out, payload.size(), 8);
  }
  out += payload;
}

std::string text_frame(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 10);
  append_frame(out, Opcode::text, text);
  return out;
}

void append_close_frame(std::string& out, CloseCode code, std::string_view reason) {
  std::string payload;
  append_number(payload, static_cast<std::uint16_t>(code), 2);
  payload += reason.substr(0, control_payload_max - payload.size());
  append_frame(out, Opcode::close, payload);
}

bool wants_websocket(const Request& request) { return has_word(request, "Upgrade", "websocket"); }

Result<Response> websocket_answer(const Request& request) {
  if (request.method != Method::get || !wants_websocket(request) ||
      !has_word(request, "Connection", "upgrade"))
    return fail(Errc::bad_request, "This is no request for a WebSocket");
  if (request.header("Sec-WebSocket-Version") != "13")
    return fail(Errc::bad_request, "Only version 13 of the WebSocket protocol is spoken here");
  const auto key = request.header("Sec-WebSocket-Key");
  const auto nonce = base64_decode(key);
  if (key.size() != 24 || !nonce || nonce->size() != 16)
    return fail(Errc::bad_request, "Sec-WebSocket-Key is not a key");
  Response response;
  response.status = 101;
  response.headers = {
      {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", accept_value(key)}};
  return response;
}

WebSocketReader::Got WebSocketReader::next(std::string& in) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(in[at]); };
  if (in.size() < 2) return {};
  const auto opcode = static_cast<Opcode>(byte(0) & opcode_bits);
  const bool is_last = (byte(0) & last_bit) != 0;
  const bool is_control = byte(0) & 0x08;
  if ((byte(0) & reserved_bits) != 0) return violation(CloseCode::protocol_error, "reserved bits");
  if ((byte(1) & masked_bit) == 0) return violation(CloseCode::protocol_error, "not masked");
  switch (opcode) {
    case Opcode::more:
      if (!is_inside_) return violation(CloseCode::protocol_error, "nothing to continue");
      break;
    case Opcode::text:
      if (is_inside_) return violation(CloseCode::protocol_error, "a message inside of another");
      break;
    case Opcode::binary:
      return violation(CloseCode::unsupported, "only text is understood");
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      break;
    default:
      return violation(CloseCode::protocol_error, "unknown frame");
  }
  std::uint64_t size = byte(1) & 0x7f;
  std::size_t at = 2;
  if (is_control && (size > control_payload_max || !is_last))
    return violation(CloseCode::protocol_error, "a long or divided control frame");
  if (size > control_payload_max) {
    const std::size_t digits = size == 126 ? 2 : 8;
    if (in.size() < at + digits) return {};
    size = 0;
    for (std::size_t i = 0; i < digits; ++i) size = size << 8 | byte(at++);
    if (size <= control_payload_max || (digits == 8 && size <= 0xffff))
      return violation(CloseCode::protocol_error, "a length in more bytes than it needs");
  }
  if (!is_control && size > message_bytes_max_ - message_.size())
    return violation(CloseCode::too_big, "a message too long");
  const std::size_t payload_at = at + mask_bytes;
  if (in.size() < payload_at + size) return {};
  std::string payload = in.substr(payload_at, static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ in[at + i % mask_bytes]);
  in.erase(0, payload_at + payload.size());
  return of_frame(opcode, is_last, std::move(payload));
}

WebSocketReader::Got WebSocketReader::of_frame(Opcode opcode, bool is_last, std::string payload) {
  using Kind = Got::Kind;
  if (opcode == Opcode::ping) return {Kind::ping, std::move(payload)};
  if (opcode == Opcode::pong) return {Kind::pong};
  if (opcode == Opcode::close) {
    if (payload.empty()) return {Kind::close};
    const auto code = payload.size() < 2 ? 0U
                                         : static_cast<unsigned>(static_cast<std::uint8_t>(payload[0])) << 8 |
                                               static_cast<std::uint8_t>(payload[1]);
    if (!is_close_code(code)) return violation(CloseCode::protocol_error, "no code to close with");
    if (!is_utf8(std::string_view(payload).substr(2)))
      return violation(CloseCode::bad_text, "a reason that is no UTF-8");
    return {Kind::close};
  }
  message_ += payload;
  is_inside_ = !is_last;
  if (!is_last) return {Kind::part};
  if (!is_utf8(message_)) return violation(CloseCode::bad_text, "text that is no UTF-8");
  return {Kind::message, std::exchange(message_, {})};
}

}  // namespace dunlin::net

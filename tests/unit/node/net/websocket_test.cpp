#include "node/net/websocket.h"

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::net;
using Kind = WebSocketReader::Got::Kind;

namespace {

/// A frame as a client sends it.
std::string masked(int first_byte, std::string_view payload, std::string_view mask = "mask") {
  std::string out(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size());
  }
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

}  // namespace

class WebSocketTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void handshake_is_answered_as_the_specification_says() {
    Request request;
    request.method = Method::get;
    request.fields = {{"Upgrade", "websocket"},
                      {"Connection", "keep-alive, Upgrade"},
                      {"Sec-WebSocket-Version", "13"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    const auto answer = websocket_answer(request);
    QVERIFY(answer.has_value());
    QCOMPARE(answer->status, 101);
    QCOMPARE(answer->headers.at(2).second, std::string("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));  // RFC 6455 1.3
    for (const auto& [field, bad] : std::vector<std::pair<std::size_t, std::string_view>>{
             {0, "h2c"}, {1, "close"}, {2, "8"}, {3, "short"}, {3, "dGhlIHNhbXBsZSBub25jZSBhbmQ="}}) {
      const auto good = std::exchange(request.fields[field].value, bad);
      QVERIFY2(!websocket_answer(request), std::string(bad).c_str());
      request.fields[field].value = good;
    }
  }

  void message_comes_whole_however_its_bytes_come() {
    const std::string bytes = masked(0x01, "hel") + masked(0x89, "are you there") + masked(0x80, "lo") +
                              masked(0x81, std::string(300, 'x'));
    WebSocketReader reader(1'000);
    std::string in;
    std::vector<std::pair<Kind, std::string>> got;
    for (const char c : bytes) {
      in += c;
      const auto next = reader.next(in);
      if (next.kind != Kind::nothing) got.emplace_back(next.kind, next.payload);
    }
    const std::vector<std::pair<Kind, std::string>> wanted = {{Kind::part, ""},
                                                              {Kind::ping, "are you there"},
                                                              {Kind::message, "hello"},
                                                              {Kind::message, std::string(300, 'x')}};
    QVERIFY(got == wanted);
    QVERIFY(in.empty());
  }

  void what_is_not_allowed_ends_it_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const auto row = [](const char* name, const std::string& bytes, CloseCode code) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << static_cast<int>(code);
    };
    row("not masked", text_frame("hello"), CloseCode::protocol_error);
    row("reserved bit", masked(0xC1, "x"), CloseCode::protocol_error);
    row("unknown opcode", masked(0x83, "x"), CloseCode::protocol_error);
    row("unknown control opcode", masked(0x8B, "x"), CloseCode::protocol_error);
    row("binary", masked(0x82, "x"), CloseCode::unsupported);
    row("continuation of nothing", masked(0x80, "x"), CloseCode::protocol_error);
    row("message inside a message", masked(0x01, "x") + masked(0x81, "y"), CloseCode::protocol_error);
    row("divided ping", masked(0x09, "x"), CloseCode::protocol_error);
    row("long ping", masked(0x89, std::string(126, 'x')), CloseCode::protocol_error);
    row("long close", masked(0x88, std::string(126, 'x')), CloseCode::protocol_error);
    row("length in too many bytes", std::string("\x81\xfe\x00\x7d", 4) + "mask", CloseCode::protocol_error);
    row("length in far too many bytes", std::string("\x81\xff\0\0\0\0\0\0\xff\xff", 10) + "mask",
        CloseCode::protocol_error);
    row("too long", masked(0x81, std::string(1'001, 'x')), CloseCode::too_big);
    row("too long in parts", masked(0x01, std::string(600, 'x')) + masked(0x80, std::string(401, 'x')),
        CloseCode::too_big);
    row("endless", std::string("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "mask", CloseCode::too_big);
    row("no UTF-8", masked(0x81, "\xc3\x28"), CloseCode::bad_text);
    row("no UTF-8 over two parts", masked(0x01, "\xc3") + masked(0x80, "\x28"), CloseCode::bad_text);
    row("close with half a code", masked(0x88, "\x03"), CloseCode::protocol_error);
    row("close with no code", masked(0x88, "\x03\xed"), CloseCode::protocol_error);
    row("close with a bad reason", masked(0x88, "\x03\xe8\xff"), CloseCode::bad_text);
  }
  void what_is_not_allowed_ends_it() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    WebSocketReader reader(1'000);
    std::string in = bytes.toStdString();
    auto got = reader.next(in);
    while (got.kind == Kind::part) got = reader.next(in);
    QVERIFY(got.kind == Kind::violation);
    QCOMPARE(static_cast<int>(got.code), code);
  }

  void close_is_understood_with_and_without_a_reason() {
    for (const std::string& payload :
         {std::string(), std::string("\x03\xe8"), std::string("\x03\xe9") + "bye"}) {
      WebSocketReader reader(1'000);
      std::string in = masked(0x88, payload);
      QVERIFY(reader.next(in).kind == Kind::close);
    }
  }

  void frames_tell_their_length_as_short_as_possible() {
    QCOMPARE(text_frame("hello"), std::string("\x81\x05hello"));
    QCOMPARE(text_frame(std::string(126, 'x')).substr(0, 4), std::string("\x81\x7e\x00\x7e", 4));
    QCOMPARE(text_frame(std::string(70'000, 'x')).substr(0, 10),
             std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x11\x70", 10));
    std::string close;
    append_close_frame(close, CloseCode::going_away, std::string(500, 'x'));
    QCOMPARE(close.size(), std::size_t{127});
  }
};

QTEST_GUILESS_MAIN(WebSocketTest)
#include "websocket_test.moc"

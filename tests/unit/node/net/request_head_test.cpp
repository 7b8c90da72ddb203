#include "node/net/request_head.h"

#include "node/net/chunked.h"
#include "node/net/request_path.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::net;

namespace {

struct Parsed {
  std::string text;
  RequestHead head;
  std::vector<Request::Field> fields;
  Refusal refusal{};
};

/// Reads a head as the connection does: first its end, then its content.
std::unique_ptr<Parsed> parse(std::string text) {
  auto parsed = std::make_unique<Parsed>();
  parsed->text = std::move(text);
  HeadScanner scanner;
  parsed->refusal = scanner.scan(parsed->text);
  if (parsed->refusal == Refusal::none) {
    std::string_view head(parsed->text.data(), scanner.end());
    parsed->refusal = parse_head(head, 100, parsed->head, parsed->fields);
  }
  return parsed;
}

std::string get(std::string_view fields) {
  return std::string("GET / HTTP/1.1\r\nHost: a.test\r\n").append(fields).append("\r\n");
}

std::string word(Refusal refusal) { return std::string(word_of(refusal)); }

struct Decoded {
  std::string body;
  std::string rest;
  std::string refusal;
  bool done{};
};

Decoded decode(std::string_view bytes, std::size_t piece, std::uint64_t bytes_max = 1000) {
  Decoded decoded;
  ChunkDecoder decoder(bytes_max);
  auto refusal = Refusal::none;
  while (!bytes.empty() && refusal == Refusal::none && !decoder.done()) {
    auto part = bytes.substr(0, piece);
    auto size = part.size();
    refusal = decoder.decode(part, decoded.body);
    bytes.remove_prefix(size - part.size());
  }
  decoded.rest = bytes;
  decoded.done = decoder.done();
  decoded.refusal = word(refusal);
  return decoded;
}

}  // namespace

class RequestHeadTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_plain_request_is_read();
  void the_end_is_found_however_the_bytes_come();
  void refused_data();
  void refused();
  void accepted_data();
  void accepted();
  void keeping_alive_follows_version_and_connection_data();
  void keeping_alive_follows_version_and_connection();
  void a_hundred_fields_are_the_most();
  void paths_are_normalized_once_data();
  void paths_are_normalized_once();
  void bad_paths_are_refused_data();
  void bad_paths_are_refused();
  void chunks_are_decoded_however_they_come_data();
  void chunks_are_decoded_however_they_come();
  void bad_chunks_are_refused_data();
  void bad_chunks_are_refused();
  void a_chunk_past_the_bound_is_refused_before_its_data();
};

void RequestHeadTest::a_plain_request_is_read() {
  auto parsed = parse(
      "POST /api/v1/statuses?a=b HTTP/1.1\r\nHost: a.test:8443\r\nContent-Length: "
      "12\r\nX-Empty:\r\nUser-Agent:\t "
      "caf\xc3\xa9 \t\r\n\r\n");
  QCOMPARE(word(parsed->refusal), std::string("none"));
  QCOMPARE(parsed->head.method, Method::post);
  QCOMPARE(parsed->head.target, std::string_view("/api/v1/statuses?a=b"));
  QCOMPARE(parsed->head.length, std::uint64_t{12});
  QVERIFY(parsed->head.http_1_1 && parsed->head.keep_alive && !parsed->head.chunked &&
          !parsed->head.expects_continue);
  QCOMPARE(parsed->fields.size(), std::size_t{4});
  QCOMPARE(parsed->fields[2].name, std::string_view("X-Empty"));
  QCOMPARE(parsed->fields[2].value, std::string_view());
  QCOMPARE(parsed->fields[3].value, std::string_view("caf\xc3\xa9"));
}

void RequestHeadTest::the_end_is_found_however_the_bytes_come() {
  const std::string text = get("A: b\r\n") + "GET /next";
  const auto end = text.find("\r\n\r\n") + 4;
  for (std::size_t first = 0; first <= text.size(); ++first) {
    HeadScanner scanner;
    QCOMPARE(scanner.scan(std::string_view(text).substr(0, first)), Refusal::none);
    QCOMPARE(scanner.end(), first >= end ? end : 0);
    if (scanner.end() == 0) QCOMPARE(scanner.scan(text), Refusal::none);
    QCOMPARE(scanner.end(), end);
  }
}

void RequestHeadTest::refused_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("reason");
  auto row = [](const char* name, std::string text, const char* reason) {
    QTest::newRow(name) << std::move(text) << std::string(reason);
  };
  const std::string end = " HTTP/1.1\r\nHost: a\r\n\r\n";
  row("no version", "GET /\r\nHost: a\r\n\r\n", "request_line");
  row("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", "request_line");
  row("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "target_bytes");
  row("space in the target", "GET /a b" + end, "target_bytes");
  row("space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "request_line");
  row("space before the method", " GET /" + end, "request_line");
  row("tab as separator", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", "request_line");
  row("method that is no token", "G(T /" + end, "request_line");
  row("empty line only", "\r\n\r\n", "request_line");
  row("TLS greeting", std::string("\x16\x03\x01\x02\x00", 5), "request_line");
  row("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "version");
  row("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", "version");
  row("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "version");
  row("lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", "request_line");
  row("long version", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", "request_line");
  row("NUL in the target", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29), "target_bytes");
  row("DEL in the target", "GET /\x7f" + end, "target_bytes");
  row("CR in the target", "GET /\r/" + end, "target_bytes");
  row("absolute form", "GET http://a/" + end, "target_form");
  row("authority form", "CONNECT a:443" + end, "target_form");
  row("asterisk of GET", "GET *" + end, "target_form");
  row("no slash", "GET a" + end, "target_form");
  row("fragment", "GET /a#b" + end, "target_fragment");
  row("bare LF ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "bare_lf");
  row("bare LF ends a field", "GET / HTTP/1.1\r\nHost: a\nA: b\r\n\r\n", "bare_lf");
  row("bare LF as the blank line", "GET / HTTP/1.1\r\nHost: a\r\n\n", "bare_lf");
  row("LF first", "\nGET /" + end, "bare_lf");
  row("bare CR in a value", get("A: b\rC: d\r\n"), "bare_cr");
  row("two CRs", get("A: b\r\r\n"), "bare_cr");
  row("folded line", get("A: b\r\n c\r\n"), "obs_fold");
  row("folded line with a tab", get("A: b\r\n\tc\r\n"), "obs_fold");
  row("folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "obs_fold");
  row("no colon", get("Abc\r\n"), "field_syntax");
  row("no name", get(": b\r\n"), "field_syntax");
  row("space in a name", get("A b: c\r\n"), "field_name");
  row("slash in a name", get("A/b: c\r\n"), "field_name");
  row("byte above ASCII in a name", get("\xc3\xa9: c\r\n"), "field_name");
  row("NUL in a name", get(std::string_view("A\0: c\r\n", 7)), "field_name");
  row("space before the colon", get("Content-Length : 5\r\n"), "space_before_colon");
  row("tab before the colon", get("A\t: 5\r\n"), "space_before_colon");
  row("NUL in a value", get(std::string_view("A: b\0\r\n", 7)), "value_bytes");
  row("escape byte in a value", get("A: b\x1b[0m\r\n"), "value_bytes");
  row("DEL in a value", get("A: b\x7f\r\n"), "value_bytes");
  row("no host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", "host_missing");
  row("two hosts", get("host: a.test\r\n"), "host_repeated");
  row("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "host_invalid");
  row("host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "host_invalid");
  row("host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "host_invalid");
  row("two hosts in one", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "host_invalid");
  row("host without a name", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "host_invalid");
  row("port that is no number", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", "host_invalid");
  row("two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "host_invalid");
  row("open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "host_invalid");
  row("name in brackets", "GET / HTTP/1.1\r\nHost: [evil]\r\n\r\n", "host_invalid");
  row("length and chunked", get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "length_and_chunked");
  row("chunked and length", get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "length_and_chunked");
  row("two lengths that differ", get("Content-Length: 5\r\nContent-Length: 6\r\n"), "length_repeated");
  row("two equal lengths", get("Content-Length: 5\r\nContent-Length: 5\r\n"), "length_repeated");
  row("list of lengths", get("Content-Length: 5, 5\r\n"), "length_invalid");
  row("length with a plus", get("Content-Length: +5\r\n"), "length_invalid");
  row("length with a minus", get("Content-Length: -5\r\n"), "length_invalid");
  row("hexadecimal length", get("Content-Length: 0x5\r\n"), "length_invalid");
  row("length with a space", get("Content-Length: 5 5\r\n"), "length_invalid");
  row("no length", get("Content-Length:\r\n"), "length_invalid");
  row("length past 64 bits", get("Content-Length: 18446744073709551617\r\n"), "length_invalid");
  row("identity", get("Transfer-Encoding: identity\r\n"), "transfer_coding");
  row("gzip", get("Transfer-Encoding: gzip\r\n"), "transfer_coding");
  row("gzip, chunked", get("Transfer-Encoding: gzip, chunked\r\n"), "transfer_coding");
  row("chunked twice", get("Transfer-Encoding: chunked, chunked\r\n"), "transfer_coding");
  row("chunked in two fields", get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
      "transfer_coding");
  row("chunked and something", get("Transfer-Encoding: chunked;q=1\r\n"), "transfer_coding");
  row("vertical tab before chunked",
      get("Transfer-Encoding: \x0b"
          "chunked\r\n"),
      "value_bytes");
  row("empty coding", get("Transfer-Encoding:\r\n"), "transfer_coding");
  row("chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "transfer_coding_1_0");
  row("two content types", get("Content-Type: a/b\r\ncontent-type: c/d\r\n"), "field_repeated");
  row("two authorizations", get("Authorization: a\r\nAuthorization: a\r\n"), "field_repeated");
  row("two idempotency keys", get("Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), "field_repeated");
  row("unknown expectation", get("Expect: 200-ok\r\n"), "expectation");
  row("compressed body", get("Content-Encoding: gzip\r\n"), "content_coding");
}

void RequestHeadTest::refused() {
  QFETCH(std::string, text);
  QFETCH(std::string, reason);
  QCOMPARE(word(parse(text)->refusal), reason);
}

void RequestHeadTest::accepted_data() {
  QTest::addColumn<std::string>("text");
  auto row = [](const char* name, std::string text) { QTest::newRow(name) << std::move(text); };
  row("1.0 without host", "GET / HTTP/1.0\r\n\r\n");
  row("IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n");
  row("host with an underscore", "GET / HTTP/1.1\r\nHost: a_b.test\r\n\r\n");
  row("every token byte in a name", get("!#$%&'*+-.^_`|~09azAZ: b\r\n"));
  row("tab within a value", get("A: b\tc\r\n"));
  row("no space behind the colon", get("A:b\r\n"));
  row("chunked in capitals", get("Transfer-Encoding: CHUNKED\r\n"));
  row("OPTIONS of all", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  row("unknown method", "PURGE / HTTP/1.1\r\nHost: a\r\n\r\n");
  row("brackets in the query", "GET /?a[]=b HTTP/1.1\r\nHost: a\r\n\r\n");
  row("identity content", get("Content-Encoding: identity\r\n"));
}

void RequestHeadTest::accepted() {
  QFETCH(std::string, text);
  QCOMPARE(word(parse(text)->refusal), std::string("none"));
}

void RequestHeadTest::keeping_alive_follows_version_and_connection_data() {
  QTest::addColumn<std::string>("version");
  QTest::addColumn<std::string>("connection");
  QTest::addColumn<bool>("kept");
  QTest::newRow("1.1") << std::string("1.1") << std::string() << true;
  QTest::newRow("1.1 close") << std::string("1.1") << std::string("Close") << false;
  QTest::newRow("1.1 close in a list") << std::string("1.1") << std::string("Upgrade , close") << false;
  QTest::newRow("1.1 both") << std::string("1.1") << std::string("keep-alive, close") << false;
  QTest::newRow("1.1 word that holds close") << std::string("1.1") << std::string("closed") << true;
  QTest::newRow("1.0") << std::string("1.0") << std::string() << false;
  QTest::newRow("1.0 keep-alive") << std::string("1.0") << std::string("Keep-Alive") << true;
}

void RequestHeadTest::keeping_alive_follows_version_and_connection() {
  QFETCH(std::string, version);
  QFETCH(std::string, connection);
  QFETCH(bool, kept);
  auto field = connection.empty() ? std::string() : "Connection: " + connection + "\r\n";
  QCOMPARE(parse("GET / HTTP/" + version + "\r\nHost: a\r\n" + field + "\r\n")->head.keep_alive, kept);
}

void RequestHeadTest::a_hundred_fields_are_the_most() {
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "A: b\r\n";
  QCOMPARE(word(parse(get(fields))->refusal), std::string("none"));
  QCOMPARE(word(parse(get(fields + "A: b\r\n"))->refusal), std::string("too_many_fields"));
}

void RequestHeadTest::paths_are_normalized_once_data() {
  QTest::addColumn<std::string>("raw");
  QTest::addColumn<std::string>("path");
  auto row = [](const char* raw, const char* path) {
    QTest::newRow(raw) << std::string(raw) << std::string(path);
  };
  row("/", "/");
  row("//", "/");
  row("/.", "/");
  row("/..", "/");
  row("/../../etc", "/etc");
  row("/a", "/a");
  row("/a/", "/a");
  row("/a//", "/a");
  row("/a/./b", "/a/b");
  row("/a/.", "/a");
  row("/a/..", "/");
  row("/x/../admin", "/admin");
  row("/x/%2e%2E/admin", "/admin");
  row("/%61dmin", "/admin");
  row("//admin", "/admin");
  row("/ADMIN", "/ADMIN");
  row("/a%252fb", "/a%2fb");
  row("/.well-known/x", "/.well-known/x");
  row("/a...b/..c/d..", "/a...b/..c/d..");
  row("/%E2%82%AC", "/\xe2\x82\xac");
  row("/a+b%20c", "/a+b c");
  row("/..%5cx", "/..\\x");
}

void RequestHeadTest::paths_are_normalized_once() {
  QFETCH(std::string, raw);
  QFETCH(std::string, path);
  std::string result = "left over";
  QCOMPARE(word(normalize_path(raw, result)), std::string("none"));
  QCOMPARE(result, path);
}

void RequestHeadTest::bad_paths_are_refused_data() {
  QTest::addColumn<std::string>("raw");
  QTest::addColumn<std::string>("reason");
  auto row = [](const char* raw, const char* reason) {
    QTest::newRow(raw) << std::string(raw) << std::string(reason);
  };
  row("/%", "path_escape");
  row("/%4", "path_escape");
  row("/%4g", "path_escape");
  row("/%%41", "path_escape");
  row("/a%2Fb", "path_encoded_slash");
  row("/%2f", "path_encoded_slash");
  row("/%00", "path_control");
  row("/a%0d%0ab", "path_control");
  row("/%7f", "path_control");
  row("/%ff", "path_utf8");
  row("/%c0%af", "path_utf8");
  row("/%ed%a0%80", "path_utf8");
  row("/\xff", "path_utf8");
}

void RequestHeadTest::bad_paths_are_refused() {
  QFETCH(std::string, raw);
  QFETCH(std::string, reason);
  std::string path;
  QCOMPARE(word(normalize_path(raw, path)), reason);
}

void RequestHeadTest::chunks_are_decoded_however_they_come_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<std::string>("body");
  auto row = [](const char* name, const char* bytes, const char* body) {
    QTest::newRow(name) << std::string(bytes) << std::string(body);
  };
  row("empty", "0\r\n\r\n", "");
  row("one", "5\r\nhello\r\n0\r\n\r\n", "hello");
  row("two", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "hello!");
  row("capitals and zeros", "00A\r\n0123456789\r\n000\r\n\r\n", "0123456789");
  row("line ends as data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n");
  row("extension", "5;a=\"b\"\r\nhello\r\n0;c\r\n\r\n", "hello");
  row("trailer", "5\r\nhello\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n", "hello");
}

void RequestHeadTest::chunks_are_decoded_however_they_come() {
  QFETCH(std::string, bytes);
  QFETCH(std::string, body);
  for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{1000}}) {
    auto decoded = decode(bytes + "GET /", piece);
    QCOMPARE(decoded.refusal, std::string("none"));
    QVERIFY(decoded.done);
    QCOMPARE(decoded.body, body);
    QCOMPARE(decoded.rest, std::string("GET /"));
  }
}

void RequestHeadTest::bad_chunks_are_refused_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<std::string>("reason");
  auto row = [](const char* name, std::string bytes, const char* reason) {
    QTest::newRow(name) << std::move(bytes) << std::string(reason);
  };
  row("no size", "\r\n", "chunk_size");
  row("no size before an extension", ";a\r\n", "chunk_size");
  row("sign", "+5\r\nhello", "chunk_size");
  row("minus", "-1\r\n", "chunk_size");
  row("0x", "0x5\r\nhello", "chunk_size");
  row("space before the size", " 5\r\nhello", "chunk_size");
  row("space behind the size", "5 \r\nhello", "chunk_size");
  row("bare LF", "5\nhello", "chunk_size");
  row("bare CR", "5\rhello", "chunk_size");
  row("overflow", "10000000000000005\r\nhello", "chunk_size");
  row("many zeros", std::string(40, '0') + "5\r\nhello", "chunk_size");
  row("data too short", "5\r\nhel\r\n0\r\n\r\n", "chunk_end");
  row("data too long", "3\r\nhello\r\n", "chunk_end");
  row("bare LF behind data", "5\r\nhello\n0\r\n\r\n", "chunk_end");
  row("control byte in an extension", "5;a\x01\r\nhello", "chunk_extension");
  row("LF in an extension", "5;a\nhello", "chunk_extension");
  row("long extension", "5;" + std::string(5000, 'a') + "\r\nhello", "chunk_extension");
  row("trailer that is no field", "0\r\nabc\r\n\r\n", "trailer");
  row("trailer without a name", "0\r\n: a\r\n\r\n", "trailer");
  row("trailer with a bare LF", "0\r\na: b\n\r\n", "trailer");
  row("trailer with a control byte", "0\r\na: \x01\r\n\r\n", "trailer");
  row("folded trailer", "0\r\na: b\r\n c: d\r\n\r\n", "trailer");
  row("endless trailer", "0\r\na: " + std::string(5000, 'b'), "trailer");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "1;" + std::string(100, 'e') + "\r\nx\r\n";
  row("many small extensions", many, "chunk_extension");
}

void RequestHeadTest::bad_chunks_are_refused() {
  QFETCH(std::string, bytes);
  QFETCH(std::string, reason);
  for (std::size_t piece : {std::size_t{1}, std::size_t{10'000}})
    QCOMPARE(decode(bytes, piece).refusal, reason);
}

void RequestHeadTest::a_chunk_past_the_bound_is_refused_before_its_data() {
  QCOMPARE(decode("5\r\nhello\r\n0\r\n\r\n", 100, 5).refusal, std::string("none"));
  QCOMPARE(decode("6\r\n", 100, 5).refusal, std::string("body_too_large"));
  QCOMPARE(decode("5\r\nhello\r\n1\r\n", 100, 5).refusal, std::string("body_too_large"));
  QCOMPARE(decode("fffffffffffffff\r\n", 100, 5).refusal, std::string("body_too_large"));
  QCOMPARE(decode("0\r\n\r\n", 100, 0).refusal, std::string("none"));
}

QTEST_APPLESS_MAIN(RequestHeadTest)
#include "request_head_test.moc"

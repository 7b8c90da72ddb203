#include "node/net/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <future>

#include "protocol/base/log.h"
#include "tests/support/qt.h"
#include "tests/unit/node/net/raw_client.h"
#include "tests/unit/node/net/test_server.h"

using namespace dunlin;
using namespace dunlin::net;
using namespace std::chrono_literals;

class ServerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    set_log_sink([](std::string_view) {});
  }

  void a_request_is_answered_with_every_due_field();
  void a_connection_serves_many_requests();
  void pipelined_requests_are_answered_in_order();
  void bytes_may_come_one_by_one();
  void a_head_request_gets_no_body();
  void an_answer_without_body_has_no_length();
  void http_1_0_closes_unless_it_asks_otherwise();
  void a_client_that_asks_for_it_is_disconnected();
  void one_empty_line_before_a_request_is_forgiven();
  void options_of_all_needs_no_handler();
  void a_body_in_chunks_is_joined();
  void waiting_for_100_continue_is_answered();
  void a_large_body_and_a_large_answer_pass();
  void malformed_requests_are_refused_data();
  void malformed_requests_are_refused();
  void a_body_too_large_is_refused_before_it_is_sent();
  void a_client_that_sends_all_before_it_reads_sees_the_refusal();
  void routes_have_their_own_body_bound();

  void a_reply_may_come_from_another_thread();
  void a_reply_may_leave_its_rest_to_the_loop();
  void a_held_answer_comes_later_and_holds_up_nobody();
  void a_dropped_reply_is_an_error();
  void a_fault_in_the_handler_is_an_error();
  void a_header_that_would_split_the_response_is_an_error();
  void the_first_answer_counts_data();
  void the_first_answer_counts();
  void a_reply_to_a_client_that_left_is_harmless();
};

void ServerTest::a_request_is_answered_with_every_due_field() {
  TestServer server;
  RawClient client(server.where);
  auto answer = client.ask(get("/echo/%61?b=%20"));
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.body, std::string("GET /echo/a?b=%20\n"));
  QCOMPARE(answer.field("Content-Type"), std::string("text/plain"));
  QVERIFY(answer.field("Date").ends_with(" GMT"));
  QCOMPARE(answer.field("Connection"), std::string());
  auto id = answer.field("X-Request-Id");
  QCOMPARE(id.size(), std::size_t{16});
  QVERIFY(client.ask(get("/")).field("X-Request-Id") != id);
}

void ServerTest::a_connection_serves_many_requests() {
  TestServer server;
  RawClient client(server.where);
  for (int i = 0; i < 100; ++i) {
    auto path = "/echo/" + std::to_string(i);
    QCOMPARE(client.ask(post(path, std::string(static_cast<std::size_t>(i * 100), 'x'))).body.size(),
             path.size() + 7 + static_cast<std::size_t>(i * 100));
  }
  auto stats = server.server.stats();
  QCOMPARE(stats.connections_accepted, std::uint64_t{1});
  QCOMPARE(stats.connections_open, std::uint64_t{1});
  QCOMPARE(stats.requests, std::uint64_t{100});
  QCOMPARE(stats.responses_by_class[2], std::uint64_t{100});
}

void ServerTest::pipelined_requests_are_answered_in_order() {
  TestServer server;
  RawClient client(server.where);
  client.send(get("/1") + post("/later", "two") +
              "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
              get("/4"));
  QCOMPARE(client.read_answer().body, std::string("GET /1?\n"));
  auto [request, reply] = server.handler.next_waiting();
  QCOMPARE(request->body, std::string("two"));
  reply(TestHandler::text("second"));
  QCOMPARE(client.read_answer().body, std::string("second"));
  QCOMPARE(client.read_answer().body, std::string("POST /3?\nabc"));
  QCOMPARE(client.read_answer().body, std::string("GET /4?\n"));
}

void ServerTest::bytes_may_come_one_by_one() {
  TestServer server;
  RawClient client(server.where);
  const auto all =
      post("/a", "body") +
      "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n0\r\nT: 1\r\n\r\n";
  for (char c : all) QVERIFY(client.send({&c, 1}));
  QCOMPARE(client.read_answer().body, std::string("POST /a?\nbody"));
  QCOMPARE(client.read_answer().body, std::string("POST /b?\nhi"));
}

void ServerTest::a_head_request_gets_no_body() {
  TestServer server;
  RawClient client(server.where);
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  auto answer = client.read_answer(true);
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.field("Content-Length"), std::string("9"));
  QCOMPARE(client.ask(get("/y")).body, std::string("GET /y?\n"));
}

void ServerTest::an_answer_without_body_has_no_length() {
  TestServer server;
  RawClient client(server.where);
  auto answer = client.ask(get("/empty"));
  QCOMPARE(answer.status, 204);
  QCOMPARE(answer.body, std::string());
  QCOMPARE(answer.field("Content-Length"), std::string());
  QCOMPARE(client.ask(get("/y")).status, 200);
}

void ServerTest::http_1_0_closes_unless_it_asks_otherwise() {
  TestServer server;
  RawClient old(server.where);
  auto answer = old.ask("GET / HTTP/1.0\r\n\r\n");
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.field("Connection"), std::string("close"));
  QVERIFY(old.reads_end());
  RawClient kept(server.where);
  answer = kept.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  QCOMPARE(answer.field("Connection"), std::string("keep-alive"));
  QCOMPARE(kept.ask("GET / HTTP/1.0\r\n\r\n").status, 200);
}

void ServerTest::a_client_that_asks_for_it_is_disconnected() {
  TestServer server;
  RawClient client(server.where);
  auto answer = client.ask(get("/", "Connection: close\r\n"));
  QCOMPARE(answer.field("Connection"), std::string("close"));
  QVERIFY(client.reads_end());
}

void ServerTest::one_empty_line_before_a_request_is_forgiven() {
  TestServer server;
  RawClient client(server.where);
  QCOMPARE(client.ask("\r\n" + get("/a")).status, 200);
  client.send("\r");
  QCOMPARE(client.ask("\n" + get("/b")).body, std::string("GET /b?\n"));
  QCOMPARE(client.ask("\r\n\r\n" + get("/c")).status, 400);
}

void ServerTest::options_of_all_needs_no_handler() {
  TestServer server;
  RawClient client(server.where);
  QCOMPARE(client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status, 204);
  QCOMPARE(client.ask("OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n").body, std::string("OPTIONS /x?\n"));
}

void ServerTest::a_body_in_chunks_is_joined() {
  TestServer server;
  RawClient client(server.where);
  std::string chunks;
  std::string body;
  for (int i = 1; i <= 300; ++i) {
    std::string piece(static_cast<std::size_t>(i * 7), static_cast<char>('a' + i % 26));
    char size[16];
    std::snprintf(size, sizeof size, "%zX\r\n", piece.size());
    chunks += size + piece + "\r\n";
    body += piece;
  }
  auto answer =
      client.ask("PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
  QVERIFY(answer.body == "PUT /c?\n" + body);
}

void ServerTest::waiting_for_100_continue_is_answered() {
  TestServer server;
  RawClient client(server.where);
  const std::string head = "POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  QCOMPARE(client.ask(head).status, 100);
  QCOMPARE(client.ask("hello").body, std::string("POST /e?\nhello"));
  QCOMPARE(client.ask(head + "hello").status, 200);  // it did not wait: no 100
  QCOMPARE(client.ask("POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 17\r\n\r\n")
               .status,
           413);
}

void ServerTest::a_large_body_and_a_large_answer_pass() {
  TestServer server;
  RawClient client(server.where);
  const std::string body(TestHandler::body_bytes_max_of_echo, 'x');
  auto sent = std::async(std::launch::async, [&] { return client.send(post("/e", body)); });
  auto answer = client.read_answer();
  QVERIFY(sent.get());
  QVERIFY(answer.body == "POST /e?\n" + body);
  QVERIFY(client.ask(get("/big")).body == std::string(TestHandler::big_bytes, 'b'));
}

void ServerTest::malformed_requests_are_refused_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<int>("status");
  QTest::addColumn<std::string>("reason");
  auto row = [](const char* name, std::string bytes, int status, const char* reason) {
    QTest::newRow(name) << std::move(bytes) << status << std::string(reason);
  };
  auto framed = [](std::string_view fields, std::string_view body) {
    return std::string("POST /e HTTP/1.1\r\nHost: a\r\n").append(fields).append("\r\n").append(body);
  };
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  row("length and chunked", framed("Content-Length: 5\r\n" + chunked, "0\r\n\r\nGET /evil HTTP/1.1\r\n"), 400,
      "length_and_chunked");
  row("two lengths", framed("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), 400, "length_repeated");
  row("two equal lengths", framed("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400,
      "length_repeated");
  row("list of lengths", framed("Content-Length: 5, 5\r\n", "hello"), 400, "length_invalid");
  row("signed length", framed("Content-Length: +5\r\n", "hello"), 400, "length_invalid");
  row("huge length", framed("Content-Length: 99999999999999999999\r\n", ""), 400, "length_invalid");
  row("unknown coding", framed("Transfer-Encoding: x\r\n", ""), 400, "transfer_coding");
  row("hidden coding", framed("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400, "transfer_coding");
  row("chunked in 1.0", "POST /e HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
      "transfer_coding_1_0");
  row("space before the colon", framed("Content-Length : 5\r\n", "hello"), 400, "space_before_colon");
  row("folded coding", framed("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400, "transfer_coding");
  row("folded line", framed("A: b\r\n c\r\n", ""), 400, "obs_fold");
  row("bare LF, head never ends in CRLF", "GET / HTTP/1.1\nHost: a\n\n", 400, "bare_lf");
  row("bare LF in the middle", "GET / HTTP/1.1\r\nHost: a\nA: b\r\n\r\n", 400, "bare_lf");
  row("bare CR", framed("A: b\rContent-Length: 5\r\n", "hello"), 400, "bare_cr");
  row("NUL in a value", framed(std::string_view("A: \0\r\n", 6), ""), 400, "value_bytes");
  row("NUL in the target", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29), 400, "target_bytes");
  row("field name", framed("A b: c\r\n", ""), 400, "field_name");
  row("no host", "GET / HTTP/1.1\r\n\r\n", 400, "host_missing");
  row("two hosts", framed("Host: b\r\n", ""), 400, "host_repeated");
  row("bad host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "host_invalid");
  row("absolute form", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target_form");
  row("authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400, "target_form");
  row("fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target_fragment");
  row("broken escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path_escape");
  row("encoded slash", "GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path_encoded_slash");
  row("encoded NUL", "GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path_control");
  row("not UTF-8", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path_utf8");
  row("version", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "version");
  row("HTTP/0.9", "GET /\r\n\r\n", 400, "request_line");
  row("TLS to a plain port", std::string("\x16\x03\x01\x00\xff\x01\x00", 7), 400, "request_line");
  row("noise", "\x01\x02\x03\x04", 400, "request_line");
  row("expectation", framed("Expect: else\r\n", ""), 417, "expectation");
  row("compressed", framed("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "\x1f\x8b"), 415,
      "content_coding");
  row("two content types", framed("Content-Type: a/b\r\nContent-Type: a/b\r\n", ""), 400, "field_repeated");
  row("chunk size", framed(chunked, "x\r\n"), 400, "chunk_size");
  row("chunk size overflows", framed(chunked, "ffffffffffffffff0\r\n"), 400, "chunk_size");
  row("chunk with bare LF", framed(chunked, "5\nhello\n0\n\n"), 400, "chunk_size");
  row("chunk too long for its size", framed(chunked, "1\r\nab\r\n0\r\n\r\n"), 400, "chunk_end");
  row("chunk extension", framed(chunked, "1;" + std::string(5000, 'a')), 400, "chunk_extension");
  row("trailer", framed(chunked, "0\r\n" + std::string(5000, 'a')), 400, "trailer");
  row("chunks past the bound", "POST /small HTTP/1.1\r\nHost: a\r\n" + chunked + "\r\n11\r\n", 413,
      "body_too_large");
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "A: b\r\n";
  row("too many fields", framed(fields, ""), 431, "too_many_fields");
  row("long field", framed("A: " + std::string(17'000, 'a') + "\r\n", ""), 431, "head_too_large");
  row("endless field", "GET / HTTP/1.1\r\nA: " + std::string(20'000, 'a'), 431, "head_too_large");
  row("endless request line", "GET /" + std::string(20'000, 'a'), 431, "head_too_large");
}

void ServerTest::malformed_requests_are_refused() {
  QFETCH(std::string, bytes);
  QFETCH(int, status);
  QFETCH(std::string, reason);
  static TestServer server;
  for (bool piecemeal : {false, true}) {
    auto before = server.refused(reason);
    RawClient client(server.where);
    if (piecemeal && bytes.size() < 1000) {
      for (char c : bytes) client.send({&c, 1});  // late ones may find the connection closed
    } else {
      client.send(bytes);
    }
    auto answer = client.read_answer();
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.body, reason);
    QCOMPARE(answer.field("Connection"), std::string("close"));
    QCOMPARE(answer.field("X-Refused"), answer.field("X-Request-Id"));
    QVERIFY(client.reads_end());
    QCOMPARE(server.refused(reason), before + 1);
    RawClient other(server.where);
    QCOMPARE(other.ask(get("/still")).body, std::string("GET /still?\n"));
  }
}

void ServerTest::a_body_too_large_is_refused_before_it_is_sent() {
  TestServer server;
  RawClient client(server.where);
  auto answer = client.ask("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n");
  QCOMPARE(answer.status, 413);
  QCOMPARE(answer.body, std::string("body_too_large"));
  QVERIFY(client.reads_end());
}

void ServerTest::a_client_that_sends_all_before_it_reads_sees_the_refusal() {
  TestServer server;
  RawClient client(server.where);
  QVERIFY(client.send(post("/e", std::string(2 * TestHandler::body_bytes_max_of_echo, 'x'))));
  client.end_writing();
  QCOMPARE(client.read_answer().status, 413);
}

void ServerTest::routes_have_their_own_body_bound() {
  TestServer server;
  RawClient client(server.where);
  QCOMPARE(client.ask(post("/small", std::string(16, 'x'))).status, 200);
  QCOMPARE(client.ask(post("/e", std::string(17, 'x'))).status, 200);
  QCOMPARE(client.ask(post("/x/../small/", std::string(17, 'x'))).status, 413);
}

void ServerTest::a_reply_may_come_from_another_thread() {
  TestServer server;
  RawClient client(server.where);
  for (int i = 0; i < 50; ++i) {
    client.send(post("/later", std::to_string(i)));
    auto [request, reply] = server.handler.next_waiting();
    QCOMPARE(request->body, std::to_string(i));
    auto copy = reply;
    reply = nullptr;
    std::thread([&] { copy(TestHandler::text("later " + std::to_string(i))); }).join();
    QCOMPARE(client.read_answer().body, "later " + std::to_string(i));
  }
}

void ServerTest::a_reply_may_leave_its_rest_to_the_loop() {
  TestServer server;
  RawClient client(server.where);
  client.send(get("/later"));
  auto [request, reply] = server.handler.next_waiting();
  std::atomic<std::thread::id> made_on;
  Response unfinished;
  unfinished.complete = [&, asked = request](Response& response) {
    made_on = std::this_thread::get_id();
    response = TestHandler::text("rest of " + asked->path);
  };
  reply(std::move(unfinished));
  QCOMPARE(client.read_answer().body, std::string("rest of /later"));
  QVERIFY(made_on.load() != std::this_thread::get_id());
  Response faulty;
  faulty.complete = [](Response&) { throw std::runtime_error("a fault"); };
  client.send(get("/later"));
  server.handler.next_waiting().second(std::move(faulty));
  QCOMPARE(client.read_answer().body, std::string("handler_failed"));
  QCOMPARE(client.ask(get("/still")).status, 200);
}

void ServerTest::a_held_answer_comes_later_and_holds_up_nobody() {
  const auto held = [](std::string body, std::chrono::milliseconds hold) {
    auto response = TestHandler::text(std::move(body));
    response.hold = hold;
    return response;
  };
  ServerOptions options;
  options.loops = 1;
  options.limits.stop_deadline = 10ms;
  TestServer server(options);
  RawClient soon(server.where), never(server.where);
  never.send(get("/later"));
  server.handler.next_waiting().second(held("never", 1h));
  soon.send(get("/later"));
  server.handler.next_waiting().second(held("soon", 1ms));
  QCOMPARE(soon.read_answer().body, std::string("soon"));
  QCOMPARE(soon.ask(get("/next")).status, 200);
  QVERIFY(never.is_quiet_for(10ms));
  server.server.stop();
  QVERIFY(never.reads_end());
}

void ServerTest::a_dropped_reply_is_an_error() {
  TestServer server;
  RawClient client(server.where);
  auto answer = client.ask(get("/drop"));
  QCOMPARE(answer.status, 500);
  QCOMPARE(answer.body, std::string("reply_dropped"));
  client.send(get("/later"));
  {
    auto waiting = server.handler.next_waiting();
    auto copy = waiting.second;
  }
  QCOMPARE(client.read_answer().body, std::string("reply_dropped"));
  QCOMPARE(server.refused("reply_dropped"), std::uint64_t{2});
  QCOMPARE(client.ask(get("/still")).status, 200);
}

void ServerTest::a_fault_in_the_handler_is_an_error() {
  TestServer server;
  RawClient client(server.where);
  auto answer = client.ask(get("/throw"));
  QCOMPARE(answer.status, 500);
  QCOMPARE(answer.body, std::string("handler_failed"));
  QCOMPARE(client.ask(get("/still")).status, 200);
}

void ServerTest::a_header_that_would_split_the_response_is_an_error() {
  TestServer server;
  RawClient client(server.where);
  auto answer = client.ask(get("/split"));
  QCOMPARE(answer.status, 500);
  QVERIFY(answer.head.find("Set-Cookie") == std::string::npos);
  QCOMPARE(client.ask(get("/still")).status, 200);
}

void ServerTest::the_first_answer_counts_data() {
  QTest::addColumn<std::string>("path");
  QTest::newRow("reply, then an answer too") << std::string("/twice");
  QTest::newRow("reply within the call") << std::string("/sync");
}

void ServerTest::the_first_answer_counts() {
  QFETCH(std::string, path);
  TestServer server;
  RawClient client(server.where);
  QCOMPARE(client.ask(get(path)).body, std::string("by reply"));
  QCOMPARE(client.ask(get("/still")).body, std::string("GET /still?\n"));
  client.send(get("/later"));
  auto [request, reply] = server.handler.next_waiting();
  reply(TestHandler::text("first"));
  reply(TestHandler::text("second"));
  QCOMPARE(client.read_answer().body, std::string("first"));
  QCOMPARE(client.ask(get("/still")).body, std::string("GET /still?\n"));
}

void ServerTest::a_reply_to_a_client_that_left_is_harmless() {
  TestServer server;
  Reply reply;
  {
    RawClient client(server.where);
    client.send(get("/later"));
    reply = server.handler.next_waiting().second;
  }
  reply(TestHandler::text(std::string(1'000'000, 'x')));
  reply = nullptr;
  QTRY_COMPARE(server.server.stats().connections_open, std::uint64_t{0});
  RawClient other(server.where);
  QCOMPARE(other.ask(get("/still")).status, 200);
}

QTEST_GUILESS_MAIN(ServerTest)
#include "server_test.moc"

// What another host may cost: time and bytes.
#include <chrono>

#include "tests/unit/node/outgoing/testing.h"

using namespace dunlin;
using namespace dunlin::outgoing;
using namespace std::chrono_literals;
using dunlin::test::answer;
using dunlin::test::each;
using dunlin::test::Peer;
using dunlin::test::PeerConnection;

namespace {

/// Sends `head`, then `part` again and again until the client has enough.
Peer::Serve endless(std::string head, std::string part) {
  return [head = std::move(head), part = std::move(part)](PeerConnection& connection) {
    if (connection.read_request().empty() || !connection.send(head)) return;
    while (connection.send(part)) {
    }
  };
}

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\n";

}  // namespace

class BoundsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void slow_hosts_end_at_the_deadline_data();
  void slow_hosts_end_at_the_deadline();
  void slow_hosts_hold_up_nobody();
  void connecting_has_a_deadline_of_its_own();
  void endless_answers_end_data();
  void endless_answers_end();
  void a_body_may_have_just_the_size();
  void a_head_may_have_just_the_size();
  void packed_answers_are_unpacked_data();
  void packed_answers_are_unpacked();
  void what_unpacks_to_too_much_is_cut_data();
  void what_unpacks_to_too_much_is_cut();
  void odd_answers_are_refused_data();
  void odd_answers_are_refused();
};

void BoundsTest::slow_hosts_end_at_the_deadline_data() {
  QTest::addColumn<std::string>("first");
  QTest::newRow("no byte") << std::string();
  QTest::newRow("head") << std::string("HTTP/1.1 200 OK\r\nX: ");
  QTest::newRow("body") << std::string("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  QTest::newRow("body without length") << std::string("HTTP/1.1 200 OK\r\n\r\n");
  QTest::newRow("after continue") << std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX: ");
}

void BoundsTest::slow_hosts_end_at_the_deadline() {
  QFETCH(std::string, first);
  Peer peer([&](PeerConnection& connection) {
    if (connection.read_request().empty() || !connection.send(first)) return;
    while (!connection.is_closed_within(50)) {
      if (!first.empty() && !connection.send("a")) return;
    }
  });
  const auto client = open(on_loopback());
  const auto begin = std::chrono::steady_clock::now();
  QCOMPARE(outcome(client->fetch({.url = url(peer.url()), .deadline = 300ms})), std::string("timed_out"));
  const auto took = std::chrono::steady_clock::now() - begin;
  QVERIFY(took >= 250ms);
  QVERIFY(took < 10s);
  QCOMPARE(failed(*client, Failure::timed_out), std::uint64_t{1});
}

void BoundsTest::slow_hosts_hold_up_nobody() {
  Peer slow([](PeerConnection& connection) { connection.is_closed_within(60'000); });
  Peer quick(each([](const std::string&) { return answer("200 OK", "", "quick"); }));
  const auto client = open(on_loopback());
  std::atomic<int> ended{0};
  for (int i = 0; i < 20; ++i)
    client->send({.url = url(slow.url()), .deadline = 60s}, [&](const Fetched&) { ++ended; });
  for (int i = 0; i < 20; ++i)
    QCOMPARE(outcome(client->fetch({.url = url(quick.url())})), std::string("200 quick"));
  QCOMPARE(ended.load(), 0);
  QCOMPARE(client->stats().in_flight, std::uint64_t{20});
  client->stop();
  QCOMPARE(ended.load(), 20);
}

void BoundsTest::connecting_has_a_deadline_of_its_own() {
  // TLS belongs to connecting: this host accepts and never says anything.
  Peer peer([](PeerConnection& connection) { connection.is_closed_within(60'000); });
  const auto fetched =
      open(on_loopback())
          ->fetch(
              {.url = url(peer.url().replace(0, 4, "https")), .deadline = 60s, .connect_deadline = 300ms});
  QCOMPARE(outcome(fetched), std::string("timed_out"));
}

void BoundsTest::endless_answers_end_data() {
  QTest::addColumn<std::string>("head");
  QTest::addColumn<std::string>("part");
  const std::string start(ok);
  const std::string kib(1'024, 'a');
  auto row = [](const char* name, const std::string& head, const std::string& part) {
    QTest::newRow(name) << head << part;
  };
  row("body without length", start + "\r\n", kib);
  row("body in chunks", start + "Transfer-Encoding: chunked\r\n\r\n", "400\r\n" + kib + "\r\n");
  row("body of declared length", start + "Content-Length: 1000000000\r\n\r\n", kib);
  row("headers", start, "X: " + kib + "\r\n");
  row("short headers", start, "X:\r\n");
  row("one header line", start + "X: ", kib);
  row("status line", "HTTP/1.1 200 ", kib);
  row("1xx", "", "HTTP/1.1 103 Early Hints\r\nX: a\r\n\r\n");
  row("trailers", start + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: " + kib + "\r\n");
  row("chunk extensions", start + "Transfer-Encoding: chunked\r\n\r\n1;", kib);
}

void BoundsTest::endless_answers_end() {
  QFETCH(std::string, head);
  QFETCH(std::string, part);
  Peer peer(endless(head, part));
  const auto client = open(on_loopback());
  const bool extension =
      QByteArray(QTest::currentDataTag()) == "chunk extensions";  // skipped byte by byte: no memory
  const auto deadline = extension ? 500ms : 60'000ms;
  const auto fetched = client->fetch({.url = url(peer.url()), .deadline = deadline});
  const auto expected = extension ? "timed_out" : "too_large";
  QVERIFY2(outcome(fetched) == expected, (outcome(fetched) + ": " + detail(fetched)).c_str());
}

void BoundsTest::a_body_may_have_just_the_size() {
  Peer peer(each([](const std::string&) { return answer("200 OK", "", std::string(1'000, 'a')); }));
  const auto client = open(on_loopback());
  QCOMPARE(outcome(client->fetch({.url = url(peer.url()), .answer_bytes_max = 1'000})),
           "200 " + std::string(1'000, 'a'));
  QCOMPARE(outcome(client->fetch({.url = url(peer.url()), .answer_bytes_max = 999})),
           std::string("too_large"));
  QCOMPARE(outcome(client->fetch({.url = url(peer.url()), .answer_bytes_max = 0})), std::string("too_large"));
}

void BoundsTest::a_head_may_have_just_the_size() {
  std::size_t size = limits::outgoing_head_bytes_max;
  Peer peer(each([&](const std::string&) {
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    while (head.size() + 1'000 < size) head += "X: " + std::string(500, 'a') + "\r\n";
    head += "Y: ";
    head.resize(size - 4, 'b');
    return head + "\r\n\r\n";
  }));
  const auto client = open(on_loopback());
  QCOMPARE(outcome(client->fetch({.url = url(peer.url())})), std::string("200 "));
  ++size;
  QCOMPARE(outcome(client->fetch({.url = url(peer.url())})), std::string("too_large"));
}

void BoundsTest::packed_answers_are_unpacked_data() {
  QTest::addColumn<std::string>("headers");
  QTest::addColumn<std::string>("body");
  QTest::newRow("gzip") << std::string("Content-Encoding: gzip\r\n") << test::gzip("hello");
  QTest::newRow("x-gzip") << std::string("Content-Encoding: x-gzip\r\n") << test::gzip("hello");
  QTest::newRow("deflate") << std::string("Content-Encoding: deflate\r\n") << test::deflate("hello");
  QTest::newRow("identity") << std::string("Content-Encoding: identity\r\n") << std::string("hello");
  QTest::newRow("gzip and identity") << std::string("Content-Encoding: identity, GZIP\r\n")
                                     << test::gzip("hello");
}

void BoundsTest::packed_answers_are_unpacked() {
  QFETCH(std::string, headers);
  QFETCH(std::string, body);
  std::string asked;
  Peer peer(each([&](const std::string& request) {
    asked = request;
    return answer("200 OK", headers, body);
  }));
  QCOMPARE(outcome(open(on_loopback())->fetch({.url = url(peer.url())})), std::string("200 hello"));
}

void BoundsTest::what_unpacks_to_too_much_is_cut_data() {
  QTest::addColumn<std::string>("headers");
  QTest::addColumn<std::string>("body");
  const std::string zeros(std::size_t{32} << 20, '\0');
  QTest::newRow("gzip") << std::string("Content-Encoding: gzip\r\n") << test::gzip(zeros);
  QTest::newRow("deflate") << std::string("Content-Encoding: deflate\r\n") << test::deflate(zeros);
}

void BoundsTest::what_unpacks_to_too_much_is_cut() {
  QFETCH(std::string, headers);
  QFETCH(std::string, body);
  QVERIFY(body.size() < 100'000);
  Peer peer(each([&](const std::string&) { return answer("200 OK", headers, body); }));
  QCOMPARE(outcome(open(on_loopback())->fetch({.url = url(peer.url())})), std::string("too_large"));
}

void BoundsTest::odd_answers_are_refused_data() {
  QTest::addColumn<std::string>("bytes");
  auto row = [](const char* name, const std::string& bytes) { QTest::newRow(name) << bytes; };
  const auto twice = test::gzip(test::gzip("hello"));
  row("two codings in one line", answer("200 OK", "Content-Encoding: gzip, gzip\r\n", twice));
  row("two codings in two lines",
      answer("200 OK", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", twice));
  row("two codings with one not asked for", answer("200 OK", "Content-Encoding: br, gzip\r\n", twice));
  row("content and transfer coding",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: gzip\r\n\r\n" + twice);
  row("broken gzip", answer("200 OK", "Content-Encoding: gzip\r\n", "this is no gzip at all"));
  row("unknown coding", answer("200 OK", "Content-Encoding: rot13\r\n", "uryyb"));
  row("two types",
      answer("200 OK", "Content-Type: text/plain\r\nContent-Type: application/activity+json\r\n", "{}"));
  row("two targets", answer("302 Found", "Location: /a\r\nLocation: /b\r\n", ""));
  row("no HTTP", "hello\r\n\r\n");
  row("HTTP/0.9", "<html>hello</html>");
  row("status of letters", "HTTP/1.1 abc OK\r\n\r\n");
}

void BoundsTest::odd_answers_are_refused() {
  QFETCH(std::string, bytes);
  Peer peer([&](PeerConnection& connection) {
    if (!connection.read_request().empty()) connection.send(bytes);
  });
  const auto fetched = open(on_loopback())->fetch({.url = url(peer.url())});
  QVERIFY2(outcome(fetched) == "malformed", (outcome(fetched) + ": " + detail(fetched)).c_str());
}

QTEST_APPLESS_MAIN(BoundsTest)
#include "bounds_test.moc"

#include <pthread.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "tests/unit/node/outgoing/testing.h"

using namespace dunlin;
using namespace dunlin::outgoing;
using namespace std::chrono_literals;
using dunlin::test::answer;
using dunlin::test::each;
using dunlin::test::Peer;
using dunlin::test::PeerConnection;

namespace {

Peer::Serve echo() {
  return each([](const std::string& request) { return answer("200 OK", "", request); });
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

class ClientTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_get_says_who_asks();
  void a_post_carries_the_shared_body();
  void head_has_no_body();
  void answers_are_told_whole();
  void headers_that_would_split_are_not_sent_data();
  void headers_that_would_split_are_not_sent();
  void connections_are_kept();
  void a_kept_connection_that_died_is_replaced();
  void many_run_at_once();
  void those_above_the_bound_wait();
  void many_threads_may_send();
  void done_runs_on_the_thread_outgoing_and_may_send();
  void stopping_cancels_everything();
  void destruction_cancels_everything();
  void a_stopped_client_refuses();
  void nobody_listens();
  void bad_options_are_refused_data();
  void bad_options_are_refused();
};

void ClientTest::a_get_says_who_asks() {
  Peer peer(echo());
  auto options = on_loopback();
  options.user_agent = "Dunlin/0.1.0 (+https://a.example/)";
  const auto fetched =
      open(options)->fetch({.url = url(peer.url("/a%2fb/?q=%7e#frag")), .headers = {{"Accept", "text/x"}}});
  QVERIFY2(fetched, detail(fetched).c_str());
  const auto& request = fetched->body;
  QVERIFY(request.starts_with("GET /a%2fb/?q=%7e HTTP/1.1\r\n"));
  QVERIFY(has(request, "\r\nHost: " + std::string(fetched->url.authority()) + "\r\n"));
  QVERIFY(has(request, "\r\nUser-Agent: Dunlin/0.1.0 (+https://a.example/)\r\n"));
  QVERIFY(has(request, "\r\nAccept: text/x\r\n"));
  QVERIFY(has(request, "\r\nAccept-Encoding: gzip, deflate\r\n"));
  QVERIFY(!has(request, "Cookie"));
  QVERIFY(!has(request, "Authorization"));
}

void ClientTest::a_post_carries_the_shared_body() {
  Peer peer(echo());
  const auto body = std::make_shared<const std::string>(std::string(100'000, 'x') + std::string("\0y", 2));
  const auto client = open(on_loopback());
  for (int i = 0; i < 2; ++i) {
    const auto fetched =
        client->fetch({.url = url(peer.url("/inbox")),
                       .method = "POST",
                       .headers = {{"Content-Type", "application/activity+json"}, {"X-Empty", ""}},
                       .body = body});
    QVERIFY2(fetched, detail(fetched).c_str());
    QVERIFY(fetched->body.starts_with("POST /inbox HTTP/1.1\r\n"));
    QVERIFY(has(fetched->body, "\r\nContent-Type: application/activity+json\r\n"));
    QVERIFY(has(fetched->body, "\r\nX-Empty:\r\n"));
    QVERIFY(!has(fetched->body, "Expect"));
    QCOMPARE(fetched->body.substr(fetched->body.find("\r\n\r\n") + 4), *body);
  }
  QCOMPARE(body.use_count(), 1L);
}

void ClientTest::head_has_no_body() {
  Peer peer(each([](const std::string& request) {
    return request.starts_with("HEAD / ") ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                                          : answer("400 a", "", "");
  }));
  QCOMPARE(outcome(open(on_loopback())->fetch({.url = url(peer.url()), .method = "HEAD"})),
           std::string("200 "));
}

void ClientTest::answers_are_told_whole() {
  Peer peer(each([](const std::string&) {
    return "HTTP/1.1 103 Early Hints\r\nLink: </early>\r\n\r\n" +
           answer("429 Too Many Requests",
                  "Content-Type: application/json\r\nRETRY-AFTER:  120 \r\nLink: <a>\r\nLink: <b>\r\n", "{}");
  }));
  const auto fetched = open(on_loopback())->fetch({.url = url(peer.url("/x#y"))});
  QVERIFY2(fetched, detail(fetched).c_str());
  QCOMPARE(fetched->status, 429);
  QVERIFY(!fetched->is_success());
  QCOMPARE(fetched->url.text(), peer.url("/x#y"));
  QCOMPARE(fetched->content_type(), std::string_view("application/json"));
  QCOMPARE(fetched->header("retry-after"), std::string_view("120"));
  QCOMPARE(fetched->header("link"), std::string_view("<a>"));
  QCOMPARE(fetched->header("x-none"), std::string_view());
  QCOMPARE(fetched->headers.size(), std::size_t{5});
  QCOMPARE(fetched->http_version, 11);
  QCOMPARE(fetched->body, std::string("{}"));
}

void ClientTest::headers_that_would_split_are_not_sent_data() {
  QTest::addColumn<std::string>("name");
  QTest::addColumn<std::string>("value");
  auto row = [](const char* row_name, const char* name, std::string value) {
    QTest::newRow(row_name) << std::string(name) << std::move(value);
  };
  row("line break", "X", "a\r\nY: b");
  row("line feed", "X", "a\nb");
  row("null", "X", std::string("a\0b", 3));
  row("name with colon", "X: a\r\nY", "b");
  row("empty name", "", "b");
}

void ClientTest::headers_that_would_split_are_not_sent() {
  QFETCH(std::string, name);
  QFETCH(std::string, value);
  Peer peer(echo());
  const auto client = open(on_loopback());
  QCOMPARE(outcome(client->fetch({.url = url(peer.url()), .headers = {{name, value}}})),
           std::string("malformed"));
  QCOMPARE(outcome(client->fetch({.url = url(peer.url()),
                                  .sign =
                                      [&](const Url&, std::string_view) {
                                        return Headers{{name, value}};
                                      }})),
           std::string("malformed"));
  QCOMPARE(peer.connections(), 0);
}

void ClientTest::connections_are_kept() {
  Peer peer(echo());
  const auto client = open(on_loopback());
  for (int i = 0; i < 10; ++i) QVERIFY(client->fetch({.url = url(peer.url())}));
  const auto stats = client->stats();
  QCOMPARE(stats.answered, std::uint64_t{10});
  QCOMPARE(stats.connections_opened, std::uint64_t{1});
  QCOMPARE(stats.connections_open, std::uint64_t{1});
  QCOMPARE(stats.hops_on_kept_connections, std::uint64_t{9});
  client->stop();
  QCOMPARE(peer.connections(), 1);
}

void ClientTest::a_kept_connection_that_died_is_replaced() {
  Peer peer([](PeerConnection& connection) {  // one answer, then it closes though it said nothing of it
    if (!connection.read_request().empty()) connection.send(answer("200 OK", "", "once"));
  });
  const auto client = open(on_loopback());
  for (int i = 0; i < 5; ++i) {
    const auto fetched = client->fetch(
        {.url = url(peer.url()), .method = "POST", .body = std::make_shared<std::string>("notice")});
    QVERIFY2(fetched, detail(fetched).c_str());
  }
  QCOMPARE(client->stats().connections_opened, std::uint64_t{5});
}

void ClientTest::many_run_at_once() {
  constexpr int count = 200;
  // Nobody is answered until all have asked.
  std::latch asked(count);
  Peer peer([&](PeerConnection& connection) {
    if (connection.read_request().empty()) return;
    asked.count_down();
    asked.wait();
    connection.send(answer("200 OK", "Connection: close\r\n", "all"));
  });
  const auto client = open(on_loopback());
  std::atomic<int> good{0};
  std::latch ended(count);
  for (int i = 0; i < count; ++i) {
    client->send({.url = url(peer.url("/" + std::to_string(i))), .deadline = 60s},
                 [&](const Fetched& fetched) {
                   if (outcome(fetched) == "200 all") ++good;
                   ended.count_down();
                 });
  }
  ended.wait();
  QCOMPARE(good.load(), count);
  QCOMPARE(client->stats().in_flight, std::uint64_t{0});
  QCOMPARE(client->stats().answered, std::uint64_t{count});
}

void ClientTest::those_above_the_bound_wait() {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  Peer peer([&](PeerConnection& connection) {
    for (auto request = connection.read_request(); !request.empty(); request = connection.read_request()) {
      const int here = ++now;
      for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
      }
      connection.is_closed_within(1);
      --now;
      if (!connection.send(answer("200 OK", "", "ok"))) return;
    }
  });
  auto options = on_loopback();
  options.transfers_max = 4;
  const auto client = open(options);
  constexpr int count = 100;
  std::latch ended(count);
  std::vector<int> order;
  for (int i = 0; i < count; ++i)
    client->send({.url = url(peer.url())}, [&](const Fetched&) { ended.count_down(); });
  ended.wait();
  QCOMPARE(client->stats().answered, std::uint64_t{count});
  QCOMPARE(client->stats().waiting, std::uint64_t{0});
  QVERIFY(most >= 2);
  QVERIFY(most <= 4);
}

void ClientTest::many_threads_may_send() {
  Peer peer(echo());
  const auto client = open(on_loopback());
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const auto path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto fetched = client->fetch({.url = url(peer.url(path))});
        if (fetched && has(fetched->body, "GET " + path + " ")) ++good;
        static_cast<void>(client->stats());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  QCOMPARE(good.load(), 200);
}

void ClientTest::done_runs_on_the_thread_outgoing_and_may_send() {
  Peer peer(echo());
  const auto client = open(on_loopback());
  std::promise<std::string> name;
  client->send({.url = url(peer.url())}, [&](const Fetched&) {
    client->send({.url = url(peer.url())}, [&](const Fetched&) {
      char text[16] = {};
      pthread_getname_np(pthread_self(), text, sizeof text);
      name.set_value(text);
    });
  });
  QCOMPARE(name.get_future().get(), std::string("outgoing"));
}

void ClientTest::stopping_cancels_everything() {
  Peer slow([](PeerConnection& connection) { connection.is_closed_within(60'000); });
  auto options = on_loopback();
  options.transfers_max = 3;
  const auto client = open(options);
  auto waits = std::async(std::launch::async,
                          [&] { return outcome(client->fetch({.url = url(slow.url()), .deadline = 60s})); });
  std::atomic<int> cancelled{0};
  for (int i = 0; i < 10; ++i) {
    client->send({.url = url(slow.url()), .deadline = 60s},
                 [&](const Fetched& fetched) { cancelled += outcome(fetched) == "cancelled"; });
  }
  QTRY_COMPARE(client->stats().in_flight, std::uint64_t{3});
  QTRY_COMPARE(client->stats().waiting, std::uint64_t{8});
  client->stop();
  QCOMPARE(cancelled.load(), 10);
  QCOMPARE(waits.get(), std::string("cancelled"));
  QCOMPARE(client->stats().in_flight, std::uint64_t{0});
  QCOMPARE(failed(*client, Failure::cancelled), std::uint64_t{11});
}

void ClientTest::destruction_cancels_everything() {
  Peer slow([](PeerConnection& connection) { connection.is_closed_within(60'000); });
  std::atomic<int> cancelled{0};
  {
    const auto client = open(on_loopback());
    for (int i = 0; i < 10; ++i) {
      client->send({.url = url(slow.url()), .deadline = 60s},
                   [&](const Fetched& fetched) { cancelled += outcome(fetched) == "cancelled"; });
    }
  }
  QCOMPARE(cancelled.load(), 10);
}

void ClientTest::a_stopped_client_refuses() {
  Peer peer(echo());
  const auto client = open(on_loopback());
  client->stop();
  client->stop();
  QCOMPARE(outcome(client->fetch({.url = url(peer.url())})), std::string("cancelled"));
  QCOMPARE(peer.connections(), 0);
}

void ClientTest::nobody_listens() {
  std::string gone;
  {
    Peer peer(echo());
    gone = peer.url();
  }
  const auto client = open(on_loopback());
  QCOMPARE(outcome(client->fetch({.url = url(gone)})), std::string("unreachable"));
  Peer closing([](PeerConnection& connection) { connection.read_request(); });
  QCOMPARE(outcome(client->fetch({.url = url(closing.url())})), std::string("unreachable"));
  Peer half([](PeerConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
  });
  QCOMPARE(outcome(client->fetch({.url = url(half.url())})), std::string("unreachable"));
}

void ClientTest::bad_options_are_refused_data() {
  QTest::addColumn<std::string>("allow");
  QTest::addColumn<std::string>("resolve");
  QTest::addColumn<std::string>("ca_file");
  auto row = [](const char* name, const char* allow, const char* resolve, const char* ca_file) {
    QTest::newRow(name) << std::string(allow) << std::string(resolve) << std::string(ca_file);
  };
  row("range", "10.0.0.1/8", "", "");
  row("no address", "", "a.example:443", "");
  row("empty address", "", "a.example:443:", "");
  row("bad port", "", "a.example:x:127.0.0.1", "");
  row("no host", "", ":443:127.0.0.1", "");
  row("no such file", "", "", "/nonexistent/ca.pem");
  row("no certificate", "", "", "/proc/self/status");
}

void ClientTest::bad_options_are_refused() {
  QFETCH(std::string, allow);
  QFETCH(std::string, resolve);
  QFETCH(std::string, ca_file);
  Options options;
  if (!allow.empty()) options.allow = {allow};
  if (!resolve.empty()) options.resolve = {resolve};
  options.ca_file = ca_file;
  const auto client = Client::open(options);
  QVERIFY(!client);
  QVERIFY(!client.error().safe.empty());
}

QTEST_GUILESS_MAIN(ClientTest)
#include "client_test.moc"

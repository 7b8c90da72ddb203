// What clients may cost: time, connections, descriptors; and how the server stops.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>

#include "node/net/server.h"
#include "protocol/base/log.h"
#include "tests/support/qt.h"
#include "tests/unit/node/net/raw_client.h"
#include "tests/unit/node/net/test_server.h"

using namespace dunlin;
using namespace dunlin::net;
using namespace std::chrono_literals;

namespace {

using Time = std::chrono::steady_clock;

ServerOptions with(ServerLimits limits) {
  ServerOptions options;
  options.limits = limits;
  return options;
}

std::chrono::milliseconds since(Time::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Time::now() - begin);
}

/// CPU time of this process.
std::chrono::microseconds cpu_used() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto micros = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

/// No file can be opened in this process while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    auto low = before_;
    low.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = dup(0); fd >= 0; fd = dup(0)) taken_.push_back(fd);
  }
  void free_one() {
    close(taken_.back());
    taken_.pop_back();
  }
  ~NoDescriptors() {
    for (int fd : taken_) close(fd);
    setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

}  // namespace

class ServerLimitsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    set_log_sink([](std::string_view) {});
  }

  void a_slow_head_is_cut_at_its_deadline();
  void a_slow_head_is_cut_though_bytes_keep_coming();
  void a_silent_client_is_cut();
  void an_idle_connection_is_closed_without_a_word();
  void a_body_that_does_not_come_is_cut();
  void a_body_that_keeps_its_rate_is_not_cut();
  void a_reader_that_takes_nothing_is_cut();
  void slow_clients_do_not_hold_up_others();

  void one_address_has_its_share_of_connections();
  void proxies_stand_for_many_data();
  void proxies_stand_for_many();
  void the_total_is_bounded();
  void being_out_of_descriptors_passes();
  void forwarded_fields_count_from_proxies_only_data();
  void forwarded_fields_count_from_proxies_only();

  void stopping_lets_a_running_request_finish();
  void stopping_closes_idle_connections_at_once();
  void stopping_takes_no_longer_than_its_deadline();
  void stopping_is_safe_from_every_side();
  void a_stopped_server_frees_its_port();
  void addresses_that_cannot_be_bound_are_named_data();
  void addresses_that_cannot_be_bound_are_named();
  void a_taken_port_is_named();
  void both_families_are_served();
};

void ServerLimitsTest::a_slow_head_is_cut_at_its_deadline() {
  ServerLimits limits;
  limits.head_deadline = 100ms;
  TestServer server(with(limits));
  RawClient client(server.where);
  QCOMPARE(client.ask(get("/")).status, 200);
  auto begin = Time::now();
  auto answer = client.ask("GET / HTTP/1.1\r\nHost: a\r\n");
  QCOMPARE(answer.status, 408);
  QCOMPARE(answer.body, std::string("head_timeout"));
  QVERIFY(since(begin) >= 100ms);
  QVERIFY(client.reads_end());
}

void ServerLimitsTest::a_slow_head_is_cut_though_bytes_keep_coming() {
  ServerLimits limits;
  limits.head_deadline = 200ms;
  TestServer server(with(limits));
  RawClient client(server.where);
  client.send("GET / HTTP/1.1\r\nA: ");
  auto begin = Time::now();
  while (client.is_quiet_for(10ms)) {
    QVERIFY(since(begin) < 10s);
    client.send("a");
  }
  QCOMPARE(client.read_answer().status, 408);
}

void ServerLimitsTest::a_silent_client_is_cut() {
  ServerLimits limits;
  limits.head_deadline = 100ms;
  TestServer server(with(limits));
  auto begin = Time::now();
  RawClient client(server.where);
  QVERIFY(client.reads_end());
  QVERIFY(since(begin) >= 100ms);
}

void ServerLimitsTest::an_idle_connection_is_closed_without_a_word() {
  ServerLimits limits;
  limits.idle_deadline = 100ms;
  TestServer server(with(limits));
  RawClient client(server.where);
  auto begin = Time::now();
  QCOMPARE(client.ask(get("/")).status, 200);
  QVERIFY(client.reads_end());
  QVERIFY(since(begin) >= 100ms);
  QTRY_COMPARE(server.server.stats().connections_open, std::uint64_t{0});
}

void ServerLimitsTest::a_body_that_does_not_come_is_cut() {
  ServerLimits limits;
  limits.body_deadline = 100ms;
  TestServer server(with(limits));
  for (const char* framing : {"Content-Length: 10", "Transfer-Encoding: chunked"}) {
    RawClient client(server.where);
    auto begin = Time::now();
    auto answer = client.ask("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(framing) + "\r\n\r\n1");
    QCOMPARE(answer.status, 408);
    QCOMPARE(answer.body, std::string("body_timeout"));
    QVERIFY(since(begin) >= 100ms);
    QVERIFY(client.reads_end());
  }
}

void ServerLimitsTest::a_body_that_keeps_its_rate_is_not_cut() {
  ServerLimits limits;
  limits.body_deadline = 100ms;
  limits.rate_min = 40'000;  // 20,000 bytes buy half a second
  TestServer server(with(limits));
  RawClient client(server.where);
  const std::string part(20'000, 'x');
  auto head =
      "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(3 * part.size()) + "\r\n\r\n";
  client.send(head + part);
  QVERIFY(client.is_quiet_for(250ms));
  client.send(part + part);
  QCOMPARE(client.read_answer().status, 200);
  auto begin = Time::now();
  QCOMPARE(client.ask(head + part).body, std::string("body_timeout"));
  QVERIFY(since(begin) >= 500ms);
}

void ServerLimitsTest::a_reader_that_takes_nothing_is_cut() {
  ServerLimits limits;
  limits.write_deadline = 100ms;
  limits.rate_min = 1'000'000'000;
  TestServer server(with(limits));
  RawClient client(server.where, {}, 4096);
  client.send(get("/big"));
  QTRY_COMPARE(server.server.stats().requests, std::uint64_t{1});
  QTRY_COMPARE(server.server.stats().connections_open, std::uint64_t{0});
  QCOMPARE(client.read_answer().status, 0);
}

void ServerLimitsTest::slow_clients_do_not_hold_up_others() {
  ServerLimits limits;
  limits.connections_per_address_max = 0;
  TestServer server(with(limits));
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.where));
    slow.back()->send(i % 2 == 0 ? "GET / HT" : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1");
  }
  RawClient client(server.where);
  for (int i = 0; i < 50; ++i) QCOMPARE(client.ask(get("/")).status, 200);
}

void ServerLimitsTest::one_address_has_its_share_of_connections() {
  ServerLimits limits;
  limits.connections_per_address_max = 3;
  TestServer server(with(limits));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.where));
    QCOMPARE(clients.back()->ask(get("/")).status, 200);
  }
  RawClient refused(server.where);
  auto answer = refused.read_answer();
  QCOMPARE(answer.status, 429);
  QCOMPARE(answer.body, std::string("connections_per_address"));
  QVERIFY(refused.reads_end());
  RawClient other(server.where, "127.0.0.2");
  QCOMPARE(other.ask(get("/")).status, 200);
  clients.pop_back();
  QTRY_COMPARE(server.server.stats().connections_open, std::uint64_t{3});
  RawClient again(server.where);
  QCOMPARE(again.ask(get("/")).status, 200);
}

void ServerLimitsTest::proxies_stand_for_many_data() {
  QTest::addColumn<bool>("behind_proxy");
  QTest::addColumn<bool>("trusted");
  QTest::newRow("proxy on loopback") << true << false;
  QTest::newRow("trusted proxy") << false << true;
}

void ServerLimitsTest::proxies_stand_for_many() {
  QFETCH(bool, behind_proxy);
  QFETCH(bool, trusted);
  ServerOptions options;
  options.limits.connections_per_address_max = 1;
  options.behind_proxy = behind_proxy;
  if (trusted) options.trusted_proxies = {Cidr::parse("127.0.0.0/8").value()};
  TestServer server(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.where));
    QCOMPARE(clients.back()->ask(get("/")).status, 200);
  }
}

void ServerLimitsTest::the_total_is_bounded() {
  ServerLimits limits;
  limits.connections_max = 2;
  limits.connections_per_address_max = 0;
  TestServer server(with(limits));
  RawClient first(server.where);
  RawClient second(server.where);
  QCOMPARE(first.ask(get("/")).status, 200);
  QCOMPARE(second.ask(get("/")).status, 200);
  std::vector<std::unique_ptr<RawClient>> more;
  for (int i = 0; i < 200; ++i) more.push_back(std::make_unique<RawClient>(server.where));
  QCOMPARE(more.front()->read_answer().status, 503);
  for (auto& client : more) client->read_answer();  // an answer or a closed connection, but an end
  QTRY_COMPARE(server.refused("connections_total"), std::uint64_t{200});
  QCOMPARE(first.ask(get("/")).status, 200);
}

void ServerLimitsTest::being_out_of_descriptors_passes() {
  TestServer server;
  auto none = std::make_unique<NoDescriptors>();
  none->free_one();  // for the client; none is left for the server's side
  RawClient client(server.where);
  QVERIFY(client.connected());
  client.send(get("/"));
  auto cpu_before = cpu_used();
  QVERIFY(client.is_quiet_for(400ms));
  QVERIFY2(cpu_used() - cpu_before < 200ms, "it must wait, not try without pause");
  none.reset();
  QCOMPARE(client.read_answer().status, 200);
  RawClient other(server.where);
  QCOMPARE(other.ask(get("/")).status, 200);
}

void ServerLimitsTest::forwarded_fields_count_from_proxies_only_data() {
  QTest::addColumn<bool>("trusted");
  QTest::addColumn<std::string>("fields");
  QTest::addColumn<std::string>("client");
  QTest::newRow("nothing forwarded") << false << std::string() << std::string("127.0.0.1 loopback");
  QTest::newRow("not trusted") << false << std::string("X-Forwarded-For: 9.9.9.9\r\n")
                               << std::string("127.0.0.1");
  QTest::newRow("not trusted, Forwarded")
      << false << std::string("Forwarded: for=9.9.9.9\r\n") << std::string("127.0.0.1");
  QTest::newRow("trusted") << true << std::string("X-Forwarded-For: 8.8.8.8, 9.9.9.9\r\n")
                           << std::string("9.9.9.9");
  QTest::newRow("trusted, without the field") << true << std::string() << std::string("127.0.0.1 loopback");
  QTest::newRow("trusted, claims loopback")
      << true << std::string("X-Forwarded-For: 127.0.0.1\r\n") << std::string("127.0.0.1");
}

void ServerLimitsTest::forwarded_fields_count_from_proxies_only() {
  QFETCH(bool, trusted);
  QFETCH(std::string, fields);
  QFETCH(std::string, client);
  ServerOptions options;
  if (trusted) options.trusted_proxies = {Cidr::parse("127.0.0.1").value()};
  TestServer server(options);
  RawClient connection(server.where);
  QCOMPARE(connection.ask(get("/client", fields)).body, client);
}

void ServerLimitsTest::stopping_lets_a_running_request_finish() {
  TestServer server;
  RawClient client(server.where);
  client.send(post("/later", "x"));
  auto reply = server.handler.next_waiting().second;
  auto stopped = std::async(std::launch::async, [&] { server.server.stop(); });
  QTRY_VERIFY(!RawClient(server.where).connected());
  reply(TestHandler::text("finished"));
  auto answer = client.read_answer();
  QCOMPARE(answer.body, std::string("finished"));
  QCOMPARE(answer.field("Connection"), std::string("close"));
  QVERIFY(client.reads_end());
  stopped.get();
  QCOMPARE(server.server.stats().connections_open, std::uint64_t{0});
}

void ServerLimitsTest::stopping_closes_idle_connections_at_once() {
  TestServer server;
  RawClient idle(server.where);
  RawClient fresh(server.where);
  RawClient slow(server.where);
  QCOMPARE(idle.ask(get("/")).status, 200);
  slow.send("GET / HT");
  QTRY_COMPARE(server.server.stats().connections_open, std::uint64_t{3});
  auto begin = Time::now();
  server.server.stop();
  QVERIFY(since(begin) < ServerLimits().stop_deadline);
  QVERIFY(idle.reads_end() && fresh.reads_end() && slow.reads_end());
}

void ServerLimitsTest::stopping_takes_no_longer_than_its_deadline() {
  ServerLimits limits;
  limits.stop_deadline = 100ms;
  auto server = std::make_unique<TestServer>(with(limits));
  RawClient waiting(server->where);
  RawClient reading(server->where, {}, 4096);
  waiting.send(post("/later", "still readable"));
  reading.send(get("/big"));
  auto [request, reply] = server->handler.next_waiting();
  auto begin = Time::now();
  server->server.stop();
  QVERIFY(since(begin) >= 100ms);
  QVERIFY(waiting.reads_end());
  QCOMPARE(request->body, std::string("still readable"));
  reply(TestHandler::text("too late"));
}

void ServerLimitsTest::stopping_is_safe_from_every_side() {
  for (int round = 0; round < 20; ++round) {
    TestServer server;
    std::vector<std::future<void>> stops;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(std::make_unique<RawClient>(server.where));
      clients.back()->send(get("/"));
    }
    for (int i = 0; i < 3; ++i)
      stops.push_back(std::async(std::launch::async, [&] { server.server.stop(); }));
    for (auto& stop : stops) stop.get();
    server.server.stop();
    QCOMPARE(server.server.stats().connections_open, std::uint64_t{0});
  }
  TestHandler handler;
  Server never_started(ServerOptions(), handler);
  never_started.stop();
}

void ServerLimitsTest::a_stopped_server_frees_its_port() {
  TestServer first;
  RawClient client(first.where);
  QCOMPARE(client.ask(get("/")).status, 200);
  first.server.stop();
  ServerOptions options;
  options.listen = {first.where};
  TestHandler handler;
  Server second(options, handler);
  auto bound = second.start();
  QVERIFY2(bound, why(bound).c_str());
  QCOMPARE(bound->front(), first.where);
}

void ServerLimitsTest::addresses_that_cannot_be_bound_are_named_data() {
  QTest::addColumn<std::string>("where");
  for (const char* where : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", ":80",
                            "a.test:80", "::1:80", "[127.0.0.1]:80", "[::1]", "192.0.2.1:0"}) {
    QTest::newRow(where) << std::string(where);
  }
}

void ServerLimitsTest::addresses_that_cannot_be_bound_are_named() {
  QFETCH(std::string, where);
  ServerOptions options;
  options.listen = {"127.0.0.1:0", where};
  TestHandler handler;
  Server server(options, handler);
  auto bound = server.start();
  QVERIFY(!bound);
  QVERIFY2(bound.error().safe.find(where) != std::string::npos, bound.error().safe.c_str());
}

void ServerLimitsTest::a_taken_port_is_named() {
  TestServer first;
  ServerOptions options;
  options.listen = {first.where};
  TestHandler handler;
  Server second(options, handler);
  auto bound = second.start();
  QVERIFY(!bound);
  QVERIFY(bound.error().safe.find(first.where + ": Address already in use") != std::string::npos);
}

void ServerLimitsTest::both_families_are_served() {
  ServerOptions options;
  options.listen = {"localhost:0", "[::1]:0"};
  TestHandler handler;
  Server server(options, handler);
  auto bound = server.start();
  if (!bound) QSKIP("no IPv6 on this machine");
  QVERIFY((*bound)[0].starts_with("127.0.0.1:"));
  QVERIFY((*bound)[1].starts_with("[::1]:"));
  RawClient client((*bound)[0]);
  QCOMPARE(client.ask(get("/")).status, 200);
}

QTEST_GUILESS_MAIN(ServerLimitsTest)
#include "server_limits_test.moc"

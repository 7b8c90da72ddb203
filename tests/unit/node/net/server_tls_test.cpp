#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <QTemporaryDir>
#include <csignal>
#include <cstdio>
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

/// A folder with a certificate and its key.
class Certificate {
 public:
  explicit Certificate(const std::string& name) { write(name); }
  /// A new key and certificate in the same files.
  void write(const std::string& name) const {
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(certificate_file().c_str(), "w"),
                                                         std::fclose);
    PEM_write_X509(file.get(), certificate.get());
    file.reset(std::fopen(key_file().c_str(), "w"));
    PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }
  std::string certificate_file() const { return folder_.filePath("cert.pem").toStdString(); }
  std::string key_file() const { return folder_.filePath("key.pem").toStdString(); }
  ServerOptions options() const {
    ServerOptions options;
    options.tls_certificate_file = certificate_file();
    options.tls_key_file = key_file();
    return options;
  }

 private:
  QTemporaryDir folder_;
};

}  // namespace

class ServerTlsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    set_log_sink([](std::string_view) {});
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own sockets in the client raise it
  }

  void requests_are_served();
  void large_bodies_pass_both_ways();
  void pipelined_requests_are_answered();
  void replies_from_another_thread_arrive();
  void malformed_requests_are_refused();
  void versions_below_1_2_are_refused_data();
  void versions_below_1_2_are_refused();
  void the_protocol_is_negotiated();
  void plain_http_to_a_tls_port_is_disconnected();
  void a_handshake_that_does_not_come_is_cut();
  void too_many_connections_are_closed();
  void a_client_that_vanishes_harms_nobody();
  void certificates_are_read_again_without_disconnecting();
  void files_that_cannot_be_used_are_named();
  void stopping_closes_idle_connections();
};

void ServerTlsTest::requests_are_served() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient client(server.where);
  QVERIFY(client.start_tls());
  for (int i = 0; i < 20; ++i)
    QCOMPARE(client.ask(post("/e", std::to_string(i))).body, "POST /e?\n" + std::to_string(i));
  QVERIFY(client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  QCOMPARE(client.read_answer(true).status, 200);
  QVERIFY(client.reads_end());
}

void ServerTlsTest::large_bodies_pass_both_ways() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient client(server.where, {}, 8192);
  QVERIFY(client.start_tls());
  for (std::size_t size : {std::size_t{1}, std::size_t{16'384}, std::size_t{16'385}, std::size_t{43'000},
                           std::size_t{65'536}, TestHandler::body_bytes_max_of_echo}) {
    const std::string body(size, 'x');
    QVERIFY(client.ask(post("/e", body)).body == "POST /e?\n" + body);
  }
  QVERIFY(client.ask(get("/big")).body == std::string(TestHandler::big_bytes, 'b'));
}

void ServerTlsTest::pipelined_requests_are_answered() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient client(server.where);
  QVERIFY(client.start_tls());
  std::string many;
  for (int i = 0; i < 200; ++i) many += post("/" + std::to_string(i), std::string(500, 'x'));
  auto sent = std::async(std::launch::async, [&] { return client.send(many); });
  QVERIFY(sent.get());
  for (int i = 0; i < 200; ++i)
    QVERIFY(client.read_answer().body.starts_with("POST /" + std::to_string(i) + "?\n"));
}

void ServerTlsTest::replies_from_another_thread_arrive() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient client(server.where);
  QVERIFY(client.start_tls());
  client.send(get("/later"));
  auto reply = server.handler.next_waiting().second;
  reply(TestHandler::text("later"));
  QCOMPARE(client.read_answer().body, std::string("later"));
}

void ServerTlsTest::malformed_requests_are_refused() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient client(server.where);
  QVERIFY(client.start_tls());
  auto answer = client.ask(get("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"));
  QCOMPARE(answer.body, std::string("length_and_chunked"));
  QVERIFY(client.reads_end());
}

void ServerTlsTest::versions_below_1_2_are_refused_data() {
  QTest::addColumn<int>("version");
  QTest::addColumn<bool>("good");
  QTest::newRow("TLS 1.0") << TLS1_VERSION << false;
  QTest::newRow("TLS 1.1") << TLS1_1_VERSION << false;
  QTest::newRow("TLS 1.2") << TLS1_2_VERSION << true;
  QTest::newRow("TLS 1.3") << TLS1_3_VERSION << true;
}

void ServerTlsTest::versions_below_1_2_are_refused() {
  QFETCH(int, version);
  QFETCH(bool, good);
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient client(server.where);
  QCOMPARE(client.start_tls(version, version), good);
  if (good) QCOMPARE(client.ask(get("/")).status, 200);
}

void ServerTlsTest::the_protocol_is_negotiated() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient both(server.where);
  QVERIFY(both.start_tls(0, 0, "\x02h2\x08http/1.1"));
  QCOMPARE(both.tls_protocol(), std::string("http/1.1"));
  RawClient only_h2(server.where);
  QVERIFY(!only_h2.start_tls(0, 0, "\x02h2"));
}

void ServerTlsTest::plain_http_to_a_tls_port_is_disconnected() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient plain(server.where);
  QVERIFY(plain.ask(get("/")).status == 0);
  RawClient client(server.where);
  QVERIFY(client.start_tls());
  QCOMPARE(client.ask(get("/")).status, 200);
}

void ServerTlsTest::a_handshake_that_does_not_come_is_cut() {
  Certificate certificate("a.test");
  auto options = certificate.options();
  options.limits.head_deadline = 100ms;
  TestServer server(options);
  RawClient silent(server.where);
  QVERIFY(silent.reads_end());
  RawClient slow(server.where);
  slow.send("\x16\x03\x01");
  QVERIFY(slow.reads_end());
}

void ServerTlsTest::too_many_connections_are_closed() {
  Certificate certificate("a.test");
  auto options = certificate.options();
  options.limits.connections_per_address_max = 1;
  TestServer server(options);
  RawClient first(server.where);
  QVERIFY(first.start_tls());
  RawClient second(server.where);
  QVERIFY(!second.start_tls());
  QTRY_COMPARE(server.refused("connections_per_address"), std::uint64_t{1});
  QCOMPARE(first.ask(get("/")).status, 200);
}

void ServerTlsTest::a_client_that_vanishes_harms_nobody() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  for (int i = 0; i < 20; ++i) {
    RawClient client(server.where, {}, 4096);
    QVERIFY(client.start_tls());
    client.send(get(i % 2 == 0 ? "/big" : "/e"));
  }
  QTRY_COMPARE(server.server.stats().connections_open, std::uint64_t{0});
  RawClient client(server.where);
  QVERIFY(client.start_tls());
  QCOMPARE(client.ask(get("/")).status, 200);
}

void ServerTlsTest::certificates_are_read_again_without_disconnecting() {
  Certificate certificate("old.test");
  TestServer server(certificate.options());
  RawClient before(server.where);
  QVERIFY(before.start_tls());
  QCOMPARE(before.tls_certificate_name(), std::string("old.test"));
  certificate.write("new.test");
  auto reloaded = server.server.reload_tls();
  QVERIFY2(reloaded, why(reloaded).c_str());
  RawClient after(server.where);
  QVERIFY(after.start_tls());
  QCOMPARE(after.tls_certificate_name(), std::string("new.test"));
  QCOMPARE(before.ask(get("/")).status, 200);
  std::remove(certificate.key_file().c_str());
  QVERIFY(!server.server.reload_tls());
  RawClient still(server.where);
  QVERIFY(still.start_tls());
  QCOMPARE(still.tls_certificate_name(), std::string("new.test"));
}

void ServerTlsTest::files_that_cannot_be_used_are_named() {
  Certificate good("a.test");
  Certificate other("b.test");
  TestHandler handler;
  auto error_of = [&](const std::string& certificate, const std::string& key) {
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.tls_certificate_file = certificate;
    options.tls_key_file = key;
    Server server(options, handler);
    auto started = server.start();
    return started ? std::string() : started.error().safe;
  };
  QVERIFY(error_of(good.certificate_file(), good.key_file()).empty());
  auto missing = error_of("/nowhere/cert.pem", good.key_file());
  QVERIFY2(missing.find("/nowhere/cert.pem: ") != std::string::npos &&
               missing.ends_with("No such file or directory"),
           missing.c_str());
  QVERIFY(error_of(good.certificate_file(), "/nowhere/key.pem").find("/nowhere/key.pem") !=
          std::string::npos);
  QVERIFY(!error_of(good.key_file(), good.key_file()).empty());
  QVERIFY(!error_of(good.certificate_file(), other.key_file()).empty());
  QVERIFY(!error_of(good.certificate_file(), "").empty());
}

void ServerTlsTest::stopping_closes_idle_connections() {
  Certificate certificate("a.test");
  TestServer server(certificate.options());
  RawClient client(server.where);
  QVERIFY(client.start_tls());
  QCOMPARE(client.ask(get("/")).status, 200);
  server.server.stop();
  QVERIFY(client.reads_end());
}

QTEST_GUILESS_MAIN(ServerTlsTest)
#include "server_tls_test.moc"

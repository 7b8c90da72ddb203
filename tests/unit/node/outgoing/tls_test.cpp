#include <QTemporaryDir>
#include <atomic>
#include <latch>

#include "node/cli/dev_cert.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/node/outgoing/testing.h"

using namespace dunlin;
using namespace dunlin::outgoing;
using dunlin::test::answer;
using dunlin::test::each;
using dunlin::test::Peer;

namespace {

/// A certificate for "peer.example" and 127.0.0.1 with its own authority.
struct Certificates {
  QTemporaryDir folder;
  explicit Certificates(const Clock& clock = system_clock()) {
    const auto made = cli::make_dev_cert(folder.path().toStdString(), {"peer.example", "127.0.0.1"}, clock);
    if (!made) throw std::runtime_error(made.error().safe);
  }
  std::string file(const char* name) const { return folder.filePath(QString::fromUtf8(name)).toStdString(); }
  Peer peer() const {
    return Peer(each([](const std::string&) { return answer("200 OK", "", "secure"); }), file("cert.pem"),
                file("key.pem"));
  }
};

Options trusting(const Certificates& certificates) {
  Options options;
  options.allow_private = true;
  options.ca_file = certificates.file("ca.pem");
  return options;
}

}  // namespace

class TlsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_trusted_authority_is_accepted();
  void many_connections_trust_it_too();
  void many_run_at_once();
  void an_unknown_authority_is_refused();
  void another_authority_is_refused();
  void another_name_is_refused();
  void an_expired_certificate_is_refused();
  void old_versions_are_refused();
  void a_host_without_tls_is_refused();
  void https_does_not_redirect_to_http();
};

void TlsTest::a_trusted_authority_is_accepted() {
  const Certificates certificates;
  auto peer = certificates.peer();
  auto options = trusting(certificates);
  options.resolve = {"peer.example:" + std::to_string(peer.port()) + ":127.0.0.1"};
  const auto client = open(options);
  for (const char* host : {"127.0.0.1", "peer.example"}) {
    const auto fetched = client->fetch({.url = url(peer.url("/", host))});
    QVERIFY2(fetched, detail(fetched).c_str());
    QCOMPARE(fetched->body, std::string("secure"));
  }
}

void TlsTest::many_connections_trust_it_too() {
  const Certificates certificates;
  const auto client = open(trusting(certificates));
  for (int i = 0; i < 5; ++i) {
    auto peer = certificates.peer();
    const auto fetched = client->fetch({.url = url(peer.url())});
    QVERIFY2(fetched, detail(fetched).c_str());
  }
  QCOMPARE(client->stats().connections_opened, std::uint64_t{5});
}

void TlsTest::many_run_at_once() {
  constexpr int count = 50;
  const Certificates certificates;
  std::latch asked(count);  // nobody is answered until all have asked
  Peer peer(
      [&](test::PeerConnection& connection) {
        if (connection.read_request().empty()) return;
        asked.count_down();
        asked.wait();
        connection.send(answer("200 OK", "Connection: close\r\n", "all"));
      },
      certificates.file("cert.pem"), certificates.file("key.pem"));
  std::atomic<int> good{0};
  std::latch ended(count);
  const auto client = open(trusting(certificates));
  for (int i = 0; i < count; ++i) {
    client->send({.url = url(peer.url()), .deadline = std::chrono::minutes(1)}, [&](const Fetched& fetched) {
      if (outcome(fetched) == "200 all") ++good;
      ended.count_down();
    });
  }
  ended.wait();
  QCOMPARE(good.load(), count);
}

void TlsTest::an_unknown_authority_is_refused() {
  const Certificates certificates;
  auto peer = certificates.peer();
  Options options;
  options.allow_private = true;
  QCOMPARE(outcome(open(options)->fetch({.url = url(peer.url())})), std::string("tls"));
}

void TlsTest::another_authority_is_refused() {
  const Certificates certificates;
  const Certificates others;
  auto peer = certificates.peer();
  QCOMPARE(outcome(open(trusting(others))->fetch({.url = url(peer.url())})), std::string("tls"));
}

void TlsTest::another_name_is_refused() {
  const Certificates certificates;
  auto peer = certificates.peer();
  auto options = trusting(certificates);
  options.resolve = {"other.example:" + std::to_string(peer.port()) + ":127.0.0.1"};
  QCOMPARE(outcome(open(options)->fetch({.url = url(peer.url("/", "other.example"))})), std::string("tls"));
}

void TlsTest::an_expired_certificate_is_refused() {
  ManualClock clock(Timestamp{1'577'836'800'000});  // 2020
  const Certificates certificates(clock);
  auto peer = certificates.peer();
  QCOMPARE(outcome(open(trusting(certificates))->fetch({.url = url(peer.url())})), std::string("tls"));
}

void TlsTest::old_versions_are_refused() {
  const Certificates certificates;
  Peer peer(each([](const std::string&) { return answer("200 OK", "", "old"); }),
            certificates.file("cert.pem"), certificates.file("key.pem"), TLS1_1_VERSION);
  QCOMPARE(outcome(open(trusting(certificates))->fetch({.url = url(peer.url())})), std::string("tls"));
}

void TlsTest::a_host_without_tls_is_refused() {
  Peer peer(
      [](test::PeerConnection& connection) { connection.send(answer("400 Bad Request", "", "plain")); });
  Options options;
  options.allow_private = true;
  QCOMPARE(outcome(open(options)->fetch({.url = url(peer.url().replace(0, 4, "https"))})),
           std::string("tls"));
}

void TlsTest::https_does_not_redirect_to_http() {
  const Certificates certificates;
  Peer plain(each([](const std::string&) { return answer("200 OK", "", "plain"); }));
  Peer peer(
      each([&](const std::string&) { return answer("301 Moved", "Location: " + plain.url() + "\r\n", ""); }),
      certificates.file("cert.pem"), certificates.file("key.pem"));
  auto options = trusting(certificates);
  options.allow_plain_http = true;
  QCOMPARE(outcome(open(options)->fetch({.url = url(peer.url())})), std::string("redirect_refused"));
  QCOMPARE(plain.connections(), 0);
}

QTEST_APPLESS_MAIN(TlsTest)
#include "tls_test.moc"

// No connection arrives where none may go, by whatever name or spelling.
#include "tests/unit/node/outgoing/testing.h"

using namespace dunlin;
using namespace dunlin::outgoing;
using dunlin::test::answer;
using dunlin::test::each;
using dunlin::test::Peer;

namespace {
Peer::Serve hello() {
  return each([](const std::string&) { return answer("200 OK", "", "hello"); });
}
}  // namespace

class AddressesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void private_addresses_are_refused_data();
  void private_addresses_are_refused();
  void names_of_private_addresses_are_refused_data();
  void names_of_private_addresses_are_refused();
  void a_private_address_beside_a_public_one_is_left_out();
  void one_allowed_port_opens_no_other();
  void private_addresses_are_reached_on_request();
  void plain_http_never_goes_to_public_addresses();
  void plain_http_is_refused_unless_allowed();
  void proxies_of_the_environment_are_not_used();
  void refused_hosts_are_not_contacted();
};

void AddressesTest::private_addresses_are_refused_data() {
  QTest::addColumn<std::string>("host");
  for (const char* host : {"127.0.0.1",
                           "127.1",
                           "127.0.1",
                           "0x7f000001",
                           "0x7f.0.0.1",
                           "2130706433",
                           "017700000001",
                           "0177.0.0.1",
                           "127.255.255.254",
                           "0.0.0.0",
                           "0",
                           "localhost",
                           "LOCALHOST",
                           "localhost.",
                           "a.localhost",
                           "[::1]",
                           "[::]",
                           "[0:0:0:0:0:0:0:1]",
                           "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[::127.0.0.1]",
                           "[64:ff9b::7f00:1]",
                           "[2002:7f00:1::]",
                           "10.0.0.1",
                           "172.16.0.1",
                           "192.168.0.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "[fc00::1]",
                           "[fe80::1]",
                           "224.0.0.1",
                           "255.255.255.255",
                           "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
                           "\u2460\u2461\u2466.1"}) {
    QTest::newRow(host) << std::string(host);
  }
}

void AddressesTest::private_addresses_are_refused() {
  QFETCH(std::string, host);
  Peer peer(hello());
  const auto client = open({});
  const auto fetched =
      client->fetch({.url = url("https://" + host + ":" + std::to_string(peer.port()) + "/")});
  QCOMPARE(outcome(fetched), std::string("refused_address"));
  QCOMPARE(peer.connections(), 0);
  QCOMPARE(client->stats().connections_opened, std::uint64_t{0});
  QVERIFY(client->stats().addresses_refused > 0);
}

void AddressesTest::names_of_private_addresses_are_refused_data() {
  QTest::addColumn<std::string>("addresses");
  for (const char* addresses : {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254",
                                "0.0.0.0", "127.0.0.1,10.0.0.1", "[::1],127.0.0.1"}) {
    QTest::newRow(addresses) << std::string(addresses);
  }
}

void AddressesTest::names_of_private_addresses_are_refused() {
  QFETCH(std::string, addresses);
  Peer peer(hello());
  Options options;
  const auto port = std::to_string(peer.port());
  options.resolve = {"peer.example:" + port + ":" + addresses};
  const auto client = open(options);
  QCOMPARE(outcome(client->fetch({.url = url(peer.url("/", "peer.example").replace(0, 4, "https"))})),
           std::string("refused_address"));
  QCOMPARE(peer.connections(), 0);
  QCOMPARE(client->stats().connections_opened, std::uint64_t{0});
}

void AddressesTest::a_private_address_beside_a_public_one_is_left_out() {
  // The "public" one is 127.0.0.2, allowed, where nobody listens on this port but the peer; the other is not.
  Peer peer(hello());
  Options options;
  options.allow_plain_http = true;
  const auto port = std::to_string(peer.port());
  options.allow = {"127.0.0.2:" + port};
  options.resolve = {"peer.example:" + port + ":127.0.0.1,127.0.0.2"};
  const auto client = open(options);
  const auto fetched = client->fetch({.url = url(peer.url("/", "peer.example"))});
  QVERIFY2(fetched, detail(fetched).c_str());
  QCOMPARE(client->stats().addresses_refused, std::uint64_t{1});
  QCOMPARE(client->stats().connections_opened, std::uint64_t{1});
  QCOMPARE(peer.connections(), 1);
}

void AddressesTest::one_allowed_port_opens_no_other() {
  Peer open_peer(hello());
  Peer closed_peer(hello());
  Options options;
  options.allow_plain_http = true;
  options.allow = {"127.0.0.1:" + std::to_string(open_peer.port())};
  const auto client = open(options);
  QCOMPARE(outcome(client->fetch({.url = url(open_peer.url())})), std::string("200 hello"));
  QCOMPARE(outcome(client->fetch({.url = url(closed_peer.url())})), std::string("refused_address"));
  QCOMPARE(closed_peer.connections(), 0);
}

void AddressesTest::private_addresses_are_reached_on_request() {
  Peer peer(hello());
  const auto client = open(on_loopback());
  for (const char* host : {"127.0.0.1", "[::1]", "localhost", "[::ffff:127.0.0.1]", "2130706433"}) {
    const auto fetched = client->fetch({.url = url(peer.url("/", host))});
    QVERIFY2(fetched, detail(fetched).c_str());
  }
}

void AddressesTest::plain_http_never_goes_to_public_addresses() {
  const auto client = open(on_loopback());
  QCOMPARE(outcome(client->fetch({.url = url("http://8.8.8.8/")})), std::string("refused_address"));
  QCOMPARE(client->stats().connections_opened, std::uint64_t{0});
}

void AddressesTest::plain_http_is_refused_unless_allowed() {
  Peer peer(hello());
  auto options = on_loopback();
  options.allow_plain_http = false;
  const auto client = open(options);
  QCOMPARE(outcome(client->fetch({.url = url(peer.url())})), std::string("malformed"));
  QCOMPARE(peer.connections(), 0);
}

void AddressesTest::proxies_of_the_environment_are_not_used() {
  Peer proxy(hello());
  Peer peer(hello());
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
    qputenv(name, QByteArray::fromStdString(proxy.url()));
  const auto client = open(on_loopback());
  QCOMPARE(outcome(client->fetch({.url = url(peer.url())})), std::string("200 hello"));
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) qunsetenv(name);
  QCOMPARE(proxy.connections(), 0);
}

void AddressesTest::refused_hosts_are_not_contacted() {
  Peer blocked(hello());
  Peer redirecting(each(
      [&](const std::string&) { return answer("302 Found", "Location: " + blocked.url() + "\r\n", ""); }));
  auto options = on_loopback();
  options.may_contact = [&](const Url& to) { return to.port() != blocked.port(); };
  const auto client = open(options);
  QCOMPARE(outcome(client->fetch({.url = url(blocked.url())})), std::string("refused_host"));
  QCOMPARE(outcome(client->fetch({.url = url(redirecting.url())})), std::string("refused_host"));
  QCOMPARE(blocked.connections(), 0);
  QCOMPARE(failed(*client, Failure::refused_host), std::uint64_t{2});
}

QTEST_APPLESS_MAIN(AddressesTest)
#include "addresses_test.moc"

#include "node/net/cidr.h"

#include "node/net/forwarded.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::net;

namespace {
Address address(std::string_view text) { return Address::parse(text).value(); }
Cidr cidr(std::string_view text) { return Cidr::parse(text).value(); }
}  // namespace

class CidrTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void addresses_are_read_and_written_data();
  void addresses_are_read_and_written();
  void what_is_no_address_is_refused_data();
  void what_is_no_address_is_refused();
  void ranges_contain_data();
  void ranges_contain();
  void malformed_ranges_are_refused_data();
  void malformed_ranges_are_refused();
  void a_client_is_an_address_or_a_v6_64();
  void the_client_behind_proxies_is_found_data();
  void the_client_behind_proxies_is_found();
};

void CidrTest::addresses_are_read_and_written_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("written");
  QTest::addColumn<bool>("loopback");
  auto row = [](const char* text, const char* written, bool loopback) {
    QTest::newRow(text) << std::string(text) << std::string(written) << loopback;
  };
  row("127.0.0.1", "127.0.0.1", true);
  row("127.255.0.9", "127.255.0.9", true);
  row("128.0.0.1", "128.0.0.1", false);
  row("::1", "::1", true);
  row("::2", "::2", false);
  row("2001:DB8:0::1", "2001:db8::1", false);
  row("::ffff:127.0.0.1", "127.0.0.1", true);
  row("::ffff:8.8.8.8", "8.8.8.8", false);
}

void CidrTest::addresses_are_read_and_written() {
  QFETCH(std::string, text);
  QFETCH(std::string, written);
  QFETCH(bool, loopback);
  QCOMPARE(address(text).to_string(), written);
  QCOMPARE(address(text).is_loopback(), loopback);
}

void CidrTest::what_is_no_address_is_refused_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text :
       {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4", "[::1]",
        "::1%eth0", ":::", "1:2:3:4:5:6:7:8:9", "localhost", "1.2.3.4:80"}) {
    QTest::newRow(text) << std::string(text);
  }
  QTest::newRow("NUL") << std::string("1.2.3.4\0x", 9);
  QTest::newRow("long") << std::string(1000, '1');
}

void CidrTest::what_is_no_address_is_refused() {
  QFETCH(std::string, text);
  QVERIFY(!Address::parse(text));
}

void CidrTest::ranges_contain_data() {
  QTest::addColumn<std::string>("range");
  QTest::addColumn<std::string>("inside");
  QTest::addColumn<std::string>("outside");
  auto row = [](const char* range, const char* inside, const char* outside) {
    QTest::newRow(range) << std::string(range) << std::string(inside) << std::string(outside);
  };
  row("10.0.0.0/8", "10.255.1.2", "11.0.0.0");
  row("192.168.4.0/22", "192.168.7.255", "192.168.8.0");
  row("192.0.2.1", "192.0.2.1", "192.0.2.2");
  row("192.0.2.1/32", "192.0.2.1", "192.0.2.0");
  row("0.0.0.0/0", "255.255.255.255", "2001:db8::1");
  row("::/0", "8.8.8.8", "");
  row("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::");
  row("2001:db8:0:8000::/49", "2001:db8:0:ffff::", "2001:db8:0:7fff::");
  row("::1", "::1", "::2");
  row("10.0.0.0/8 also mapped", "", "");
  row("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3");
}

void CidrTest::ranges_contain() {
  QFETCH(std::string, range);
  QFETCH(std::string, inside);
  QFETCH(std::string, outside);
  if (range == "10.0.0.0/8 also mapped") {
    QVERIFY(cidr("10.0.0.0/8").contains(address("::ffff:10.1.2.3")));
    return;
  }
  QVERIFY(cidr(range).contains(address(inside)));
  if (!outside.empty()) QVERIFY(!cidr(range).contains(address(outside)));
}

void CidrTest::malformed_ranges_are_refused_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text :
       {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8x", "10.0.0.0/8/8",
        "10.0/16", "::/129", "10.0.0.1/8", "2001:db8::1/64", "10.0.0.0/ 8", "10.0.0.0/4294967304"}) {
    QTest::newRow(text) << std::string(text);
  }
}

void CidrTest::malformed_ranges_are_refused() {
  QFETCH(std::string, text);
  auto range = Cidr::parse(text);
  QVERIFY(!range);
  QVERIFY(range.error().safe.find(text) != std::string::npos);
}

void CidrTest::a_client_is_an_address_or_a_v6_64() {
  QVERIFY(client_network(address("192.0.2.1")) != client_network(address("192.0.2.2")));
  QVERIFY(client_network(address("2001:db8::1")) == client_network(address("2001:db8::ffff:0:0:1")));
  QVERIFY(client_network(address("2001:db8::1")) != client_network(address("2001:db8:0:1::1")));
}

void CidrTest::the_client_behind_proxies_is_found_data() {
  QTest::addColumn<std::string>("peer");
  QTest::addColumn<std::vector<std::string>>("forwarded_for");
  QTest::addColumn<std::string>("client");
  using Lines = std::vector<std::string>;
  auto row = [](const char* name, const char* peer, Lines lines, const char* client) {
    QTest::newRow(name) << std::string(peer) << std::move(lines) << std::string(client);
  };
  row("stranger invents one", "192.0.2.9", {"1.2.3.4"}, "192.0.2.9");
  row("proxy without the field", "10.0.0.1", {}, "10.0.0.1");
  row("one hop", "10.0.0.1", {"1.2.3.4"}, "1.2.3.4");
  row("what the client invented is left of it", "10.0.0.1", {"9.9.9.9, 1.2.3.4"}, "1.2.3.4");
  row("two proxies", "10.0.0.1", {"9.9.9.9, 1.2.3.4, 10.0.0.2"}, "1.2.3.4");
  row("several fields", "10.0.0.1", {"9.9.9.9", "1.2.3.4", "10.0.0.2"}, "1.2.3.4");
  row("only proxies", "10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3");
  row("port", "10.0.0.1", {"1.2.3.4:5678"}, "1.2.3.4");
  row("v6 in brackets", "10.0.0.1", {"[2001:db8::1]:443"}, "2001:db8::1");
  row("v6", "10.0.0.1", {"2001:db8::1"}, "2001:db8::1");
  row("not an address", "10.0.0.1", {"1.2.3.4, unknown"}, "10.0.0.1");
  row("not an address behind a proxy", "10.0.0.1", {"evil, 10.0.0.2"}, "10.0.0.2");
  row("empty", "10.0.0.1", {""}, "10.0.0.1");
  row("commas", "10.0.0.1", {"1.2.3.4,,"}, "10.0.0.1");
  row("open bracket", "10.0.0.1", {"[::1"}, "10.0.0.1");
}

void CidrTest::the_client_behind_proxies_is_found() {
  QFETCH(std::string, peer);
  QFETCH(std::vector<std::string>, forwarded_for);
  QFETCH(std::string, client);
  std::vector<Request::Field> fields{{"Forwarded", "for=5.5.5.5"}};
  for (const std::string& value : forwarded_for) fields.push_back({"x-forwarded-for", value});
  const std::vector<Cidr> trusted{cidr("10.0.0.0/8")};
  QCOMPARE(client_address(address(peer), fields, trusted).to_string(), client);
  QCOMPARE(client_address(address(peer), fields, {}).to_string(), peer);
}

QTEST_APPLESS_MAIN(CidrTest)
#include "cidr_test.moc"

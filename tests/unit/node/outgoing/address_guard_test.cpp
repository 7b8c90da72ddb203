#include "node/outgoing/address_guard.h"

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::outgoing;

namespace {
net::Address address(std::string_view text) { return net::Address::parse(text).value(); }
}  // namespace

class AddressGuardTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void only_global_unicast_is_permitted_data();
  void only_global_unicast_is_permitted();
  void private_ones_are_permitted_on_request_data();
  void private_ones_are_permitted_on_request();
  void single_ranges_are_permitted();
  void ranges_are_read_data();
  void ranges_are_read();
  void malformed_ranges_are_refused_data();
  void malformed_ranges_are_refused();
};

void AddressGuardTest::only_global_unicast_is_permitted_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<bool>("permitted");
  auto rows = [](bool permitted, std::initializer_list<const char*> texts) {
    for (const char* text : texts) QTest::newRow(text) << std::string(text) << permitted;
  };
  // Both ends of each range, and their neighbours.
  rows(true, {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
              "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
              "172.32.0.0",      "191.255.255.255", "192.0.1.0",       "192.0.3.0",      "192.88.98.255",
              "192.88.100.0",    "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
              "198.51.99.255",   "198.51.101.0",    "203.0.112.255",   "203.0.114.0",    "223.255.255.255"});
  rows(false, {"0.0.0.0",        "0.0.0.1",         "0.255.255.255",  "10.0.0.0",        "10.0.0.1",
               "10.255.255.255", "100.64.0.0",      "100.64.0.1",     "100.127.255.255", "127.0.0.0",
               "127.0.0.1",      "127.255.255.255", "169.254.0.0",    "169.254.169.254", "169.254.255.255",
               "172.16.0.0",     "172.16.0.1",      "172.31.255.255", "192.0.0.0",       "192.0.0.8",
               "192.0.0.170",    "192.0.2.0",       "192.0.2.255",    "192.88.99.1",     "192.168.0.0",
               "192.168.0.1",    "192.168.255.255", "198.18.0.0",     "198.19.255.255",  "198.51.100.0",
               "198.51.100.255", "203.0.113.0",     "203.0.113.255",  "224.0.0.0",       "224.0.0.1",
               "233.252.0.1",    "239.255.255.255", "240.0.0.0",      "255.255.255.254", "255.255.255.255"});
  rows(true, {"2000::", "2001:200::1", "2606:4700:4700::1111", "2a00:1450:4001::1", "3fff:1000::1", "3ffe::1",
              "2003::1", "2001:db7::1", "2001:db9::1"});
  rows(false, {"::",
               "::1",
               "::2",
               "::7f00:1",
               "::127.0.0.1",
               "::8.8.8.8",
               "100::1",
               "64:ff9a::1",
               "64:ff9b:1::7f00:1",
               "64:ff9b:1::808:808",
               "1fff::1",
               "2001::1",
               "2001:0:4136:e378:8000:63bf:3fff:fdd2",
               "2001:2::1",
               "2001:10::1",
               "2001:20::1",
               "2001:1ff::1",
               "2001:db8::1",
               "2001:db8:ffff::1",
               "2002::1",
               "2002:7f00:1::1",
               "2002:808:808::1",
               "3fff::1",
               "3fff:fff::1",
               "4000::1",
               "5f00::1",
               "fc00::1",
               "fd00::1",
               "fdff::1",
               "fe80::1",
               "febf::1",
               "fec0::1",
               "feff::1",
               "ff00::1",
               "ff02::1",
               "ff0e::1",
               "ffff::1"});
  // IPv4 inside of IPv6.
  rows(true, {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8"});
  rows(false, {"::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
               "::ffff:0.0.0.0", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
               "64:ff9b::a9fe:a9fe", "64:ff9b::", "64:ff9b::1:808:808"});
}

void AddressGuardTest::only_global_unicast_is_permitted() {
  QFETCH(std::string, text);
  QFETCH(bool, permitted);
  QCOMPARE(is_global_unicast(address(text)), permitted);
  QCOMPARE(AddressGuard().permits(address(text), 443), permitted);
}

void AddressGuardTest::private_ones_are_permitted_on_request_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<bool>("permitted");
  auto rows = [](bool permitted, std::initializer_list<const char*> texts) {
    for (const char* text : texts) QTest::newRow(text) << std::string(text) << permitted;
  };
  rows(true, {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3", "100.64.0.1", "172.31.0.1",
              "192.168.1.1", "fc00::1", "fdff::1", "8.8.8.8", "2606:4700::1"});
  rows(false, {"0.0.0.0", "::", "169.254.169.254", "fe80::1", "224.0.0.1", "255.255.255.255", "ff02::1",
               "192.0.2.1", "2001:db8::1", "2002:7f00:1::", "64:ff9b::127.0.0.1"});
}

void AddressGuardTest::private_ones_are_permitted_on_request() {
  QFETCH(std::string, text);
  QFETCH(bool, permitted);
  QCOMPARE(AddressGuard(true).permits(address(text), 80), permitted);
}

void AddressGuardTest::single_ranges_are_permitted() {
  const AddressGuard guard(
      false, {AllowedRange::parse("127.0.0.1:8443").value(), AllowedRange::parse("10.1.0.0/16").value(),
              AllowedRange::parse("[fd00::/8]:443").value()});
  QVERIFY(guard.permits(address("127.0.0.1"), 8443));
  QVERIFY(guard.permits(address("::ffff:127.0.0.1"), 8443));
  QVERIFY(!guard.permits(address("127.0.0.1"), 8444));
  QVERIFY(!guard.permits(address("127.0.0.2"), 8443));
  QVERIFY(guard.permits(address("10.1.255.1"), 22));
  QVERIFY(!guard.permits(address("10.2.0.1"), 22));
  QVERIFY(guard.permits(address("fd12::1"), 443));
  QVERIFY(!guard.permits(address("fd12::1"), 80));
  QVERIFY(!guard.permits(address("fc12::1"), 443));
  QVERIFY(guard.permits(address("8.8.8.8"), 1));
}

void AddressGuardTest::ranges_are_read_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("range");
  QTest::addColumn<int>("port");
  auto row = [](const char* text, const char* range, int port) {
    QTest::newRow(text) << std::string(text) << std::string(range) << port;
  };
  row("10.0.0.0/8", "10.0.0.0/8", 0);
  row("10.0.0.0/8:443", "10.0.0.0/8", 443);
  row("127.0.0.1", "127.0.0.1/32", 0);
  row("127.0.0.1:65535", "127.0.0.1/32", 65535);
  row("::1", "::1/128", 0);
  row("fd00::/8", "fd00::/8", 0);
  row("[fd00::/8]:443", "fd00::/8", 443);
  row("[::1]:8443", "::1/128", 8443);
}

void AddressGuardTest::ranges_are_read() {
  QFETCH(std::string, text);
  QFETCH(std::string, range);
  QFETCH(int, port);
  const auto allowed = AllowedRange::parse(text);
  QVERIFY2(allowed, why(allowed).c_str());
  QCOMPARE(allowed->range.to_string(), range);
  QCOMPARE(int{allowed->port.value_or(0)}, port);
}

void AddressGuardTest::malformed_ranges_are_refused_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text : {"", ":", "x", "localhost", "10.0.0.1/8", "10.0.0.0/33",
                           "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", ":443", "[::1]",
                           "[::1", "[::1]443", "[::1]:", "[]:443", "fd00::/129", "127.0.0.1:1 "}) {
    QTest::newRow(text) << std::string(text);
  }
}

void AddressGuardTest::malformed_ranges_are_refused() {
  QFETCH(std::string, text);
  QVERIFY(!AllowedRange::parse(text));
}

QTEST_APPLESS_MAIN(AddressGuardTest)
#include "address_guard_test.moc"

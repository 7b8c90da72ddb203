#include "protocol/url/url.h"

#include "tests/support/qt.h"

using namespace dunlin;

class UrlTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void addresses_become_canonical_data();
  void addresses_become_canonical();
  void what_is_no_address_is_refused_data();
  void what_is_no_address_is_refused();
  void the_canonical_form_is_read_as_itself_data() { addresses_become_canonical_data(); }
  void the_canonical_form_is_read_as_itself();
  void parts_are_told();
  void parts_of_an_ipv6_address_are_told();
  void plain_http_is_for_who_allows_it();
  void length_is_bounded();
  void references_resolve_data();
  void references_resolve();
  void bad_references_are_refused_data();
  void bad_references_are_refused();
  void origins_are_compared_data();
  void origins_are_compared();
};

void UrlTest::addresses_become_canonical_data() {
  QTest::addColumn<std::string>("given");
  QTest::addColumn<std::string>("canonical");
  auto row = [](const char* name, const char* given, const char* canonical) {
    QTest::newRow(name) << std::string(given) << std::string(canonical);
  };
  row("plain", "https://a.example/users/ann", "https://a.example/users/ann");
  row("no path", "https://a.example", "https://a.example/");
  row("query without path", "https://a.example?x=1", "https://a.example/?x=1");
  row("case", "HTTPS://A.Example/Users/Ann", "https://a.example/Users/Ann");
  row("default port", "https://a.example:443/x", "https://a.example/x");
  row("default port with zeros", "https://a.example:00443/x", "https://a.example/x");
  row("other port", "https://a.example:8443/x", "https://a.example:8443/x");
  row("empty port", "https://a.example:/x", "https://a.example/x");
  row("trailing dot", "https://a.example./x", "https://a.example/x");
  row("fragment", "https://a.example/u#main-key", "https://a.example/u#main-key");
  row("dot segments", "https://a.example/a/../b/./c", "https://a.example/b/c");
  row("too many dot segments", "https://a.example/../../x", "https://a.example/x");
  row("escapes stay", "https://a.example/%7Eann/%2e", "https://a.example/%7Eann/%2e");
  row("double slash in path", "https://a.example//x//y", "https://a.example//x//y");
  row("@ in the path", "https://a.example/@ann@b.example", "https://a.example/@ann@b.example");
  row("@ in the query", "https://a.example/?r=ann@b.example", "https://a.example/?r=ann@b.example");
  row("underscore", "https://my_host.example/", "https://my_host.example/");
  row("other script in the name", "https://b\u00fccher.example/", "https://xn--bcher-kva.example/");
  row("other script in capitals", "https://B\u00dcCHER.example:8443/", "https://xn--bcher-kva.example:8443/");
  row("sharp s stays itself", "https://stra\u00dfe.example/", "https://xn--strae-oqa.example/");
  row("xn-- in capitals", "https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/");
  row("ideographic full stop", "https://a\u3002example/", "https://a.example/");
  row("other script in the path", "https://a.example/tags/b\u00fccher", "https://a.example/tags/b%c3%bccher");
  row("other script in the query", "https://a.example/?q=\u00fc", "https://a.example/?q=%c3%bc");
  row("v4", "https://192.0.2.1/", "https://192.0.2.1/");
  row("v4 with a dot", "https://127.0.0.1./", "https://127.0.0.1/");
  row("v4 short", "https://127.1/", "https://127.0.0.1/");
  row("v4 hexadecimal", "https://0x7f000001/", "https://127.0.0.1/");
  row("v4 hexadecimal in capitals", "https://0X7F.0.0.1/", "https://127.0.0.1/");
  row("v4 octal", "https://0177.0.0.01/", "https://127.0.0.1/");
  row("v4 decimal", "https://2130706433/", "https://127.0.0.1/");
  row("v4 zero", "https://0/", "https://0.0.0.0/");
  row("v4 in full-width digits", "https://\uff11\uff12\uff17.\uff10.\uff10.\uff11/", "https://127.0.0.1/");
  row("v4 short in full-width digits", "https://\uff11\uff12\uff17.\uff11/", "https://127.0.0.1/");
  row("v4 in circled digits", "https://\u2460\u2461\u2466.0.0.1/", "https://127.0.0.1/");
  row("v6", "https://[2001:DB8:0:0::1]:8443/", "https://[2001:db8::1]:8443/");
  row("v6 mapped", "https://[::ffff:7f00:1]/", "https://[::ffff:127.0.0.1]/");
}

void UrlTest::addresses_become_canonical() {
  QFETCH(std::string, given);
  QFETCH(std::string, canonical);
  auto url = Url::parse(given);
  QVERIFY2(url, why(url).c_str());
  QCOMPARE(url->text(), canonical);
}

void UrlTest::the_canonical_form_is_read_as_itself() {
  QFETCH(std::string, canonical);
  auto url = Url::parse(canonical);
  QVERIFY2(url, why(url).c_str());
  QCOMPARE(url->text(), canonical);
  QCOMPARE(std::string(url->origin()) + std::string(url->path_and_query()),
           std::string(url->without_fragment()));
}

void UrlTest::what_is_no_address_is_refused_data() {
  QTest::addColumn<std::string>("text");
  auto row = [](const char* name, std::string text) { QTest::newRow(name) << std::move(text); };
  row("empty", "");
  row("relative", "/users/ann");
  row("no scheme", "a.example/x");
  row("no scheme, two slashes", "//a.example/x");
  row("no host", "https:///x");
  row("nothing behind the slashes", "https://");
  row("one slash", "https:/a.example/");
  row("three slashes", "https:///a.example/");
  row("port without host", "https://:443/");
  for (const char* scheme : {"ftp", "gopher", "ws", "wss", "httpss", "ldap", "dict"})
    row(scheme, std::string(scheme) + "://a.example/");
  row("http", "http://a.example/");
  row("file", "file:///etc/passwd");
  row("file with host", "file://a.example/etc/passwd");
  row("data", "data:text/html,x");
  row("javascript", "javascript:alert(1)");
  row("javascript with host", "javascript://a.example/%0aalert(1)");
  row("user", "https://ann@a.example/");
  row("user and password", "https://ann:secret@a.example/");
  row("empty user", "https://@a.example/");
  row("host before @", "https://a.example@b.example/");
  row("backslash", "https://a.example\\@b.example/");
  row("backslashes for slashes", "https:\\\\a.example/");
  row("blank", "https://a.example/x y");
  row("blank in front", " https://a.example/");
  row("line break", "https://a.example/\r\nHost: b.example");
  row("tab", "https://a.exa\tmple/");
  row("null", std::string("https://a.example/\0x", 20));
  row("delete", "https://a.example/\x7f");
  row("not UTF-8", "https://a.example/\xff");
  row("not UTF-8 in the host", "https://\xff.example/");
  row("escaped host", "https://%61.example/");
  row("escaped slash in the host", "https://a.example%2f.b.example/");
  row("soft hyphen only", "https://\u00ad/");
  row("full-width slash", "https://a.example\uff0fb.example/");
  row("full-width @", "https://a\uff20b.example/");
  row("full-width colon", "https://a.example\uff1a80/");
  row("right-to-left mark", "https://a\u202e.example/");
  row("empty label", "https://a..example/");
  row("leading dot", "https://.example/");
  row("two dots behind", "https://a.example../");
  row("only a dot", "https://./");
  row("leading hyphen", "https://-a.example/");
  row("trailing hyphen", "https://a-.example/");
  row("odd character", "https://a!b.example/");
  row("asterisk", "https://*.example/");
  row("label of 64", "https://" + std::string(64, 'a') + ".example/");
  row("name of 254", "https://" + std::string(60, 'a') + "." + std::string(60, 'a') + "." +
                         std::string(60, 'a') + "." + std::string(60, 'a') + ".aaaaaaaaaa/");
  row("broken xn--", "https://b\u00fc.xn--a/");
  row("v4 of five", "https://1.2.3.4.5/");
  row("v4 too large", "https://256.256.256.256/");
  row("v4 short with a dot", "https://127.1./");
  row("name that ends in a number", "https://a.example.1/");
  row("hexadecimal that is no number", "https://a.0xzz/");
  row("v6 open", "https://[::1/");
  row("v6 bare", "https://::1/");
  row("v6 zone", "https://[fe80::1%25eth0]/");
  row("v6 zone unescaped", "https://[fe80::1%eth0]/");
  row("v6 future", "https://[v1.x]/");
  row("v6 nonsense", "https://[1:2:3]/");
  row("v4 in brackets", "https://[127.0.0.1]/");
  row("port 0", "https://a.example:0/");
  row("port too large", "https://a.example:65536/");
  row("port much too large", "https://a.example:99999999999999999999/");
  row("port negative", "https://a.example:-1/");
  row("port no number", "https://a.example:x/");
  row("two ports", "https://a.example:1:2/");
}

void UrlTest::what_is_no_address_is_refused() {
  QFETCH(std::string, text);
  auto url = Url::parse(text);
  QVERIFY2(!url, url ? url->text().c_str() : "");
  QVERIFY(!url.error().safe.empty());
}

void UrlTest::parts_are_told() {
  auto url = Url::parse("https://A.example:8443/users/ann?page=1#key").value();
  QCOMPARE(url.scheme(), std::string_view("https"));
  QCOMPARE(url.host(), std::string_view("a.example"));
  QCOMPARE(int{url.port()}, 8443);
  QCOMPARE(url.authority(), std::string_view("a.example:8443"));
  QCOMPARE(url.origin(), std::string_view("https://a.example:8443"));
  QCOMPARE(url.path_and_query(), std::string_view("/users/ann?page=1"));
  QCOMPARE(url.without_fragment(), std::string_view("https://a.example:8443/users/ann?page=1"));
  QCOMPARE(url.text(), std::string("https://a.example:8443/users/ann?page=1#key"));
}

void UrlTest::parts_of_an_ipv6_address_are_told() {
  auto url = Url::parse("https://[::1]").value();
  QCOMPARE(url.host(), std::string_view("[::1]"));
  QCOMPARE(int{url.port()}, 443);
  QCOMPARE(url.authority(), std::string_view("[::1]"));
  QCOMPARE(url.path_and_query(), std::string_view("/"));
}

void UrlTest::plain_http_is_for_who_allows_it() {
  QVERIFY(!Url::parse("http://a.example/"));
  auto url = Url::parse("http://a.example:80/", UrlSchemes::http_or_https);
  QVERIFY2(url, why(url).c_str());
  QCOMPARE(url->text(), std::string("http://a.example/"));
  QCOMPARE(int{url->port()}, 80);
  QVERIFY(!url->is_https());
  QCOMPARE(Url::parse("http://a.example:443/", UrlSchemes::http_or_https).value().text(),
           std::string("http://a.example:443/"));
  QVERIFY(!Url::parse("ftp://a.example/", UrlSchemes::http_or_https));
}

void UrlTest::length_is_bounded() {
  std::string text = "https://a.example/";
  text.resize(Url::bytes_max, 'x');
  QVERIFY(Url::parse(text));
  QVERIFY(!Url::parse(text + "x"));
  // Escaping makes three bytes of one.
  text = "https://a.example/";
  while (text.size() < Url::bytes_max / 2) text += "\u00fc";
  QVERIFY(!Url::parse(text));
}

void UrlTest::references_resolve_data() {
  QTest::addColumn<std::string>("reference");
  QTest::addColumn<std::string>("result");
  auto row = [](const char* reference, const char* result) {
    QTest::newRow(reference) << std::string(reference) << std::string(result);
  };
  row("https://b.example/x", "https://b.example/x");
  row("HTTPS://B.example", "https://b.example/");
  row("//b.example/x", "https://b.example/x");
  row("/x", "https://a.example:8443/x");
  row("x", "https://a.example:8443/d/x");
  row("../x", "https://a.example:8443/x");
  row("../../../x", "https://a.example:8443/x");
  row("?q=2", "https://a.example:8443/d/e?q=2");
  row("#f", "https://a.example:8443/d/e?q=1#f");
  row("/a:b", "https://a.example:8443/a:b");
  row("/@ann", "https://a.example:8443/@ann");
  row("/b\u00fccher", "https://a.example:8443/b%c3%bccher");
}

void UrlTest::references_resolve() {
  QFETCH(std::string, reference);
  QFETCH(std::string, result);
  auto url = Url::parse("https://a.example:8443/d/e?q=1#old").value().resolve(reference);
  QVERIFY2(url, why(url).c_str());
  QCOMPARE(url->text(), result);
}

void UrlTest::bad_references_are_refused_data() {
  QTest::addColumn<std::string>("reference");
  for (const char* reference :
       {"", "http://b.example/", "file:///etc/passwd", "ftp://b.example/", "gopher://b.example/", "data:,x",
        "javascript:alert(1)", "dict://b.example/", "https:/b.example", "https:x", "///b.example/", "//",
        "//ann@b.example/", "/\\b.example", "\\\\b.example", "/a b", "//b.example:0/", "//[::1"}) {
    QTest::newRow(reference) << std::string(reference);
  }
}

void UrlTest::bad_references_are_refused() {
  QFETCH(std::string, reference);
  auto url = Url::parse("https://a.example/d/e").value().resolve(reference);
  QVERIFY2(!url, url ? url->text().c_str() : "");
}

void UrlTest::origins_are_compared_data() {
  QTest::addColumn<std::string>("a");
  QTest::addColumn<std::string>("b");
  QTest::addColumn<bool>("same");
  auto row = [](const char* a, const char* b, bool same) {
    QTest::addRow("%s %s", a, b) << std::string(a) << std::string(b) << same;
  };
  row("https://a.example/x", "https://A.EXAMPLE:443/y", true);
  row("https://a.example/x", "https://a.example./y#z", true);
  row("https://a.example/", "https://a.example:8443/", false);
  row("https://a.example/", "http://a.example/", false);
  row("https://a.example/", "https://www.a.example/", false);
  row("https://a.example/", "https://a.example.b.example/", false);
}

void UrlTest::origins_are_compared() {
  QFETCH(std::string, a);
  QFETCH(std::string, b);
  QFETCH(bool, same);
  QCOMPARE(same_origin(Url::parse(a, UrlSchemes::http_or_https).value(),
                       Url::parse(b, UrlSchemes::http_or_https).value()),
           same);
}

QTEST_APPLESS_MAIN(UrlTest)
#include "url_test.moc"

#include "node/web/security_headers.h"

#include <map>

#include "tests/support/qt.h"

namespace dunlin::web {

class SecurityHeadersTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_policy_allows_our_own_files_and_nothing_else();
  void a_source_is_added_to_form_action_only();
  void what_is_no_source_is_left_out_data();
  void what_is_no_source_is_left_out();
  void a_redirect_address_gives_its_source_data();
  void a_redirect_address_gives_its_source();
  void pages_cannot_be_framed_sniffed_or_tracked();
};

void SecurityHeadersTest::the_policy_allows_our_own_files_and_nothing_else() {
  QCOMPARE(content_security_policy(),
           std::string(
               "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; "
               "frame-ancestors 'none'; base-uri 'none'"));
}

void SecurityHeadersTest::a_source_is_added_to_form_action_only() {
  QCOMPARE(content_security_policy("ivory:"),
           std::string("default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action "
                       "'self' ivory:; "
                       "frame-ancestors 'none'; base-uri 'none'"));
  QVERIFY(content_security_policy("https://a.example:8443").find("'self' https://a.example:8443;") !=
          std::string::npos);
}

void SecurityHeadersTest::what_is_no_source_is_left_out_data() {
  QTest::addColumn<QByteArray>("source");
  for (const char* source :
       {"*", "'unsafe-inline'", "a.example", "ivory:; script-src *", "ivory:,default-src *",
        "a b:", "ivory:\r\nX-A: b", "https://", "https://a.example/path", "https://*.example", ":",
        "1a:", "https://a.example:", "https://a.example:x", "https://u@a.example"}) {
    QTest::newRow(source) << QByteArray(source);
  }
}

void SecurityHeadersTest::what_is_no_source_is_left_out() {
  QFETCH(QByteArray, source);
  QCOMPARE(content_security_policy(source.toStdString()), content_security_policy());
}

void SecurityHeadersTest::a_redirect_address_gives_its_source_data() {
  QTest::addColumn<QByteArray>("uri");
  QTest::addColumn<QByteArray>("source");
  const auto row = [](const char* uri, const char* source) {
    QTest::newRow(uri) << QByteArray(uri) << QByteArray(source);
  };
  row("ivory://callback", "ivory:");
  row("com.example.App:/oauth", "com.example.app:");
  row("https://app.example/cb?x=1", "https://app.example");
  row("https://App.Example:8443/cb", "https://app.example:8443");
  row("http://127.0.0.1:4000", "http://127.0.0.1:4000");
  row("http://[::1]:4000/", "http:");
  row("https://under_score.example/", "https:");
  row("https://a.example#f", "https://a.example");
  row("https:a.example", "");
  row("urn:ietf:wg:oauth:2.0:oob", "");
  row("javascript:alert(1)", "");
  row("DATA:text/html,a", "");
  row("no scheme", "");
  row("bad scheme:a", "");
  row("://a", "");
}

void SecurityHeadersTest::a_redirect_address_gives_its_source() {
  QFETCH(QByteArray, uri);
  QFETCH(QByteArray, source);
  const auto actual = form_action_source(uri.toStdString());
  QCOMPARE(actual, source.toStdString());
  // Whatever it gives, the policy takes.
  QCOMPARE(content_security_policy(actual) != content_security_policy(), !actual.empty());
}

void SecurityHeadersTest::pages_cannot_be_framed_sniffed_or_tracked() {
  const auto list = page_headers("ivory:");
  std::map<std::string, std::string> headers(list.begin(), list.end());
  QCOMPARE(headers.size(), list.size());
  QCOMPARE(headers["Content-Security-Policy"], content_security_policy("ivory:"));
  QCOMPARE(headers["X-Content-Type-Options"], std::string("nosniff"));
  QCOMPARE(headers["Referrer-Policy"], std::string("same-origin"));
  QCOMPARE(headers["X-Frame-Options"], std::string("DENY"));
  QVERIFY(headers["Permissions-Policy"].find("camera=()") != std::string::npos);
}

}  // namespace dunlin::web

QTEST_GUILESS_MAIN(dunlin::web::SecurityHeadersTest)
#include "security_headers_test.moc"

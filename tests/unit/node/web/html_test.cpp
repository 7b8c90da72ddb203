#include "node/web/html.h"

#include "tests/support/qt.h"

namespace dunlin::web {

class HtmlTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void text_is_escaped_and_markup_is_not();
  void safe_addresses_pass_unchanged_data();
  void safe_addresses_pass_unchanged();
  void unsafe_addresses_are_refused_data();
  void unsafe_addresses_are_refused();
  void an_unsafe_address_leaves_no_attribute();
  void one_line_collapses_space_and_cuts_between_characters_data();
  void one_line_collapses_space_and_cuts_between_characters();
  void times_are_exact_for_machines_and_short_for_people();
  void absurd_dates_stay_within_the_calendar();
  void counts_have_a_comma_between_thousands();
};

void HtmlTest::text_is_escaped_and_markup_is_not() {
  Html html;
  html << "<b title=\"" << Text{"\"'"} << "\">" << Text{"<&>"} << Cleaned{"<i>x</i>"} << "</b>";
  QVERIFY(html.view().ends_with("\">&lt;&amp;&gt;<i>x</i></b>"));
  QVERIFY(html.view().starts_with("<b title=\"&quot;&#"));
}

void HtmlTest::safe_addresses_pass_unchanged_data() {
  QTest::addColumn<QByteArray>("url");
  for (const char* url : {"/", "/@ada/1", "/a?b=c&d=%20#e", "/a//b", "https://a.example",
                          "HTTP://a.example/b", "https://[::1]:8443/", "/tags/\xC3\xA4"}) {
    QTest::newRow(url) << QByteArray(url);
  }
}

void HtmlTest::safe_addresses_pass_unchanged() {
  QFETCH(QByteArray, url);
  QCOMPARE(safe_href(url.toStdString()), std::string_view(url.toStdString()));
}

void HtmlTest::unsafe_addresses_are_refused_data() {
  QTest::addColumn<QByteArray>("url");
  for (const char* url : {"",
                          "a",
                          "?a",
                          "#a",
                          "//a.example",
                          "/\\a.example",
                          "\\\\a.example",
                          "https:\\\\a.example",
                          "/\t/a.example",
                          "/\n/a",
                          " /a",
                          "/a b",
                          "javascript:a",
                          "JaVaScRiPt:a",
                          "java\nscript:a",
                          "data:text/html,a",
                          "vbscript:a",
                          "ftp://a.example",
                          "mailto:a@b.example",
                          "https:",
                          "https://",
                          "https:/a.example",
                          "httpsx://a",
                          "/a\x7f",
                          "\x01https://a.example"}) {
    QTest::newRow(*url == '\0' ? "empty" : url) << QByteArray(url);
  }
}

void HtmlTest::unsafe_addresses_are_refused() {
  QFETCH(QByteArray, url);
  QCOMPARE(safe_href(url.toStdString()), std::string_view());
}

void HtmlTest::an_unsafe_address_leaves_no_attribute() {
  Html html;
  html << "<a" << UrlAttribute{"href", "javascript:a"} << "><a" << UrlAttribute{"href", "/a?b&c"} << ">";
  QCOMPARE(html.view(), std::string_view("<a><a href=\"/a?b&amp;c\">"));
}

void HtmlTest::one_line_collapses_space_and_cuts_between_characters_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("characters_max");
  QTest::addColumn<QByteArray>("expected");
  QTest::newRow("fits") << QByteArray("abc") << 3 << QByteArray("abc");
  QTest::newRow("cut") << QByteArray("abcd") << 3 << QByteArray("abc…");
  QTest::newRow("empty") << QByteArray("") << 3 << QByteArray("");
  QTest::newRow("only space") << QByteArray(" \n\t ") << 3 << QByteArray("");
  QTest::newRow("space collapses") << QByteArray("  a \n\n b  ") << 3 << QByteArray("a b");
  QTest::newRow("a space counts") << QByteArray("a  bc") << 3 << QByteArray("a b…");
  QTest::newRow("no space before the cut") << QByteArray("abc d") << 3 << QByteArray("abc…");
  QTest::newRow("wide characters stay whole") << QByteArray("🌊🐦🌊") << 2 << QByteArray("🌊🐦…");
}

void HtmlTest::one_line_collapses_space_and_cuts_between_characters() {
  QFETCH(QByteArray, text);
  QFETCH(int, characters_max);
  QFETCH(QByteArray, expected);
  QCOMPARE(one_line(text.toStdString(), static_cast<std::size_t>(characters_max)), expected.toStdString());
}

void HtmlTest::times_are_exact_for_machines_and_short_for_people() {
  const Timestamp moment{1'795'244'380'123};
  Html day, minute;
  day << Day{moment};
  minute << Minute{moment};
  QCOMPARE(day.view(),
           std::string_view("<time datetime=\"2026-11-21T06:59:40.123Z\" title=\"21 Nov 2026, 06:59 UTC\">"
                            "21 Nov 2026</time>"));
  QCOMPARE(minute.view(),
           std::string_view("<time datetime=\"2026-11-21T06:59:40.123Z\" title=\"21 Nov 2026, 06:59 UTC\">"
                            "21 Nov 2026, 06:59 UTC</time>"));
  QCOMPARE(minute_text({-1}), std::string("31 Dec 1969, 23:59 UTC"));
  QCOMPARE(day_text({951'782'400'000}), std::string("29 Feb 2000"));
}

void HtmlTest::absurd_dates_stay_within_the_calendar() {
  QCOMPARE(day_text({std::numeric_limits<std::int64_t>::max()}), std::string("31 Dec 9999"));
  QCOMPARE(day_text({std::numeric_limits<std::int64_t>::min()}), std::string("1 Jan 1"));
}

void HtmlTest::counts_have_a_comma_between_thousands() {
  QCOMPARE(count_text(0), std::string("0"));
  QCOMPARE(count_text(999), std::string("999"));
  QCOMPARE(count_text(1'000), std::string("1,000"));
  QCOMPARE(count_text(1'234'567), std::string("1,234,567"));
  QCOMPARE(count_text(-1'234), std::string("-1,234"));
  QCOMPARE(count_text(-123), std::string("-123"));
}

}  // namespace dunlin::web

QTEST_GUILESS_MAIN(dunlin::web::HtmlTest)
#include "html_test.moc"

#include "protocol/text/plain.h"

#include "protocol/text/compose.h"
#include "tests/support/qt.h"

namespace dunlin::text {
using namespace std::string_literals;

class PlainTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void html_is_read_as_people_see_it_data();
  void html_is_read_as_people_see_it();
  void shortened_links_are_whole_or_short();
  void plain_text_round_trips_data();
  void plain_text_round_trips();
  void broken_html_is_text_data();
  void broken_html_is_text();
  void text_is_cut_between_clusters_data();
  void text_is_cut_between_clusters();
  void text_with_nothing_to_see_is_told_data();
  void text_with_nothing_to_see_is_told();
};

void PlainTest::html_is_read_as_people_see_it_data() {
  QTest::addColumn<std::string>("html");
  QTest::addColumn<std::string>("plain");
  const auto row = [](const char* html, const char* plain) {
    QTest::newRow(html) << std::string(html) << std::string(plain);
  };
  row("", "");
  row("<p>a</p>", "a");
  row("<p>a<br>b</p><p>c</p>", "a\nb\n\nc");
  row("<p>a<br><br>b<br></p>", "a\n\nb");
  row("<p>&lt;b&gt; &amp;amp; &quot;&#39;&#x27;&nbsp;</p>", "<b> &amp; \"''\u00A0");
  row("<p>&#128512;&#x1F600;</p>", "😀😀");
  row("<ul><li>a</li><li>b</li></ul>", "- a\n- b");
  row("<p>x</p><ol start=\"7\"><li>a<ul><li>b</li></ul></li><li>c</li></ol><p>y</p>",
      "x\n\n7. a\n  - b\n8. c\n\ny");
  row("<ul><li><p>a</p><p>b</p></li></ul>", "- a\nb");
  row("<blockquote><p>a</p></blockquote><p>b</p>", "a\n\nb");
  row("<pre><code>a\n  b\n</code></pre><p>c</p>", "a\n  b\n\nc");
  row("<p><strong>a</strong><em>b</em></p>", "ab");
  row("<P>a<BR/>b<br /></P>", "a\nb");
  row("<p>a &nosuch; & b</p>", "a &nosuch; & b");
}

void PlainTest::html_is_read_as_people_see_it() {
  QFETCH(std::string, html);
  QFETCH(std::string, plain);
  QCOMPARE(html_to_plain(html), plain);
}

void PlainTest::shortened_links_are_whole_or_short() {
  const auto html = to_html("see https://a.example/0123456789012345678901234567 or https://b.example",
                            Format::plain, Resolve{}, "");
  QCOMPARE(html_to_plain(html), "see https://a.example/0123456789012345678901234567 or https://b.example");
  QCOMPARE(html_to_plain(html, InvisibleSpans::drop), "see a.example/01234567890123456789… or b.example");
}

void PlainTest::plain_text_round_trips_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text : {"a", "a\nb\n\nc", "<script>&amp;&#39;\"'", "https://a.example/x?y=1&z=2#@b",
                           "#tag & #日本", "😀 👩‍👩‍👧 e\u0301", "مرحبا \u202Ex\u202C",
                           "a < b > c", "</p><p>", "&lt;", "  a\n  b"}) {
    QTest::newRow(text) << std::string(text);
  }
}

void PlainTest::plain_text_round_trips() {
  QFETCH(std::string, text);
  QCOMPARE(html_to_plain(to_html(text, Format::plain, Resolve{}, "https://h.example/tags/")), text);
}

void PlainTest::broken_html_is_text_data() {
  QTest::addColumn<std::string>("html");
  QTest::addColumn<std::string>("plain");
  const auto row = [](const char* html, const char* plain) {
    QTest::newRow(html) << std::string(html) << std::string(plain);
  };
  row("a < b", "a < b");
  row("a <b", "a <b");
  row("<", "<");
  row("<<<", "<<<");
  row("<>a", "<>a");
  row("</span></span></ul>a", "a");
  row("<span class=\"invisible\">a</p>b", "a\n\nb");
  row("<li>a", "- a");
  row("<ol start=\"99999999999\"><li>a", "1. a");
  row("<ol start=\"-5\"><li>a", "0. a");
  row("&", "&");
  row("&#;&#x;&#xZZ;&#99999999999;&#0;&#xD800;", "&#;&#x;&#xZZ;&#99999999999;\uFFFD\uFFFD");
}

void PlainTest::broken_html_is_text() {
  QFETCH(std::string, html);
  QFETCH(std::string, plain);
  QCOMPARE(html_to_plain(html), plain);
}

void PlainTest::text_is_cut_between_clusters_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::size_t>("count");
  QTest::addColumn<std::string>("first");
  QTest::addColumn<std::string>("first_two");
  const auto row = [](const char* name, const std::string& text, std::size_t count, const std::string& one,
                      const std::string& two) { QTest::newRow(name) << text << count << one << two; };
  row("empty", "", 0, "", "");
  row("ASCII", "abc", 3, "a", "ab");
  row("combining", "e\u0301a\u0328x", 3, "e\u0301", "e\u0301a\u0328");
  row("mark on the last", "abe\u0301", 3, "a", "ab");
  row("lone mark", "\u0301a", 2, "\u0301", "\u0301a");
  row("family", "👩‍👩‍👧‍👦👍🏽", 2, "👩‍👩‍👧‍👦",
      "👩‍👩‍👧‍👦👍🏽");
  row("flags", "🇩🇪🇫🇷🇩", 3, "🇩🇪", "🇩🇪🇫🇷");
  row("copyright sign joined", "©\u200D©x", 2, "©\u200D©", "©\u200D©x");
  row("line ends", "\r\n\nx", 3, "\r\n", "\r\n\n");
  row("Han and kana with voicing mark", "漢か\u3099x", 3, "漢", "漢か\u3099");
  row("Hangul syllable with a loose final", "가\u11A8나", 2, "가\u11A8", "가\u11A8나");
  row("malformed", "a\xFFx", 3, "a", "a\xFF");
}

void PlainTest::text_is_cut_between_clusters() {
  QFETCH(std::string, text);
  QFETCH(std::size_t, count);
  QFETCH(std::string, first);
  QFETCH(std::string, first_two);
  QCOMPARE(count_graphemes(text), count);
  QCOMPARE(truncate_graphemes(text, 0), "");
  QCOMPARE(truncate_graphemes(text, 1), first);
  QCOMPARE(truncate_graphemes(text, 2), first_two);
  QCOMPARE(truncate_graphemes(text, count), text);
  QCOMPARE(truncate_graphemes(text, count + 5), text);
}

void PlainTest::text_with_nothing_to_see_is_told_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<bool>("visible");
  const auto row = [](const char* name, const std::string& text, bool visible) {
    QTest::newRow(name) << text << visible;
  };
  row("empty", "", false);
  row("spaces", " \t\r\n\u00A0\u2003\u3000\u1680", false);
  row("zero-width", "\u200B\u200C\u200D\u2060\uFEFF\u00AD", false);
  row("bidi", "\u200E\u200F\u202A\u202E\u2066\u2069\u061C", false);
  row("controls", "\0\x01\x1B\x7F\u0085"s, false);
  row("Hangul fillers and Braille blank", "\u3164\u115F\u1160\uFFA0\u2800", false);
  row("variation selectors and tags", "\uFE0F\U000E0100\U000E0061", false);
  row("line separators", "\u2028\u2029", false);
  row("noncharacter", "\uFFFF\uFDD0", false);
  row("letter", " \u200Ba", true);
  row("combining mark", "\u0301", true);
  row("emoji", "👍", true);
  row("not assigned yet", "\U0001FAFF", true);
  row("malformed", "\xFF", true);
  row("private use", "\uE000", true);
}

void PlainTest::text_with_nothing_to_see_is_told() {
  QFETCH(std::string, text);
  QFETCH(bool, visible);
  QCOMPARE(has_visible_text(text), visible);
}

}  // namespace dunlin::text

QTEST_GUILESS_MAIN(dunlin::text::PlainTest)
#include "plain_test.moc"

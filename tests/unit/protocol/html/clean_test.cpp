#include "protocol/html/clean.h"

#include "protocol/base/limits.h"
#include "protocol/html/links.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/html/cleaned_checker.h"

#define REL "rel=\"nofollow noopener noreferrer\""
#define TAG_REL "rel=\"tag nofollow noopener noreferrer\""

namespace dunlin::html {
using namespace std::string_literals;

class CleanTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void posts_of_peers_keep_their_form_data();
  void posts_of_peers_keep_their_form();
  void markup_becomes_canonical_data();
  void markup_becomes_canonical();
  void what_runs_or_loads_is_gone_data();
  void what_runs_or_loads_is_gone();
  void links_have_an_allowed_scheme_data();
  void links_have_an_allowed_scheme();
  void text_is_what_a_reader_sees_data();
  void text_is_what_a_reader_sees();
  void links_are_listed_with_what_they_mean();
  void the_checker_refuses_what_clean_would_not_write_data();
  void the_checker_refuses_what_clean_would_not_write();

 private:
  static void columns() {
    QTest::addColumn<std::string>("html");
    QTest::addColumn<std::string>("expected");
  }
  static void row(const char* html, const char* expected) {
    QTest::newRow(html) << std::string(html) << std::string(expected);
  }
  static void check() {
    QFETCH(std::string, html);
    QFETCH(std::string, expected);
    const auto cleaned = clean(html);
    QCOMPARE(cleaned, expected);
    QCOMPARE(clean(cleaned), cleaned);
    QCOMPARE(fault_in_cleaned(cleaned), std::string());
  }
};

void CleanTest::posts_of_peers_keep_their_form_data() {
  columns();
  // Mastodon: mention, tag, shortened link, quote.
  row("<p><span class=\"h-card\" translate=\"no\"><a href=\"https://m.example/@bob\" class=\"u-url mention\">"
      "@<span>bob</span></a></span> hi</p>",
      "<p><span class=\"h-card\" translate=\"no\"><a href=\"https://m.example/@bob\" class=\"u-url "
      "mention\" " REL ">@<span>bob</span></a></span> hi</p>");
  row("<p><a href=\"https://m.example/tags/x\" class=\"mention hashtag\" rel=\"tag\">#<span>x</span></a></p>",
      "<p><a href=\"https://m.example/tags/x\" class=\"mention hashtag\" " TAG_REL
      ">#<span>x</span></a></p>");
  row("<p><a href=\"https://a.example/long\" target=\"_blank\" rel=\"nofollow noopener\" translate=\"no\">"
      "<span class=\"invisible\">https://</span><span class=\"ellipsis\">a.example/lo</span>"
      "<span class=\"invisible\">ng</span></a></p>",
      "<p><a href=\"https://a.example/long\" " REL
      " translate=\"no\"><span class=\"invisible\">https://</span>"
      "<span class=\"ellipsis\">a.example/lo</span><span class=\"invisible\">ng</span></a></p>");
  row("<p class=\"quote-inline\">RE: <a href=\"https://b.example/1\">b</a></p><p>a</p>",
      "<p class=\"quote-inline\">RE: <a href=\"https://b.example/1\" " REL ">b</a></p><p>a</p>");
  // GoToSocial: Markdown made into code, lists and quotes.
  row("<p>a</p><pre><code class=\"language-go\">if a &lt; b {\n\treturn\n}\n</code></pre><ul><li>x</li><li>y"
      "</li></ul><blockquote><p>q</p></blockquote>",
      "<p>a</p><pre><code>if a &lt; b {\n\treturn\n}\n</code></pre><ul><li>x</li><li>y</li></ul>"
      "<blockquote><p>q</p></blockquote>");
  // Misskey: spans and line ends, a quote at the end.
  row("<p><span>a<br>b</span><span class=\"quote-inline\"><br><br>RE: </span><a "
      "href=\"https://k.example/n/1\">"
      "https://k.example/n/1</a></p>",
      "<p><span>a<br>b</span><span class=\"quote-inline\"><br><br>RE: </span><a "
      "href=\"https://k.example/n/1\" " REL ">https://k.example/n/1</a></p>");
  // Lemmy: headings, rules, lines between tags.
  row("<h2>Title</h2>\n<p>Text <s>old</s></p>\n<hr />\n<ol>\n<li>one</li>\n<li><p>two</p></li>\n</ol>\n",
      "<p><strong>Title</strong></p><p>Text <del>old</del></p><ol><li>one</li><li><p>two</p></li></ol>");
  // Friendica: no paragraphs, pictures, divs.
  row("a<br><img src=\"https://f.example/p.png\" alt=\"a cat\"><br><div class=\"body-attach\">b</div>c",
      "a<br>a cat<br><p>b</p>c");
  // Akkoma, Pleroma: an id and a data attribute on a mention.
  row("<span class=\"h-card\"><a class=\"u-url mention\" data-user=\"9\" href=\"https://p.example/users/a\" "
      "rel=\"ugc\">@<span>a</span></a></span> b",
      "<span class=\"h-card\"><a href=\"https://p.example/users/a\" class=\"u-url mention\" " REL
      ">@<span>a</span></a></span> b");
}
void CleanTest::posts_of_peers_keep_their_form() { check(); }

void CleanTest::markup_becomes_canonical_data() {
  columns();
  row("", "");
  row("a & b < c > \"d\" 'e'", "a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;");
  row("&lt;script&gt;&amp;lt;&eacute;&#x1F600;", "&lt;script&gt;&amp;lt;é😀");
  row("<B>a<I>b</B>c</I>", "<b>a<i>b</i></b><i>c</i>");
  row("<p>a<p>b", "<p>a</p><p>b</p>");
  row("<p>a<ul><li>x<li>y</ul>b</p>c", "<p>a</p><ul><li>x</li><li>y</li></ul>b<p>c</p>");
  row("<b>a<div>c</div>d</b>", "<b>a</b><p><b>c</b></p><b>d</b>");
  row("<ul>x<div><li>y</li>z</div></ul>", "<ul><li>x</li><li>y</li><li>z</li></ul>");
  row("<ul><ul><li>x</ul></ul>", "<ul><li><ul><li>x</li></ul></li></ul>");
  row("<li>a<li>b", "<p>a</p><p>b</p>");
  row("<ol start=\"-3\" reversed=x type=a><li value=\"07\">a</ol>",
      "<ol start=\"-3\" reversed><li value=\"7\">a</li></ol>");
  row("<ol start=\"x\"><li value=\"99999999999\">a</ol>", "<ol><li>a</li></ol>");
  row("<pre>\n\n a<br>b<p>c</p>d</pre>", "<pre> a<br>b\nc\nd</pre>");
  row("<p></p><b></b><a href=\"https://a\"></a><ul><li></ul><blockquote></blockquote>", "");
  row("<a href=\"https://a.example\">a<a href=\"https://b.example\">b</a>",
      "<a href=\"https://a.example\" " REL ">a</a><a href=\"https://b.example\" " REL ">b</a>");
  row("<b>a<b>b</b></b>", "<b>ab</b>");
  row("<span class=\"h-card evil mention  h-card\" id=x style=y>a</span>",
      "<span class=\"h-card mention\">a</span>");
  row("<span class=\"H-CARD h-evil\">a</span>", "<span>a</span>");
  row("<table>foo<tr><td>a<td>b<tr><th>c</table>d", "<p>foo</p><p>a b</p><p>c</p>d");
  row("<x-unknown>a</x-unknown><font color=red>b</font>", "ab");
  row("a\r\nb&#13;c\x7F\x01 \xC2\x80", "a\nbc \uFFFD");
  row("\xFF\xC3", "\uFFFD\uFFFD");
  row("a<p", "a");
  row("a</p", "a");
}
void CleanTest::markup_becomes_canonical() { check(); }

void CleanTest::what_runs_or_loads_is_gone_data() {
  columns();
  row("<script>alert(1)</script>a", "a");
  row("<ScRiPt\n>alert(1)</sCrIpT x>a", "a");
  row("<script>a</scriptx></script/>b", "b");
  row("<script>never closed <b>a", "");
  row("<scr<script>ipt>alert(1)</script>a", "ipt&gt;alert(1)a");
  row("<img src=x onerror=alert(1)>", "");
  row("<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">", "&quot;&gt;");
  row("<img src=x alt=\"&lt;script&gt;\">", "&lt;script&gt;");
  row("<svg/onload=alert(1)>a</svg>b", "b");
  row("<svg/>a", "a");
  row("<svg><svg>a</svg>b</svg>c", "c");
  row("<svg><style><img src=x onerror=alert(1)></style></svg>a", "a");
  row("<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
      "onerror=alert(1)&gt;\">"
      "</math>a",
      "");  // the comment runs on
  row("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "&quot;&gt;");
  row("<template><script>a</script></template>b", "b");
  row("<style>@import 'x'</style>a", "a");
  row("<iframe srcdoc=\"<script>x</script>\">a</iframe>b", "b");
  row("<object data=x><embed src=y>a</object>b", "b");
  row("<form action=x><input value=a><button formaction=y>b</button><textarea><b>c</textarea></form>",
      "<p>b<b>c</b></p>");
  row("<select><option>a<option>b</select>", "a b");
  row("<plaintext><b>x", "<b>x</b>");
  row("<xmp><img src=x onerror=y></xmp>a", "a");
  row("<title><script>x</script></title>a", "a");
  row("<base href=//x><link rel=stylesheet href=x><meta http-equiv=refresh content=0>a", "a");
  row("<p onclick=a style=b id=c data-d=e>f</p>", "<p>f</p>");
  row("a<!-- <b> -->b<!-->c<!--->d<!-- e", "abcd");
  row("a<![CDATA[<script>]]>b<?php x ?>c<!DOCTYPE d></ e>f", "abcf");
  row("<b/onclick=x>a</b y>", "<b>a</b>");
  row("<p title=\"a>b\" class='quote-inline'>c", "<p class=\"quote-inline\">c</p>");
  row("<a href=\"https://a\"href=\"javascript:x\">b</a>", "<a href=\"https://a\" " REL ">b</a>");
  QTest::newRow("null bytes") << "<scr\0ipt>a</scr\0ipt><b\0>c"s << std::string("<b>c</b>");
}
void CleanTest::what_runs_or_loads_is_gone() { check(); }

void CleanTest::links_have_an_allowed_scheme_data() {
  QTest::addColumn<std::string>("href");
  QTest::addColumn<std::string>("expected");  // as an attribute's text; empty: no link
  for (const char* href : {"javascript:x",
                           "JaVaScRiPt:x",
                           "java&#10;script:x",
                           "java\tscript:x",
                           " &#1; javascript:x",
                           "&#106;avascript&colon;x",
                           "&#x6A&#x61vascript:x",
                           "data:text/html,x",
                           "vbscript:x",
                           "file:///etc",
                           "blob:x",
                           "//a.example",
                           "/a",
                           "a",
                           "#a",
                           "",
                           "https:",
                           "https:/a",
                           "https://",
                           "https:///a",
                           "https://#a",
                           "http:a",
                           "https://:80",
                           "https:\\\\a",
                           "view-source:https://a",
                           "ftp://a",
                           "about:blank",
                           "mailto:",
                           "jav\xE2\x80\xA8"
                           "ascript:x",
                           "x:https://a"})
    QTest::newRow(href) << std::string(href) << std::string();
  const auto kept = [](const char* href, const char* expected) {
    QTest::newRow(href) << std::string(href) << std::string(expected);
  };
  kept("https://a.example/?b=1&c=2", "https://a.example/?b=1&amp;c=2");
  kept("https://a.example/?b=1&amp;c=2", "https://a.example/?b=1&amp;c=2");
  kept(" ht&#9;tps://a.example/ ", "https://a.example/");
  kept("HTTP://A.example", "http://A.example");
  kept("https://a/b c&quot;<>`'", "https://a/b%20c%22%3C%3E%60&#39;");
  kept("https://ä.example/日本", "https://ä.example/日本");
  kept("mailto:a@b.example", "mailto:a@b.example");
  kept("xmpp:a@b.example?join", "xmpp:a@b.example?join");
  kept("gemini://a.example", "gemini://a.example");
  QTest::newRow("too long") << "https://a.example/" + std::string(limits::linked_url_bytes_max, 'a')
                            << std::string();
}

void CleanTest::links_have_an_allowed_scheme() {
  QFETCH(std::string, href);
  QFETCH(std::string, expected);
  const auto cleaned = clean("<a href=\"" + href + "\">b</a>");
  QCOMPARE(cleaned, expected.empty() ? "b" : "<a href=\"" + expected + "\" " REL ">b</a>");
  QCOMPARE(clean(cleaned), cleaned);
  QCOMPARE(fault_in_cleaned(cleaned), std::string());
}

void CleanTest::text_is_what_a_reader_sees_data() {
  columns();
  row("<p>a<br>b</p><p>c</p>", "a\nb\n\nc");
  row("a &lt;b&gt; &amp;amp; &eacute;&nbsp;", "a <b> &amp; é\u00A0");
  row("<p><span class=\"invisible\">https://</span><span class=\"ellipsis\">a.example</span></p>",
      "https://a.example");
  row("<script>x</script><b>Bob</b> <img alt=\":cat:\">", "Bob :cat:");
  row("I <3 HTML", "I <3 HTML");
  row("<ul><li>a<li>b</ul>", "- a\n- b");
}

void CleanTest::text_is_what_a_reader_sees() {
  QFETCH(std::string, html);
  QFETCH(std::string, expected);
  QCOMPARE(to_text(html), expected);
}

void CleanTest::links_are_listed_with_what_they_mean() {
  const auto found = links(
      clean("<a href=\"https://a.example/?b=1&amp;c='d'\">&lt;a href=\"</a><a href=\"https://b\" "
            "class=\"u-url mention\">b</a>"
            "<a href=\"javascript:x\">c</a><a href=\"https://d\" class=\"mention hashtag\" rel=tag>d</a>"));
  QCOMPARE(found.size(), std::size_t(3));
  QCOMPARE(found[0].href, "https://a.example/?b=1&c='d'");
  QVERIFY(!found[0].mention && !found[0].hashtag);
  QCOMPARE(found[1].href, "https://b");
  QVERIFY(found[1].mention && !found[1].hashtag);
  QCOMPARE(found[2].href, "https://d");
  QVERIFY(found[2].mention && found[2].hashtag);
}

void CleanTest::the_checker_refuses_what_clean_would_not_write_data() {
  QTest::addColumn<std::string>("html");
  for (const char* html : {"<div>a</div>",
                           "<p>a",
                           "<p></p>",
                           "<a href=\"https://a\">b</a>",
                           "<a href=\"javascript:x\" " REL ">b</a>",
                           "<a href=\"https://a\" " REL " onclick=\"x\">b</a>",
                           "<p class=\"x\">a</p>",
                           "<span class=\"evil\">a</span>",
                           "<ul>a</ul>",
                           "<ul><p>a</p></ul>",
                           "<li>a</li>",
                           "<p><span><b><b>a</b></b></span></p>",
                           "<script>a</script>",
                           "<img src=\"x\">",
                           "<!-- a -->",
                           "<ol start=\"x\"><li>a</li></ol>",
                           "\x01",
                           "\xFF",
                           "a < b",
                           "<b><p>a</p></b>",
                           "<svg></svg>",
                           "<p style=\"x\">a</p>"})
    QTest::newRow(html) << std::string(html);
}

void CleanTest::the_checker_refuses_what_clean_would_not_write() {
  QFETCH(std::string, html);
  QVERIFY(!fault_in_cleaned(html).empty());
}

}  // namespace dunlin::html

QTEST_APPLESS_MAIN(dunlin::html::CleanTest)
#include "clean_test.moc"

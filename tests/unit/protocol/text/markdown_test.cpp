#include "protocol/text/markdown.h"

#include "protocol/base/limits.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/text/html_checker.h"

namespace dunlin::text {
using namespace std::string_literals;

namespace {

std::string html_of(std::string_view text) {
  const Resolve anyone = [](const MentionRef& ref) -> std::optional<MentionTarget> {
    return MentionTarget{"https://h.example/@" + ref.username, ref.username};
  };
  return to_html(text, Format::markdown, anyone, "https://h.example/tags/");
}

std::string mention(const std::string& name) {
  return "<span class=\"h-card\"><a href=\"https://h.example/@" + name +
         "\" class=\"u-url mention\">@<span>" + name + "</span></a></span>";
}
std::string tag(const std::string& name) {
  return "<a href=\"https://h.example/tags/" + name + "\" class=\"mention hashtag\" rel=\"tag\">#<span>" +
         name + "</span></a>";
}
std::string link(const std::string& url, const std::string& text) {
  return "<a href=\"" + url + "\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">" + text + "</a>";
}
std::string bare(const std::string& rest) {
  return link("https://" + rest, "<span class=\"invisible\">https://</span><span>" + rest + "</span>");
}

}  // namespace

class MarkdownTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void markup_becomes_allowed_elements_data();
  void markup_becomes_allowed_elements();
  void links_in_running_text_are_found_data();
  void links_in_running_text_are_found();
  void only_web_and_mail_targets_are_linked_data();
  void only_web_and_mail_targets_are_linked();
  void a_link_cannot_pretend_to_lead_elsewhere();
  void one_definition_cannot_fill_a_page();
  void nesting_is_bounded_without_losing_text();
  void text_over_the_bound_is_shown_as_typed();
  void text_that_would_vanish_is_shown_as_typed();
  void text_that_confuses_the_parser_is_shown_as_typed();
};

void MarkdownTest::markup_becomes_allowed_elements_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("html");
  const auto row = [](const char* text, const char* html) {
    QTest::newRow(text) << std::string(text) << std::string(html);
  };
  row("text", "<p>text</p>");
  row("a\nb\n\nc", "<p>a<br>b</p><p>c</p>");
  row("*a* _b_ **c** __d__ ~~e~~ `f*g*`",
      "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <del>e</del> <code>f*g*</code></p>");
  row("***a***", "<p><em><strong>a</strong></em></p>");
  row("# a\n###### b\nc\n=", "<p><strong>a</strong></p><p><strong>b</strong></p><p><strong>c</strong></p>");
  row("> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>");
  row("- a\n- b", "<ul><li>a</li><li>b</li></ul>");
  row("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>");
  row("1. a\n   - b", "<ol><li>a<ul><li>b</li></ul></li></ol>");
  row("2024. a", "<ol start=\"2024\"><li>a</li></ol>");
  row("0) a", "<ol start=\"0\"><li>a</li></ol>");
  row("```c++ <x>\n<b> @a #b\n\n  c\n```", "<pre><code>&lt;b&gt; @a #b\n\n  c\n</code></pre>");
  row("    not code", "<p>not code</p>");
  row("a\n\n---\n\nb", "<p>a</p><p>* * *</p><p>b</p>");
  row("a | b\n--|--\nc | d", "<p>a | b<br>--|--<br>c | d</p>");
  row("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
  row("a <b onclick=x>c</b> <!-- d -->", "<p>a &lt;b onclick=x&gt;c&lt;/b&gt; &lt;!-- d --&gt;</p>");
  row("&lt;b&gt; &amp;amp; &copy; &#60; &nosuch; &", "<p>&lt;b&gt; &amp;amp; © &lt; &amp;nosuch; &amp;</p>");
  row("a&#0;b&#x1B;c&#xD800;d&#10;e", "<p>a\uFFFDb\uFFFDc\uFFFDd e</p>");
  row("\\*a\\* \\<b\\>", "<p>*a* &lt;b&gt;</p>");
  row("*\u202Ea* **👩‍👩‍👧**", "<p><em>\u202Ea</em> <strong>👩‍👩‍👧</strong></p>");
  row("\uFDD0a\uFDD3", "<p>a</p>");
}

void MarkdownTest::markup_becomes_allowed_elements() {
  QFETCH(std::string, text);
  QFETCH(std::string, html);
  QCOMPARE(html_of(text), html);
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void MarkdownTest::links_in_running_text_are_found_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("inner");
  QTest::newRow("mention, tag and address")
      << "@a #b https://c.example/d"s << mention("a") + " " + tag("b") + " " + bare("c.example/d");
  QTest::newRow("tag at the start is no heading") << "#b c"s << tag("b") + " c";
  QTest::newRow("underscores in names")
      << "@_a_ @a__b__c #_b_c"s << mention("_a_") + " " + mention("a__b__c") + " " + tag("_b_c");
  QTest::newRow("markup in addresses")
      << "https://c.example/_a_/*b*/~~c~~/d"s << bare("c.example/_a_/*b*/~~c~~/d");
  QTest::newRow("emphasised") << "*@a* **#b** _https://c.example/d_"s
                              << "<em>" + mention("a") + "</em> <strong>" + tag("b") + "</strong> <em>" +
                                     bare("c.example/d") + "</em>";
  QTest::newRow("emphasised address")
      << "*https://c.example/d* **https://c.example**"s
      << "<em>" + bare("c.example/d") + "</em> <strong>" + bare("c.example") + "</strong>";
  QTest::newRow("not in code") << "`@a #b https://c.example`"s
                               << "<code>@a #b https://c.example</code>"s;
  QTest::newRow("not in a link") << "[@a #b https://c.example](https://c.example/x)"s
                                 << link("https://c.example/x", "@a #b https://c.example");
  QTest::newRow("escaped") << "\\@a \\#b &#64;c &#x23;d"s
                           << "@a #b @c #d"s;
  QTest::newRow("escaped backslash") << "\\\\@a"s
                                     << "\\" + mention("a");
  QTest::newRow("escaped after a backslash") << R"(\\\@a)"s
                                             << R"(\@a)"s;
  QTest::newRow("joined to code") << "`x`@a"s
                                  << "<code>x</code>" + mention("a");
  QTest::newRow("e-mail address with entity") << "a&amp;b@c.example x&#46;y@z"s
                                              << "a&amp;b@c.example x.y@z"s;
  QTest::newRow("line ends separate") << "a\n@a\n#b"s
                                      << "a<br>" + mention("a") + "<br>" + tag("b");
  QTest::newRow("autolink") << "<https://c.example/d> <me@c.example>"s
                            << bare("c.example/d") + " " + link("mailto:me@c.example", "me@c.example");
}

void MarkdownTest::links_in_running_text_are_found() {
  QFETCH(std::string, text);
  QFETCH(std::string, inner);
  QCOMPARE(html_of(text), "<p>" + inner + "</p>");
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void MarkdownTest::only_web_and_mail_targets_are_linked_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("inner");
  const auto row = [](const char* text, const std::string& inner) {
    QTest::newRow(text) << std::string(text) << inner;
  };
  row("[t](https://a.example/b)", link("https://a.example/b", "t"));
  row("[*t*](<https://a.example/b c> \"title\")", link("https://a.example/b%20c", "<em>t</em>"));
  row("[t](mailto:a@b.example)", link("mailto:a@b.example", "t"));
  row("[t](https://a.example/?a=1&amp;b=\"'<>)", link("https://a.example/?a=1&amp;b=%22&#39;%3C%3E", "t"));
  row("[t][1]\n\n[1]: https://a.example/_b_", link("https://a.example/_b_", "t"));
  row("![alt](https://a.example/p.png)", link("https://a.example/p.png", "alt"));
  row("![](https://a.example/p.png)", bare("a.example/p.png"));
  row("[](https://a.example)", bare("a.example"));
  row("[\u200B](https://a.example)", bare("a.example"));
  row("[](mailto:a@b.example)", link("mailto:a@b.example", "mailto:a@b.example"));
  row("[![alt](https://b.example)](https://a.example)", link("https://a.example", "alt"));
  row("![a [b](https://b.example) c](https://a.example)", link("https://a.example", "a b c"));
  for (const char* target : {"javascript:alert(1)",
                             "JaVaScRiPt:alert(1)",
                             "java&#115;cript:alert(1)",
                             "&#106;avascript:alert(1)",
                             "javascript&colon;alert(1)",
                             "<java&#10;script:alert(1)>",
                             "<&#1;javascript:alert(1)>",
                             "vbscript:x",
                             "data:text/html;base64,PHN2Zz4=",
                             "file:///etc/passwd",
                             "ftp://a.example",
                             "//a.example",
                             "/a",
                             "a.example",
                             "http:a.example",
                             "https:/a.example",
                             "https:///a.example",
                             "https://",
                             "https:\\\\\\\\a.example",
                             "https://a.example\\\\@b.example",
                             "blob:https://a.example",
                             "view-source:https://a.example",
                             "#a",
                             ""}) {
    row(("[t](" + std::string(target) + ")").c_str(), "t");
    row(("![t](" + std::string(target) + ")").c_str(), "t");
  }
  row("[@a](javascript:x)", mention("a"));
}

void MarkdownTest::only_web_and_mail_targets_are_linked() {
  QFETCH(std::string, text);
  QFETCH(std::string, inner);
  QCOMPARE(html_of(text), "<p>" + inner + "</p>");
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void MarkdownTest::a_link_cannot_pretend_to_lead_elsewhere() {
  QCOMPARE(html_of("[https://bank.example](https://evil.example/x)"),
           "<p>" + bare("evil.example/x") + "</p>");
  QCOMPARE(html_of("[see *https://bank.example/* now](https://evil.example/x)"),
           "<p>" + bare("evil.example/x") + "</p>");
  QCOMPARE(html_of("[https://a.example](mailto:b@c.example)"),
           "<p>" + link("mailto:b@c.example", "mailto:b@c.example") + "</p>");
  QCOMPARE(html_of("[https://a.example/1](https://A.example/2)"),
           "<p>" + link("https://A.example/2", "https://a.example/1") + "</p>");
}

void MarkdownTest::one_definition_cannot_fill_a_page() {
  std::string text = "[a]: https://a.example/" + std::string(4'000, 'x') + "\n\n";
  while (text.size() < limits::markdown_bytes_max - 4) text += "[a] ";
  QVERIFY(html_of(text).size() < 10 * text.size());
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void MarkdownTest::nesting_is_bounded_without_losing_text() {
  for (const std::string level : {"> ", "- ", "1. ", "*a ", "**b "}) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += level;
    text += "end";
    if (level.front() == '*') {
      for (int i = 0; i < 200; ++i) text += level.substr(0, level.find_last_not_of(" ab") + 1);
    }
    const auto html = html_of(text);
    QCOMPARE(fault_in_html(html), "");  // among others: at most 48 deep
    QVERIFY2(html.find("end") != html.npos, level.c_str());
  }
}

void MarkdownTest::text_over_the_bound_is_shown_as_typed() {
  QCOMPARE(html_of("*a* " + std::string(limits::markdown_bytes_max - 4, 'a')).substr(0, 14),
           "<p><em>a</em> ");
  QCOMPARE(html_of("*a* " + std::string(limits::markdown_bytes_max - 3, 'a')).substr(0, 7), "<p>*a* ");
}

void MarkdownTest::text_that_would_vanish_is_shown_as_typed() {
  QCOMPARE(html_of("[a]: <b>"), "<p>[a]: &lt;b&gt;</p>");
  QCOMPARE(html_of("#"), "<p>#</p>");
  QCOMPARE(html_of("-"), "<p>-</p>");
  QCOMPARE(html_of(" \n"), "");
}

void MarkdownTest::text_that_confuses_the_parser_is_shown_as_typed() {
  QCOMPARE(html_of("![](~)~ *a*"), "<p>![](~)~ *a*</p>");
}

}  // namespace dunlin::text

QTEST_GUILESS_MAIN(dunlin::text::MarkdownTest)
#include "markdown_test.moc"

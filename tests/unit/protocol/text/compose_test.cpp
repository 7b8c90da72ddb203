#include "protocol/text/compose.h"

#include <stdexcept>

#include "protocol/base/limits.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/text/html_checker.h"

namespace dunlin::text {
using namespace std::string_literals;

namespace {

/// Knows everyone whose name does not begin with "no".
std::optional<MentionTarget> find_anyone(const MentionRef& ref) {
  if (ref.username.starts_with("no")) return std::nullopt;
  return MentionTarget{"https://" + (ref.domain.empty() ? "here.example" : ref.domain) + "/@" + ref.username,
                       ref.username};
}

std::string html_of(std::string_view text) {
  return to_html(text, Format::plain, find_anyone, "https://here.example/tags/");
}

std::string mention(const std::string& domain, const std::string& name) {
  return "<span class=\"h-card\"><a href=\"https://" + domain + "/@" + name +
         "\" class=\"u-url mention\">@<span>" + name + "</span></a></span>";
}
std::string tag(const std::string& path, const std::string& name) {
  return "<a href=\"https://here.example/tags/" + path + "\" class=\"mention hashtag\" rel=\"tag\">#<span>" +
         name + "</span></a>";
}
std::string link(const std::string& scheme, const std::string& rest) {
  return "<a href=\"" + scheme + rest +
         "\" rel=\"nofollow noopener noreferrer\" target=\"_blank\"><span class=\"invisible\">" + scheme +
         "</span><span>" + rest + "</span></a>";
}

}  // namespace

class ComposeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void text_becomes_escaped_paragraphs_data();
  void text_becomes_escaped_paragraphs();
  void any_script_stays_byte_for_byte_data();
  void any_script_stays_byte_for_byte();
  void mentions_become_links_data();
  void mentions_become_links();
  void hashtags_become_links_data();
  void hashtags_become_links();
  void addresses_become_links_data();
  void addresses_become_links();
  void long_addresses_are_shown_short_but_with_their_host();
  void addresses_over_the_bound_stay_text();
  void a_targets_values_cannot_break_out();
  void a_target_without_a_web_address_is_not_linked();
  void what_resolve_throws_reaches_the_caller();
};

void ComposeTest::text_becomes_escaped_paragraphs_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("html");
  QTest::newRow("one word") << "text"s
                            << "<p>text</p>"s;
  QTest::newRow("empty") << ""s
                         << ""s;
  QTest::newRow("only space") << " \t\n\n "s
                              << ""s;
  QTest::newRow("only zero-width") << "\u200B\u2060\uFEFF"s
                                   << ""s;
  QTest::newRow("line end") << "a\nb"s
                            << "<p>a<br>b</p>"s;
  QTest::newRow("line ends of other systems") << "a\r\nb\rc"s
                                              << "<p>a<br>b<br>c</p>"s;
  QTest::newRow("blank line") << "a\n\nb"s
                              << "<p>a</p><p>b</p>"s;
  QTest::newRow("many blank lines, some of spaces") << "a\n \n\t\n\nb"s
                                                    << "<p>a</p><p>b</p>"s;
  QTest::newRow("indentation stays") << "\n\n  a\n  b"s
                                     << "<p>  a<br>  b</p>"s;
  QTest::newRow("space around goes") << "\n \na \n\n"s
                                     << "<p>a</p>"s;
  QTest::newRow("special characters") << R"(<b>&"'&amp;)"s
                                      << "<p>&lt;b&gt;&amp;&quot;&#39;&amp;amp;</p>"s;
  QTest::newRow("Markdown is none") << "*a* [b](c)"s
                                    << "<p>*a* [b](c)</p>"s;
  QTest::newRow("controls go") << "a\0\x01\x1B\x7F"
                                  "b\u0085"s
                               << "<p>ab</p>"s;
  QTest::newRow("malformed bytes") << "a\xC3(\xFF"s
                                   << "<p>a\uFFFD(\uFFFD</p>"s;
  QTest::newRow("tab") << "a\tb"s
                       << "<p>a\tb</p>"s;
}

void ComposeTest::text_becomes_escaped_paragraphs() {
  QFETCH(std::string, text);
  QFETCH(std::string, html);
  QCOMPARE(html_of(text), html);
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void ComposeTest::any_script_stays_byte_for_byte_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text : {"مرحبا بالعالم",
                           "שלום עולם",
                           "नमस्ते दुनिया",
                           "สวัสดีชาวโลก",
                           "你好，世界",
                           "こんにちは",
                           "안녕하세요",
                           "Привет",
                           "Γειά",
                           "ສະບາຍດີ",
                           "ආයුබෝවන්",
                           "👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇳 👍🏽",
                           "e\u0301 a\u0328\u0301\u0323",
                           "می\u200Cخواهم",
                           "\u202Eevil\u202C \u2066x\u2069 \u200F",
                           "Z\u0335\u0321\u0353\u0319a\u0338\u0311l\u0337g\u0336o\u0334",
                           "\U000E0067\U000E007F",
                           "\uE000 \U0010FFFD",
                           "\u2028\u2029\u00A0",
                           "𝕿𝖍𝖊",
                           "\uFFFD"}) {
    QTest::newRow(text) << std::string(text);
  }
}

void ComposeTest::any_script_stays_byte_for_byte() {
  QFETCH(std::string, text);
  QCOMPARE(html_of("x" + text), "<p>x" + text + "</p>");
  QCOMPARE(to_html("x" + text, Format::markdown, find_anyone, ""), "<p>x" + text + "</p>");
}

void ComposeTest::mentions_become_links_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("inner");
  const auto bob = mention("here.example", "bob");
  const auto far = mention("b.example", "bob");
  QTest::newRow("local") << "@bob"s << bob;
  QTest::newRow("remote") << "@bob@b.example"s << far;
  QTest::newRow("in a sentence") << "Hi @bob, @bob@b.example."s
                                 << "Hi " + bob + ", " + far + ".";
  QTest::newRow("after punctuation") << "(@bob).@bob\u3002@bob"s
                                     << "(" + bob + ")." + bob + "\u3002" + bob;
  QTest::newRow("unknown") << "@nobody @nobody@b.example"s
                           << "@nobody @nobody@b.example"s;
  QTest::newRow("dots and hyphens inside only")
      << "@b.o-b. @bob-"s << mention("here.example", "b.o-b") + ". " + bob + "-";
  QTest::newRow("in an e-mail address") << "bob@b.example x.y@bob"s
                                        << "bob@b.example x.y@bob"s;
  QTest::newRow("after a letter of any script") << "ж@bob é@bob 字@bob"s
                                                << "ж@bob é@bob 字@bob"s;
  QTest::newRow("after a combining mark") << "e\u0301@bob"s
                                          << "e\u0301@bob"s;
  QTest::newRow("before a letter of another script") << "@bobさん"s << bob + "さん";
  QTest::newRow("host before a language without spaces") << "@bob@b.exampleさん"s << far + "さん";
  QTest::newRow("host in any case") << "@bob@B.Example"s << far;
  QTest::newRow("host of another script")
      << "@bob@bücher.example"s << mention("xn--bcher-kva.example", "bob");
  QTest::newRow("fullwidth host is the same host") << "@bob@ｂ.example"s << far;
  QTest::newRow("host that can be none") << "@bob@xn--a.example"s
                                         << "@bob@xn--a.example"s;
  QTest::newRow("port") << "@bob@localhost:8443 x"s << mention("localhost:8443", "bob") + " x";
  QTest::newRow("colon after the host") << "@bob@b.example: x"s << far + ": x";
  QTest::newRow("no host after the second @") << "@bob@ @bob@."s << bob + "@ " + bob + "@.";
  QTest::newRow("in a path") << "/@bob x=@bob"s
                             << "/@bob x=@bob"s;
  QTest::newRow("lone and doubled") << "@ @@bob"s
                                    << "@ @" + bob;
  QTest::newRow("longest") << "@" + std::string(64, 'a') << mention("here.example", std::string(64, 'a'));
  QTest::newRow("too long") << "@" + std::string(65, 'a') << "@" + std::string(65, 'a');
  QTest::newRow("host too long") << "@bob@" + std::string(300, 'a') << "@bob@" + std::string(300, 'a');
}

void ComposeTest::mentions_become_links() {
  QFETCH(std::string, text);
  QFETCH(std::string, inner);
  QCOMPARE(html_of(text), "<p>" + inner + "</p>");
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void ComposeTest::hashtags_become_links_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("inner");
  const auto same = [](const char* text) { QTest::newRow(text) << std::string(text) << std::string(text); };
  QTest::newRow("simple") << "#Tag!"s << tag("tag", "Tag") + "!";
  QTest::newRow("end of a sentence") << "(#a) #b. #c_ ##d"s
                                     << "(" + tag("a", "a") + ") " + tag("b", "b") + ". " + tag("c_", "c_") +
                                            " #" + tag("d", "d");
  QTest::newRow("digits and letters")
      << "#1a #a1 #1_2"s << tag("1a", "1a") + " " + tag("a1", "a1") + " " + tag("1_2", "1_2");
  QTest::newRow("Japanese") << "#日本語。"s << tag("%E6%97%A5%E6%9C%AC%E8%AA%9E", "日本語") + "。";
  QTest::newRow("Arabic") << "#سلام،"s << tag("%D8%B3%D9%84%D8%A7%D9%85", "سلام") + "،";
  QTest::newRow("Hebrew") << "#שלום"s << tag("%D7%A9%D7%9C%D7%95%D7%9D", "שלום");
  QTest::newRow("Devanagari with vowel signs")
      << "#हिंदी"s << tag("%E0%A4%B9%E0%A4%BF%E0%A4%82%E0%A4%A6%E0%A5%80", "हिंदी");
  QTest::newRow("Thai with tone marks") << "#ไทย้"s << tag("%E0%B9%84%E0%B8%97%E0%B8%A2%E0%B9%89", "ไทย้");
  QTest::newRow("Persian with a non-joiner")
      << "#می\u200Cرود"s << tag("%D9%85%DB%8C%D8%B1%D9%88%D8%AF", "می\u200Cرود");
  QTest::newRow("Catalan middle dot") << "#col·lecció·"s << tag("col%C2%B7lecci%C3%B3", "col·lecció") + "·";
  QTest::newRow("fullwidth and ligature fold") << "#ＡＢﬁ"s << tag("abfi", "ＡＢﬁ");
  QTest::newRow("longest") << "#" + std::string(100, 'a')
                           << tag(std::string(100, 'a'), std::string(100, 'a'));
  QTest::newRow("too long") << "#" + std::string(101, 'a') << "#" + std::string(101, 'a');
  QTest::newRow("character reference") << "&#39; &#x41;"s
                                       << "&amp;#39; &amp;#x41;"s;
  for (const char* text : {"#1 #123 #٣", "#_ #___", "a#b é#b 1#b _#b", "# #! #", "/#a =#a", "#️⃣ #\u20E3",
                           "#\u3164", "#🎉", "#1\uFE0F\u20E3"})
    same(text);
}

void ComposeTest::hashtags_become_links() {
  QFETCH(std::string, text);
  QFETCH(std::string, inner);
  QCOMPARE(html_of(text), "<p>" + inner + "</p>");
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void ComposeTest::addresses_become_links_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("inner");
  const auto same = [](const char* text) { QTest::newRow(text) << std::string(text) << std::string(text); };
  const std::string s = "https://";
  QTest::newRow("host") << "https://a.example"s << link(s, "a.example");
  QTest::newRow("http, any case") << "HTTP://A.example/B"s << link("HTTP://", "A.example/B");
  QTest::newRow("fragment is no tag, @ no mention")
      << "https://a.example/@bob/1#tag"s << link(s, "a.example/@bob/1#tag");
  QTest::newRow("escaped in attribute and text")
      << "https://a.example/?a=1&b='x'y"s << link(s, "a.example/?a=1&amp;b=&#39;x&#39;y");
  QTest::newRow("sentence end") << "https://a.example/b. https://a.example/c?!"s
                                << link(s, "a.example/b") + ". " + link(s, "a.example/c") + "?!";
  QTest::newRow("host, then sentence end") << "https://a.example. https://a.example, x"s
                                           << link(s, "a.example") + ". " + link(s, "a.example") + ", x";
  QTest::newRow("in parentheses") << "(https://a.example/b) (see https://a.example/b_(c))."s
                                  << "(" + link(s, "a.example/b") + ") (see " + link(s, "a.example/b_(c)") +
                                         ").";
  QTest::newRow("in quotes") << "\"https://a.example/b\" <https://a.example/b>"s
                             << "&quot;" + link(s, "a.example/b") + "&quot; &lt;" + link(s, "a.example/b") +
                                    "&gt;";
  QTest::newRow("open parenthesis at the end") << "https://a.example/b(("s << link(s, "a.example/b") + "((";
  QTest::newRow("square brackets") << "[https://a.example/?a[]=1]"s
                                   << "[" + link(s, "a.example/?a[]=1") + "]";
  QTest::newRow("port") << "https://a.example:8443/b http://localhost:3000"s
                        << link(s, "a.example:8443/b") + " " + link("http://", "localhost:3000");
  QTest::newRow("IPv6") << "http://[2001:db8::1]:80/x"s << link("http://", "[2001:db8::1]:80/x");
  QTest::newRow("host and path of other scripts")
      << "https://例え.jp/パス/ä?ж=ש"s << link(s, "例え.jp/パス/ä?ж=ש");
  QTest::newRow("ends at punctuation of other scripts")
      << "「https://a.example/b」、https://a.example。"s
      << "「" + link(s, "a.example/b") + "」、" + link(s, "a.example") + "。";
  QTest::newRow("host before a language without spaces")
      << "https://a.exampleを見て"s << link(s, "a.example") + "を見て";
  QTest::newRow("after a letter of another script") << "見てhttps://a.example"s
                                                    << "見て" + link(s, "a.example");
  QTest::newRow("ends at bidi and zero-width")
      << "https://a.example/b\u202Egpj https://a.example/\u200Bc"s
      << link(s, "a.example/b") + "\u202Egpj " + link(s, "a.example/") + "\u200Bc";
  QTest::newRow("ends at no-break space")
      << "https://a.example/b\u00A0c"s << link(s, "a.example/b") + "\u00A0c";
  QTest::newRow("two lines") << "https://a.example\nhttps://a.example/"s
                             << link(s, "a.example") + "<br>" + link(s, "a.example/");
  QTest::newRow("inner address belongs to the outer")
      << "https://a.example/?u=https://b.example/@bob"s
      << "<a href=\"https://a.example/?u=https://b.example/@bob\" rel=\"nofollow noopener noreferrer\" "
         "target=\"_blank\"><span "
         "class=\"invisible\">https://</span><span "
         "class=\"ellipsis\">a.example/?u=https://b.example</span><span "
         "class=\"invisible\">/@bob</span></a>"s;
  for (const char* text : {"https://",
                           "https:// a.example",
                           "http://http://",
                           "https://a",
                           "https://.example",
                           "https://a..example",
                           "https://-a.example",
                           "https://user@a.example",
                           "https://a.example@b.example/",
                           "https://a.example:pw@b.example/x",
                           "https://a.example:80@b.example",
                           "https://a_b.example",
                           "https://a.b_c.example",
                           "xhttps://a.example",
                           "javascript:alert(1)",
                           "data:text/html,x",
                           "file:///etc/passwd",
                           "ftp://a.example/",
                           "vbscript:x",
                           "//a.example/",
                           "a.example",
                           "www.a.example",
                           "http:/a.example",
                           "http:\\\\a.example",
                           "https://\u202Ea.example",
                           "http://[::1",
                           "http://[x]/"}) {
    same(text);
  }
}

void ComposeTest::addresses_become_links() {
  QFETCH(std::string, text);
  QFETCH(std::string, inner);
  QCOMPARE(html_of(text), "<p>" + inner + "</p>");
  QCOMPARE(fault_in_html(html_of(text)), "");
}

void ComposeTest::long_addresses_are_shown_short_but_with_their_host() {
  QCOMPARE(html_of("https://a.example/01234567890123456789end"),
           "<p><a href=\"https://a.example/01234567890123456789end\" rel=\"nofollow noopener noreferrer\" "
           "target=\"_blank\">"
           "<span class=\"invisible\">https://</span><span "
           "class=\"ellipsis\">a.example/01234567890123456789</span>"
           "<span class=\"invisible\">end</span></a></p>");
  const auto html = html_of("https://accounts.bank.example.some-other-host.example/x");
  QVERIFY(html.find("<span class=\"ellipsis\">accounts.bank.example.some-other-host.example</span>") !=
          html.npos);
}

void ComposeTest::addresses_over_the_bound_stay_text() {
  const std::string start = "https://a.example/";
  const auto longest = start + std::string(limits::linked_url_bytes_max - start.size(), 'a');
  QVERIFY(html_of(longest).find("<a ") != std::string::npos);
  QCOMPARE(html_of(longest + "a"), "<p>" + longest + "a</p>");
}

void ComposeTest::a_targets_values_cannot_break_out() {
  const Resolve hostile = [](const MentionRef&) -> std::optional<MentionTarget> {
    return MentionTarget{"https://a.example/\"onload=\"x", "<script>"};
  };
  const auto html = to_html("@a #b", Format::plain, hostile, "https://\"><script>/");
  QCOMPARE(html,
           "<p><span class=\"h-card\"><a href=\"https://a.example/&quot;onload=&quot;x\" class=\"u-url "
           "mention\">@<span>"
           "&lt;script&gt;</span></a></span> <a href=\"https://&quot;&gt;&lt;script&gt;/b\" class=\"mention "
           "hashtag\" rel=\"tag\">"
           "#<span>b</span></a></p>");
}

void ComposeTest::a_target_without_a_web_address_is_not_linked() {
  for (const char* url :
       {"javascript:alert(1)", "data:text/html,x", "", "/a", "ftp://a.example/", " https://a.example"}) {
    const Resolve resolve = [url](const MentionRef&) -> std::optional<MentionTarget> {
      return MentionTarget{url, "a"};
    };
    QCOMPARE(to_html("@a", Format::plain, resolve, ""), "<p>@a</p>");
  }
  QCOMPARE(to_html("@a", Format::plain, Resolve{}, ""), "<p>@a</p>");
}

void ComposeTest::what_resolve_throws_reaches_the_caller() {
  const Resolve broken = [](const MentionRef&) -> std::optional<MentionTarget> {
    throw std::runtime_error("disk");
  };
  QVERIFY_EXCEPTION_THROWN(to_html("@a", Format::plain, broken, ""), std::runtime_error);
  QVERIFY_EXCEPTION_THROWN(to_html("*@a*", Format::markdown, broken, ""), std::runtime_error);
}

}  // namespace dunlin::text

QTEST_GUILESS_MAIN(dunlin::text::ComposeTest)
#include "compose_test.moc"

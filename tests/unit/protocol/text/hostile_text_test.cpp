// Inputs made to break markup or to take time, in both formats and through every function here.
#include <ctime>
#include <random>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/compose.h"
#include "protocol/text/plain.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/text/html_checker.h"

namespace dunlin::text {
using namespace std::string_literals;

namespace {

std::string repeated(const std::string& piece, std::size_t bytes) {
  std::string out;
  out.reserve(bytes + piece.size());
  while (out.size() < bytes) out += piece;
  return out;
}

std::string html_of(std::string_view text, Format format) {
  const Resolve anyone = [](const MentionRef& ref) -> std::optional<MentionTarget> {
    return MentionTarget{"https://h.example/@" + ref.username, ref.username};
  };
  return to_html(text, format, anyone, "https://h.example/tags/");
}

/// Of this thread: other work on the machine does not count.
double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer)
constexpr std::size_t large = 128 * 1024;
constexpr double budget_ms = 2'000;  // far below what work that grows with the square would take
#else
constexpr std::size_t large = 1024 * 1024;
constexpr double budget_ms = 200;  // T-D9
#endif

}  // namespace

class HostileTextTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_checker_refuses_what_is_not_ours_data();
  void the_checker_refuses_what_is_not_ours();
  void no_markup_gets_through_data();
  void no_markup_gets_through();
  void random_mixtures_make_sound_html();
  void every_input_takes_linear_time_data();
  void every_input_takes_linear_time();
};

void HostileTextTest::the_checker_refuses_what_is_not_ours_data() {
  QTest::addColumn<std::string>("html");
  for (const char* html : {"a",
                           "<b>a</b>",
                           "<p>a",
                           "a</p>",
                           "<p><em>a</p></em>",
                           "<p onclick=\"x\">a</p>",
                           "<p>a & b</p>",
                           "<p>&nbsp;</p>",
                           "<p>\"</p>",
                           "<p>></p>",
                           "<p><p>a</p></p>",
                           "<ul>a</ul>",
                           "<ul><p>a</p></ul>",
                           "<p><li>a</li></p>",
                           "<P>a</P>",
                           "<p >a</p>",
                           "<br/>",
                           "<p>\x01</p>",
                           "<p>\xFF</p>",
                           "<p><a href=\"https://a.example\">a</a></p>",
                           "<p><a href=\"javascript:x\" class=\"u-url mention\">a</a></p>",
                           "<p><a href=\"https://a b\" class=\"u-url mention\">a</a></p>",
                           "<p><span class=\"x\">a</span></p>",
                           "<ol start=\"x\"></ol>",
                           "<p><code><em>a</em></code></p>",
                           "<!-- a -->",
                           "<p><img src=\"https://a.example\"></p>",
                           "<p>\uFDD0</p>",
                           "<script>",
                           "<"}) {
    QTest::newRow(html) << std::string(html);
  }
}

void HostileTextTest::the_checker_refuses_what_is_not_ours() {
  QFETCH(std::string, html);
  QVERIFY(!fault_in_html(html).empty());
}

void HostileTextTest::no_markup_gets_through_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text : {"<script>alert(1)</script>",
                           "<ScRiPt/x>",
                           "<img src=x onerror=alert(1)>",
                           "<svg/onload=alert(1)>",
                           "<math><mi//xlink:href=\"data:x,<script>\">",
                           "<style>@import 'x'</style>",
                           "<iframe srcdoc='<b>'></iframe>",
                           "<!-- --><b>",
                           "<![CDATA[<b>]]>",
                           "<?php x ?>",
                           "<!DOCTYPE x>",
                           "<a href=x",
                           "<a b='",
                           "</p></div><b>",
                           "<b",
                           "\"><b>",
                           "'><b>",
                           "\" onmouseover=\"x",
                           "`onclick=x`",
                           "&lt;script&gt;",
                           "&#60;b&#62;",
                           "&#x3c;b&#x3E;",
                           "&amp;lt;b&amp;gt;",
                           "&lt",
                           "&;",
                           "&#;",
                           "&#x;",
                           "&#99999999999;",
                           "<form action=x><input><button>",
                           "<object data=x><embed src=x><link><meta><base href=x>",
                           "https://a.example/\"onclick=\"x",
                           "https://a.example/'onclick='x",
                           "https://a.example/<script>",
                           "https://a.example/&quot;onclick",
                           "@a\"onclick=x",
                           "@a@b.example\"><b>",
                           "#a\"><b>",
                           "#<b>",
                           "@<b>",
                           "https://<b>",
                           "[a](https://b.example/\"onclick=\"x)",
                           "[a](https://b.example 'x\"onclick=\"y')",
                           "[<b>](https://b.example)",
                           "[a](<https://b.example/\"><b>)",
                           "![\"><b>](https://b.example)",
                           "![a](https://b.example/\"onerror=x)",
                           "<https://b.example/\"onclick=x>",
                           "<javascript:alert(1)>",
                           "<data:text/html,x>",
                           "[a]: javascript:x\n\n[a]",
                           "```\"><script>\nx\n```",
                           "```\n</code></pre><script>\n```",
                           "`</code><script>`",
                           "# <b>",
                           "> <b>",
                           "- <b>",
                           "1. <b>",
                           "*<b>*",
                           "~~<b>~~",
                           "<b>\n\n</b>",
                           "<div>\n*a*\n</div>",
                           "a\u2028<b>",
                           "\uFEFF<b>",
                           "<\u200Bb>",
                           "&\u200Blt;",
                           "\u202E<b>",
                           "<b\xFF>",
                           "<\xC0\xBC"
                           "b>",
                           "\xEF\xBC\x9C"
                           "b>",
                           "[\uFDD3a](https://b.example)",
                           "https://a.example/\uFDD0\uFDD3",
                           "a\uFDD0b\uFDD4"
                           "c"}) {
    QTest::newRow(text) << std::string(text);
  }
  QTest::newRow("zero bytes") << "<\0b> <s\0cript>\0"s;
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i), every_byte += "<";
  QTest::newRow("every byte") << every_byte;
}

void HostileTextTest::no_markup_gets_through() {
  QFETCH(std::string, text);
  for (const auto format : {Format::plain, Format::markdown}) {
    for (const std::string& around :
         {""s, "@a "s, "#b "s, "https://c.example/"s, "*"s, "> "s, "- "s, "[x]("s, "`"s}) {
      const auto html = html_of(around + text + around, format);
      QCOMPARE(fault_in_html(html), "");
      QVERIFY(is_utf8(html_to_plain(html)));
    }
  }
}

void HostileTextTest::random_mixtures_make_sound_html() {
  const std::string pieces[] = {"a",
                                " ",
                                "\n",
                                "\n\n",
                                "@",
                                "#",
                                "_",
                                "*",
                                "**",
                                "~~",
                                "`",
                                "```\n",
                                "[",
                                "](",
                                ")",
                                "!",
                                "<",
                                ">",
                                "&",
                                ";",
                                "&#64;",
                                "\\",
                                "\"",
                                "'",
                                "https://",
                                "a.example",
                                "/",
                                "- ",
                                "1. ",
                                "\t",
                                "@bob",
                                "#tag",
                                "é",
                                "字",
                                "\u200D",
                                "👩",
                                "\u0301",
                                "\xFF",
                                "\uFDD0",
                                ":",
                                "javascript:",
                                "mailto:",
                                "[a]: https://b.example\n",
                                "|",
                                "=",
                                "\r"};
  std::mt19937 random(20'261'121);  // the same mixtures in every run
  std::uniform_int_distribution<std::size_t> choose(0, std::size(pieces) - 1), length(1, 40);
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (auto left = length(random); left > 0; --left) text += pieces[choose(random)];
    for (const auto format : {Format::plain, Format::markdown}) {
      const auto fault = fault_in_html(html_of(text, format));
      if (!fault.empty()) QFAIL((fault + " of: " + text).c_str());
    }
  }
}

void HostileTextTest::every_input_takes_linear_time_data() {
  QTest::addColumn<std::string>("text");
  for (const char* piece : {"@a",
                            " @a",
                            "@a@",
                            " @a@b.c",
                            "@a@é.c ",
                            "#",
                            "#a",
                            " #a",
                            "##a",
                            " #é",
                            "http://",
                            "https://a.b",
                            " https://a.b",
                            "https://a.b/(",
                            "https://a.b/()))",
                            "http://[::",
                            "http://a.",
                            "(",
                            ")",
                            "[",
                            "&",
                            "<",
                            ">",
                            "\n",
                            "a\n \n",
                            " \n",
                            "é",
                            "\u0301",
                            "e\u0301",
                            "👩‍",
                            "🇩🇪",
                            "\u200D",
                            "\xFF",
                            "\xE0",
                            "字",
                            "a ",
                            "h",
                            "."}) {
    QTest::newRow(("only " + std::string(piece)).c_str()) << repeated(piece, large);
  }
  for (const char* piece : {">", "> ", "*", "[", "_", "`", "- "}) {
    QTest::newRow(("100 000 of " + std::string(piece)).c_str()) << repeated(piece, 100'000);
  }
  const auto most = limits::markdown_bytes_max - 16;
  for (const char* piece : {">",       "> ",
                            "*",       "*a ",
                            " *a",     "a**b",
                            "_a ",     "**a *b ",
                            "~~a ",    "[",
                            "![",      "[a](",
                            "[a](\n",  "[a](<",
                            "[a](<\n", "[a](b '\n",
                            "[a][",    "[[]]",
                            "![[]()",  "](a",
                            "`",       "`a``",
                            "<",       "<a ",
                            "<!--",    "<?",
                            "<http:",  "<a@",
                            "- ",      "-\n",
                            "1. ",     "[a]: b\n",
                            "[a]:\n",  "&a;",
                            "\\",      "a\n-\n",
                            "```\n",   "[https://a.b](https://c.d)"}) {
    QTest::newRow(("Markdown, all of " + std::string(piece)).c_str()) << repeated(piece, most);
  }
  QTest::newRow("deep list, then blank lines")
      << repeated("- ", most / 2) + "a\n" + repeated("\n", most / 2 - 8);
  QTest::newRow("deep quote, then lines") << repeated(">", most / 2) + "a\n" + repeated("b\n", most / 2 - 8);
  QTest::newRow("brackets over lines") << repeated("[x\n", most / 2) + repeated("]", most / 2 - 8);
  QTest::newRow("backtick runs of every length") << [&] {
    std::string text;
    for (std::size_t i = 1; text.size() + i < most; ++i) text += "e" + std::string(i, '`');
    return text;
  }();
  QTest::newRow("one definition, many uses")
      << "[a]: https://a.b/" + std::string(4'000, 'x') + "\n\n" + repeated("[a]", most - 4'100);
}

void HostileTextTest::every_input_takes_linear_time() {
  QFETCH(std::string, text);
  const auto within_budget = [](const char* what, auto&& work) {
    const double start = processor_ms();
    work();
    const double took = processor_ms() - start;
    if (took >= budget_ms) qWarning("%s took %.0f ms", what, took);
    return took < budget_ms;
  };
  for (const auto format : {Format::plain, Format::markdown}) {
    std::string html;
    QVERIFY(within_budget("to_html", [&] { html = html_of(text, format); }));
    QVERIFY(within_budget("scan", [&] { scan(text, format); }));
    QVERIFY(within_budget("html_to_plain", [&] { html_to_plain(html); }));
    QCOMPARE(fault_in_html(html), "");
  }
  QVERIFY(within_budget("html_to_plain of anything", [&] { html_to_plain(text); }));
  QVERIFY(within_budget("truncate_graphemes", [&] { truncate_graphemes(text, text.size() / 2); }));
  QVERIFY(within_budget("has_visible_text", [&] { has_visible_text(text); }));
}

}  // namespace dunlin::text

QTEST_GUILESS_MAIN(dunlin::text::HostileTextTest)
#include "hostile_text_test.moc"

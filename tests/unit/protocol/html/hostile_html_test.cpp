// HTML made to break a cleaner or to take time.
#include <ctime>
#include <random>

#include "protocol/base/limits.h"
#include "protocol/html/clean.h"
#include "protocol/text/compose.h"
#include "protocol/text/plain.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/html/cleaned_checker.h"

namespace dunlin::html {

namespace {

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += piece;
  return out;
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
constexpr double budget_ms = 2'000;  // far below what work that grows with the square would take
#else
constexpr double budget_ms = 200;  // T-D9
#endif
constexpr std::size_t large = 1024 * 1024;

constexpr std::string_view pieces[] = {"<p>",
                                       "</p>",
                                       "<div>",
                                       "</div>",
                                       "<br>",
                                       "<hr>",
                                       "<a href=\"https://a.example/?b&c='d'\">",
                                       "<a href=\"javascript:x\">",
                                       "</a>",
                                       "<b>",
                                       "</b>",
                                       "<i>",
                                       "</i>",
                                       "<code>",
                                       "</code>",
                                       "<span class=\"mention\">",
                                       "<span>",
                                       "</span>",
                                       "<ul>",
                                       "</ul>",
                                       "<ol start=3>",
                                       "</ol>",
                                       "<li>",
                                       "</li>",
                                       "<li value=2>",
                                       "<blockquote>",
                                       "</blockquote>",
                                       "<pre>",
                                       "</pre>",
                                       "<h1>",
                                       "</h1>",
                                       "<table>",
                                       "<tr>",
                                       "<td>",
                                       "</table>",
                                       "<script>",
                                       "</script>",
                                       "<svg>",
                                       "</svg>",
                                       "<select>",
                                       "<option>",
                                       "<img alt=\"x<\">",
                                       "<template>",
                                       "</template>",
                                       "<!--",
                                       "-->",
                                       "<",
                                       ">",
                                       "&",
                                       "&lt;",
                                       "&#10;",
                                       "&quot;",
                                       "\"",
                                       "'",
                                       " ",
                                       "\n",
                                       "\t",
                                       "a",
                                       "b",
                                       "é",
                                       "😀",
                                       "\xFF",
                                       "\x01",
                                       "=",
                                       "<p class=quote-inline>",
                                       "<del>",
                                       "</del>",
                                       "<em>",
                                       "</em>",
                                       "</",
                                       "<a ",
                                       "<math>",
                                       "<noscript>"};

std::string mixture(std::mt19937& random, std::size_t length) {
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += pieces[random() % std::size(pieces)];
  return out;
}

std::string unclosed_formatting() {
  return "<p><a href=https://a.example/>" + repeated("<b><i><u><em><strong><code>", 3 * 27);
}

/// What is wrong with the cleaned form of it; empty when nothing is.
std::string fault_of(std::string_view html) {
  const auto cleaned = clean(html);
  if (auto fault = fault_in_cleaned(cleaned); !fault.empty()) return fault + " in " + cleaned;
  const auto again = clean(cleaned);
  return again == cleaned ? "" : "not stable: " + cleaned + " -> " + again;
}

}  // namespace

class HostileHtmlTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void random_mixtures_become_sound_and_stay_the_same();
  void every_input_takes_linear_time_data();
  void every_input_takes_linear_time();
  void text_behind_hostile_markup_is_shown();
  void long_content_is_cut_between_characters();
  void honest_markup_up_to_the_bounds_is_whole();
  void deep_nesting_is_flattened_to_the_bound();
  void our_own_html_says_the_same_when_cleaned();
};

void HostileHtmlTest::random_mixtures_become_sound_and_stay_the_same() {
  for (unsigned seed = 0; seed < 10'000; ++seed) {
    std::mt19937 random(seed);
    const auto html = mixture(random, 1 + random() % 40);
    const auto fault = fault_of(html);
    QVERIFY2(fault.empty(), ("seed " + std::to_string(seed) + ": " + html + "\n" + fault).c_str());
  }
  for (unsigned seed = 0; seed < 20; ++seed) {  // past the bounds
    std::mt19937 random(seed);
    const auto fault = fault_of(mixture(random, 40'000));
    QVERIFY2(fault.empty(), ("seed " + std::to_string(seed) + ": " + fault.substr(0, 200)).c_str());
  }
}

void HostileHtmlTest::every_input_takes_linear_time_data() {
  QTest::addColumn<std::string>("html");
  const auto add = [](const std::string& html) { QTest::newRow(html.substr(0, 40).c_str()) << html; };
  for (const char* piece : {"@a",
                            "#",
                            "http://",
                            "(",
                            "&",
                            "<",
                            "&lt;",
                            "<a ",
                            "<a href=\"",
                            "\">\"",
                            "</p>",
                            "<!--",
                            "<script>",
                            "<svg>",
                            "<b>",
                            "<li>",
                            "<div>",
                            "<span>",
                            "<ul><li>",
                            "<blockquote>",
                            "<pre><code>",
                            "<h1><b>",
                            "<table>",
                            "<p class=",
                            "<b><i><a href=http://x>",
                            "<a href=http://x><div>",
                            "<em><div>",
                            "<b><p></b>",
                            "<em>a<p>b",
                            "<p>x<b>",
                            "<font color=",
                            "<li><a href=http://x>",
                            "<img alt=x>",
                            "&NotEqualTilde;",
                            "<br>",
                            "\xF0\x9F\x98\x80",
                            "\x80"})
    add(repeated(piece, large));
  add(repeated("<b><i><u><em><strong><code><del>", 6'000) + repeated("<p>x", large));
  add(repeated("<b><i><u><em><strong><code><div>", 12'000) +
      repeated("</b></i></u></em></strong></code>", large));
  add(unclosed_formatting() + repeated("<p>x", large));
  add(unclosed_formatting() + repeated("<div><p></a>x", large));
  add("<b>" + repeated("<div>", 10'000) + repeated("</b><b>", large));
  add(repeated("<span>", 12'000) + repeated("</p>", large));
  add(repeated("<span>", 10'000) + repeated("<li>", large));
  std::string links, attributes = "<a";
  for (int i = 0; i < 1'500; ++i) links += "<a href=http://x/" + std::to_string(i) + "><b>";
  for (int i = 0; i < 100'000; ++i) attributes += " a" + std::to_string(i) + "=1";
  add(links + repeated("<p>x", large));
  add(attributes + ">x");
  add("<a href='" + repeated("\"", large));
  add("<script>" + repeated("</scrip", large));
  QTest::newRow("null bytes") << std::string(large, '\0');
}

void HostileHtmlTest::every_input_takes_linear_time() {
  QFETCH(std::string, html);
  const auto begin = processor_ms();
  const auto cleaned = clean(html);
  const auto text = to_text(html);
  const auto took = processor_ms() - begin;
  QVERIFY2(took < 2 * budget_ms, std::to_string(took).c_str());
  QCOMPARE(fault_of(html), std::string());
}

void HostileHtmlTest::text_behind_hostile_markup_is_shown() {
  // Each paragraph opens anew what the first left open, until the tree has no room: shown without formatting.
  const auto cleaned = clean(unclosed_formatting() + repeated("<p>x", large));
  QVERIFY2(cleaned.starts_with("<p>x</p><p>x</p>"), cleaned.substr(0, 100).c_str());
  QVERIFY(clean(unclosed_formatting() + "<p>x").starts_with("<p><a href=\"https://a.example/\" "));
  QCOMPARE(to_text(repeated("<div>", 1'000) + "a" + repeated("</div>", 1'000) + "b"), "a\n\nb");
}

void HostileHtmlTest::long_content_is_cut_between_characters() {
  for (const char* piece : {"a", "é", "日", "😀", "&", "\"", "<p>日&"}) {
    for (std::size_t shift = 0; shift < 8; ++shift) {
      const auto html = std::string(shift, 'x') + repeated(piece, 2 * limits::remote_content_bytes_max);
      const auto cleaned = clean(html);
      QVERIFY(cleaned.find("\uFFFD") == std::string::npos);
      QVERIFY(cleaned.size() <= limits::remote_content_bytes_max);
      QCOMPARE(fault_of(html), std::string());
    }
  }
  QCOMPARE(clean(repeated("a", large)).size(), limits::remote_content_bytes_max);
}

void HostileHtmlTest::honest_markup_up_to_the_bounds_is_whole() {
  std::string html;
  for (std::size_t tags = 0; tags + 6 <= limits::html_tags_max; tags += 6)
    html += "<p><b>" + std::to_string(tags) + "</b><span class=\"h-card\">x</span></p>";
  QCOMPARE(clean(html), html);
  const auto flat = repeated("<br>", 4 * limits::html_tags_max);
  QCOMPARE(clean(flat), flat);
}

void HostileHtmlTest::deep_nesting_is_flattened_to_the_bound() {
  for (const char* tag : {"blockquote", "ul", "ol", "li", "div", "p", "span", "pre", "b"}) {
    std::string html;
    for (int i = 0; i < 100; ++i) html += "<" + std::string(tag) + ">a";
    const auto fault = fault_of(html);
    QVERIFY2(fault.empty(), fault.c_str());
    const auto cleaned = clean(html);
    QCOMPARE(std::count(cleaned.begin(), cleaned.end(), 'a') >= 100, true);
  }
  // As deep as our own lists and what Mastodon sends: kept.
  const std::string lists =
      "<ul><li>a<ul><li>b<ol><li>c<ul><li><em><strong>d</strong></em></li></ul></li></ol></li></ul></li></"
      "ul>";
  QCOMPARE(clean(lists), lists);
}

void HostileHtmlTest::our_own_html_says_the_same_when_cleaned() {
  const text::Resolve anyone = [](const text::MentionRef& ref) -> std::optional<text::MentionTarget> {
    return text::MentionTarget{"https://h.example/@" + ref.username, ref.username};
  };
  const auto html = text::to_html(
      "# a\n\n*b* **c** @bob #tag https://a.example/x?y=1&z=2\n\n- d\n- e\n  1. f\n\n> g\n\n```\n<h>\n```\n",
      text::Format::markdown, anyone, "https://h.example/tags/");
  QCOMPARE(fault_of(html), std::string());
  QCOMPARE(text::html_to_plain(clean(html)), text::html_to_plain(html));
}

}  // namespace dunlin::html

QTEST_APPLESS_MAIN(dunlin::html::HostileHtmlTest)
#include "hostile_html_test.moc"

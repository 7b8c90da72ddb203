#include "protocol/text/shortcodes.h"

#include "protocol/base/limits.h"
#include "tests/support/qt.h"

namespace dunlin::text {
using Strings = std::vector<std::string>;

namespace {

std::string joined(const Strings& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : " ") + name;
  return out;
}

}  // namespace

class ShortcodesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void names_are_plain();
  void text_is_searched_as_mastodon_does_data();
  void text_is_searched_as_mastodon_does();
  void html_is_searched_where_people_read_words_data();
  void html_is_searched_where_people_read_words();
  void several_texts_are_one_list();
  void there_is_an_end();
  void hostile_text_takes_linear_time();
};

void ShortcodesTest::names_are_plain() {
  for (const char* good : {"ok", "blob_cat", "A1", "__", "007"}) QVERIFY2(is_shortcode(good), good);
  for (const char* bad : {"", "a", "blob cat", "blob-cat", "b.b", ":ok:", "<b>", "é1", "a\"b", "a/b"})
    QVERIFY2(!is_shortcode(bad), bad);
  QVERIFY(is_shortcode(std::string(limits::shortcode_characters_max, 'x')));
  QVERIFY(!is_shortcode(std::string(limits::shortcode_characters_max + 1, 'x')));
}

void ShortcodesTest::text_is_searched_as_mastodon_does_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("found");
  const auto row = [](const char* name, const std::string& text, const std::string& found) {
    QTest::newRow(name) << text << found;
  };
  row("empty", "", "");
  row("alone", ":cat:", "cat");
  row("between words", "a :cat: b", "cat");
  row("punctuation beside it", "(:cat:), \"dog\":dog:.", "cat dog");
  row("each once, in order", ":dog: :cat: :dog:", "dog cat");
  row("inside a word", "a:cat:", "");
  row("a word behind", ":cat:b", "");
  row("a number in front", "12:30:45", "");
  row("a letter of another script", "\u732B:cat:", "");
  row("a letter of another script behind", ":cat:\u00E9", "");
  row("a picture beside it", "\U0001F431:cat:\U0001F431", "cat");
  row("an underscore beside it", "_:cat:_", "cat");
  row("a line's end", "x\n:cat:\ny", "cat");
  row("two without a space", ":cat::dog:", "");
  row("three colons", "::cat:", "");
  row("one shared colon", ":not here:cat:", "");
  row("the second of two names", ":foo bar :cat:", "cat");
  row("too short", ":c:", "");
  row("no end", ":cat", "");
  row("no name", "::", "");
  row("other characters", ":c-t: :c t: :c<t:", "");
  row("broken bytes", "\xFF:cat:\xFF", "cat");
}

void ShortcodesTest::text_is_searched_as_mastodon_does() {
  QFETCH(std::string, text);
  QFETCH(std::string, found);
  Shortcodes codes;
  codes.add_text(text);
  QCOMPARE(joined(codes.names()), found);
}

void ShortcodesTest::html_is_searched_where_people_read_words_data() {
  QTest::addColumn<std::string>("html");
  QTest::addColumn<std::string>("found");
  const auto row = [](const char* name, const std::string& html, const std::string& found) {
    QTest::newRow(name) << html << found;
  };
  row("a paragraph", "<p>hello :cat:</p>", "cat");
  row("beside a tag", "<p>x<b>:cat:</b>y</p>", "cat");
  row("beside an entity", "<p>&amp;:cat:&lt;</p>", "cat");
  row("an attribute", "<p><span class=\":cat:\">x</span></p>", "");
  row("an attribute that seems to end", "<p><span title=\"> :cat: <\">x :dog:</span></p>", "dog");
  row("single quotes", "<span title='> :cat: '>:dog:</span>", "dog");
  row("a link's target", "<a href=\"https://x/ :cat: \">x</a> :dog:", "dog");
  row("a link's text", "<p><a href=\"https://x/\">https://x/<span>:cat:</span></a> :dog:</p>", "dog");
  row("code", "<p><code>:cat:</code> :dog:</p>", "dog");
  row("a block of code", "<pre><code>:cat:</code> :bird:</pre><p>:dog:</p>", "dog");
  row("an element that begins alike", "<abbr>:cat:</abbr><article>:dog:</article>", "cat dog");
  row("a tag in a name", "<p>:c<b></b>at:</p>", "");
  row("a tag without an end", "<p>:cat:</p><p title=\":dog:", "cat");
  row("nothing but a bracket", ":cat: <", "cat");
}

void ShortcodesTest::html_is_searched_where_people_read_words() {
  QFETCH(std::string, html);
  QFETCH(std::string, found);
  Shortcodes codes;
  codes.add_html(html);
  QCOMPARE(joined(codes.names()), found);
}

void ShortcodesTest::several_texts_are_one_list() {
  Shortcodes codes;
  codes.add_text(":cat: :dog:");
  codes.add_html("<p>:dog: :bird:</p>");
  QCOMPARE(codes.names(), (Strings{"cat", "dog", "bird"}));
}

void ShortcodesTest::there_is_an_end() {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += ":e" + std::to_string(i) + ": ";
  Shortcodes codes;
  codes.add_text(text);
  QCOMPARE(codes.names().size(), limits::emojis_per_text_max);
}

void ShortcodesTest::hostile_text_takes_linear_time() {
  // Each takes seconds where work grows with the square.
  for (const std::string part : {":", ":a", ":aa", "<", "<a ", "<a href=\"", ":aa: ", "</"}) {
    std::string text;
    while (text.size() < 1'000'000) text += part;
    Shortcodes codes;
    codes.add_text(text);
    codes.add_html(text);
    QVERIFY(codes.names().size() <= 1);
  }
}

}  // namespace dunlin::text

QTEST_APPLESS_MAIN(dunlin::text::ShortcodesTest)
#include "shortcodes_test.moc"

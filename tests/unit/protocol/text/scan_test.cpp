#include <algorithm>

#include "protocol/text/compose.h"
#include "tests/support/qt.h"

namespace dunlin::text {
using namespace std::string_literals;
using Strings = std::vector<std::string>;

class ScanTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void characters_are_counted_as_people_see_them_data();
  void characters_are_counted_as_people_see_them();
  void everything_is_found_once_in_order();
  void a_local_and_a_remote_mention_are_two();
  void code_in_markdown_mentions_nobody();
  void link_targets_in_markdown_are_found();
  void escaped_characters_in_markdown_find_nothing();
  void what_is_linked_is_what_was_found_data();
  void what_is_linked_is_what_was_found();
  void tags_have_one_normal_form_data();
  void tags_have_one_normal_form();
};

void ScanTest::characters_are_counted_as_people_see_them_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::size_t>("count");
  const auto row = [](const char* name, const std::string& text, std::size_t count) {
    QTest::newRow(name) << text << count;
  };
  row("empty", "", 0);
  row("ASCII", "hello", 5);
  row("line ends", "a\r\nb\nc", 5);
  row("Latin with accents", "äöüß", 4);
  row("combining marks", "e\u0301e\u0301\u0323", 2);
  row("marks after a line of letters", "abce\u0301", 4);
  row("Arabic with vowels", "سَلَام", 4);
  row("Hebrew with points", "שָׁלוֹם", 4);
  row("Devanagari", "हिंदी", 2);
  row("Thai", "ที่นี่", 2);
  row("Korean, whole and in parts", "한글 \u1112\u1161\u11AB", 4);
  row("Chinese", "你好，世界", 5);
  row("family of emoji", "👩‍👩‍👧‍👦", 1);
  row("flags", "🇩🇪🇫🇷", 2);
  row("skin tone", "👍🏽!", 2);
  row("keycap", "#️⃣", 1);
  row("address", "https://a.example/a/very/long/path/that/is/much/longer", 23);
  row("short address", "https://a.de", 23);
  row("address in a sentence", "(https://a.de).", 23 + 3);
  row("IDN address", "https://例え.jp/パス", 23);
  row("local mention", "@alice", 6);
  row("remote mention", "@alice@very.long.example", 6);
  row("mention with a port", "@alice@localhost:8443", 6);
  row("e-mail address", "alice@b.example", 15);
  row("hashtag", "#tag", 4);
}

void ScanTest::characters_are_counted_as_people_see_them() {
  QFETCH(std::string, text);
  QFETCH(std::size_t, count);
  QCOMPARE(scan(text).characters, count);
  QCOMPARE(scan(text, Format::markdown).characters, count);
}

void ScanTest::everything_is_found_once_in_order() {
  const auto found = scan(
      "@bob @Alice @BOB @alice@B.example @alice@b.EXAMPLE #Two #one #TWO #ｔｗｏ https://b.example/ "
      "https://a.example/ https://b.example/");
  QVERIFY(found.mentions == (std::vector<MentionRef>{{"bob", ""}, {"Alice", ""}, {"alice", "b.example"}}));
  QVERIFY(found.tags == (Strings{"Two", "one"}));
  QVERIFY(found.urls == (Strings{"https://b.example/", "https://a.example/"}));
}

void ScanTest::a_local_and_a_remote_mention_are_two() {
  QCOMPARE(scan("@a @a@b.example @a@c.example @a@b.example:8443").mentions.size(), std::size_t{4});
}

void ScanTest::code_in_markdown_mentions_nobody() {
  const std::string text = "`@a #b https://c.example`\n\n```\n@a #b https://c.example\n```\n";
  QCOMPARE(scan(text).mentions.size(), std::size_t{1});
  const auto found = scan(text, Format::markdown);
  QVERIFY(found.mentions.empty() && found.tags.empty() && found.urls.empty());
}

void ScanTest::link_targets_in_markdown_are_found() {
  const auto found = scan(
      "[a @b #c](https://d.example/_e_) ![f](https://g.example) <https://h.example> [i](mailto:j@k.example)",
      Format::markdown);
  QVERIFY(found.urls == (Strings{"https://d.example/_e_", "https://g.example", "https://h.example"}));
  QVERIFY(found.mentions.empty() && found.tags.empty());
}

void ScanTest::escaped_characters_in_markdown_find_nothing() {
  const auto found = scan("\\@a \\#b &#64;c &#35;d", Format::markdown);
  QVERIFY(found.mentions.empty() && found.tags.empty());
}

void ScanTest::what_is_linked_is_what_was_found_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text :
       {"@a @b@c.example #d https://e.example x@y.z", "*@_a_* **#b** ~~@c~~ _@d_ https://x.example/_y_",
        "- @a\n- #b\n\n> @c\n\n# @d\n", "@a`@b`@c \\@d &#64;e", "[@a](b) [@c](https://d.example) ![@e](f)",
        "日本@a 日本 @b #日本", "[a]: https://unused.example\n"}) {
    QTest::newRow(text) << std::string(text);
  }
}

void ScanTest::what_is_linked_is_what_was_found() {
  QFETCH(std::string, text);
  for (const auto format : {Format::plain, Format::markdown}) {
    std::vector<MentionRef> asked;
    const Resolve note = [&](const MentionRef& ref) -> std::optional<MentionTarget> {
      asked.push_back(ref);
      return std::nullopt;
    };
    const auto html = to_html(text, format, note, "tags:");
    const auto found = scan(text, format);
    QVERIFY(asked == found.mentions);
    const auto count = [&](std::string_view what) {
      std::size_t n = 0;
      for (auto at = html.find(what); at != html.npos; at = html.find(what, at + 1)) ++n;
      return n;
    };
    QCOMPARE(count("href=\"tags:"), found.tags.size());
    QCOMPARE(count("target=\"_blank\""), found.urls.size());
  }
}

void ScanTest::tags_have_one_normal_form_data() {
  QTest::addColumn<std::string>("tag");
  QTest::addColumn<std::string>("normal");
  const auto row = [](const char* tag, const char* normal) {
    QTest::newRow(tag) << std::string(tag) << std::string(normal);
  };
  row("Tag_1", "tag_1");
  row("", "");
  row("STRASSE", "strasse");
  row("Straße", "strasse");
  row("ΣΊΣΥΦΟΣ", "σίσυφοσ");
  row("Cafe\u0301", "café");
  row("ＡＢＣ", "abc");
  row("ﬁn", "fin");
  row("ﾆｯﾎﾟﾝ", "ニッポン");
  row("می\u200Cرود", "میرود");
  row("\uFDFA", "صلىاللهعليهوسلم");  // compatibility form with spaces
  row("日本語", "日本語");
  row("İ", "i\u0307");
  row("a b#c<", "abc");
  row("<!> 😀", "");
  QTest::newRow("longest of the letters that grow most") <<
      [] {
        std::string text;
        for (int i = 0; i < 100; ++i) text += "\uFDFA";
        return text;
      }()
                                                         << [] {
                                                              std::string text;
                                                              for (int i = 0; i < 100; ++i)
                                                                text += "صلىاللهعليهوسلم";
                                                              return text;
                                                            }();
  QTest::newRow("no tag is so long") << std::string(100'000, 'a') << ""s;
}

void ScanTest::tags_have_one_normal_form() {
  QFETCH(std::string, tag);
  QFETCH(std::string, normal);
  QCOMPARE(normalise_tag(tag), normal);
  QCOMPARE(normalise_tag(normal), normal);
}

}  // namespace dunlin::text

QTEST_GUILESS_MAIN(dunlin::text::ScanTest)
#include "scan_test.moc"

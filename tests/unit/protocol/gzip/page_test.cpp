// Whatever a page is put together from: zlib reads the very text from it.
#include "protocol/gzip/page.h"

#include <algorithm>
#include <array>
#include <memory>
#include <random>

#include "tests/support/gunzip.h"
#include "tests/support/qt.h"

namespace dunlin::gzip {
using test::gunzip;

namespace {

const std::vector<std::string> examples = {
    R"({"id":"~","created_at":"~","visibility":"public","language":null,"uri":"https://node.test/users/~","content":"~","account":)",
    R"({"id":"~","username":"~","display_name":"~","avatar":"https://node.test/assets/avatar.png"})"};
constexpr std::array<std::string_view, 1> gaps = {"~"};

const Words& words() {
  static const Words all(examples, gaps);
  return all;
}

/// A page beside the text that it must hold.
struct Both {
  Page page{words(), 0};
  std::string text;

  void add(const Piece& piece, std::string_view of) {
    page.add(piece);
    text += of;
  }
  void add(std::string_view literal) {
    page.add(literal);
    text += literal;
  }
  void add_alike(std::string_view alike) {
    page.add_alike(alike);
    text += alike;
  }
};

std::string filled(const std::string& example, std::mt19937& random) {
  std::string out;
  for (const char c : example) {
    if (c != '~') {
      out += c;
      continue;
    }
    const auto size = random() % 90;
    const bool is_any = random() % 8 == 0;
    for (unsigned i = 0; i < size; ++i)
      out += static_cast<char>(is_any ? random() % 256 : 'a' + random() % (1 + random() % 20));
  }
  return out;
}

std::string marks(std::mt19937& random) {
  return ",\"replies_count\":" + std::to_string(random() % 3 * random() % 200) +
         ",\"favourites_count\":" + std::to_string(random() % 2) +
         ",\"favourited\":" + (random() % 4 == 0 ? "true" : "false") +
         (random() % 9 == 0 ? ",\"pinned\":false}" : "}");
}

}  // namespace

class PageTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void an_empty_page_is_a_gzip_file_of_nothing();
  void every_byte_can_be_written();
  void a_piece_holds_its_text_data();
  void a_piece_holds_its_text();
  void any_mixture_of_pieces_and_text_is_read_back();
  void what_stands_too_far_back_is_written_again();
  void alike_texts_of_every_length_and_difference_are_read_back();
  void a_repeated_piece_takes_a_few_bytes();
  void a_piece_takes_the_same_room_whatever_other_people_wrote();
};

void PageTest::an_empty_page_is_a_gzip_file_of_nothing() {
  Page page(words(), 0);
  const auto read = gunzip(page.finish());
  QVERIFY(read);
  QCOMPARE(*read, "");
}

void PageTest::every_byte_can_be_written() {
  Both both;
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  both.add(all);
  both.add(Piece(all, words()), all);
  both.add_alike(all);
  QCOMPARE(gunzip(both.page.finish()).value_or("-"), both.text);
}

void PageTest::a_piece_holds_its_text_data() {
  QTest::addColumn<std::string>("text");
  const auto row = [](const char* name, const std::string& text) { QTest::newRow(name) << text; };
  row("empty", "");
  row("one byte", "a");
  row("shorter than what is looked up", "abc");
  row("runs", std::string(10'000, 'a'));
  row(
      "far repeats", std::string(200, 'x') + [] {
        std::mt19937 random(5);
        std::string text;
        for (int i = 0; i < 40'000; ++i) text += static_cast<char>(random());
        return text + text.substr(0, 300) + text.substr(39'000) + std::string(300, 'x');
      }());
  row("a whole word", std::string(words().word(1)));
  row("the end of a word at its begin", std::string(words().word(1).substr(3)));
  row("words next to each other", std::string(words().word(0)) + std::string(words().word(1)));
  row("a word that ends early", std::string(words().word(1).substr(0, 20)) + "###");
}

void PageTest::a_piece_holds_its_text() {
  QFETCH(std::string, text);
  Both both;
  const Piece piece(text, words());
  for (int i = 0; i < 3; ++i) {
    both.add(piece, text);
    both.add("-");
  }
  QVERIFY(gunzip(both.page.finish()) == both.text);
}

void PageTest::any_mixture_of_pieces_and_text_is_read_back() {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<std::string, std::unique_ptr<Piece>>> pieces;
    for (int i = 0; i < 12; ++i) {
      auto text = filled(examples[random() % examples.size()], random);
      auto piece = std::make_unique<Piece>(text, words());
      pieces.emplace_back(std::move(text), std::move(piece));
    }
    Both both;
    for (auto parts = random() % 160; parts > 0; --parts) {
      const auto& [text, piece] = pieces[random() % pieces.size()];
      switch (random() % 4) {
        case 0:
          both.add(filled("~", random));
          break;
        case 1:
          both.add_alike(marks(random));
          break;
        default:
          both.add(*piece, text);
      }
    }
    const auto read = gunzip(both.page.finish());
    QVERIFY2(read == both.text, std::to_string(seed).c_str());
  }
}

void PageTest::what_stands_too_far_back_is_written_again() {
  const auto text = std::string(words().word(1)) + "some text of its own";
  const Piece piece(text, words());
  const std::size_t far = distance_max;
  for (const std::size_t between :
       {far - 200, far - text.size() - 1, far - text.size(), far - text.size() + 1, far - 30, far + 200}) {
    Both both;
    both.add_alike(R"(,"replies_count":0,"favourited":false})");
    both.add(piece, text);
    both.add(std::string(between, 'x'));
    both.add(piece, text);
    both.add_alike(R"(,"replies_count":0,"favourited":false})");
    both.add(Piece(text, words()), text);
    QVERIFY2(gunzip(both.page.finish()) == both.text, std::to_string(between).c_str());
  }
}

void PageTest::alike_texts_of_every_length_and_difference_are_read_back() {
  Both both;
  std::string text;
  for (int i = 0; i < 600; ++i) text += i % 37 == 0 ? ',' : static_cast<char>('a' + i % 23);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    both.add_alike(text.substr(0, size));
    auto other = text.substr(0, size);
    if (size > 0) other[size * 7 % size] = size % 2 == 0 ? ',' : '#';
    if (size % 3 == 0) other.insert(size / 2, ",\"}");
    both.add_alike(other);
  }
  QVERIFY(gunzip(both.page.finish()) == both.text);
}

void PageTest::a_repeated_piece_takes_a_few_bytes() {
  std::mt19937 random(1);
  const auto text = filled(examples[0], random);
  const Piece piece(text, words());
  const auto size_with = [&](int times) {
    Page page(words(), 0);
    for (int i = 0; i < times; ++i) page.add(piece);
    return page.finish().size();
  };
  QVERIFY(size_with(5) - size_with(1) <= 4 * 12);
}

/// Else who posts guesses beside somebody's hidden words could see by the size which was right.
void PageTest::a_piece_takes_the_same_room_whatever_other_people_wrote() {
  const std::string hidden = "the quick brown fox jumps over the lazy dog";
  const auto size_beside = [&](const std::string& guess) {
    const Piece secret(R"({"content":")" + hidden + "\"}", words());
    const Piece guessed(R"({"content":")" + guess + "\"}", words());
    Page page(words(), 0);
    page.add(guessed);
    page.add(secret);
    page.add(hidden);
    return page.finish().size() - guessed.bits().size();
  };
  auto wrong = hidden;
  std::swap(wrong[4], wrong[20]);
  std::reverse(wrong.begin(), wrong.end());
  const auto apart =
      static_cast<std::ptrdiff_t>(size_beside(hidden)) - static_cast<std::ptrdiff_t>(size_beside(wrong));
  QVERIFY(std::abs(apart) <= 1);  // to whole bytes
}

}  // namespace dunlin::gzip

QTEST_GUILESS_MAIN(dunlin::gzip::PageTest)
#include "page_test.moc"

// The shape of every test here: one class, one slot a behaviour, tables as `_data` slots, then the two lines
// at the end (AUTOMOC makes encoding_test.moc from this file). QT_NO_KEYWORDS is set, hence Q_SLOTS.
#include "protocol/base/encoding.h"

#include "tests/support/qt.h"

namespace dunlin {
using namespace std::string_literals;

class EncodingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sha256_gives_the_published_digests();
  void hex_is_lower_case();
  void base64url_has_the_url_alphabet_and_no_padding();
  void base64_is_padded();
  void base58_has_bitcoins_alphabet_data();
  void base58_has_bitcoins_alphabet();
  void broken_base58_is_refused();
  void base64_is_read_in_both_alphabets_with_or_without_padding();
  void base64_round_trips_every_length();
  void broken_base64_is_refused_data();
  void broken_base64_is_refused();
  void percent_encoding_escapes_all_but_unreserved();
  void percent_decoding_reads_escapes_and_plus();
  void broken_percent_escapes_are_refused_data();
  void broken_percent_escapes_are_refused();
  void constant_time_comparison_tells_equal_from_different();
  void well_formed_utf8_is_accepted_data();
  void well_formed_utf8_is_accepted();
  void malformed_utf8_is_refused_at_any_place_data();
  void malformed_utf8_is_refused_at_any_place();
  void html_has_no_way_out_of_text_or_attribute();
  void case_is_ascii_only();
  void trim_takes_ascii_space_from_both_ends();
};

void EncodingTest::sha256_gives_the_published_digests() {  // FIPS 180-2 B.1, and the empty message
  QCOMPARE(hex(bytes_of(sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  QCOMPARE(hex(bytes_of(sha256(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

void EncodingTest::hex_is_lower_case() {
  QCOMPARE(hex("\x00\x7F\xAB\xFF"s), "007fabff");
  QCOMPARE(hex(""), "");
}

void EncodingTest::base64url_has_the_url_alphabet_and_no_padding() {
  QCOMPARE(base64url("\xFB\xFF\xFE"), "-__-");
  QCOMPARE(base64url("f"), "Zg");
  QCOMPARE(base64url("fo"), "Zm8");
  QCOMPARE(base64url("foobar"), "Zm9vYmFy");
  QCOMPARE(base64url(""), "");
}

void EncodingTest::base64_is_padded() {  // RFC 4648 section 10
  QCOMPARE(base64(""), "");
  QCOMPARE(base64("f"), "Zg==");
  QCOMPARE(base64("fo"), "Zm8=");
  QCOMPARE(base64("foo"), "Zm9v");
  QCOMPARE(base64("foob"), "Zm9vYg==");
  QCOMPARE(base64("\xFB\xFF\xFE"), "+//+");
}

void EncodingTest::base58_has_bitcoins_alphabet_data() {  // draft-msporny-base58-03 section 5
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<std::string>("text");
  QTest::newRow("empty") << ""s
                         << ""s;
  QTest::newRow("words") << "Hello World!"s
                         << "2NEpo7TZRRrLZSi2U"s;
  QTest::newRow("more words") << "The quick brown fox jumps over the lazy dog."s
                              << "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"s;
  QTest::newRow("zeros in front") << "\x00\x00\x28\x7f\xb4\xcd"s
                                  << "11233QC4"s;
  QTest::newRow("a zero") << "\0"s
                          << "1"s;
}

void EncodingTest::base58_has_bitcoins_alphabet() {
  QFETCH(std::string, bytes);
  QFETCH(std::string, text);
  QCOMPARE(base58(bytes), text);
  QCOMPARE(base58_decode(text), std::optional(bytes));
}

void EncodingTest::broken_base58_is_refused() {
  for (const char* text : {"0", "O", "I", "l", " 2", "2 ", "2+", "\xC3\xA4"}) QVERIFY(!base58_decode(text));
  QVERIFY(!base58_decode(std::string("2\0", 2)));
  QVERIFY(base58_decode(std::string(256, '2')));
  QVERIFY(!base58_decode(std::string(257, '2')));
}

void EncodingTest::base64_is_read_in_both_alphabets_with_or_without_padding() {
  QCOMPARE(base64_decode("-__-"), std::optional("\xFB\xFF\xFE"s));
  QCOMPARE(base64_decode("+//+"), std::optional("\xFB\xFF\xFE"s));
  QCOMPARE(base64_decode("Zg=="), std::optional("f"s));
  QCOMPARE(base64_decode("Zg"), std::optional("f"s));
  QCOMPARE(base64_decode("Zm8="), std::optional("fo"s));
  QCOMPARE(base64_decode(""), std::optional(""s));
}

void EncodingTest::base64_round_trips_every_length() {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    QCOMPARE(base64_decode(base64url(bytes)), std::optional(bytes));
    bytes += static_cast<char>(i * 37);
  }
}

void EncodingTest::broken_base64_is_refused_data() {
  QTest::addColumn<std::string>("text");
  QTest::newRow("one letter") << "Z"s;
  QTest::newRow("one letter of zero bits") << "A"s;
  QTest::newRow("five letters of zero bits") << "AAAAA"s;
  QTest::newRow("five letters") << "Zm9vY"s;
  QTest::newRow("space") << "Zm 9"s;
  QTest::newRow("line break") << "Zm9v\n"s;
  QTest::newRow("zero byte") << "Zm9\0"s;
  QTest::newRow("not ASCII") << "Zm9\xC3"s;
  QTest::newRow("padding too long") << "Zg==="s;
  QTest::newRow("padding too short") << "Zg="s;
  QTest::newRow("padding where none is due") << "Zm9v="s;
  QTest::newRow("four of padding") << "===="s;
  QTest::newRow("padding inside") << "Zg==Zg=="s;
  QTest::newRow("bits left over") << "Zh"s;
  QTest::newRow("bits left over, padded") << "Zm9="s;
}

void EncodingTest::broken_base64_is_refused() {
  QFETCH(std::string, text);
  QCOMPARE(base64_decode(text), std::nullopt);
}

void EncodingTest::percent_encoding_escapes_all_but_unreserved() {
  QCOMPARE(percent_encode("AZaz09-._~"), "AZaz09-._~");
  QCOMPARE(percent_encode("a b+c/d?e&f=g%\x00é"s), "a%20b%2Bc%2Fd%3Fe%26f%3Dg%25%00%C3%A9");
}

void EncodingTest::percent_decoding_reads_escapes_and_plus() {
  QCOMPARE(percent_decode("a%20b%2bc%2B", false), std::optional("a b+c+"s));
  QCOMPARE(percent_decode("a+b", false), std::optional("a+b"s));
  QCOMPARE(percent_decode("a+b%2B", true), std::optional("a b+"s));
  QCOMPARE(percent_decode("%00", false), std::optional("\0"s));
  QCOMPARE(percent_decode("%2541", false), std::optional("%41"s));  // once, not twice
  QCOMPARE(percent_decode("", false), std::optional(""s));
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  QCOMPARE(percent_decode(percent_encode(all), true), std::optional(all));
}

void EncodingTest::broken_percent_escapes_are_refused_data() {
  QTest::addColumn<std::string>("text");
  for (const char* text : {"%", "a%", "%4", "%4g", "%g4", "%%41", "% 1", "%+1", "%-1", "%0x", "abc%2"}) {
    QTest::newRow(text) << std::string(text);
  }
}

void EncodingTest::broken_percent_escapes_are_refused() {
  QFETCH(std::string, text);
  QCOMPARE(percent_decode(text, false), std::nullopt);
  QCOMPARE(percent_decode(text, true), std::nullopt);
  // The text may be part of a longer one that would go on well.
  const std::string longer = text + "41";
  QCOMPARE(percent_decode(std::string_view(longer).substr(0, text.size()), false), std::nullopt);
}

void EncodingTest::constant_time_comparison_tells_equal_from_different() {
  QVERIFY(equal_constant_time("", ""));
  QVERIFY(equal_constant_time("secret\0x"s, "secret\0x"s));
  QVERIFY(!equal_constant_time("secret\0x"s, "secret\0y"s));
  QVERIFY(!equal_constant_time("secret", "secre"));
  QVERIFY(!equal_constant_time("", "s"));
  QVERIFY(!equal_constant_time("Secret", "secret"));
}

void EncodingTest::well_formed_utf8_is_accepted_data() {
  QTest::addColumn<std::string>("text");
  QTest::newRow("empty") << ""s;
  QTest::newRow("zero byte") << "\0"s;
  QTest::newRow("ASCII") << "The quick brown fox\x7F"s;
  QTest::newRow("least of two bytes") << "\xC2\x80"s;
  QTest::newRow("greatest of two bytes") << "\xDF\xBF"s;
  QTest::newRow("least of three bytes") << "\xE0\xA0\x80"s;
  QTest::newRow("before the surrogates") << "\xED\x9F\xBF"s;
  QTest::newRow("after the surrogates") << "\xEE\x80\x80"s;
  QTest::newRow("U+FFFF, no character but well formed") << "\xEF\xBF\xBF"s;
  QTest::newRow("least of four bytes") << "\xF0\x90\x80\x80"s;
  QTest::newRow("U+10FFFF") << "\xF4\x8F\xBF\xBF"s;
  QTest::newRow("many scripts")
      << "Ünï ਪੰਜਾਬੀ 日本語 עברית 👩‍👩‍👧 e\u0301 \u200B\u202E"s;
}

void EncodingTest::well_formed_utf8_is_accepted() {
  QFETCH(std::string, text);
  QVERIFY(is_utf8(text));
  QVERIFY(is_utf8("12345678" + text + "12345678"));
}

void EncodingTest::malformed_utf8_is_refused_at_any_place_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::newRow("lone continuation") << "\x80"s;
  QTest::newRow("lone last continuation") << "\xBF"s;
  QTest::newRow("overlong two bytes") << "\xC0\xAF"s;
  QTest::newRow("overlong two bytes, greatest") << "\xC1\xBF"s;
  QTest::newRow("overlong three bytes") << "\xE0\x80\xAF"s;
  QTest::newRow("overlong three bytes, greatest") << "\xE0\x9F\xBF"s;
  QTest::newRow("overlong four bytes") << "\xF0\x80\x80\xAF"s;
  QTest::newRow("overlong four bytes, greatest") << "\xF0\x8F\xBF\xBF"s;
  QTest::newRow("overlong zero") << "\xC0\x80"s;
  QTest::newRow("first surrogate") << "\xED\xA0\x80"s;
  QTest::newRow("last surrogate") << "\xED\xBF\xBF"s;
  QTest::newRow("surrogate pair") << "\xED\xA0\xBD\xED\xB8\x80"s;
  QTest::newRow("past U+10FFFF") << "\xF4\x90\x80\x80"s;
  QTest::newRow("lead F5") << "\xF5\x80\x80\x80"s;
  QTest::newRow("five bytes") << "\xF8\x88\x80\x80\x80"s;
  QTest::newRow("FE") << "\xFE"s;
  QTest::newRow("FF") << "\xFF"s;
  QTest::newRow("two bytes cut") << "\xC3"s;
  QTest::newRow("three bytes cut to one") << "\xE2"s;
  QTest::newRow("three bytes cut to two") << "\xE2\x82"s;
  QTest::newRow("four bytes cut to three") << "\xF0\x9F\x98"s;
  QTest::newRow("Latin-1") << "caf\xE9"s;
  QTest::newRow("two bytes, second ASCII") << "\xC3("s;
  QTest::newRow("three bytes, third a lead") << "\xE2\x82\xC3\xA9"s;
}

void EncodingTest::malformed_utf8_is_refused_at_any_place() {
  QFETCH(std::string, bytes);
  for (std::size_t before = 0; before < 17; ++before) {
    for (std::size_t after : {0, 1, 7, 8, 16}) {
      QVERIFY(!is_utf8(std::string(before, 'a') + bytes + std::string(after, 'b')));
    }
  }
}

void EncodingTest::html_has_no_way_out_of_text_or_attribute() {
  QCOMPARE(escape_html("<a href=\"x\" id='y'>&amp;</a>"),
           "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  QCOMPARE(escape_html("日本 plain"), "日本 plain");
  QCOMPARE(escape_html(""), "");
  std::string out = "<p>";
  append_escaped_html(out, "&<");
  append_escaped_html(out, "");
  QCOMPARE(out, "<p>&amp;&lt;");
}

void EncodingTest::case_is_ascii_only() {
  QCOMPARE(to_lower("AZaz@[`{ ÄI"), "azaz@[`{ ÄI"s.replace(9, 3, "Äi"));
  QVERIFY(equal_ignoring_case("Content-TYPE", "content-type"));
  QVERIFY(equal_ignoring_case("", ""));
  QVERIFY(!equal_ignoring_case("a", "ab"));
  QVERIFY(!equal_ignoring_case("ab", "a"));
  QVERIFY(!equal_ignoring_case("@", "`"));  // 32 apart, as a letter's two cases are
  QVERIFY(!equal_ignoring_case("Ä", "ä"));
}

void EncodingTest::trim_takes_ascii_space_from_both_ends() {
  QCOMPARE(trim(" \t\r\n\f\va b\n "), "a b");
  QCOMPARE(trim("a"), "a");
  QCOMPARE(trim(" \n"), "");
  QCOMPARE(trim(""), "");
  QCOMPARE(trim("\u00A0a"), "\u00A0a");
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::EncodingTest)
#include "encoding_test.moc"

#pragma once
// What a character is, for the rest of this folder. Unicode 15 as ICU has it.
#include <cstddef>
#include <string>
#include <string_view>

namespace dunlin::text {

/// The character at `at`, which moves past it. U+FFFD for malformed bytes; at least one byte is taken.
char32_t take_character(std::string_view text, std::size_t& at);
/// The last character. U+0000 of an empty text.
char32_t last_character(std::string_view text);

void append_utf8(std::string& out, char32_t c);

bool is_ascii_alphanumeric(char32_t c);
/// Letter, mark, number or connecting punctuation such as '_': what a word is made of.
bool is_word(char32_t c);
bool is_letter(char32_t c);
bool is_mark(char32_t c);
bool is_number(char32_t c);
bool is_space(char32_t c);
/// Inside a word of some language, never at its end: middle dots (Catalan, Japanese), zero-width joiners
/// (Persian, Sinhala).
bool joins_words(char32_t c);
/// Takes part in no picture of its own: spaces, controls, zero-width and bidi characters. Unassigned
/// characters are seen: they may be newer than our tables.
bool is_invisible(char32_t c);

/// What may stand in a document: line ends become \n, malformed bytes become U+FFFD; control characters and
/// U+FDD0..U+FDEF (noncharacters that markdown.cpp uses as marks of its own) are dropped. Everything else
/// stays byte for byte.
std::string cleaned(std::string_view text);

}  // namespace dunlin::text

#include "protocol/text/shortcodes.h"

#include <algorithm>
#include <array>

#include "protocol/base/limits.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {

namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// What may not stand beside the colons. Source: SCAN_RE in Mastodon's app/models/custom_emoji.rb
bool is_of_a_word(char32_t c) { return c == U':' || is_letter(c) || is_number(c); }

bool ends_word_before(std::string_view text, std::size_t at) {
  // One character has four bytes at most.
  const auto begin = at < 4 ? 0 : at - 4;
  return at == 0 || !is_of_a_word(last_character(text.substr(begin, at - begin)));
}

bool begins_word_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_of_a_word(take_character(text, at));
}

constexpr std::array<std::string_view, 3> quiet_elements = {"a", "code", "pre"};

/// Behind the '>' that ends the tag at `at`: one in a quoted value does not.
std::size_t end_of_tag(std::string_view html, std::size_t at) {
  char quote = 0;
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return html.size();
}

}  // namespace

bool is_shortcode(std::string_view name) {
  return name.size() >= 2 && name.size() <= limits::shortcode_characters_max &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

void Shortcodes::add(std::string_view name) {
  if (names_.size() < limits::emojis_per_text_max &&
      std::find(names_.begin(), names_.end(), name) == names_.end())
    names_.emplace_back(name);
}

void Shortcodes::add_text(std::string_view text) {
  auto begin = text.find(':');
  while (begin != std::string_view::npos) {
    auto end = begin + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const auto name = text.substr(begin + 1, end - begin - 1);
    if (end == text.size()) return;
    if (text[end] == ':' && is_shortcode(name) && ends_word_before(text, begin) &&
        !begins_word_at(text, end + 1)) {
      add(name);
      ++end;
    }
    begin = text.find(':', end);
  }
}

void Shortcodes::add_html(std::string_view html) {
  if (html.find(':') == std::string_view::npos) return;
  int quiet = 0;  // elements that are open in which nothing counts
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] != '<') {
      const auto end = std::min(html.find('<', at), html.size());
      if (quiet == 0) add_text(html.substr(at, end - at));
      at = end;
      continue;
    }
    const bool is_end = html.substr(at + 1).starts_with('/');
    const auto name_begin = at + (is_end ? 2 : 1);
    const auto name_end = std::min(html.find_first_of(" \t\n/>", name_begin), html.size());
    const auto name =
        html.substr(std::min(name_begin, html.size()), name_end - std::min(name_begin, name_end));
    if (std::find(quiet_elements.begin(), quiet_elements.end(), name) != quiet_elements.end())
      quiet = is_end ? std::max(0, quiet - 1) : quiet + 1;
    at = end_of_tag(html, at);
  }
}

}  // namespace dunlin::text

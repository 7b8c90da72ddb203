#include "tests/unit/protocol/text/html_checker.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "protocol/base/encoding.h"

namespace dunlin::text {
namespace {

constexpr std::string_view href_stands_here = "\x01";
constexpr std::string_view number_stands_here = "\x02";

struct Allowed {
  std::string_view tag, name;
};
constexpr Allowed start_tags[] = {
    {"<p>", "p"},
    {"<strong>", "strong"},
    {"<em>", "em"},
    {"<del>", "del"},
    {"<code>", "code"},
    {"<pre>", "pre"},
    {"<blockquote>", "blockquote"},
    {"<ul>", "ul"},
    {"<ol>", "ol"},
    {"<ol start=\"\x02\">", "ol"},
    {"<li>", "li"},
    {"<span>", "span"},
    {"<span class=\"invisible\">", "span"},
    {"<span class=\"ellipsis\">", "span"},
    {"<span class=\"h-card\">", "span"},
    {"<a href=\"\x01\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">", "a"},
    {"<a href=\"\x01\" class=\"u-url mention\">", "a"},
    {"<a href=\"\x01\" class=\"mention hashtag\" rel=\"tag\">", "a"},
};

bool is_block(std::string_view name) {
  return name == "p" || name == "pre" || name == "blockquote" || name == "ul" || name == "ol";
}

/// Length of the special character's entity at the start, 0 when it is not one of ours.
std::size_t entity_length(std::string_view text) {
  for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#x27;", "&apos;"}) {
    if (text.starts_with(entity)) return entity.size();
  }
  return 0;
}

class Checker {
 public:
  explicit Checker(std::string_view html) : html_(html) {}
  std::string run() {
    if (!is_utf8(html_)) return "not UTF-8";
    while (at_ < html_.size() && fault_.empty()) step();
    if (fault_.empty() && !open_.empty()) fail("not closed: " + std::string(open_.back()));
    return fault_;
  }

 private:
  void fail(const std::string& what) {
    const auto from = at_ < 40 ? 0 : at_ - 40;
    fault_ = what + " at " + std::to_string(at_) + ": " + std::string(html_.substr(from, 80));
  }

  bool is_open(std::string_view name) const {
    return std::find(open_.begin(), open_.end(), name) != open_.end();
  }

  void step() {
    const auto rest = html_.substr(at_);
    const auto c = static_cast<unsigned char>(rest.front());
    if (c == '<') {
      tag(rest);
    } else if (c == '&') {
      const auto length = entity_length(rest);
      if (length == 0) return fail("bare &");
      text(length);
    } else if (c == '>' || c == '"' || c == '\'') {
      fail("unescaped character");
    } else if ((c < 0x20 && c != '\t' && (c != '\n' || !is_open("pre"))) || c == 0x7F) {
      fail("control character");
    } else if (rest.starts_with("\xEF\xB7") && rest.size() > 2 &&
               static_cast<unsigned char>(rest[2]) >= 0x90 && static_cast<unsigned char>(rest[2]) <= 0xAF) {
      fail("noncharacter");
    } else {
      text(1);
    }
  }

  void text(std::size_t length) {
    if (open_.empty()) return fail("text outside of a block");
    if (open_.back() == "ul" || open_.back() == "ol") return fail("text between list items");
    at_ += length;
  }

  void tag(std::string_view rest) {
    const auto end = rest.find('>');
    if (end == rest.npos) return fail("tag without end");
    const auto whole = rest.substr(0, end + 1);
    if (whole == "<br>") return text(whole.size());
    if (whole.starts_with("</")) {
      if (open_.empty() || whole.substr(2, end - 2) != open_.back()) return fail("end tag out of place");
      open_.pop_back();
    } else {
      const auto name = name_of(whole);
      if (!name) return fail("tag not allowed");
      if (!fits(*name)) return fail("element may not stand here");
      open_.push_back(*name);
      if (open_.size() > 48) return fail("too deep");
    }
    at_ += whole.size();
  }

  /// The allowed element that the tag starts, when its values are allowed too.
  static std::optional<std::string_view> name_of(std::string_view tag) {
    const auto value = quoted_value(tag, "<a href=\"");
    const auto number = quoted_value(tag, "<ol start=\"");
    std::string pattern(tag);
    if (value) {
      if (!is_address(*value)) return std::nullopt;
      pattern.replace(std::string_view("<a href=\"").size(), value->size(), href_stands_here);
    } else if (number) {
      if (number->empty() || number->size() > 9 || number->find_first_not_of("0123456789") != number->npos)
        return std::nullopt;
      pattern.replace(std::string_view("<ol start=\"").size(), number->size(), number_stands_here);
    }
    for (const auto& allowed : start_tags) {
      if (pattern == allowed.tag) return allowed.name;
    }
    return std::nullopt;
  }

  static std::optional<std::string_view> quoted_value(std::string_view tag, std::string_view before) {
    if (!tag.starts_with(before)) return std::nullopt;
    tag.remove_prefix(before.size());
    return tag.substr(0, tag.find('"'));
  }

  static bool is_address(std::string_view escaped) {
    for (std::size_t i = 0; i < escaped.size(); ++i) {
      if (std::string_view(" <>'`\t\n").find(escaped[i]) != std::string_view::npos) return false;
      if (escaped[i] == '&' && entity_length(escaped.substr(i)) == 0) return false;
      if (static_cast<unsigned char>(escaped[i]) < 0x20) return false;
    }
    const auto lower = to_lower(escaped);
    return lower.starts_with("https://") || lower.starts_with("http://") || lower.starts_with("mailto:");
  }

  bool fits(std::string_view name) const {
    const auto parent = open_.empty() ? std::string_view() : open_.back();
    const bool in_list = parent == "ul" || parent == "ol";
    if (name == "li" || in_list) return name == "li" && in_list;
    if (is_block(name)) return parent.empty() || parent == "li" || parent == "blockquote";
    if (parent.empty()) return false;
    if (name == "a") return !is_open("a") && !is_open("code");
    if (name == "code") return parent != "code";
    return !is_open("code");
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
  std::string fault_;
};

}  // namespace

std::string fault_in_html(std::string_view html) { return Checker(html).run(); }

}  // namespace dunlin::text

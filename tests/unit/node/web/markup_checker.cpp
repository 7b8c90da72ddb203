#include "tests/unit/node/web/markup_checker.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace dunlin::web {
namespace {

const std::set<std::string_view> void_elements = {"meta", "link", "img", "input", "br", "hr"};
const std::set<std::string_view> boolean_attributes = {"required", "controls", "loop", "muted",
                                                       "playsinline"};

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ':' || c == 'B';  // viewBox
  });
}

/// Every '&' begins one of the references that we write; no '<' and no '>'.
bool is_escaped(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '<' || text[at] == '>') return false;
    if (text[at] != '&') continue;
    const auto end = text.find(';', at);
    static const std::set<std::string_view> references = {"&amp;",  "&lt;",  "&gt;",
                                                          "&quot;", "&#39;", "&#x27;"};
    if (end == std::string_view::npos || !references.contains(text.substr(at, end + 1 - at))) return false;
  }
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view html) : rest_(html) {}

  MarkupCheck read() && {
    constexpr std::string_view doctype = "<!doctype html>\n";
    if (!rest_.starts_with(doctype)) fail("no doctype");
    rest_.remove_prefix(std::min(rest_.size(), doctype.size()));
    while (!rest_.empty() && check_.error.empty()) {
      const auto tag = rest_.find('<');
      if (!is_escaped(rest_.substr(0, tag))) fail("text is not escaped");
      if (tag == std::string_view::npos) break;
      rest_.remove_prefix(tag);
      if (rest_.starts_with("</")) {
        read_end();
      } else {
        read_start();
      }
    }
    if (check_.error.empty() && !open_.empty()) fail("not closed: " + open_.back());
    return std::move(check_);
  }

 private:
  void fail(const std::string& what) {
    if (check_.error.empty()) check_.error = what + " at: " + std::string(rest_.substr(0, 120));
  }

  void read_end() {
    const auto close = rest_.find('>');
    if (close == std::string_view::npos) return fail("no end of tag");
    const auto name = rest_.substr(2, close - 2);
    if (open_.empty() || open_.back() != name) return fail("closes what is not the innermost element");
    open_.pop_back();
    rest_.remove_prefix(close + 1);
  }

  void read_start() {
    Element element;
    auto end = rest_.find_first_of(" />", 1);
    if (end == std::string_view::npos) return fail("no end of tag");
    element.name = rest_.substr(1, end - 1);
    if (!is_name(element.name)) return fail("no name of an element");
    auto tail = rest_.substr(end);
    while (tail.starts_with(' ')) {
      if (!read_attribute(tail, element)) return fail("an attribute that is double, unquoted or unescaped");
    }
    const bool closes_itself = tail.starts_with("/>");
    if (!closes_itself && !tail.starts_with('>')) return fail("no end of tag");
    const bool in_svg = std::find(open_.begin(), open_.end(), "svg") != open_.end();
    if (closes_itself && !in_svg) return fail("'/>' outside a drawing");
    element.ancestors = open_;
    if (!closes_itself && !void_elements.contains(element.name)) open_.push_back(element.name);
    check_.elements.push_back(std::move(element));
    rest_ = tail.substr(closes_itself ? 2 : 1);
  }

  static bool read_attribute(std::string_view& tail, Element& element) {
    tail.remove_prefix(1);
    const auto end = tail.find_first_of(" =>");
    if (end == std::string_view::npos) return false;
    const std::string name(tail.substr(0, end));
    std::string value;
    if (tail[end] == '=') {
      const auto quote = end + 1 < tail.size() && tail[end + 1] == '"' ? tail.find('"', end + 2) : tail.npos;
      if (quote == std::string_view::npos) return false;
      value = tail.substr(end + 2, quote - end - 2);
      tail.remove_prefix(quote + 1);
    } else {
      if (!boolean_attributes.contains(name)) return false;
      tail.remove_prefix(end);
    }
    return is_name(name) && is_escaped(value) && element.attributes.emplace(name, value).second;
  }

  std::string_view rest_;
  std::vector<std::string> open_;
  MarkupCheck check_;
};

bool has_ancestor(const Element& element, std::string_view name) {
  return std::find(element.ancestors.begin(), element.ancestors.end(), name) != element.ancestors.end();
}

bool is_safe_address(std::string_view url) {
  return url == "#main" || (url.starts_with('/') && !url.starts_with("//")) || url.starts_with("https://") ||
         url.starts_with("http://");
}

std::string wrong_attributes(const Element& element) {
  for (const auto& [name, value] : element.attributes) {
    if (name == "style" || name.starts_with("on")) return "inline " + name;
    const bool is_address = name == "href" || name == "src" || name == "action" || name == "poster";
    if (is_address && !is_safe_address(value)) return "address " + value;
    const bool is_loaded = is_address && name != "href" && element.name != "a";
    if (is_loaded && name != "action" && !value.starts_with('/')) return "loads " + value;
  }
  if (element.name == "img" && !element.attributes.contains("alt")) return "picture without alt";
  return {};
}

std::string wrong_place(const Element& element) {
  static const std::set<std::string_view> forbidden = {"script", "style", "iframe", "object",
                                                       "embed",  "base",  "frame",  "applet"};
  static const std::set<std::string_view> blocks = {"p",    "div",     "ul",      "ol",  "dl",
                                                    "form", "section", "article", "h1",  "h2",
                                                    "h3",   "nav",     "details", "pre", "blockquote"};
  if (forbidden.contains(element.name)) return "forbidden element";
  // An open <p> ends at such a tag: the tree would not be the one that was written.
  if (blocks.contains(element.name) && has_ancestor(element, "p")) return "inside a paragraph";
  if (element.name == "a" && has_ancestor(element, "a")) return "a link in a link";
  if (element.name == "form" && has_ancestor(element, "form")) return "a form in a form";
  return {};
}

std::string wrong_references(const std::vector<Element>& elements) {
  std::set<std::string> ids, labelled;
  for (const auto& element : elements) {
    const auto id = element.attributes.find("id");
    if (id != element.attributes.end() && !ids.insert(id->second).second) return "id twice: " + id->second;
    const auto target = element.attributes.find("for");
    if (target != element.attributes.end()) labelled.insert(target->second);
  }
  for (const auto& element : elements) {
    for (const auto* name : {"for", "aria-labelledby", "aria-describedby"}) {
      const auto attribute = element.attributes.find(name);
      if (attribute == element.attributes.end()) continue;
      std::istringstream words(attribute->second);
      for (std::string word; words >> word;) {
        if (!ids.contains(word)) return std::string(name) + " leads nowhere: " + word;
      }
    }
    const bool is_box =
        element.name == "textarea" || (element.name == "input" && element.attributes.at("type") != "hidden");
    if (is_box && !has_ancestor(element, "label") && !labelled.contains(element.attributes.at("id"))) {
      return "a box without a label: " + element.attributes.at("id");
    }
  }
  return {};
}

}  // namespace

MarkupCheck check_markup(std::string_view html) { return Reader(html).read(); }

std::string check_elements(const std::vector<Element>& elements) {
  for (const auto& element : elements) {
    for (const auto& error : {wrong_attributes(element), wrong_place(element)}) {
      if (!error.empty()) return "<" + element.name + ">: " + error;
    }
  }
  return wrong_references(elements);
}

}  // namespace dunlin::web

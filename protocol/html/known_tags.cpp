#include "protocol/html/known_tags.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::html {
namespace {

enum class Kind : std::uint8_t {
  inline_,
  block,
  boundary,  // a line ends here; its end tag may be missing
  void_,     // has no end
  space,     // a word ends here
  raw,       // gone, up to its end tag, whatever looks like a tag in it
  nested,    // gone, with what is in it
  foreign,   // the same, but may close itself
};
struct Known {
  std::string_view name;
  Kind kind;
  std::string_view as = {};  // written as this one
};

constexpr std::array known = {
    Known{"a", Kind::inline_},
    Known{"address", Kind::block, "div"},
    Known{"applet", Kind::nested},
    Known{"article", Kind::block, "div"},
    Known{"aside", Kind::block, "div"},
    Known{"b", Kind::inline_},
    Known{"blockquote", Kind::block},
    Known{"br", Kind::void_},
    Known{"caption", Kind::block, "div"},
    Known{"center", Kind::block, "div"},
    Known{"code", Kind::inline_},
    Known{"dd", Kind::boundary, "div"},
    Known{"del", Kind::inline_},
    Known{"details", Kind::block, "div"},
    Known{"div", Kind::block},
    Known{"dl", Kind::block, "div"},
    Known{"dt", Kind::boundary, "div"},
    Known{"em", Kind::inline_},
    Known{"fieldset", Kind::block, "div"},
    Known{"figcaption", Kind::block, "div"},
    Known{"figure", Kind::block, "div"},
    Known{"footer", Kind::block, "div"},
    Known{"form", Kind::block, "div"},
    Known{"h1", Kind::block},
    Known{"h2", Kind::block},
    Known{"h3", Kind::block},
    Known{"h4", Kind::block},
    Known{"h5", Kind::block},
    Known{"h6", Kind::block},
    Known{"header", Kind::block, "div"},
    Known{"hr", Kind::boundary, "div"},
    Known{"i", Kind::inline_},
    Known{"iframe", Kind::raw},
    Known{"image", Kind::void_, "img"},
    Known{"img", Kind::void_},
    Known{"legend", Kind::block, "div"},
    Known{"li", Kind::block},
    Known{"listing", Kind::block, "pre"},
    Known{"main", Kind::block, "div"},
    Known{"math", Kind::foreign},
    Known{"nav", Kind::block, "div"},
    Known{"noembed", Kind::raw},
    Known{"noframes", Kind::raw},
    Known{"noscript", Kind::raw},
    Known{"object", Kind::nested},
    Known{"ol", Kind::block},
    Known{"option", Kind::space},
    Known{"p", Kind::block},
    Known{"pre", Kind::block},
    Known{"s", Kind::inline_, "del"},
    Known{"script", Kind::raw},
    Known{"section", Kind::block, "div"},
    Known{"span", Kind::inline_},
    Known{"strike", Kind::inline_, "del"},
    Known{"strong", Kind::inline_},
    Known{"style", Kind::raw},
    Known{"summary", Kind::block, "div"},
    Known{"svg", Kind::foreign},
    Known{"table", Kind::block, "div"},
    Known{"td", Kind::space},
    Known{"template", Kind::nested},
    Known{"th", Kind::space},
    Known{"tr", Kind::boundary, "div"},
    Known{"u", Kind::inline_},
    Known{"ul", Kind::block},
};
constexpr bool by_name(const Known& a, const Known& b) { return a.name < b.name; }
static_assert(std::is_sorted(known.begin(), known.end(), by_name));

const Known* find(std::string_view lower) {
  const auto it = std::lower_bound(known.begin(), known.end(), Known{lower, Kind::space}, by_name);
  return it != known.end() && it->name == lower ? &*it : nullptr;
}

struct Attribute {
  std::string_view name;
  std::string_view tags;  // of those, between spaces
  std::optional<std::string_view> value = {};
};
constexpr Attribute no_attributes[] = {
    {"href", " a "},   {"class", " a span p "}, {"rel", " a "},    {"translate", " a span "},
    {"start", " ol "}, {"reversed", " ol "},    {"value", " li "}, {"alt", " img "}};
/// Longer values are none that we would write: twice an address's bound, for the entities in it.
constexpr std::size_t value_bytes_max = 2 * limits::linked_url_bytes_max;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

class TagFilter {
 public:
  TagFilter(std::string_view html, Keep keep) : html_(html), keep_(keep) {}

  std::string run() && {
    out_.reserve(html_.size() + html_.size() / 4);
    while (at_ < html_.size() && tags_ < limits::html_tags_max) {
      const auto next = std::min(html_.find('<', at_), html_.size());
      text(html_.substr(at_, next - at_));
      at_ = next;
      if (at_ < html_.size()) markup();
    }
    return std::move(out_);
  }

 private:
  void text(std::string_view bytes) {
    if (skipped_ == nullptr) out_ += bytes;
  }
  char peek(std::size_t ahead) const { return at_ + ahead < html_.size() ? html_[at_ + ahead] : '\0'; }
  void go_past(std::string_view end) {
    const auto found = html_.find(end, at_);
    at_ = found == html_.npos ? html_.size() : found + end.size();
  }

  void markup() {
    const char c = peek(1);
    const auto rest = html_.substr(at_);
    if (is_letter(c)) {
      ++at_;
      start_tag();
    } else if (c == '/' && is_letter(peek(2))) {
      at_ += 2;
      end_tag();
    } else if (rest.starts_with("<!--")) {
      // "<!-->" and "<!--->" are whole comments.
      at_ += 2;
      rest.starts_with("<!-->") || rest.starts_with("<!--->") ? go_past(">") : (at_ += 2, go_past("-->"));
    } else if (rest.starts_with("<![CDATA[")) {
      go_past("]]>");
    } else if (c == '!' || c == '?' || (c == '/' && at_ + 2 < html_.size())) {
      go_past(">");
    } else {
      text("&lt;");
      ++at_;
    }
  }

  /// The lower-case name at the place, which moves behind it.
  std::string name() {
    const auto begin = at_;
    while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '/' && html_[at_] != '>') ++at_;
    return to_lower(html_.substr(begin, std::min<std::size_t>(at_ - begin, 16)));
  }

  void start_tag() {
    const auto* element = find(name());
    if (!attributes(element)) return;
    if (skipped_ != nullptr) {
      if (element == skipped_ && !(closes_itself_ && element->kind == Kind::foreign)) ++skipped_depth_;
      return;
    }
    if (element == nullptr) return;
    switch (element->kind) {
      case Kind::raw:
        return skip_raw(element->name);
      case Kind::foreign:
        if (closes_itself_) return;
        [[fallthrough]];
      case Kind::nested:
        skipped_ = element;
        skipped_depth_ = 1;
        return;
      case Kind::space:
        return text(" ");
      case Kind::inline_:
        if (keep_ == Keep::blocks) return;
        [[fallthrough]];
      default:
        write_start(*element);
    }
  }

  void end_tag() {
    const auto* element = find(name());
    if (!attributes(nullptr) || element == nullptr) return;
    if (skipped_ != nullptr) {
      if (element == skipped_ && --skipped_depth_ == 0) skipped_ = nullptr;
      return;
    }
    const bool known_end = element->kind == Kind::block || element->name == "br" ||
                           (element->kind == Kind::inline_ && keep_ == Keep::all);
    if (!known_end) return;
    out_ += "</";
    out_ += element->as.empty() ? element->name : element->as;
    out_ += '>';
    ++tags_;
  }

  /// Goes behind the '>'. Keeps the values that the element may have, the first of each name. False when the
  /// document ends within the tag: then it is none.
  bool attributes(const Known* element) {
    std::copy(std::begin(no_attributes), std::end(no_attributes), std::begin(values_));
    closes_itself_ = false;
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '>') {
        ++at_;
        return true;
      }
      closes_itself_ = c == '/';
      if (is_space(c) || c == '/') {
        ++at_;
      } else {
        attribute(element);
      }
    }
    return false;
  }

  void attribute(const Known* element) {
    const auto begin = at_++;  // a name may begin with '='
    while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' &&
           html_[at_] != '=')
      ++at_;
    const auto attribute_name = html_.substr(begin, at_ - begin);
    skip_spaces();
    std::string_view value;
    if (at_ < html_.size() && html_[at_] == '=') {
      ++at_;
      skip_spaces();
      value = attribute_value();
    }
    if (element == nullptr || value.size() > value_bytes_max) return;
    const auto tag = " " + std::string(element->name) + " ";
    for (auto& known_attribute : values_) {
      if (equal_ignoring_case(known_attribute.name, attribute_name) && !known_attribute.value &&
          known_attribute.tags.find(tag) != std::string_view::npos)
        known_attribute.value = value;
    }
  }

  void skip_spaces() {
    while (at_ < html_.size() && is_space(html_[at_])) ++at_;
  }

  std::string_view attribute_value() {
    if (at_ >= html_.size()) return {};
    auto begin = at_;
    if (const char quote = html_[at_]; quote == '"' || quote == '\'') {
      const auto end = std::min(html_.find(quote, ++begin), html_.size());
      at_ = std::min(end + 1, html_.size());
      // Without its closing quote the tag has no end either.
      return html_.substr(begin, end - begin);
    }
    while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>') ++at_;
    return html_.substr(begin, at_ - begin);
  }

  void write_start(const Known& element) {
    out_ += '<';
    out_ += element.as.empty() ? element.name : element.as;
    for (const auto& attribute : values_) {
      if (!attribute.value) continue;
      out_ += ' ';
      out_ += attribute.name;
      out_ += "=\"";
      for (const char c : *attribute.value) c == '"' ? out_ += "&quot;" : out_ += c;
      out_ += '"';
    }
    out_ += '>';
    ++tags_;
    if (element.kind == Kind::boundary) out_ += "</div>", ++tags_;
  }

  void skip_raw(std::string_view element) {
    for (std::size_t at = at_; (at = html_.find("</", at)) != html_.npos; at += 2) {
      const auto end = at + 2 + element.size();
      const bool ends =
          equal_ignoring_case(html_.substr(at + 2, element.size()), element) &&
          (end >= html_.size() || is_space(html_[end]) || html_[end] == '/' || html_[end] == '>');
      if (!ends) continue;
      at_ = end;
      attributes(nullptr);
      return;
    }
    at_ = html_.size();
  }

  std::string_view html_;
  Keep keep_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t tags_ = 0;
  const Known* skipped_ = nullptr;  // the element that is going, with what is in it
  std::size_t skipped_depth_ = 0;
  bool closes_itself_ = false;
  Attribute values_[std::size(no_attributes)];
};

}  // namespace

std::string known_tags_only(std::string_view untrusted, Keep keep) {
  return TagFilter(untrusted, keep).run();
}

}  // namespace dunlin::html

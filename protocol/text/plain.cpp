#include "protocol/text/plain.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "protocol/base/encoding.h"
#include "protocol/text/entities.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {
namespace {

constexpr bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Writes the text as the tags go by.
class PlainWriter {
 public:
  explicit PlainWriter(InvisibleSpans invisible) : invisible_(invisible) {}
  void text(std::string_view html);
  void tag(std::string_view inside);
  std::string finish() &&;

 private:
  void open(std::string_view name, std::string_view attributes);
  void close(std::string_view name);
  void break_lines(int count) { breaks_ = after_bullet_ ? 0 : std::max(breaks_, count); }
  void flush_breaks();
  void begin_item();
  struct Span {
    bool invisible, ellipsis;
  };
  InvisibleSpans invisible_;
  std::string out_;
  int breaks_ = 0;  // line ends due before the next text
  bool after_bullet_ = false;
  std::vector<Span> spans_;
  std::size_t hidden_ = 0;           // open spans whose text is left out
  std::vector<std::int64_t> lists_;  // the next number of each open list, -1 of one with bullets
};

void PlainWriter::flush_breaks() {
  // Preformatted text brings a line end of its own.
  for (std::size_t at = out_.size(); breaks_ > 0 && at > 0 && out_[at - 1] == '\n'; --at) --breaks_;
  if (!out_.empty()) out_.append(static_cast<std::size_t>(breaks_), '\n');
  breaks_ = 0;
  after_bullet_ = false;
}

void PlainWriter::text(std::string_view html) {
  if (html.empty() || hidden_ > 0) return;
  flush_breaks();
  while (!html.empty()) {
    const auto ampersand = std::min(html.find('&'), html.size());
    out_.append(html, 0, ampersand);
    html.remove_prefix(ampersand);
    if (html.empty()) return;
    const auto entity = entity_at(html);
    out_ += entity.length > 0 ? entity.text : "&";
    html.remove_prefix(std::max<std::size_t>(entity.length, 1));
  }
}

void PlainWriter::begin_item() {
  break_lines(1);
  flush_breaks();
  if (lists_.size() > 1) out_.append(2 * std::min<std::size_t>(lists_.size() - 1, 8), ' ');
  if (lists_.empty() || lists_.back() < 0) {
    out_ += "- ";
  } else {
    out_ += std::to_string(lists_.back()++) + ". ";
  }
  after_bullet_ = true;
}

void PlainWriter::open(std::string_view name, std::string_view attributes) {
  if (name == "br") {
    flush_breaks();
    out_ += '\n';
  } else if (name == "span") {
    const Span span{invisible_ == InvisibleSpans::drop && attributes.find("\"invisible\"") != attributes.npos,
                    invisible_ == InvisibleSpans::drop && attributes.find("\"ellipsis\"") != attributes.npos};
    hidden_ += span.invisible ? 1 : 0;
    spans_.push_back(span);
  } else if (name == "li") {
    begin_item();
  } else if (name == "ul" || name == "ol") {
    break_lines(lists_.empty() ? 2 : 1);
    std::int64_t first = name == "ol" ? 1 : -1;
    constexpr std::string_view start = "start=\"";
    if (const auto at = attributes.find(start); first > 0 && at != attributes.npos) {
      std::int32_t number = 1;
      std::from_chars(attributes.data() + at + start.size(), attributes.data() + attributes.size(), number);
      first = std::max(number, 0);
    }
    lists_.push_back(first);
  } else if (is_one_of(name, {"p", "blockquote", "pre", "div", "h1", "h2", "h3", "h4", "h5", "h6"})) {
    break_lines(lists_.empty() ? 2 : 1);
  }
}

void PlainWriter::close(std::string_view name) {
  if (name == "span" && !spans_.empty()) {
    if (spans_.back().ellipsis && hidden_ == 0) out_ += "…";
    hidden_ -= spans_.back().invisible ? 1 : 0;
    spans_.pop_back();
  } else if (name == "li") {
    after_bullet_ = false;
    break_lines(1);
  } else if ((name == "ul" || name == "ol") && !lists_.empty()) {
    lists_.pop_back();
    break_lines(lists_.empty() ? 2 : 1);
  } else if (is_one_of(name, {"p", "blockquote", "pre", "div", "h1", "h2", "h3", "h4", "h5", "h6"})) {
    break_lines(lists_.empty() ? 2 : 1);
  }
}

void PlainWriter::tag(std::string_view inside) {
  const bool closes = inside.starts_with('/');
  if (closes) inside.remove_prefix(1);
  const auto name_end = std::min(inside.find_first_of(" \t\n/"), inside.size());
  const auto name = to_lower(inside.substr(0, std::min<std::size_t>(name_end, 16)));
  closes ? close(name) : open(name, inside.substr(name_end));
}

std::string PlainWriter::finish() && {
  out_.erase(out_.find_last_not_of('\n') + 1);
  return std::move(out_);
}

}  // namespace

std::string html_to_plain(std::string_view our_own_html, InvisibleSpans invisible) {
  PlainWriter writer(invisible);
  auto rest = our_own_html;
  while (!rest.empty()) {
    std::size_t open = rest.find('<');
    // "<" is a tag only before a letter or "/", and only when it is closed.
    while (open != rest.npos && open + 1 < rest.size() && rest[open + 1] != '/' &&
           !is_ascii_alphanumeric(static_cast<unsigned char>(rest[open + 1]))) {
      open = rest.find('<', open + 1);
    }
    const auto close = open == rest.npos ? rest.npos : rest.find('>', open);
    if (close == rest.npos) {
      writer.text(rest);
      break;
    }
    writer.text(rest.substr(0, open));
    writer.tag(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
  return std::move(writer).finish();
}

bool has_visible_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_invisible(take_character(text, at))) return true;
  }
  return false;
}

}  // namespace dunlin::text

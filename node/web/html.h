#pragma once
// The one place where text becomes markup.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/time.h"

namespace dunlin::web {

/// Markup written in our own source. Only a literal converts, so text of people cannot be taken for markup by
/// mistake.
class Markup {
 public:
  template <std::size_t size>
  consteval Markup(const char (&literal)[size])
      : text_(literal, size - 1) {}  // implicit: literals are the common case
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Plain text, for content and for double-quoted attribute values: escaped.
struct Text {
  std::string_view value;
};
/// Content of a field named `_html`: cleaned before it got here, written as it is.
struct Cleaned {
  std::string_view html;
};
/// A count with a comma between thousands.
struct Count {
  std::int64_t value;
};
/// The attribute ` name="url"`, or nothing at all when safe_href() refuses the address.
struct UrlAttribute {
  Markup name;
  std::string_view url;
};
/// `<time>` that shows the day, or the day and the minute, in UTC: without scripts the reader's zone is not
/// known.
struct Day {
  Timestamp value;
};
struct Minute {
  Timestamp value;
};

class Html {
 public:
  Html& operator<<(Markup markup);
  Html& operator<<(Text text);
  Html& operator<<(Cleaned cleaned);
  Html& operator<<(Count count);
  Html& operator<<(UrlAttribute attribute);
  Html& operator<<(Day day);
  Html& operator<<(Minute minute);
  std::string_view view() const { return out_; }
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

/// `url` itself when it is http, https or a path on this site; empty otherwise. Refuses "//host", backslashes
/// and every space or control character, because browsers repair those into something else (WHATWG URL 4.4).
std::string_view safe_href(std::string_view url);

/// At most `characters_max` code points of `text` in one line, with "…" in place of the rest; `text` is
/// UTF-8.
std::string one_line(std::string_view text, std::size_t characters_max);

/// "21 Nov 2026" and "21 Nov 2026, 06:59 UTC".
std::string day_text(Timestamp t);
std::string minute_text(Timestamp t);
/// "12,345".
std::string count_text(std::int64_t value);

}  // namespace dunlin::web

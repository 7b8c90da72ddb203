#include "node/web/html.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "protocol/base/encoding.h"

namespace dunlin::web {
namespace {

/// Outside these years a date is a mistake of its sender; keeps std::chrono within its range.
constexpr Timestamp earliest{-62'135'596'800'000};  // 0001-01-01
constexpr Timestamp latest{253'402'300'799'999};    // 9999-12-31

std::string formatted(Timestamp t, bool with_minute) {
  using namespace std::chrono;
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_time<milliseconds> moment{milliseconds(std::clamp(t, earliest, latest).ms)};
  const auto days_part = floor<days>(moment);
  const year_month_day date{days_part};
  const hh_mm_ss<milliseconds> clock{moment - days_part};
  std::array<char, 48> text{};
  const auto* month = months[static_cast<unsigned>(date.month()) - 1];
  int length = 0;
  if (with_minute) {
    length =
        std::snprintf(text.data(), text.size(), "%u %s %d, %02d:%02d UTC", static_cast<unsigned>(date.day()),
                      month, static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                      static_cast<int>(clock.minutes().count()));
  } else {
    length = std::snprintf(text.data(), text.size(), "%u %s %d", static_cast<unsigned>(date.day()), month,
                           static_cast<int>(date.year()));
  }
  return {text.data(), static_cast<std::size_t>(length)};
}

bool begins_with_scheme(std::string_view url, std::string_view scheme) {
  return url.size() > scheme.size() && equal_ignoring_case(url.substr(0, scheme.size()), scheme);
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

void append_time(std::string& out, Timestamp t, const std::string& shown) {
  const auto exact = std::clamp(t, earliest, latest);
  out += "<time datetime=\"";
  append_iso(out, exact);
  out += "\" title=\"";
  out += minute_text(exact);
  out += "\">";
  out += shown;
  out += "</time>";
}

}  // namespace

Html& Html::operator<<(Markup markup) {
  out_ += markup.text();
  return *this;
}

Html& Html::operator<<(Text text) {
  append_escaped_html(out_, text.value);
  return *this;
}

Html& Html::operator<<(Cleaned cleaned) {
  out_ += cleaned.html;
  return *this;
}

Html& Html::operator<<(Count count) {
  out_ += count_text(count.value);
  return *this;
}

Html& Html::operator<<(UrlAttribute attribute) {
  const auto url = safe_href(attribute.url);
  if (url.empty()) return *this;
  out_ += ' ';
  out_ += attribute.name.text();
  out_ += "=\"";
  append_escaped_html(out_, url);
  out_ += '"';
  return *this;
}

Html& Html::operator<<(Day day) {
  append_time(out_, day.value, day_text(day.value));
  return *this;
}

Html& Html::operator<<(Minute minute) {
  append_time(out_, minute.value, minute_text(minute.value));
  return *this;
}

std::string_view safe_href(std::string_view url) {
  const bool clean = std::none_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\';
  });
  if (!clean) return {};
  if (url.starts_with('/')) return url.starts_with("//") ? std::string_view{} : url;
  return begins_with_scheme(url, "https://") || begins_with_scheme(url, "http://") ? url : std::string_view{};
}

std::string one_line(std::string_view text, std::size_t characters_max) {
  std::string out;
  std::size_t characters = 0;
  bool space_due = false;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      space_due = !out.empty();
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    characters += space_due ? 2 : 1;
    if (characters > characters_max) return out + "…";
    if (space_due) out += ' ';
    space_due = false;
    out += text.substr(at, end - at);
    at = end;
  }
  return out;
}

std::string day_text(Timestamp t) { return formatted(t, false); }
std::string minute_text(Timestamp t) { return formatted(t, true); }

std::string count_text(std::int64_t value) {
  auto digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (auto at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

}  // namespace dunlin::web

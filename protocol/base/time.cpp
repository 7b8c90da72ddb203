#include "protocol/base/time.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace dunlin {
namespace {
using namespace std::chrono;

constexpr std::int64_t ms_per_day = 86'400'000;
// What four digits of a year can say.
constexpr Timestamp earliest{sys_days(year(0) / 1 / 1).time_since_epoch().count() * ms_per_day};
constexpr Timestamp latest{sys_days(year(10'000) / 1 / 1).time_since_epoch().count() * ms_per_day - 1};

constexpr std::string_view day_names = "SunMonTueWedThuFriSat";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// A moment taken apart; one outside of the years 0..9999 is moved to the nearest inside.
struct Parts {
  explicit Parts(Timestamp t) {
    const std::int64_t ms = std::clamp(t, earliest, latest).ms;
    const sys_days day = floor<days>(sys_time<milliseconds>(milliseconds(ms)));
    date = year_month_day(day);
    weekday_number = weekday(day).c_encoding();
    ms_of_day = static_cast<unsigned>(ms - day.time_since_epoch().count() * ms_per_day);
  }
  unsigned year_number() const { return static_cast<unsigned>(static_cast<int>(date.year())); }
  unsigned month_number() const { return static_cast<unsigned>(date.month()); }
  unsigned day_number() const { return static_cast<unsigned>(date.day()); }
  unsigned hour() const { return ms_of_day / 3'600'000; }
  unsigned minute() const { return ms_of_day / 60'000 % 60; }
  unsigned second() const { return ms_of_day / 1'000 % 60; }

  year_month_day date;
  unsigned weekday_number{};  // 0 = Sunday
  unsigned ms_of_day{};
};

/// Writes `count` digits and returns the place after them.
char* put(char* at, unsigned number, int count) {
  for (int i = count - 1; i >= 0; --i, number /= 10) at[i] = static_cast<char>('0' + number % 10);
  return at + count;
}

char* put_date(char* at, const Parts& parts) {
  at = put(at, parts.year_number(), 4);
  *at++ = '-';
  at = put(at, parts.month_number(), 2);
  *at++ = '-';
  return put(at, parts.day_number(), 2);
}

char* put_time(char* at, const Parts& parts) {
  at = put(at, parts.hour(), 2);
  *at++ = ':';
  at = put(at, parts.minute(), 2);
  *at++ = ':';
  return put(at, parts.second(), 2);
}

/// Reads fixed-width fields from the front; `good` stays false after the first that does not fit.
struct Fields {
  unsigned number(std::size_t digits, unsigned low, unsigned high) {
    unsigned value = 0;
    if (rest.size() < digits) return good = false, 0;
    for (char c : rest.substr(0, digits)) {
      if (c < '0' || c > '9') return good = false, 0;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest.remove_prefix(digits);
    good = good && value >= low && value <= high;
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest.empty() || any_of.find(rest.front()) == any_of.npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any_of) { good = take(any_of) && good; }
  /// 1 and up: which of the names, three letters each, stands here.
  unsigned name(std::string_view names) {
    const std::size_t at = rest.size() < 3 ? names.npos : names.find(rest.substr(0, 3));
    if (at == names.npos || at % 3 != 0) return good = false, 1;
    rest.remove_prefix(3);
    return static_cast<unsigned>(at / 3 + 1);
  }
  /// One or more digits after the point; what is finer than a millisecond is dropped.
  int fraction_ms() {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    good = good && digits > 0;
    int ms = 0;
    for (std::size_t i = 0; i < 3; ++i) ms = ms * 10 + (i < digits ? rest[i] - '0' : 0);
    rest.remove_prefix(digits);
    return ms;
  }

  std::string_view rest;
  bool good = true;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    timespec t{};
    ::clock_gettime(CLOCK_REALTIME, &t);
    return {std::int64_t{t.tv_sec} * 1'000 + t.tv_nsec / 1'000'000};
  }
  nanoseconds monotonic() const override { return steady_clock::now().time_since_epoch(); }
};

}  // namespace

void append_iso(std::string& out, Timestamp t) {
  const Parts parts(t);
  std::array<char, 24> text;
  char* at = put_date(text.data(), parts);
  *at++ = 'T';
  at = put_time(at, parts);
  *at++ = '.';
  at = put(at, parts.ms_of_day % 1'000, 3);
  *at = 'Z';
  out.append(text.data(), text.size());
}

std::string to_iso(Timestamp t) {
  std::string out;
  append_iso(out, t);
  return out;
}

std::string to_iso_date(Timestamp t) {
  std::array<char, 10> text;
  put_date(text.data(), Parts(t));
  return {text.data(), text.size()};
}

std::optional<Timestamp> parse_iso(std::string_view text) {
  Fields in{text};
  const year y(static_cast<int>(in.number(4, 0, 9'999)));
  in.expect("-");
  const month m(in.number(2, 1, 12));
  in.expect("-");
  const day d(in.number(2, 1, 31));
  in.expect("Tt ");  // RFC 3339 5.6 lets a space stand there
  const auto hour = in.number(2, 0, 23);
  in.expect(":");
  const auto minute = in.number(2, 0, 59);
  in.expect(":");
  const auto second = in.number(2, 0, 60);
  const int ms = in.take(".") ? in.fraction_ms() : 0;
  std::int64_t offset_minutes = 0;
  if (!in.rest.empty() && !in.take("Zz")) {
    const bool west = in.rest.front() == '-';
    in.expect("+-");
    offset_minutes = std::int64_t{60} * in.number(2, 0, 23);
    in.expect(":");
    offset_minutes += in.number(2, 0, 59);
    if (west) offset_minutes = -offset_minutes;
  }
  if (!in.good || !in.rest.empty() || !(y / m / d).ok()) return std::nullopt;

  const std::int64_t days_since_1970 = sys_days(y / m / d).time_since_epoch().count();
  const std::int64_t seconds_since_1970 =
      days_since_1970 * 86'400 + hour * 3'600 + minute * 60 + second - offset_minutes * 60;
  // A leap second ends a UTC day and only that; it becomes the first second of the next.
  if (second == 60 && seconds_since_1970 % 86'400 != 0) return std::nullopt;
  const Timestamp t{seconds_since_1970 * 1'000 + ms};
  if (t < earliest || t > latest) return std::nullopt;
  return t;
}

std::string to_http_date(Timestamp t) {
  const Parts parts(t);
  std::string out(29, ' ');
  day_names.copy(out.data(), 3, parts.weekday_number * 3);
  out[3] = ',';
  put(out.data() + 5, parts.day_number(), 2);
  month_names.copy(out.data() + 8, 3, (parts.month_number() - 1) * 3);
  put(out.data() + 12, parts.year_number(), 4);
  put_time(out.data() + 17, parts);
  out.replace(26, 3, "GMT");
  return out;
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  if (text.size() != 29) return std::nullopt;
  Fields in{text};
  in.name(day_names);
  in.expect(",");
  in.expect(" ");
  const day d(in.number(2, 1, 31));
  in.expect(" ");
  const month m(in.name(month_names));
  in.expect(" ");
  const year y(static_cast<int>(in.number(4, 0, 9'999)));
  in.expect(" ");
  const std::int64_t hour = in.number(2, 0, 23);
  in.expect(":");
  const std::int64_t minute = in.number(2, 0, 59);
  in.expect(":");
  const std::int64_t second = in.number(2, 0, 60);
  if (!in.good || in.rest != " GMT" || !(y / m / d).ok()) return std::nullopt;
  const std::int64_t days_since_1970 = sys_days(y / m / d).time_since_epoch().count();
  return Timestamp{days_since_1970 * ms_per_day + (hour * 3'600 + minute * 60 + second) * 1'000};
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace dunlin

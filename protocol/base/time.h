#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin {

/// A moment: milliseconds since 1970-01-01 UTC, as stored in every *_at column.
struct Timestamp {
  std::int64_t ms{};
  friend auto operator<=>(Timestamp, Timestamp) = default;
  friend Timestamp operator+(Timestamp t, std::chrono::milliseconds d) { return {t.ms + d.count()}; }
  friend Timestamp operator-(Timestamp t, std::chrono::milliseconds d) { return {t.ms - d.count()}; }
  friend std::chrono::milliseconds operator-(Timestamp a, Timestamp b) {
    return std::chrono::milliseconds(a.ms - b.ms);
  }
};

/// `2026-11-21T06:59:40.123Z`: always milliseconds and Z, because some clients parse exactly that.
std::string to_iso(Timestamp t);
void append_iso(std::string& out, Timestamp t);
/// `2026-11-21`, for fields that are a date only (an account's last_status_at).
std::string to_iso_date(Timestamp t);
/// RFC 3339 with or without fraction and offset. Nothing when it is not one.
std::optional<Timestamp> parse_iso(std::string_view text);
/// `Sat, 21 Nov 2026 06:59:40 GMT` (RFC 9110 5.6.7).
std::string to_http_date(Timestamp t);
/// Reads exactly that form, IMF-fixdate; the obsolete forms of RFC 9110 5.6.7 are nothing. The name of the
/// day must be one but need not fit.
std::optional<Timestamp> parse_http_date(std::string_view text);

/// Where time comes from. Passed in everywhere: no other code asks the system for the time of day.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  /// Never goes back; for time-outs, rates and measuring.
  virtual std::chrono::nanoseconds monotonic() const = 0;
};
const Clock& system_clock();

}  // namespace dunlin

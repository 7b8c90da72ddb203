#pragma once
// Structured log: one line an event, logfmt, on standard error.
//   ts=2026-11-21T06:59:40.123Z level=info event=request id=3f status=200 path="/a b"
// What a client sent may stand in values: control characters (also those that turn the direction of text
// round) and malformed UTF-8 are escaped, so that a record stays one line and a terminal is not steered. No
// secrets: that is up to the caller.
#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/base/ids.h"
#include "protocol/base/time.h"

namespace dunlin {

enum class Level : std::uint8_t { debug, info, warning, error };
std::string_view to_string(Level level);
/// `debug`, `info`, `warning` or `error`.
std::optional<Level> parse_level(std::string_view text);

inline constexpr std::size_t log_value_bytes_max =
    1'024;  // of one value, before escaping; the number cut off is told

/// Refers to its text: for use within the call to log() only. Keys are ours: a-z, 0-9, '_' (others become
/// '_').
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, bool, double>;
  template <class T>
  requires std::convertible_to<const T&, std::string_view> LogField(std::string_view name, const T& text)
      : key(name), value(std::string_view(text)) {}
  template <std::integral I>
  LogField(std::string_view name, I number) : key(name), value(widened(number)) {}
  LogField(std::string_view name, std::floating_point auto number)
      : key(name), value(static_cast<double>(number)) {}
  template <class Tag>
  LogField(std::string_view name, Id<Tag> id) : key(name), value(id.value) {}

  std::string_view key;
  Value value;

 private:
  template <std::integral I>
  static Value widened(I number) {
    if constexpr (std::same_as<I, bool>) {
      return number;
    } else if constexpr (std::signed_integral<I>) {
      return std::int64_t{number};
    } else {
      return std::uint64_t{number};
    }
  }
};

namespace log_detail {
inline std::atomic<Level> level_min{Level::info};
void write(Level level, std::string_view event, std::initializer_list<LogField> fields);
}  // namespace log_detail

inline bool is_logged(Level level) { return level >= log_detail::level_min.load(std::memory_order_relaxed); }

/// Writes one event, if its level is logged; from any thread. Never fails: a line that cannot be written is
/// lost and counted.
inline void log(Level level, std::string_view event, std::initializer_list<LogField> fields = {}) {
  if (is_logged(level)) log_detail::write(level, event, fields);
}

/// What is below `level` is left out; at first `info`.
void set_log_level(Level level);
/// Lines, with their line break, go to `sink` instead of standard error; an empty one takes that back. Called
/// by one thread at a time; must not log. `clock` lives until the next call of this function.
using LogSink = std::function<void(std::string_view line)>;
void set_log_sink(LogSink sink, const Clock& clock = system_clock());
/// Lines lost since the start, because standard error took none or not all of them.
std::uint64_t log_lines_lost();

}  // namespace dunlin

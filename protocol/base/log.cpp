#include "protocol/base/log.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <utility>

#include "protocol/base/utf8.h"

namespace dunlin {
namespace {

constexpr std::array<std::string_view, 4> level_names = {"debug", "info", "warning", "error"};

struct Output {
  std::mutex mutex;  // a line longer than PIPE_BUF could be mixed with another thread's
  LogSink sink;
  const Clock* clock = &system_clock();
  bool torn = false;  // the last line on standard error lacks its end
};

/// Never destroyed: other static objects may log when they go.
Output& output() {
  static auto* const the_output = new Output;
  return *the_output;
}

std::atomic<std::uint64_t> lines_lost{0};

/// Controls (C0, DEL, C1), and the invisible ones that end a line or turn its direction round.
bool is_unsafe(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

/// `digits` lower-case hexadecimal digits.
void append_hex(std::string& out, std::uint32_t number, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[(number >> shift) & 15];
}

/// At most log_value_bytes_max bytes from the front, not ending within a character.
std::string_view shortened(std::string_view text) {
  if (text.size() <= log_value_bytes_max) return text;
  std::size_t end = log_value_bytes_max;
  // A character of UTF-8 has at most three bytes after its first.
  for (int i = 0; i < 3 && (static_cast<std::uint8_t>(text[end]) & 0xC0) == 0x80; ++i) --end;
  return text.substr(0, end);
}

/// What can stand without quotes, and be split again at spaces and '='.
bool is_bare(std::string_view text) {
  for (char c : text) {
    if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\') return false;
  }
  return !text.empty();
}

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Step step = read_utf8(text, i);
    const std::string_view bytes = text.substr(i, step.length);
    i += step.length;
    if (!step.valid) {
      for (char c : bytes) {
        out += "\\x";
        append_hex(out, static_cast<std::uint8_t>(c), 2);
      }
    } else if (step.code == '"' || step.code == '\\') {
      out += '\\';
      out += bytes;
    } else if (step.code == '\n') {
      out += "\\n";
    } else if (is_unsafe(step.code)) {
      out += "\\u";
      append_hex(out, step.code, 4);
    } else {
      out += bytes;
    }
  }
}

void append_name(std::string& out, std::string_view name) {
  for (char c : name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    out += good ? c : '_';
  }
}

void append_value(std::string& out, std::string_view text) {
  const std::string_view kept = shortened(text);
  if (kept.size() == text.size() && is_bare(text)) {
    out += text;
    return;
  }
  out += '"';
  append_escaped(out, kept);
  if (kept.size() < text.size()) {
    out += "...+" + std::to_string(text.size() - kept.size());
  }
  out += '"';
}

void append_value(std::string& out, bool flag) { out += flag ? "true" : "false"; }

template <class Number>
void append_value(std::string& out, Number number) {
  std::array<char, 32> digits;
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

/// One write(2) for a line; only a line taken in part needs more.
void write_to_standard_error(Output& out, std::string& line) {
  if (out.torn) line.insert(0, 1, '\n');
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (rest.size() < line.size()) out.torn = !rest.empty();
  if (!rest.empty()) lines_lost.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

std::string_view to_string(Level level) { return level_names[static_cast<std::size_t>(level)]; }

std::optional<Level> parse_level(std::string_view text) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (text == level_names[i]) return static_cast<Level>(i);
  }
  return std::nullopt;
}

void log_detail::write(Level level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  line.reserve(256);
  line += " level=";
  line += to_string(level);
  line += " event=";
  append_name(line, event);
  for (const LogField& field : fields) {
    line += ' ';
    append_name(line, field.key);
    line += '=';
    std::visit([&](auto value) { append_value(line, value); }, field.value);
  }
  line += '\n';

  Output& out = output();
  const std::lock_guard lock(out.mutex);
  std::string ts = "ts=";  // taken in here, so that lines stand in the order of their times
  append_iso(ts, out.clock->now());
  line.insert(0, ts);
  if (out.sink) {
    out.sink(line);
  } else {
    write_to_standard_error(out, line);
  }
}

void set_log_level(Level level) { log_detail::level_min.store(level, std::memory_order_relaxed); }

void set_log_sink(LogSink sink, const Clock& clock) {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.sink = std::move(sink);
  out.clock = &clock;
}

std::uint64_t log_lines_lost() { return lines_lost.load(std::memory_order_relaxed); }

}  // namespace dunlin

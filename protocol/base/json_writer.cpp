#include "protocol/base/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "protocol/base/utf8.h"

namespace dunlin {
namespace {

/// How many bytes from `at` on go into a JSON string as they are, found eight at a time.
std::size_t plain_run(std::string_view text, std::size_t at) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  // Zero bytes of a word: exact up to the first one, and later ones are looked at again.
  auto zero_bytes = [](std::uint64_t word) { return (word - ones) & ~word & non_ascii_bits; };
  std::size_t i = at;
  for (; i + 8 <= text.size(); i += 8) {
    const std::uint64_t word = load_8(text, i);
    const std::uint64_t special = (word & non_ascii_bits) | ((word - ones * 0x20) & ~word & non_ascii_bits) |
                                  zero_bytes(word ^ (ones * '"')) | zero_bytes(word ^ (ones * '\\'));
    if (special != 0) break;
  }
  for (; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') break;
  }
  return i - at;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += c;
      return;
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    default:
      break;
  }
  out += "u00";
  out += digits[static_cast<std::uint8_t>(c) >> 4];
  out += digits[static_cast<std::uint8_t>(c) & 15];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t done = 0;  // everything before it is in `out`
  for (std::size_t i = plain_run(text, 0); i < text.size(); i += plain_run(text, i)) {
    const Utf8Step step = read_utf8(text, i);
    if (step.valid && step.length > 1) {
      i += step.length;
      continue;
    }
    out.append(text, done, i - done);
    if (step.valid) {
      append_escape(out, text[i]);
    } else {
      out += "\xEF\xBF\xBD";  // U+FFFD
    }
    i += step.length;
    done = i;
  }
  out.append(text, done);
  out += '"';
}

void JsonWriter::comma() {
  if (!first_) out_ += ',';
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  comma();
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  comma();
  append_json_string(out_, name);
  out_ += ':';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  comma();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();  // JSON has no word for them
  std::array<char, 32> digits;
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::value(Timestamp t) {
  comma();
  out_ += '"';
  append_iso(out_, t);
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  comma();
  out_ += json;
  return *this;
}

}  // namespace dunlin

#include "protocol/signature/structured_fields.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/signature/refusal.h"

namespace dunlin::signature {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_printable(char c) { return c >= 0x20 && c <= 0x7E; }
bool is_key_character(char c) {
  return is_lower(c) || is_digit(c) || std::string_view("_-.*").find(c) != std::string_view::npos;
}
bool is_token_character(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string_view::npos;
}

/// Recursive descent without recursion: nothing in a dictionary nests deeper than item, list, parameters.
/// RFC 9651 4.2. Each function returns nothing when the text is not what it reads.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Dictionary> dictionary() {
    Dictionary members;
    skip(" ");
    while (!rest_.empty()) {
      auto name = key();
      if (!name || has(members, *name)) return std::nullopt;
      auto read = member();
      if (!read) return std::nullopt;
      members.emplace_back(std::move(*name), std::move(*read));
      skip(" \t");
      if (rest_.empty()) return members;
      if (!take(',')) return std::nullopt;
      skip(" \t");
      if (rest_.empty()) return std::nullopt;
    }
    return members;
  }

 private:
  template <class Pairs>
  static bool has(const Pairs& pairs, std::string_view name) {
    return std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; });
  }
  bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool take(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip(std::string_view any_of) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(any_of), rest_.size()));
  }
  template <class Is>
  std::string_view run(Is is) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is);
    const std::string_view found(rest_.begin(), end);
    rest_.remove_prefix(found.size());
    return found;
  }

  std::optional<std::string> key() {
    if (rest_.empty() || !(is_lower(rest_.front()) || rest_.front() == '*')) return std::nullopt;
    return std::string(run(is_key_character));
  }

  std::optional<Member> member() {
    Member read;
    if (!take('=')) {
      read.value = true;
    } else {
      const char* const begin = rest_.data();
      if (!value(read)) return std::nullopt;
      auto found = parameters();
      if (!found) return std::nullopt;
      read.parameters = std::move(*found);
      read.raw.assign(begin, rest_.data());
      return read;
    }
    auto found = parameters();
    if (!found) return std::nullopt;
    read.parameters = std::move(*found);
    return read;
  }

  bool value(Member& read) {
    if (at('(')) {
      read.is_list = true;
      return inner_list(read.items);
    }
    auto item = bare_item();
    if (item) read.value = std::move(*item);
    return item.has_value();
  }

  bool inner_list(std::vector<Item>& items) {
    take('(');
    while (true) {
      skip(" ");
      if (take(')')) return true;
      auto value = bare_item();
      if (!value) return false;
      auto found = parameters();
      if (!found) return false;
      items.push_back({std::move(*value), std::move(*found)});
      if (!at(' ') && !at(')')) return false;
    }
  }

  std::optional<Parameters> parameters() {
    Parameters found;
    while (take(';')) {
      skip(" ");
      auto name = key();
      if (!name || has(found, *name)) return std::nullopt;
      BareItem item = true;
      if (take('=')) {
        auto read = bare_item();
        if (!read) return std::nullopt;
        item = std::move(*read);
      }
      found.emplace_back(std::move(*name), std::move(item));
    }
    return found;
  }

  std::optional<BareItem> bare_item() {
    if (rest_.empty()) return std::nullopt;
    const char first = rest_.front();
    if (first == '"') return string();
    if (first == ':') return byte_sequence();
    if (first == '?') return boolean();
    if (first == '-' || is_digit(first)) return number();
    if (first == '*' || is_alpha(first)) return Token{std::string(run(is_token_character))};
    return std::nullopt;
  }

  std::optional<BareItem> number() {
    const bool negative = take('-');
    const std::string_view whole = run(is_digit);
    if (whole.empty() || whole.size() > 15) return std::nullopt;
    if (take('.')) {
      const std::string_view fraction = run(is_digit);
      if (whole.size() > 12 || fraction.empty() || fraction.size() > 3) return std::nullopt;
      return Decimal{(negative ? "-" : "") + std::string(whole) + "." + std::string(fraction)};
    }
    std::int64_t magnitude = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), magnitude);
    return negative ? -magnitude : magnitude;
  }

  std::optional<BareItem> string() {
    take('"');
    std::string text;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (!is_printable(c)) return std::nullopt;
      if (c != '\\') {
        text += c;
        continue;
      }
      if (!at('"') && !at('\\')) return std::nullopt;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }

  std::optional<BareItem> byte_sequence() {
    take(':');
    const std::size_t end = rest_.find(':');
    if (end == rest_.npos) return std::nullopt;
    auto bytes = base64_decode(rest_.substr(0, end));
    if (!bytes) return std::nullopt;
    rest_.remove_prefix(end + 1);
    return ByteSequence{std::move(*bytes)};
  }

  std::optional<BareItem> boolean() {
    take('?');
    if (take('1')) return true;
    if (take('0')) return false;
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

Result<Dictionary> parse_dictionary(std::string_view text) {
  auto members = Parser(text).dictionary();
  if (!members) return refuse(Refusal::malformed, "not a dictionary of structured fields");
  return std::move(*members);
}

std::string serialized_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    ENSURE(is_printable(c));
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

const BareItem* find_parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace dunlin::signature

#include "node/net/request_head.h"

#include <array>
#include <cstring>
#include <limits>

#include "protocol/base/encoding.h"

namespace dunlin::net {
namespace {

constexpr std::uint8_t token_byte = 1;  // RFC 9110 5.6.2
constexpr std::uint8_t value_byte = 2;  // field-vchar, obs-text, SP, HTAB
constexpr std::uint8_t target_byte =
    4;  // no space, no control; bytes above 0x7f are judged as UTF-8 by whoever decodes
constexpr std::uint8_t host_byte = 8;

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t i = 0; i < 256; ++i) {
    auto c = static_cast<unsigned char>(i);
    bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    std::uint8_t kinds = 0;
    if (alnum || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos)
      kinds |= token_byte;
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) kinds |= value_byte;
    if (c > 0x20 && c != 0x7f) kinds |= target_byte;
    if (alnum || c == '-' || c == '.' || c == '_' || c == '~') kinds |= host_byte;
    classes[i] = kinds;
  }
  classes[0] = 0;
  return classes;
}
constexpr auto classes = make_classes();

bool all_of(std::string_view text, std::uint8_t kind) {
  std::uint8_t common = kind;
  for (char c : text) common = static_cast<std::uint8_t>(common & classes[static_cast<unsigned char>(c)]);
  return common == kind;
}

Method method_of(std::string_view name) {
  if (name == "GET") return Method::get;
  if (name == "POST") return Method::post;
  if (name == "HEAD") return Method::head;
  if (name == "PUT") return Method::put;
  if (name == "PATCH") return Method::patch;
  if (name == "DELETE") return Method::delete_;
  if (name == "OPTIONS") return Method::options;
  return Method::other;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Refusal read_request_line(std::string_view line, RequestHead& head) {
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || first == 0) return Refusal::request_line;
  auto method = line.substr(0, first);
  auto version = line.substr(last + 1);
  head.target = line.substr(first + 1, last - first - 1);
  if (!all_of(method, token_byte)) return Refusal::request_line;
  if (version == "HTTP/1.1") {
    head.http_1_1 = true;
  } else if (version != "HTTP/1.0") {
    bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                      version[6] == '.' && is_digit(version[7]);
    return is_version ? Refusal::version : Refusal::request_line;
  }
  if (head.target.empty()) return Refusal::request_line;
  if (!all_of(head.target, target_byte)) return Refusal::target_bytes;
  head.method = method_of(method);
  bool asterisk = head.target == "*" && head.method == Method::options;
  if (head.target[0] != '/' && !asterisk) return Refusal::target_form;
  if (head.target.find('#') != std::string_view::npos) return Refusal::target_fragment;
  return Refusal::none;
}

/// `name`, `name:port`, `[v6]` or `[v6]:port`: RFC 9112 3.2 without user information and sub-delimiters.
bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 261) return false;
  std::string_view port;
  if (host[0] == '[') {
    auto close = host.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (char c : host.substr(1, close - 1)) {
      bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (!hex && c != ':' && c != '.') return false;
    }
    port = host.substr(close + 1);
  } else {
    auto colon = host.find(':');
    if (!all_of(host.substr(0, colon), host_byte) || colon == 0) return false;
    if (colon != std::string_view::npos) port = host.substr(colon);
  }
  if (port.empty()) return true;
  if (port[0] != ':' || port.size() > 6) return false;
  for (char c : port.substr(1)) {
    if (!is_digit(c)) return false;
  }
  return true;
}

/// Digits only: no sign, no list, no space, no overflow.
bool read_length(std::string_view text, std::uint64_t& length) {
  if (text.empty() || text.size() > 19) return false;
  length = 0;
  for (char c : text) {
    if (!is_digit(c)) return false;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

/// What the fields that matter to framing said so far.
struct Seen {
  bool host{};
  bool length{};
  bool transfer_encoding{};
  bool content_type{};
  bool authorization{};
  bool idempotency_key{};
  bool close{};
  bool keep_alive{};
};

Refusal once(bool& seen, Refusal repeated) {
  if (seen) return repeated;
  seen = true;
  return Refusal::none;
}

void read_connection(std::string_view value, Seen& seen) {
  while (!value.empty()) {
    auto comma = value.find(',');
    auto option = trim(value.substr(0, comma));
    if (equal_ignoring_case(option, "close")) seen.close = true;
    if (equal_ignoring_case(option, "keep-alive")) seen.keep_alive = true;
    if (comma == std::string_view::npos) break;
    value.remove_prefix(comma + 1);
  }
}

Refusal read_transfer_encoding(std::string_view value, Seen& seen, RequestHead& head) {
  if (seen.transfer_encoding) return Refusal::transfer_coding;
  seen.transfer_encoding = true;
  if (!head.http_1_1) return Refusal::transfer_coding_1_0;
  if (!equal_ignoring_case(value, "chunked")) return Refusal::transfer_coding;
  head.chunked = true;
  return Refusal::none;
}

Refusal read_expect(std::string_view value, RequestHead& head) {
  if (!equal_ignoring_case(value, "100-continue")) return Refusal::expectation;
  head.expects_continue = head.http_1_1;  // RFC 9110 10.1.1: ignored in 1.0
  return Refusal::none;
}

Refusal read_content_length(std::string_view value, Seen& seen, RequestHead& head) {
  if (seen.length) return Refusal::length_repeated;
  seen.length = true;
  return read_length(value, head.length) ? Refusal::none : Refusal::length_invalid;
}

/// Fields that frame the message or that must not come twice. Chosen by length first: most fields are none of
/// them.
Refusal read_known_field(const Request::Field& field, Seen& seen, RequestHead& head) {
  auto is = [&](std::string_view name) { return equal_ignoring_case(field.name, name); };
  switch (field.name.size()) {
    case 4:
      if (!is("Host")) break;
      if (seen.host) return Refusal::host_repeated;
      seen.host = true;
      return is_host(field.value) ? Refusal::none : Refusal::host_invalid;
    case 6:
      if (is("Expect")) return read_expect(field.value, head);
      break;
    case 10:
      if (is("Connection")) read_connection(field.value, seen);
      break;
    case 12:
      if (is("Content-Type")) return once(seen.content_type, Refusal::field_repeated);
      break;
    case 13:
      if (is("Authorization")) return once(seen.authorization, Refusal::field_repeated);
      break;
    case 14:
      if (is("Content-Length")) return read_content_length(field.value, seen, head);
      break;
    case 15:
      if (is("Idempotency-Key")) return once(seen.idempotency_key, Refusal::field_repeated);
      break;
    case 16:
      // A compressed body could grow past every bound after it was counted: nobody here sends one.
      if (is("Content-Encoding") && !equal_ignoring_case(field.value, "identity"))
        return Refusal::content_coding;
      break;
    case 17:
      if (is("Transfer-Encoding")) return read_transfer_encoding(field.value, seen, head);
      break;
    default:
      break;
  }
  return Refusal::none;
}

std::string_view without_outer_space(std::string_view value) {
  auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  return value;
}

Refusal read_field(std::string_view line, Request::Field& field) {
  if (line[0] == ' ' || line[0] == '\t') return Refusal::obs_fold;
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return Refusal::field_syntax;
  field.name = line.substr(0, colon);
  if (field.name.back() == ' ' || field.name.back() == '\t') return Refusal::space_before_colon;
  if (!all_of(field.name, token_byte)) return Refusal::field_name;
  field.value = without_outer_space(line.substr(colon + 1));
  if (all_of(field.value, value_byte)) return Refusal::none;
  return field.value.find('\r') == std::string_view::npos ? Refusal::value_bytes : Refusal::bare_cr;
}

}  // namespace

Refusal HeadScanner::scan(std::string_view bytes) {
  // A TLS greeting or other noise never sends a line end: do not wait for one.
  if (scanned_ == 0 && !bytes.empty() && bytes[0] != '\r' && !all_of(bytes.substr(0, 1), token_byte)) {
    return bytes[0] == '\n' ? Refusal::bare_lf : Refusal::request_line;
  }
  while (scanned_ < bytes.size()) {
    const void* found = std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (found == nullptr) {
      scanned_ = bytes.size();
      break;
    }
    auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (at == 0 || bytes[at - 1] != '\r') return Refusal::bare_lf;
    scanned_ = at + 1;
    if (at - 1 == line_start_) {
      end_ = scanned_;
      break;
    }
    line_start_ = scanned_;
  }
  return Refusal::none;
}

Refusal parse_head(std::string_view text, std::size_t fields_max, RequestHead& head,
                   std::vector<Request::Field>& fields) {
  head = {};
  fields.clear();
  auto next_line = [&text] {
    auto end = text.find('\n');
    auto line = text.substr(0, end == std::string_view::npos || end == 0 ? 0 : end - 1);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
  };
  if (auto refusal = read_request_line(next_line(), head); refusal != Refusal::none) return refusal;
  Seen seen;
  for (auto line = next_line(); !line.empty(); line = next_line()) {
    if (fields.size() == fields_max) return Refusal::too_many_fields;
    Request::Field field;
    if (auto refusal = read_field(line, field); refusal != Refusal::none) return refusal;
    if (auto refusal = read_known_field(field, seen, head); refusal != Refusal::none) return refusal;
    fields.push_back(field);
  }
  if (head.chunked && seen.length) return Refusal::length_and_chunked;
  if (head.http_1_1 && !seen.host) return Refusal::host_missing;
  head.keep_alive = !seen.close && (head.http_1_1 || seen.keep_alive);
  return Refusal::none;
}

}  // namespace dunlin::net

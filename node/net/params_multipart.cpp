#include <algorithm>

#include "node/net/params_input.h"
#include "protocol/base/encoding.h"

namespace dunlin::net {
namespace {

constexpr std::size_t part_head_bytes_max = 8 * 1024;
constexpr std::size_t part_fields_max = 16;

/// What the head of a part says.
struct PartHead {
  std::string name;
  std::optional<std::string> filename;
  std::string content_type;
  bool has_disposition{};
};

tl::unexpected<Error> broken(std::string_view what) {
  return fail(Errc::bad_request, std::string("The multipart body ").append(what));
}

/// RFC 2046 5.1.1.
bool is_boundary(std::string_view text) {
  if (text.empty() || text.size() > 70 || text.back() == ' ') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return alnum || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
  });
}

/// `filename*=utf-8''%e2%82%ac.png`, RFC 8187.
std::optional<std::string> extended_value(std::string_view value) {
  constexpr std::string_view charset = "utf-8'";
  if (value.size() < charset.size() || !equal_ignoring_case(value.substr(0, charset.size()), charset))
    return std::nullopt;
  auto quote = value.find('\'', charset.size());
  if (quote == std::string_view::npos) return std::nullopt;
  return percent_decode(value.substr(quote + 1), false);
}

Result<void> read_disposition(std::string_view value, PartHead& head) {
  if (head.has_disposition) return broken("has a part with two Content-Disposition fields");
  head.has_disposition = true;
  if (!equal_ignoring_case(trim(value.substr(0, value.find(';'))), "form-data")) {
    return broken("has a part that is not form-data");
  }
  auto name = header_parameter(value, "name");
  if (!name) return broken("has a part without a name");
  if (!is_utf8(*name)) return broken("has a part whose name is not UTF-8");
  head.name = std::move(*name);
  head.filename = header_parameter(value, "filename");
  if (auto extended = header_parameter(value, "filename*")) {
    head.filename = extended_value(*extended);
    if (!head.filename) return broken("has a filename* that is not UTF-8");
  }
  if (head.filename && (!is_utf8(*head.filename) || head.filename->find('\0') != std::string::npos)) {
    return broken("has a file name that is not UTF-8");
  }
  return {};
}

Result<void> read_part_field(std::string_view line, PartHead& head) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return broken("has a part with a malformed field");
  auto name = line.substr(0, colon);
  auto value = trim(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Content-Disposition")) return read_disposition(value, head);
  if (equal_ignoring_case(name, "Content-Type")) head.content_type.assign(value);
  // Never decoded, so that a part is the bytes that were sent. RFC 7578 4.7 has clients send none of these.
  bool plain = equal_ignoring_case(value, "binary") || equal_ignoring_case(value, "8bit") ||
               equal_ignoring_case(value, "7bit");
  if (equal_ignoring_case(name, "Content-Transfer-Encoding") && !plain)
    return broken("has a part in a transfer encoding");
  return {};
}

Result<PartHead> read_part_head(std::string_view text) {
  PartHead head;
  std::size_t count = 0;
  while (!text.empty()) {
    auto end = text.find("\r\n");
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    bool clean = std::all_of(line.begin(), line.end(), [](char c) {
      auto byte = static_cast<unsigned char>(c);
      return (byte >= 0x20 || byte == '\t') && byte != 0x7f;
    });
    if (++count > part_fields_max || !clean) return broken("has a part with a malformed head");
    TRY_DO(read_part_field(line, head));
  }
  if (!head.has_disposition) return broken("has a part without Content-Disposition");
  return head;
}

Result<void> add_part(PartHead head, std::string_view data, std::vector<Params::Field>& fields) {
  Params::Field field;
  field.key = std::move(head.name);
  bool is_text = head.content_type.empty() || equal_ignoring_case(head.content_type.substr(0, 5), "text/") ||
                 equal_ignoring_case(head.content_type.substr(0, 16), "application/json");
  if (head.filename || !is_text) {
    field.value.kind = Params::Kind::file;
    field.value.filename = std::move(head.filename).value_or(std::string());
    field.value.content_type = std::move(head.content_type);
    field.value.bytes = data;
  } else {
    field.value.text.assign(data);
  }
  return add_field(fields, std::move(field));
}

/// The next parameter of "; a=b; c=\"d\"", taken off the front. False at the end or where it is malformed.
bool next_parameter(std::string_view& rest, std::string_view& name, std::string& value) {
  auto skip_space = [&rest] {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  };
  skip_space();
  if (!rest.starts_with(';')) return false;
  rest.remove_prefix(1);
  skip_space();
  auto equals = rest.find('=');
  if (equals == std::string_view::npos) return false;
  name = trim(rest.substr(0, equals));
  rest.remove_prefix(equals + 1);
  value.clear();
  if (!rest.starts_with('"')) {
    auto end = std::min(rest.find_first_of("; \t"), rest.size());
    value.assign(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  for (std::size_t i = 1; i < rest.size(); ++i) {
    // Only these two are escaped in practice; browsers of old sent Windows paths with plain backslashes.
    bool escape = rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
    if (escape) ++i;
    value += rest[i];
  }
  return false;
}

}  // namespace

std::optional<std::string> header_parameter(std::string_view value, std::string_view wanted) {
  auto rest = value;
  rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  std::string_view name;
  std::string text;
  std::optional<std::string> found;
  while (next_parameter(rest, name, text)) {
    if (!equal_ignoring_case(name, wanted)) continue;
    if (found) return std::nullopt;  // twice
    found = text;
  }
  return trim(rest).empty() || trim(rest) == ";" ? found : std::nullopt;
}

Result<void> read_multipart(std::string_view body, std::string_view content_type,
                            std::vector<Params::Field>& fields) {
  auto boundary = header_parameter(content_type, "boundary");
  if (!boundary || !is_boundary(*boundary)) return broken("has no usable boundary");
  const std::string delimiter = "\r\n--" + *boundary;
  auto first = std::string_view(delimiter).substr(2);
  if (!body.starts_with(first)) return broken("does not begin with its boundary");
  body.remove_prefix(first.size());
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return broken("has text behind a boundary");
    body.remove_prefix(2);
    auto head_end = body.substr(0, part_head_bytes_max).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return broken("has a part without the end of its head");
    TRY(auto head, read_part_head(body.substr(0, head_end)));
    body.remove_prefix(head_end + 2);  // what is left begins with the blank line's CRLF
    auto end = body.find(delimiter);
    if (end == std::string_view::npos) return broken("ends within a part");
    if (end == 0) return broken("has a part that begins with its boundary");
    TRY_DO(add_part(std::move(head), body.substr(2, end - 2), fields));
    body.remove_prefix(end + delimiter.size());
  }
  body.remove_prefix(2);
  if (!body.empty() && body != "\r\n") return broken("goes on behind its end");
  return {};
}

}  // namespace dunlin::net

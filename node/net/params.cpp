#include "node/net/params.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "node/net/params_input.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::net {
namespace {

using Field = Params::Field;
using Kind = Params::Kind;

/// What follows `name` in a key below it ("[0][k]" of "name[0][k]"); nothing for other keys.
std::optional<std::string_view> below(std::string_view key, std::string_view name) {
  if (key.size() <= name.size() || !key.starts_with(name) || key[name.size()] != '[') return std::nullopt;
  return key.substr(name.size());
}

bool is_index(std::string_view brackets) {
  if (brackets.size() < 2 || brackets.front() != '[' || brackets.back() != ']') return false;
  auto inside = brackets.substr(1, brackets.size() - 2);
  return std::all_of(inside.begin(), inside.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_text(Kind kind) { return kind == Kind::form || kind == Kind::json_string || kind == Kind::number; }

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

tl::unexpected<Error> wrong_field(std::string_view name, std::string_view expected) {
  std::string safe(name);
  return fail(Errc::unprocessable, safe.append(": must be ").append(expected));
}

bool Params::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const Field& field) { return field.key == name || below(field.key, name); });
}

/// The one value of a name that is no list and no object; null counts as absent.
Result<const Params::Value*> Params::single(std::string_view name) const {
  const Value* found = nullptr;
  auto parent = name.substr(0, name.find('['));
  for (const Field& field : fields_) {
    if (field.key == name) {
      if (found != nullptr &&
          (found->kind == Kind::file || found->kind != field.value.kind || found->text != field.value.text)) {
        return wrong_field(name, "given only once");
      }
      found = &field.value;
    } else if (below(field.key, name)) {
      return wrong_field(name, "a single value, not a list or an object");
    } else if (parent.size() != name.size() && field.key == parent && field.value.kind != Kind::null &&
               field.value.kind != Kind::empty_object) {
      return wrong_field(parent, "an object");
    }
  }
  if (found == nullptr || found->kind == Kind::null) return nullptr;
  return found;
}

Result<std::optional<std::string>> Params::text(std::string_view name) const {
  TRY(const Value* value, single(name));
  if (value == nullptr) return std::nullopt;
  if (!is_text(value->kind)) return wrong_field(name, "a text");
  return value->text;
}

Result<std::optional<std::int64_t>> Params::integer(std::string_view name, std::int64_t min,
                                                    std::int64_t max) const {
  TRY(const Value* value, single(name));
  if (value == nullptr) return std::nullopt;
  auto number = is_text(value->kind) ? whole_number(value->text) : std::nullopt;
  if (!number || *number < min || *number > max) {
    return wrong_field(name, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return number;
}

Result<std::optional<bool>> Params::boolean(std::string_view name) const {
  TRY(const Value* value, single(name));
  if (value == nullptr) return std::nullopt;
  if (is_text(value->kind) || value->kind == Kind::boolean) {
    const auto& text = value->text;
    // As forms, JSON and Python write them.
    if (text == "true" || text == "1" || text == "on" || text == "True") return true;
    if (text == "false" || text == "0" || text == "off" || text == "False") return false;
  }
  return wrong_field(name, "true or false");
}

Result<std::vector<std::string>> Params::list(std::string_view name) const {
  std::vector<std::string> values;
  for (const Field& field : fields_) {
    auto brackets = below(field.key, name);
    if (field.key != name && !brackets) continue;
    auto kind = field.value.kind;
    bool is_element = !brackets || is_index(*brackets);
    if (kind == Kind::empty_array && is_element) continue;
    if (kind == Kind::null && !brackets) continue;
    if (!is_element || !is_text(kind)) return wrong_field(name, "a list of texts");
    values.push_back(field.value.text);
  }
  return values;
}

Result<std::optional<Params::File>> Params::file(std::string_view name) const {
  TRY(const Value* value, single(name));
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::form && value->text.empty()) return std::nullopt;
  if (value->kind != Kind::file) return wrong_field(name, "a file, sent as multipart/form-data");
  if (value->filename.empty() && value->bytes.empty()) return std::nullopt;
  return File{value->filename, value->content_type, value->bytes};
}

Result<std::vector<Params>> Params::indexed(std::string_view name) const {
  std::map<std::int64_t, std::vector<Field>> numbered;
  std::vector<std::vector<Field>> unnumbered;
  for (const Field& field : fields_) {
    if (field.key == name) {
      if (field.value.kind == Kind::null || field.value.kind == Kind::empty_array) continue;
      return wrong_field(name, "a list of objects");
    }
    auto brackets = below(field.key, name);
    if (!brackets) continue;
    if (*brackets == "[]" && field.value.kind == Kind::empty_array) continue;
    auto close = brackets->find(']');
    auto rest = close == std::string_view::npos ? std::string_view() : brackets->substr(close + 1);
    auto end = rest.find(']');
    if (close == std::string_view::npos || !is_index(brackets->substr(0, close + 1)) ||
        end == std::string_view::npos || !rest.starts_with('[') || end < 2) {
      return wrong_field(name, "a list of objects");
    }
    // "[k]rest" becomes "krest".
    Field stripped{std::string(rest.substr(1, end - 1)).append(rest.substr(end + 1)), field.value};
    if (close == 1) {
      auto again = [&](const Field& other) {
        return other.key == stripped.key && !stripped.key.ends_with("[]");
      };
      if (unnumbered.empty() || std::any_of(unnumbered.back().begin(), unnumbered.back().end(), again))
        unnumbered.emplace_back();
      unnumbered.back().push_back(std::move(stripped));
      continue;
    }
    auto index = whole_number(brackets->substr(1, close - 1));
    if (!index) return wrong_field(name, "a list of objects");
    numbered[*index].push_back(std::move(stripped));
  }
  if (!numbered.empty() && !unnumbered.empty()) return wrong_field(name, "numbered throughout or not at all");
  std::vector<Params> groups;
  for (auto& [index, fields] : numbered) groups.emplace_back(std::move(fields));
  for (auto& fields : unnumbered) groups.emplace_back(std::move(fields));
  return groups;
}

Result<void> add_field(std::vector<Field>& fields, Field field) {
  if (fields.size() >= limits::body_fields_max) {
    return fail(Errc::bad_request, "More than " + std::to_string(limits::body_fields_max) + " fields");
  }
  if (!is_utf8(field.key) || field.key.find('\0') != std::string::npos) {
    return fail(Errc::bad_request, "The name of a field is not UTF-8 text");
  }
  if (!is_utf8(field.value.text) || field.value.text.find('\0') != std::string::npos) {
    return fail(Errc::bad_request, field.key + ": is not UTF-8 text");
  }
  fields.push_back(std::move(field));
  return {};
}

Result<Params> Params::parse(const Request& request) {
  std::vector<Field> fields;
  TRY_DO(read_form(request.query, fields));
  if (request.body.empty()) return Params(std::move(fields));
  auto content_type = request.header("Content-Type");
  auto media_type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  auto charset = header_parameter(content_type, "charset");
  if (charset && !equal_ignoring_case(*charset, "utf-8") && !equal_ignoring_case(*charset, "utf8")) {
    return fail(Errc::unsupported, "The charset of the body must be utf-8");
  }
  if (media_type == "application/json") {
    TRY_DO(read_json(request.body, fields));
  } else if (media_type == "application/x-www-form-urlencoded") {
    TRY_DO(read_form(request.body, fields));
  } else if (media_type == "multipart/form-data") {
    TRY_DO(read_multipart(request.body, content_type, fields));
  } else {
    return fail(
        Errc::unsupported,
        "The body must be application/json, application/x-www-form-urlencoded or multipart/form-data");
  }
  return Params(std::move(fields));
}

}  // namespace dunlin::net

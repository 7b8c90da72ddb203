#include "protocol/activitypub/values.h"

#include <algorithm>
#include <cmath>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/base/utf8.h"

namespace dunlin::activitypub {
namespace {

constexpr std::int64_t count_max = std::int64_t{1} << 53;  // what a double tells exactly
constexpr int entries_walked_max = 8;                      // id_of([[["x"]]])

const std::string* string_in(const json& value) { return value.get_ptr<const std::string*>(); }

/// Without what RFC 3986 lets stand in no address and what would end one in markup.
bool is_address(std::string_view text) {
  if (text.empty() || text.size() > limits::remote_uri_bytes_max) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>' || c == '`';
  });
}
std::string address_or_empty(const std::string* text) {
  return text && is_address(*text) ? *text : std::string();
}

bool is_web_address(std::string_view text) {
  auto starts_with = [&](std::string_view scheme) {
    return text.size() > scheme.size() && equal_ignoring_case(text.substr(0, scheme.size()), scheme);
  };
  return is_address(text) && (starts_with("https://") || starts_with("http://"));
}

/// Letters, digits and hyphens, as every language tag has. `und` says that nobody knows.
std::string language_tag(std::string_view text) {
  constexpr std::size_t tag_bytes_max = 35;  // RFC 5646 4.4.1
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  bool fits =
      text.size() >= 2 && text.size() <= tag_bytes_max && std::all_of(text.begin(), text.end(), allowed);
  return fits && text != "und" ? std::string(text) : std::string();
}

struct Candidate {
  std::string href;
  bool is_html = false;
};
/// A string, or the first web address among those of a Link's `href` or a picture's `url`.
std::string address_in(const json& value) {
  for (const json* entry : entries(value, entries_walked_max)) {
    const auto* text = string_in(*entry);
    if (const json* href = text ? nullptr : member(*entry, "href")) text = string_in(*href);
    if (text && is_web_address(*text)) return *text;
  }
  return {};
}
Candidate candidate(const json& value) {
  if (value.is_string()) return {address_in(value), false};
  Candidate found;
  for (auto name : {"href", "url"}) {
    if (const json* address = member(value, name)) found.href = address_in(*address);
    if (!found.href.empty()) break;
  }
  if (const json* type = member(value, "mediaType"); type && string_in(*type)) {
    found.is_html = string_in(*type)->starts_with("text/html");
  }
  return found;
}

}  // namespace

const json* member(const json& object, std::string_view name) {
  const auto* members = object.get_ptr<const json::object_t*>();
  if (!members) return nullptr;
  auto at = members->find(name);
  return at == members->end() || at->second.is_null() ? nullptr : &at->second;
}

const json* first_object(const json& value) {
  if (value.is_object()) return &value;
  if (!value.is_array()) return nullptr;
  auto at = std::find_if(value.begin(), value.end(), [](const json& v) { return v.is_object(); });
  return at == value.end() ? nullptr : &*at;
}

std::vector<const json*> entries(const json& value, std::size_t max) {
  std::vector<const json*> found;
  if (!value.is_array()) {
    if (!value.is_null() && max > 0) found.push_back(&value);
    return found;
  }
  for (const auto& entry : value) {
    if (found.size() >= max) break;
    if (!entry.is_null()) found.push_back(&entry);
  }
  return found;
}

std::string id_of(const json& value) {
  const json* at = &value;
  for (int walked = 0; at->is_array() && walked < entries_walked_max; ++walked) {
    auto first = std::find_if(at->begin(), at->end(), [](const json& v) { return !v.is_null(); });
    if (first == at->end()) return {};
    at = &*first;
  }
  if (at->is_string()) return address_or_empty(string_in(*at));
  for (auto name : {"id", "href"}) {
    if (const json* id = member(*at, name)) return address_or_empty(string_in(*id));
  }
  return {};
}

std::string id_of(const json& object, std::string_view name) {
  const json* value = member(object, name);
  return value ? id_of(*value) : std::string();
}

std::vector<std::string> ids_of(const json& object, std::string_view name, std::size_t max) {
  std::vector<std::string> ids;
  const json* value = member(object, name);
  if (!value) return ids;
  for (const json* entry : entries(*value, max)) {
    std::string id = id_of(*entry);
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
  }
  return ids;
}

std::string type_of(const json& object) {
  constexpr std::size_t type_characters_max = 256;
  const json* type = member(object, "type");
  if (!type) return {};
  for (const json* entry : entries(*type, entries_walked_max)) {
    if (const auto* text = string_in(*entry)) return cut(*text, type_characters_max);
  }
  return {};
}

std::string text_of(const json& object, std::string_view name, std::size_t characters_max) {
  const json* value = member(object, name);
  const auto* text = value ? string_in(*value) : nullptr;
  return text ? cut(*text, characters_max) : std::string();
}

NaturalText natural_text(const json& object, std::string_view name, std::size_t characters_max) {
  const json* value = member(object, name);
  const auto* text = value ? string_in(*value) : nullptr;
  const json* map = member(object, std::string(name) + "Map");
  const auto* languages = map ? map->get_ptr<const json::object_t*>() : nullptr;
  NaturalText found;
  if (text) found.text = cut(*text, characters_max);
  if (!languages) return found;
  for (const auto& [language, in_language] : *languages) {
    const auto* words = string_in(in_language);
    if (!words || (text && *words != *text)) continue;
    found.language = language_tag(language);
    if (!text) found.text = cut(*words, characters_max);
    break;
  }
  return found;
}

std::optional<Timestamp> time_of(const json& object, std::string_view name) {
  const json* value = member(object, name);
  const auto* text = value ? string_in(*value) : nullptr;
  if (!text) return std::nullopt;
  if (auto time = parse_iso(*text)) return time;
  // Pixelfed writes an offset without its colon: +0000.
  constexpr std::size_t shortest = std::string_view("2026-11-21T06:59:40+0000").size();
  if (text->size() < shortest || text->size() > 2 * shortest) return std::nullopt;
  return parse_iso(text->substr(0, text->size() - 2) + ":" + text->substr(text->size() - 2));
}

bool flag_of(const json& object, std::string_view name) {
  const json* value = member(object, name);
  return value && value->is_boolean() && value->get<bool>();
}

std::optional<std::int64_t> count_of(const json& value) {
  if (value.is_number_unsigned()) {
    return static_cast<std::int64_t>(
        std::min(value.get<std::uint64_t>(), static_cast<std::uint64_t>(count_max)));
  }
  if (value.is_number_integer()) return std::clamp<std::int64_t>(value.get<std::int64_t>(), 0, count_max);
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  if (std::isnan(number)) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp(number, 0.0, static_cast<double>(count_max)));
}

std::optional<std::int64_t> total_of(const json& object, std::string_view name) {
  const json* value = member(object, name);
  if (!value) return std::nullopt;
  if (const json* total = member(*value, "totalItems")) return count_of(*total);
  return count_of(*value);
}

std::string url_of(const json& value) {
  std::string first;
  for (const json* entry : entries(value, limits::remote_links_max)) {
    Candidate found = candidate(*entry);
    if (found.href.empty()) continue;
    if (found.is_html) return found.href;
    if (first.empty()) first = std::move(found.href);
  }
  return first;
}

std::string url_of(const json& object, std::string_view name) {
  const json* value = member(object, name);
  return value ? url_of(*value) : std::string();
}

std::string cut(std::string_view text, std::size_t characters_max) {
  if (text.size() <= characters_max) return std::string(text);
  std::size_t at = 0;
  for (std::size_t characters = 0; characters < characters_max && at < text.size(); ++characters) {
    at += read_utf8(text, at).length;
  }
  return std::string(text.substr(0, at));
}

}  // namespace dunlin::activitypub

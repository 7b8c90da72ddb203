#pragma once
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/ids.h"
#include "protocol/base/time.h"

namespace dunlin {

/// Appends JSON to a string as it is told, with commas where they belong: no tree, no copy. RFC 8259.
/// The caller keeps begin/end in pairs and gives keys inside objects only. Strings must be UTF-8 (malformed
/// bytes become U+FFFD, so that the output always parses).
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  template <std::same_as<bool> B>
  JsonWriter& value(B flag) {
    return raw(flag ? "true" : "false");
  }
  template <std::integral I>
  requires(!std::same_as<I, bool>) JsonWriter& value(I number) { return raw(std::to_string(number)); }
  JsonWriter& value(double number);
  /// Ids are strings in the API.
  template <class Tag>
  JsonWriter& value(Id<Tag> id) {
    return value(std::string_view(to_string(id)));
  }
  JsonWriter& value(Timestamp t);
  JsonWriter& null() { return raw("null"); }
  /// A finished JSON value.
  JsonWriter& raw(std::string_view json);
  template <class T>
  JsonWriter& field(std::string_view name, const T& v) {
    return key(name).value(v);
  }
  JsonWriter& field_null(std::string_view name) { return key(name).null(); }
  template <class T>
  JsonWriter& field_or_null(std::string_view name, const std::optional<T>& v) {
    return v ? key(name).value(*v) : key(name).null();
  }
  JsonWriter& field_raw(std::string_view name, std::string_view json) { return key(name).raw(json); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void comma();
  std::string& out_;
  bool first_ = true;  // no comma is due
};

/// A JSON string literal with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace dunlin

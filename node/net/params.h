#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/net/http.h"
#include "protocol/base/result.h"

namespace dunlin::net {

/// What a request says in its query and body, whatever its form: urlencoded, multipart or JSON become one
/// flat, ordered list of keys in the bracket notation of Rails, which clients of the API speak:
///   {"source": {"privacy": "direct"}}         source[privacy]
///   {"media_ids": ["1", "2"]}                 media_ids[], media_ids[]
///   {"fields": [{"name": "a"}, {"name": "b"}]}  fields[0][name], fields[1][name]
/// Keys that nobody asks for are ignored; what is asked for must have the right type. Getters take the name
/// as in the first column of an endpoint's documentation ("source[privacy]", "media_ids" without its
/// brackets). Their errors are `unprocessable` and name the field. A name given more than once with different
/// values is refused where one value is wanted.
class Params {
 public:
  enum class Kind : std::uint8_t {
    form,
    json_string,
    number,
    boolean,
    null,
    empty_array,
    empty_object,
    file
  };
  struct Value {
    Kind kind = Kind::form;
    std::string text;          // numbers and booleans as written; empty for a file
    std::string filename;      // of a file, as sent: not a path, not safe
    std::string content_type;  // of a file, as claimed
    std::string_view bytes;    // of a file: a view into the request's body
  };
  struct Field {
    std::string key;
    Value value;
  };
  struct File {
    std::string filename;
    std::string content_type;
    std::string_view bytes;  // lives as long as the request
  };

  Params() = default;
  explicit Params(std::vector<Field> fields) : fields_(std::move(fields)) {}

  /// Query first, then body. `bad_request` when something cannot be read (broken escape, JSON, multipart;
  /// malformed UTF-8, NUL; a JSON key given twice; more than limits::body_fields_max fields or json_depth_max
  /// levels); `unsupported` for a body of another media type than the three, or another charset than UTF-8.
  static Result<Params> parse(const Request& request);

  /// True when the name, or anything below it, was given; also as null or as an empty list.
  bool has(std::string_view name) const;
  /// A string; also a JSON number as it was written, because clients send ids as numbers. Nothing when absent
  /// or null.
  Result<std::optional<std::string>> text(std::string_view name) const;
  /// A whole number, as JSON number or decimal digits.
  Result<std::optional<std::int64_t>> integer(std::string_view name, std::int64_t min,
                                              std::int64_t max) const;
  /// true, 1, "true", "on" or false, 0, "false", "off".
  Result<std::optional<bool>> boolean(std::string_view name) const;
  /// All values in their order, as `name[]`, `name[0]`, repeated bare `name` or a JSON array. Empty when
  /// absent or null: `has` tells an empty list from none.
  Result<std::vector<std::string>> list(std::string_view name) const;
  /// An uploaded file. Nothing when absent, null, or what a browser sends for no choice.
  Result<std::optional<File>> file(std::string_view name) const;
  /// Groups of an array of objects: `name[0][k]` by their number, `name[][k]` with a new group whenever a key
  /// comes again. Each group's keys are what follows the index ("k", "k[]"). Ordered by index.
  Result<std::vector<Params>> indexed(std::string_view name) const;
  /// One of the words of `table`.
  template <class T>
  Result<std::optional<T>> one_of(std::string_view name,
                                  std::span<const std::pair<std::string_view, T>> table) const;

  const std::vector<Field>& fields() const { return fields_; }

 private:
  Result<const Value*> single(std::string_view name) const;
  std::vector<Field> fields_;
};

/// `name: must be ...`, 422.
[[nodiscard]] tl::unexpected<Error> wrong_field(std::string_view name, std::string_view expected);

template <class T>
Result<std::optional<T>> Params::one_of(std::string_view name,
                                        std::span<const std::pair<std::string_view, T>> table) const {
  TRY(auto given, text(name));
  if (!given) return std::nullopt;
  std::string words;
  for (const auto& [word, value] : table) {
    if (*given == word) return value;
    words.append(words.empty() ? "one of " : ", ").append(word);
  }
  return wrong_field(name, words);
}

}  // namespace dunlin::net

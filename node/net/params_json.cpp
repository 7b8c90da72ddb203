#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "node/net/params_input.h"
#include "protocol/base/limits.h"

namespace dunlin::net {
namespace {

using Kind = Params::Kind;

/// Turns the parser's events into flat keys; no tree is built. Every callback returns false to stop.
class Flattener {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  explicit Flattener(std::vector<Params::Field>& fields) : fields_(fields) {}

  bool null() { return add(Kind::null, {}); }
  bool boolean(bool value) { return add(Kind::boolean, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) { return add(Kind::number, std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) { return add(Kind::number, std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) { return add(Kind::number, written); }
  bool string(string_t& value) { return add(Kind::json_string, std::move(value)); }
  bool binary(binary_t&) { return stop("The JSON body cannot be read"); }

  bool start_object(std::size_t) { return open(true); }
  bool start_array(std::size_t) { return open(false); }
  bool end_object() { return close(Kind::empty_object); }
  bool end_array() { return close(Kind::empty_array); }

  bool key(string_t& name) {
    Level& level = levels_.back();
    if (name.find_first_of("[]") != std::string::npos) {
      return stop("The JSON key \"" + name + "\" holds a bracket: write an object or an array instead");
    }
    if (!level.names.insert(name).second) return stop(child_key(name) + ": is given twice in the JSON body");
    level.name = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    return stop("The JSON body cannot be read at byte " + std::to_string(position));
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  struct Level {
    std::string path;  // of the container itself; empty at the top
    bool is_object{};
    std::size_t count{};          // elements so far
    bool holds_objects{};         // of an array: then elements are numbered
    std::string name;             // of the member that comes
    std::set<std::string> names;  // of an object, so far
  };

  bool stop(std::string safe) {
    if (!error_) error_ = Error{Errc::bad_request, std::move(safe), {}};
    return false;
  }

  std::string child_key(const std::string& name) const {
    const Level& level = levels_.back();
    return level.path.empty() ? name : level.path + "[" + name + "]";
  }

  /// The key of the value that comes, and that it has come.
  std::string take_key(bool is_container) {
    Level& level = levels_.back();
    auto index = level.count++;
    if (level.is_object) return child_key(level.name);
    return level.path + (is_container ? "[" + std::to_string(index) + "]" : "[]");
  }

  bool add(Kind kind, std::string text) {
    if (levels_.empty()) return stop("The JSON body must be an object");
    Params::Field field;
    field.key = take_key(false);
    field.value.kind = kind;
    field.value.text = std::move(text);
    return add(std::move(field));
  }

  bool add(Params::Field field) {
    auto added = add_field(fields_, std::move(field));
    if (added) return true;
    if (!error_) error_ = std::move(added).error();
    return false;
  }

  bool open(bool is_object) {
    if (levels_.empty() && !is_object) return stop("The JSON body must be an object");
    if (levels_.size() >= limits::json_depth_max) {
      return stop("The JSON body is nested deeper than " + std::to_string(limits::json_depth_max) +
                  " levels");
    }
    Level level;
    if (!levels_.empty()) level.path = take_key(true);
    level.is_object = is_object;
    // Brackets of 64 levels cost little, but names repeat in every key below them.
    if (level.path.size() > key_bytes_max)
      return stop("A key of the JSON body is longer than " + std::to_string(key_bytes_max) + " bytes");
    levels_.push_back(std::move(level));
    return true;
  }

  bool close(Kind empty) {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    if (level.count > 0 || levels_.empty()) return true;
    Params::Field field;
    field.key = level.path;
    field.value.kind = empty;
    return add(std::move(field));
  }

  static constexpr std::size_t key_bytes_max = 1024;
  std::vector<Params::Field>& fields_;
  std::vector<Level> levels_;
  std::optional<Error> error_;
};

}  // namespace

Result<void> read_json(std::string_view text, std::vector<Params::Field>& fields) {
  Flattener flattener(fields);
  bool complete = nlohmann::json::sax_parse(text.begin(), text.end(), &flattener);
  if (flattener.error()) return tl::unexpected<Error>(*flattener.error());
  if (!complete) return fail(Errc::bad_request, "The JSON body cannot be read");
  return {};
}

}  // namespace dunlin::net

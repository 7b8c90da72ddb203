#include "protocol/activitypub/document.h"

#include <string>
#include <utility>
#include <vector>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::activitypub {
namespace {

/// Builds the tree from the parser's events, with the bounds checked as it grows. Each level is a pointer
/// into its parent: only the innermost container grows, so the pointers stay good.
class Builder {
 public:
  using number_integer_t = json::number_integer_t;
  using number_unsigned_t = json::number_unsigned_t;
  using number_float_t = json::number_float_t;
  using string_t = json::string_t;
  using binary_t = json::binary_t;

  bool null() { return put(nullptr) != nullptr; }
  bool boolean(bool value) { return put(value) != nullptr; }
  bool number_integer(number_integer_t value) { return put(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) { return put(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) { return put(value) != nullptr; }
  bool string(string_t& value) {
    if (value.find('\0') != string_t::npos) return refuse("a string has a NUL");
    return put(std::move(value)) != nullptr;
  }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(json::object()); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(json::array()); }
  bool end_array() { return close(); }
  bool key(string_t& name) {
    json& object = *open_.back();
    if (name.find('\0') != string_t::npos) return refuse("a key has a NUL");
    if (object.size() >= limits::json_members_max) return refuse("an object has too many members");
    auto [at, is_new] = object.get_ref<json::object_t&>().try_emplace(std::move(name));
    if (!is_new) return refuse("a key stands twice in one object");
    member_ = &at->second;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    return refuse("not JSON at byte " + std::to_string(position));
  }

  json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  /// Where the value came to lie; nullptr when its array is full.
  template <class V>
  json* put(V&& value) {
    if (open_.empty()) return &(root_ = std::forward<V>(value));
    json& parent = *open_.back();
    if (parent.is_object()) return &(*member_ = std::forward<V>(value));
    if (parent.size() >= limits::json_members_max) {
      refuse("an array has too many elements");
      return nullptr;
    }
    parent.push_back(std::forward<V>(value));
    return &parent.back();
  }
  bool open(json container) {
    if (open_.size() >= limits::json_depth_max) return refuse("nested too deeply");
    json* at = put(std::move(container));
    if (at == nullptr) return false;
    open_.push_back(at);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  json root_;
  std::vector<json*> open_;
  json* member_ = nullptr;  // where the value of the key just read goes
  std::string problem_;
};

}  // namespace

Result<json> parse_document(std::string_view bytes) {
  auto refuse = [](std::string detail) {
    return fail(Errc::bad_request, "The document is not an acceptable JSON object", std::move(detail));
  };
  // The parser would take a NUL for the end.
  if (bytes.find('\0') != std::string_view::npos) return refuse("a NUL byte");
  if (!is_utf8(bytes)) return refuse("not UTF-8");
  Builder builder;
  if (!json::sax_parse(bytes, &builder)) return refuse(builder.problem());
  json document = builder.take();
  if (!document.is_object()) return refuse("not an object");
  return document;
}

}  // namespace dunlin::activitypub

#include "node/net/params_input.h"
#include "protocol/base/encoding.h"

namespace dunlin::net {

Result<void> read_form(std::string_view text, std::vector<Params::Field>& fields) {
  while (!text.empty()) {
    auto end = text.find('&');
    auto pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (pair.empty()) continue;
    auto equals = pair.find('=');
    auto key = percent_decode(pair.substr(0, equals), true);
    if (!key) return fail(Errc::bad_request, "The name of a field has a broken % escape");
    if (!is_utf8(*key)) return fail(Errc::bad_request, "The name of a field is not UTF-8 text");
    auto value =
        percent_decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!value) return fail(Errc::bad_request, *key + ": has a broken % escape");
    Params::Field field;
    field.key = std::move(*key);
    field.value.text = std::move(*value);
    TRY_DO(add_field(fields, std::move(field)));
  }
  return {};
}

}  // namespace dunlin::net

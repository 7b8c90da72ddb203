#pragma once
// The readers behind Params::parse, one for each form. Pure; for tests and fuzzing.
#include <string_view>
#include <vector>

#include "node/net/params.h"
#include "protocol/base/result.h"

namespace dunlin::net {

/// Appends what the text says to `fields`; all stop at limits::body_fields_max fields in all.
Result<void> read_form(std::string_view text, std::vector<Params::Field>& fields);
Result<void> read_json(std::string_view text, std::vector<Params::Field>& fields);
/// multipart/form-data, RFC 7578. `content_type` is the field's value, with the boundary. Files are views
/// into `body`.
Result<void> read_multipart(std::string_view body, std::string_view content_type,
                            std::vector<Params::Field>& fields);

/// Refuses one field too many, and keys or texts that are not clean.
Result<void> add_field(std::vector<Params::Field>& fields, Params::Field field);
/// The value of `name` in "text/plain; name=value; other=\"quoted\"". Nothing when absent or malformed.
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

}  // namespace dunlin::net

#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "protocol/base/result.h"

namespace dunlin::activitypub {

using json = nlohmann::json;

/// One JSON object from another server, read strictly, so that every reader of it sees the same thing: valid
/// UTF-8, no NUL (raw or escaped), nothing after it, no key twice in one object, at most
/// limits::json_depth_max levels, and at most limits::json_members_max members or elements on each. Anything
/// else is Errc::bad_request. The caller bounds the size. Works without recursion, whatever the depth. RFC
/// 8259.
[[nodiscard]] Result<json> parse_document(std::string_view bytes);

}  // namespace dunlin::activitypub

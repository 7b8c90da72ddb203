#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "protocol/text/linkify.h"

namespace dunlin::text {

/// Markdown (see compose.h) as HTML. `text` is cleaned(). Nothing when it is over limits::markdown_bytes_max
/// or has no visible result, such as a lone link definition, or the parser is at a loss: then it is better
/// shown as it was typed.
std::optional<std::string> markdown_to_html(std::string_view text, const Resolve& resolve,
                                            std::string_view tag_url_prefix, Found* found);

}  // namespace dunlin::text

#pragma once
#include <string>
#include <string_view>

namespace dunlin::html {

/// What is wrong with HTML that clean() made; empty when nothing is. Parses it as HTML5 and walks the tree,
/// with lists of its own: tags, attributes and their values, schemes, what may stand in what, depth, empty
/// elements. Then looks at the bytes: UTF-8 without control characters, and no markup but elements.
std::string fault_in_cleaned(std::string_view html);

}  // namespace dunlin::html

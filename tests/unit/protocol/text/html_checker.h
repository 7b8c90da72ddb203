#pragma once
#include <string>
#include <string_view>

namespace dunlin::text {

/// What is wrong with HTML that to_html made; empty when nothing is. Knows no leniency: each tag must be
/// written letter for letter as in the list of the .cpp, nest as that element may, and be closed; each
/// address must have an allowed scheme; each special character must be one of five entities; bytes must be
/// UTF-8 without control characters.
std::string fault_in_html(std::string_view html);

}  // namespace dunlin::text

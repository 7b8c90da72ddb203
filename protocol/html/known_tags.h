#pragma once
// The first step of cleaning: what the tree is built from.
#include <string>
#include <string_view>

namespace dunlin::html {

enum class Keep {
  all,
  blocks,  // for markup that makes a tree grow: formatting elements are what multiplies
};
/// The same document with nothing but text and tags that a post may hold, each with known attributes only,
/// written plainly; at most limits::html_tags_max tags. Comments, scripts and their like are gone with what
/// is in them, other elements leave their text. The parser behind it thus never meets tables, forms, foreign
/// content, templates, raw text or a thousand attributes, which are where parsers differ, fail and take long.
std::string known_tags_only(std::string_view untrusted, Keep keep);

}  // namespace dunlin::html

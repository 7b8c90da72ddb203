#pragma once
// The links of cleaned HTML.
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::html {

struct Link {
  std::string href;  // entities decoded; its scheme is an allowed one
  bool mention{};    // its class says so: whom it means is the caller's to resolve
  bool hashtag{};
};
/// In the order of the text, repeated ones too. Takes only what clean() made.
std::vector<Link> links(std::string_view cleaned);

}  // namespace dunlin::html

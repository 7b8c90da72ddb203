#pragma once
// The files that pages and API clients load from us. Embedded: there is nothing else to install.
#include <span>
#include <string>
#include <string_view>

namespace dunlin::web {

struct Asset {
  std::string path;  // of the URL
  std::string_view content_type;
  std::string_view bytes;
  bool is_immutable{};  // the path changes with the content: may be cached for a year
};

/// All of them, for the router. Made once, at the first call.
std::span<const Asset> assets();

std::string_view stylesheet();
/// "/assets/style-<8 hex digits of its sha256>.css"
std::string stylesheet_path();
/// The bird, also the site's icon: "/assets/logo-<8 hex digits>.svg"
std::string_view logo_svg();
std::string logo_path();

/// For accounts without pictures of their own. The paths stay the same for ever: clients keep them.
std::string_view default_avatar_png();
std::string_view default_header_png();
inline constexpr std::string_view default_avatar_path = "/assets/avatar.png";  // 400 x 400
inline constexpr std::string_view default_header_path = "/assets/header.png";  // 1500 x 500

}  // namespace dunlin::web

#include "node/web/assets.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"

namespace dunlin::web {

extern const std::vector<std::pair<std::string_view, std::string_view>> embedded_assets;

namespace {

std::string_view embedded(std::string_view name) {
  const auto found = std::find_if(embedded_assets.begin(), embedded_assets.end(),
                                  [name](const auto& file) { return file.first == name; });
  ENSURE(found != embedded_assets.end());
  return found->second;
}

std::string hashed_path(std::string_view name, std::string_view extension, std::string_view bytes) {
  std::string path = "/assets/";
  path += name;
  path += '-';
  path += hex(bytes_of(sha256(bytes))).substr(0, 8);
  path += extension;
  return path;
}

}  // namespace

std::span<const Asset> assets() {
  static const std::vector<Asset> all = {
      {hashed_path("style", ".css", stylesheet()), "text/css; charset=utf-8", stylesheet(), true},
      {hashed_path("logo", ".svg", logo_svg()), "image/svg+xml", logo_svg(), true},
      {std::string(default_avatar_path), "image/png", default_avatar_png(), false},
      {std::string(default_header_path), "image/png", default_header_png(), false},
  };
  return all;
}

std::string_view stylesheet() { return embedded("style.css"); }
std::string stylesheet_path() { return assets()[0].path; }
std::string_view logo_svg() { return embedded("logo.svg"); }
std::string logo_path() { return assets()[1].path; }
std::string_view default_avatar_png() { return embedded("avatar.png"); }
std::string_view default_header_png() { return embedded("header.png"); }

}  // namespace dunlin::web

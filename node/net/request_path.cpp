#include "node/net/request_path.h"

#include <algorithm>

#include "protocol/base/encoding.h"

namespace dunlin::net {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What nearly every request looks like: nothing to decode, nothing to collapse.
bool is_plain(std::string_view raw) {
  char before = '\0';
  for (char c : raw) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '%') return false;
    if (before == '/' && (c == '/' || c == '.')) return false;
    before = c;
  }
  return true;
}

Refusal decode(std::string_view raw, std::string& decoded) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      int high = i + 2 < raw.size() ? hex_value(raw[i + 1]) : -1;
      int low = i + 2 < raw.size() ? hex_value(raw[i + 2]) : -1;
      if (high < 0 || low < 0) return Refusal::path_escape;
      c = static_cast<char>(high * 16 + low);
      if (c == '/') return Refusal::path_encoded_slash;
      i += 2;
    }
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return Refusal::path_control;
    decoded += c;
  }
  return Refusal::none;
}

}  // namespace

Refusal normalize_path(std::string_view raw, std::string& path) {
  path.clear();
  if (is_plain(raw)) {
    path.assign(raw);
    if (path.size() > 1 && path.back() == '/') path.pop_back();
    return Refusal::none;
  }
  std::string decoded;
  if (auto refusal = decode(raw, decoded); refusal != Refusal::none) return refusal;
  if (!is_utf8(decoded)) return Refusal::path_utf8;
  std::string_view rest = decoded;
  while (!rest.empty()) {
    auto slash = rest.find('/');
    auto segment = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      auto last = path.rfind('/');
      path.resize(last == std::string::npos ? 0 : last);
      continue;
    }
    path += '/';
    path += segment;
  }
  if (path.empty()) path = "/";
  return Refusal::none;
}

}  // namespace dunlin::net

#include "protocol/text/entities.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "protocol/text/unicode.h"

namespace dunlin::text {
namespace {

struct Name {
  std::string_view name, text;
};
constexpr Name names[] = {
    {"amp", "&"},       {"lt", "<"},       {"gt", ">"},       {"quot", "\""}, {"apos", "'"},
    {"nbsp", "\u00A0"}, {"shy", "\u00AD"}, {"copy", "©"},     {"reg", "®"},   {"trade", "™"},
    {"hellip", "…"},    {"ndash", "–"},    {"mdash", "—"},    {"lsquo", "‘"}, {"rsquo", "’"},
    {"ldquo", "“"},     {"rdquo", "”"},    {"laquo", "«"},    {"raquo", "»"}, {"bull", "•"},
    {"middot", "·"},    {"times", "×"},    {"deg", "°"},      {"euro", "€"},  {"zwnj", "\u200C"},
    {"zwj", "\u200D"},  {"lrm", "\u200E"}, {"rlm", "\u200F"},
};

std::string character(std::uint32_t code) {
  const bool unfit = code < 0x20 ? code != '\t' && code != '\n'
                                 : (code >= 0x7F && code <= 0x9F) || (code >= 0xD800 && code <= 0xDFFF) ||
                                       (code >= 0xFDD0 && code <= 0xFDEF) || code > 0x10FFFF;
  if (unfit) code = 0xFFFD;
  std::string out;
  append_utf8(out, code);
  return out;
}

}  // namespace

Entity entity_at(std::string_view text) {
  constexpr std::size_t longest = 12;  // "&#x00010FFFF;" has no use for more zeros
  const auto end = text.substr(0, longest).find(';');
  if (!text.starts_with('&') || end == text.npos) return {};
  auto body = text.substr(1, end - 1);
  if (!body.starts_with('#')) {
    const auto* known =
        std::find_if(std::begin(names), std::end(names), [&](const Name& n) { return n.name == body; });
    if (known == std::end(names)) return {};
    return {end + 1, std::string(known->text)};
  }
  const bool hexadecimal = body.starts_with("#x") || body.starts_with("#X");
  body.remove_prefix(hexadecimal ? 2 : 1);
  std::uint32_t code = 0;
  const auto [stop, error] =
      std::from_chars(body.data(), body.data() + body.size(), code, hexadecimal ? 16 : 10);
  if (body.empty() || stop != body.data() + body.size() || error == std::errc::invalid_argument) return {};
  return {end + 1, character(error == std::errc{} ? code : 0xFFFD)};
}

}  // namespace dunlin::text

#include "protocol/html/links.h"

#include "protocol/html/attributes.h"
#include "protocol/text/plain.h"

namespace dunlin::html {
namespace {

/// What stands between `before` and the next quote.
std::string_view between(std::string_view tag, std::string_view before) {
  const auto at = tag.find(before);
  if (at == tag.npos) return {};
  tag.remove_prefix(at + before.size());
  return tag.substr(0, tag.find('"'));
}

}  // namespace

std::vector<Link> links(std::string_view cleaned) {
  constexpr std::string_view start = "<a ";  // no text holds a bare '<', and no attribute a bare '>'
  std::vector<Link> out;
  for (std::size_t at = 0; (at = cleaned.find(start, at)) != cleaned.npos; ++at) {
    const auto tag = cleaned.substr(at, cleaned.find('>', at) - at);
    const auto classes = between(tag, " class=\"");
    out.push_back({.href = text::html_to_plain(between(tag, " href=\"")),
                   .mention = has_word(classes, "mention"),
                   .hashtag = has_word(classes, "hashtag")});
  }
  return out;
}

}  // namespace dunlin::html

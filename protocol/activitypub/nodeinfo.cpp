#include "protocol/activitypub/nodeinfo.h"

#include "protocol/activitypub/values.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::activitypub {

Result<std::string> read_nodeinfo_links(const json& document) {
  const json* links = member(document, "links");
  for (std::string_view version : {"2.1", "2.0", "2.2", "1.1", "1.0"}) {
    if (!links) break;
    const std::string rel = "http://nodeinfo.diaspora.software/ns/schema/" + std::string(version);
    for (const json* link : entries(*links, limits::remote_links_max)) {
      if (text_of(*link, "rel", limits::name_characters_max) != rel) continue;
      if (std::string href = url_of(*link, "href"); !href.empty()) return href;
    }
  }
  return fail(Errc::unprocessable, "No NodeInfo document is named");
}

Result<Software> read_software(const json& document) {
  const json* software = member(document, "software");
  Software found;
  if (software) {
    found.name = to_lower(text_of(*software, "name", limits::name_characters_max));
    found.version = text_of(*software, "version", limits::name_characters_max);
  }
  if (found.name.empty()) return fail(Errc::unprocessable, "The NodeInfo document names no software");
  return found;
}

}  // namespace dunlin::activitypub

#pragma once
#include <string>

#include "protocol/activitypub/document.h"

namespace dunlin::activitypub {

/// What another server runs, for statistics and for the log; never for trust.
struct Software {
  std::string name;  // lower case
  std::string version;
};
/// The best address (2.1, then 2.0) of /.well-known/nodeinfo. Errc::unprocessable when there is none.
[[nodiscard]] Result<std::string> read_nodeinfo_links(const json& document);
/// Of a NodeInfo document of any version.
[[nodiscard]] Result<Software> read_software(const json& document);

}  // namespace dunlin::activitypub

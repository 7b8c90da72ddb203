#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/activitypub/document.h"

namespace dunlin::activitypub {

/// What WebFinger says about someone. RFC 7033 4.4.
struct Jrd {
  struct Link {
    std::string rel;
    std::string type;
    std::string href;
    std::string link_template;
  };
  std::string subject;
  std::vector<std::string> aliases;
  std::vector<Link> links;
  std::string actor;  // href of the `self` link of an ActivityPub type
};
/// Errc::unprocessable without a subject or without a link to an actor. Link and alias counts are bounded.
[[nodiscard]] Result<Jrd> read_jrd(const json& document);
/// `host` with its port where that is not 443. `subscribe_template` may be empty; else it holds `{uri}`.
std::string write_jrd(std::string_view username, std::string_view host, std::string_view actor,
                      std::string_view profile, std::string_view subscribe_template = {});

/// Someone's name on some host, as people write it.
struct Handle {
  std::string username;  // as written
  std::string host;      // lower case, with a port where one is written; IDN in either spelling
  friend bool operator==(const Handle&, const Handle&) = default;
};
/// `acct:u@h`, `@u@h`, `u@h`. Nothing when it is none, or is longer than names and hosts may be.
/// Percent-decoding is the caller's.
std::optional<Handle> parse_handle(std::string_view text);

}  // namespace dunlin::activitypub

#pragma once
// What surrounds the content of every page: head with its metadata, the bar at the top, the foot.
#include <optional>
#include <string>
#include <string_view>

#include "node/web/html.h"
#include "node/web/views.h"

namespace dunlin::web {

struct Head {
  std::string title;  // empty: the site's alone
  std::string description;
  std::string canonical_url;  // empty: no metadata for link previews either
  std::string image_url, image_description;
  Markup type = "website";    // of OpenGraph
  std::string author_handle;  // "user@domain" of a post or profile; empty: none
  std::optional<Timestamp> published_at, modified_at;
  bool has_large_image{};
  bool noindex{};
};

enum class Layout {
  reading,  // links to sign in and up at the top
  front,    // no such links: the page itself begins with them
  wide,     // no such links either: for who is signed in, with room for graphs
  form,     // narrow, and no links, so that nothing leads away from the form
};

std::string document(const Site& site, const Head& head, Layout layout, const Html& content);

/// `url` with the site's address before it when it is a path; empty when it is not safe.
std::string whole_url(const Site& site, std::string_view url);

/// The display name, or the user name when there is none.
std::string_view shown_name(const AccountView& account);
/// Its picture's address, or the default picture's.
std::string_view avatar_url(const AccountView& account);

}  // namespace dunlin::web

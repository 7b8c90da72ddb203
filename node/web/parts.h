#pragma once
// What several pages show: posts, their authors, rules.
#include <string_view>
#include <vector>

#include "node/web/html.h"
#include "node/web/views.h"

namespace dunlin::web {

enum class PostRole {
  listed,    // one of many
  ancestor,  // above the post of the page, joined to it by a line
  focus,     // the post of the page: large, with its exact time and counts in words
};

void post(Html& html, const StatusView& status, PostRole role);
void posts(Html& html, const std::vector<StatusView>& statuses);

/// Picture, name and handle, linked to the profile.
void account_card(Html& html, const AccountView& account);
/// Marks after a name: automated, follows by request.
void account_marks(Html& html, const AccountView& account);
void rule_list(Html& html, const std::vector<RuleView>& rules);
/// Links to the newer and the older page; nothing when there is neither.
void pager(Html& html, std::string_view newer_url, std::string_view older_url);

}  // namespace dunlin::web

#include "node/web/scopes.h"

#include <algorithm>
#include <array>

namespace dunlin::web {
namespace {

enum class Group { read, write, administer };

struct Row {
  std::string_view scope;
  std::string_view wider;  // empty: none
  Group group;
  std::string_view words;
};

constexpr std::array rows = {
    Row{"profile", "read", Group::read, "See your name and public profile"},
    Row{"read", "", Group::read,
        "Read everything in your account: posts, private ones too, lists and notifications"},
    Row{"read:accounts", "read", Group::read, "See profiles and your account settings"},
    Row{"read:blocks", "read", Group::read, "See whom you block"},
    Row{"read:bookmarks", "read", Group::read, "See your bookmarks"},
    Row{"read:favourites", "read", Group::read, "See your favourites"},
    Row{"read:filters", "read", Group::read, "See your filters"},
    Row{"read:follows", "read", Group::read, "See whom you follow"},
    Row{"read:lists", "read", Group::read, "See your lists"},
    Row{"read:mutes", "read", Group::read, "See whom you mute"},
    Row{"read:notifications", "read", Group::read, "See your notifications"},
    Row{"read:search", "read", Group::read, "Search on your behalf"},
    Row{"read:statuses", "read", Group::read, "See your feed and posts, private ones too"},
    Row{"push", "", Group::read, "Receive your notifications as they happen"},
    Row{"write", "", Group::write,
        "Change everything in your account: post, delete, follow, edit your profile"},
    Row{"write:accounts", "write", Group::write, "Edit your profile"},
    Row{"write:blocks", "write", Group::write, "Block and unblock accounts and domains"},
    Row{"write:bookmarks", "write", Group::write, "Bookmark posts"},
    Row{"write:conversations", "write", Group::write, "Mute and remove conversations"},
    Row{"write:favourites", "write", Group::write, "Favourite posts"},
    Row{"write:filters", "write", Group::write, "Change your filters"},
    Row{"write:follows", "write", Group::write, "Follow and unfollow people"},
    Row{"write:lists", "write", Group::write, "Change your lists"},
    Row{"write:media", "write", Group::write, "Upload pictures and other media"},
    Row{"write:mutes", "write", Group::write, "Mute people and conversations"},
    Row{"write:notifications", "write", Group::write, "Clear your notifications"},
    Row{"write:reports", "write", Group::write, "Report people to the moderators"},
    Row{"write:statuses", "write", Group::write, "Publish, edit and delete posts"},
    Row{"follow", "", Group::write, "See and change whom you follow, block and mute"},
    Row{"admin:read", "", Group::administer, "Read all data of the administrators"},
    Row{"admin:write", "", Group::administer, "Change any account and setting of this community"},
};

bool contains(std::span<const std::string> scopes, std::string_view scope) {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

}  // namespace

ScopeWords scope_words(std::span<const std::string> scopes) {
  ScopeWords words;
  for (const auto& row : rows) {
    if (!contains(scopes, row.scope) || (!row.wider.empty() && contains(scopes, row.wider))) continue;
    switch (row.group) {
      case Group::read:
        words.read.push_back(row.words);
        break;
      case Group::write:
        words.write.push_back(row.words);
        break;
      case Group::administer:
        words.administer.push_back(row.words);
        break;
    }
  }
  for (const auto& scope : scopes) {
    const bool is_known =
        std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.scope == scope; });
    if (!is_known && !scope.empty() && !contains(words.unknown, scope)) words.unknown.push_back(scope);
  }
  return words;
}

}  // namespace dunlin::web

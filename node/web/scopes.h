#pragma once
// OAuth scopes in words that a person can decide on.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::web {

/// What an application may do, in the order of the source table, without what a wider scope says already. The
/// sentences complete "it may": "Publish, edit and delete posts". Source:
/// docs.joinmastodon.org/api/oauth-scopes/
struct ScopeWords {
  std::vector<std::string_view> read;
  std::vector<std::string_view> write;
  std::vector<std::string_view> administer;
  std::vector<std::string> unknown;  // names as asked for
};

ScopeWords scope_words(std::span<const std::string> scopes);

}  // namespace dunlin::web

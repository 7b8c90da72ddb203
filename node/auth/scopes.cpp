#include "node/auth/scopes.h"

#include <algorithm>
#include <array>

namespace dunlin::auth {
namespace {

constexpr auto names = std::to_array<std::string_view>({
    "read",
    "write",
    "follow",
    "push",
    "profile",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "admin:read",
    "admin:write",
    "admin:read:accounts",
    "admin:read:reports",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:canonical_email_blocks",
    "admin:write:accounts",
    "admin:write:reports",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:canonical_email_blocks",
});
static_assert(names.size() == static_cast<std::size_t>(Scope::admin_write_canonical_email_blocks) + 1);
static_assert(names.size() <= 64, "Scopes keeps one bit each");

constexpr std::uint64_t bit(std::size_t index) { return std::uint64_t{1} << index; }
constexpr std::uint64_t bit(Scope scope) { return bit(static_cast<std::size_t>(scope)); }

/// A scope and all that it contains. `follow` is only a name for six others and has no bit of its own here,
/// so that a token with `read write` may do whatever `follow` may.
constexpr std::uint64_t contents(std::size_t index) {
  auto scope = static_cast<Scope>(index);
  if (scope == Scope::follow) {
    return bit(Scope::read_follows) | bit(Scope::read_blocks) | bit(Scope::read_mutes) |
           bit(Scope::write_follows) | bit(Scope::write_blocks) | bit(Scope::write_mutes);
  }
  std::uint64_t all = bit(index);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].size() > names[index].size() && names[i].starts_with(names[index]) &&
        names[i][names[index].size()] == ':') {
      all |= bit(i);
    }
  }
  if (scope == Scope::read || scope == Scope::read_accounts) all |= bit(Scope::profile);
  return all;
}

constexpr auto contents_of = [] {
  std::array<std::uint64_t, names.size()> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = contents(i);
  return table;
}();

/// Someone else's word in an error message: short, and nothing that a terminal or a page could act on.
std::string quoted(std::string_view word) {
  std::string out(word.substr(0, 40));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c <= ' ' || c > '~' || c == '"'; }, '?');
  return '"' + out + (word.size() > 40 ? "...\"" : "\"");
}

constexpr std::string_view white = " \t\r\n";

}  // namespace

std::string_view to_string(Scope scope) { return names[static_cast<std::size_t>(scope)]; }

std::span<const std::string_view> scope_names() { return names; }

Result<Scopes> Scopes::parse(std::string_view text) {
  Scopes scopes;
  for (auto begin = text.find_first_not_of(white); begin != text.npos;
       begin = text.find_first_not_of(white, begin)) {
    auto end = std::min(text.find_first_of(white, begin), text.size());
    auto word = text.substr(begin, end - begin);
    const auto* found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return fail(Errc::bad_request, "scope: " + quoted(word) + " is not known");
    auto index = static_cast<std::size_t>(found - names.begin());
    scopes.asked_ |= bit(index);
    scopes.granted_ |= contents_of[index];
    begin = end;
  }
  return scopes;
}

bool Scopes::allows(Scope needed) const {
  auto all = contents_of[static_cast<std::size_t>(needed)];
  return (granted_ & all) == all;
}

bool Scopes::includes(const Scopes& other) const { return (granted_ & other.granted_) == other.granted_; }

std::string Scopes::to_string() const {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((asked_ & bit(i)) == 0) continue;
    if (!out.empty()) out += ' ';
    out += names[i];
  }
  return out;
}

}  // namespace dunlin::auth

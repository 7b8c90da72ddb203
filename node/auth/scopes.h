#pragma once
// What a token may do. Source: docs.joinmastodon.org/api/oauth-scopes
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/base/result.h"

namespace dunlin::auth {

/// In the order of the names that to_string() gives. A route needs exactly one of them (see Scopes::allows).
enum class Scope : std::uint8_t {
  read,
  write,
  follow,
  push,
  profile,
  read_accounts,
  read_blocks,
  read_bookmarks,
  read_favourites,
  read_filters,
  read_follows,
  read_lists,
  read_mutes,
  read_notifications,
  read_search,
  read_statuses,
  write_accounts,
  write_blocks,
  write_bookmarks,
  write_conversations,
  write_favourites,
  write_filters,
  write_follows,
  write_lists,
  write_media,
  write_mutes,
  write_notifications,
  write_reports,
  write_statuses,
  admin_read,
  admin_write,
  admin_read_accounts,
  admin_read_reports,
  admin_read_domain_allows,
  admin_read_domain_blocks,
  admin_read_ip_blocks,
  admin_read_email_domain_blocks,
  admin_read_canonical_email_blocks,
  admin_write_accounts,
  admin_write_reports,
  admin_write_domain_allows,
  admin_write_domain_blocks,
  admin_write_ip_blocks,
  admin_write_email_domain_blocks,
  admin_write_canonical_email_blocks,
};

/// `write:statuses`.
std::string_view to_string(Scope scope);
/// Every name, in the order of the enumeration: `scopes_supported` of the server's metadata.
std::span<const std::string_view> scope_names();

/// A set of scopes as asked for: `read` stays `read` and is not spelled out.
class Scopes {
 public:
  Scopes() = default;
  /// Names between white space, in any order, repeats allowed; empty text gives the empty set (what an absent
  /// scope means is the caller's: `read`). Errc::bad_request that names the first unknown one.
  static Result<Scopes> parse(std::string_view text);

  /// The wide scopes contain the granular ones: `read` all of `read:...`, `write` all of `write:...`,
  /// `admin:read` and `admin:write` theirs, `follow` reading and writing of follows, blocks and mutes.
  /// `read:accounts` contains `profile`. The granular ones together are not the wide one, which will contain
  /// what is added later.
  bool allows(Scope needed) const;
  /// True when `other` gives nothing that this set does not: the test for a token against its application.
  bool includes(const Scopes& other) const;
  bool empty() const { return asked_ == 0; }
  /// Names with one space between, in the order of the enumeration, each once. parse() reads it back to an
  /// equal set.
  std::string to_string() const;
  friend bool operator==(const Scopes&, const Scopes&) = default;

 private:
  std::uint64_t asked_ = 0;    // one bit a scope, as named
  std::uint64_t granted_ = 0;  // with everything they contain
};

}  // namespace dunlin::auth

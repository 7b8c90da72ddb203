#pragma once
#include "node/domain/site.h"
#include "node/store/accounts.h"
#include "protocol/mastodon/account.h"

namespace dunlin::feed {

/// An account's row as the client API shows it to everyone.
mastodon::Account entity_of(const domain::Site& site, const store::Account& account);
/// The `role` object of a local account; administrators and moderators are also shown as `roles`.
std::string role_json(store::Role role);
/// The stored profile fields for readers (HTML values) or for their owner (as typed): a JSON array.
std::string fields_json(const store::Account& account, bool as_typed);

inline constexpr std::string_view default_avatar_path = "/assets/avatar.png";
inline constexpr std::string_view default_header_path = "/assets/header.png";

}  // namespace dunlin::feed

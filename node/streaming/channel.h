#pragma once
#include <optional>
#include <string_view>

namespace dunlin::streaming {

/// What a client can listen to, by the names of Mastodon's API.
enum class Channel : unsigned char { user, user_notification, public_, public_local, public_remote };
inline constexpr std::size_t channel_count = 5;

/// `user:notification`.
std::string_view name_of(Channel channel);
/// Nothing for a name that is not one of them.
std::optional<Channel> parse_channel(std::string_view name);
/// What the owner of the token alone is told, as opposed to what is told to everyone.
inline bool is_personal(Channel channel) { return channel <= Channel::user_notification; }

}  // namespace dunlin::streaming

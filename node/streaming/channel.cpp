#include "node/streaming/channel.h"

#include <algorithm>
#include <array>

namespace dunlin::streaming {

namespace {

constexpr std::array<std::string_view, channel_count> names = {"user", "user:notification", "public",
                                                               "public:local", "public:remote"};

}  // namespace

std::string_view name_of(Channel channel) { return names[static_cast<std::size_t>(channel)]; }

std::optional<Channel> parse_channel(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Channel>(found - names.begin());
}

}  // namespace dunlin::streaming

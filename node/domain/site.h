#pragma once
#include <string>
#include <string_view>

#include "protocol/base/ids.h"

namespace dunlin::domain {

/// The node's own name and the addresses made from it: the one place that knows their form.
struct Site {
  std::string domain;    // "example.org", may carry a port
  std::string base_url;  // "https://example.org", no slash at the end

  std::string account_url(std::string_view username) const { return base_url + "/@" + std::string(username); }
  std::string account_uri(std::string_view username) const {
    return base_url + "/users/" + std::string(username);
  }
  std::string status_url(std::string_view username, StatusId id) const {
    return account_url(username) + "/" + to_string(id);
  }
  std::string status_uri(std::string_view username, StatusId id) const {
    return account_uri(username) + "/statuses/" + to_string(id);
  }
  std::string tag_url_prefix() const { return base_url + "/tags/"; }
  std::string media_url(std::string_view file) const { return base_url + "/media/" + std::string(file); }
  /// A custom emoji of this node as an object; and the picture of another node's, served by this one.
  std::string emoji_uri(std::string_view shortcode) const {
    return base_url + "/emojis/" + std::string(shortcode);
  }
  std::string remote_emoji_url(std::int64_t id, std::int64_t version) const {
    return base_url + "/media/emoji/" + std::to_string(id) + "/" + std::to_string(version);
  }
  /// wss:// or ws:// with the same host, without a path.
  std::string streaming_url() const {
    return (base_url.starts_with("https://") ? "wss://" : "ws://") + domain;
  }
};

}  // namespace dunlin::domain

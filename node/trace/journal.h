#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"
#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::trace {

/// Microseconds since 1970 UTC; 0 = it did not happen, or not while the node looked.
using Micros = std::int64_t;

/// The stages of one post on this node.
struct PostTimes {
  std::int64_t status = 0;
  Micros received = 0;  // its request was here, whole; 0 when nobody's request brought it
  Micros queued = 0;    // for the writer: text prepared, signature checked, what it needs fetched
  Micros committed = 0;
  Micros fan_out_began = 0;
  Micros fan_out_ended = 0;
  Micros rendered = 0;          // its JSON was made for the first page that needed it
  Micros removed = 0;           // its deletion was committed
  std::uint32_t followers = 0;  // of this node, that the fan-out walked
  std::uint32_t rings = 0;      // of theirs that it was pushed into
};

enum class DeliveryState : std::uint8_t { delivered, refused, postponed };
std::string_view to_string(DeliveryState state);

/// How it went to bring one notice about a post to one inbox.
struct DeliveryTimes {
  std::int64_t notice = 0;
  std::int64_t status = 0;
  Micros first_sent = 0;
  Micros answered = 0;  // the last time; or given up waiting for it
  std::uint16_t attempts = 0;
  std::uint16_t http_status = 0;  // of the last answer; 0 = there was none
  DeliveryState state{};
  std::array<char, 16> failure{};  // why there was none, a word
  std::array<char, 64> host{};     // origin of the inbox; what is longer is cut
};

/// What lately happened to posts, in memory that is a file: written in passing by the threads that do the
/// work, read by another process. Holds about the last posts_kept posts and deliveries_kept deliveries, since
/// places are found by hash; forgets the oldest first. Any thread.
class Journal {
 public:
  static constexpr std::size_t posts_kept = 8'192;
  static constexpr std::size_t deliveries_kept = 16'384;

  /// Makes the file (about 3 MB) or goes on with the one there is; begins anew when it is another version's.
  /// Errc::unavailable when that cannot be done.
  static Result<std::unique_ptr<Journal>> open(const std::string& file, const Clock& clock);
  ~Journal();
  Journal(const Journal&) = delete;

  /// On the writer's thread, after the commit.
  void committed(const store::Changes& changes);
  void rendered(StatusId status);
  void fanned_out(StatusId status, std::chrono::nanoseconds began, std::size_t followers, std::size_t rings);
  /// `sent_at` as Clock::monotonic(). `failure` is empty when there was an answer.
  struct Attempt {
    std::int64_t notice;
    StatusId status;
    std::string_view inbox, host;
    std::chrono::nanoseconds sent_at;
    int http_status;
    DeliveryState state;
    std::string_view failure;
  };
  void attempted(const Attempt& attempt);

  /// What the file of a node, running or not, knows of one post.
  struct Found {
    bool has_post = false;
    PostTimes post;
    std::vector<DeliveryTimes> deliveries;  // by notice, then by host
  };
  /// Nothing in it when there is no such file.
  static Found read(const std::string& file, StatusId status);

 private:
  struct Layout;
  Journal(Layout* layout, const Clock& clock);
  Micros wall(std::chrono::nanoseconds monotonic) const;

  Layout* layout_;
  const Clock& clock_;
  std::chrono::microseconds offset_;  // from the monotonic clock to the wall's
  std::mutex posts_mutex_, deliveries_mutex_;
};

}  // namespace dunlin::trace

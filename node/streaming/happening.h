#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/net/stream.h"
#include "node/streaming/channel.h"

namespace dunlin::streaming {

/// Something that those who listen are told: an id, and its text as far as somebody needed it. Shared by
/// everybody who is told, on all loops.
class Happening {
 public:
  enum class Kind : std::uint8_t { posted, edited, removed, notified };
  Happening(Kind kind, std::int64_t id) : kind_(kind), id_(id) {}
  Kind kind() const { return kind_; }
  std::int64_t id() const { return id_; }

  /// How it is written for one kind of stream: as an event, or as a frame that names its channel.
  struct Form {
    net::Stream::Kind kind;
    Channel channel;
  };
  net::Stream::Bytes bytes(Form form, std::string_view payload) const;
  /// The same, kept for all who have the same `sameness`; `payload` is asked for when nobody did before.
  net::Stream::Bytes shared(Form form, const std::string& sameness,
                            const std::function<std::string()>& payload) const;

 private:
  struct Text {
    std::string sameness;
    std::string payload;
    std::array<net::Stream::Bytes, channel_count + 1> forms;  // the last: as an event
  };
  Kind kind_;
  std::int64_t id_;
  mutable std::mutex mutex_;
  mutable std::vector<Text> texts_;
};

using HappeningPtr = std::shared_ptr<const Happening>;

}  // namespace dunlin::streaming

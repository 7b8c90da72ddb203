#pragma once
#include <functional>
#include <string>
#include <vector>

#include "node/auth/scopes.h"
#include "node/feed/feeds.h"
#include "node/net/stream.h"
#include "node/streaming/loop_streams.h"
#include "protocol/base/encoding.h"

namespace dunlin::streaming {

/// Who listens.
struct Listener {
  AccountId account;
  TokenId token;
  Sha256 token_digest;
  auth::Scopes scopes;
};

/// Errc::forbidden when the token does not reach what the channel tells.
Result<void> may_listen(const Listener& listener, Channel channel);

/// One client's stream: what it listens to, and how far it got in each. Reads what happened from the logs of
/// its loop, asks the rules of the feed for each, and writes it down.
class LiveStream final : public net::Stream {
 public:
  /// `first`: subscribed to at once. `left` is called when it is over.
  LiveStream(LoopStreams& loop, Kind kind, Listener listener, std::string first, std::function<void()> left);
  ~LiveStream() override;

  Kind kind() const override { return kind_; }
  void opened(net::StreamPort& port) override;
  bool take(std::vector<Bytes>& out, std::size_t bytes_max) override;
  void received(std::string_view message) override;
  void closed() override;

  /// There is something new in a log.
  void wake() { port_->wake(); }
  void check_token(const store::ReadTx& tx);

 private:
  struct Subscription {
    Channel channel;
    Log* log;
    std::uint64_t next;  // number of what is read next
  };
  void subscribe(std::string_view name);
  void unsubscribe(std::string_view name);
  void tell_error(std::string_view message);
  /// Where the oldest of what was not read is; nullptr when all was.
  Subscription* oldest();
  bool fell_behind();
  /// Null when the reader is not shown it.
  Bytes bytes_of(const store::ReadTx& tx, const feed::Viewer& viewer, Channel channel, const Happening& what);
  Bytes status_bytes(const store::ReadTx& tx, const feed::Viewer& viewer, Channel channel,
                     const Happening& what);
  Bytes notification_bytes(const store::ReadTx& tx, const feed::Viewer& viewer, Channel channel,
                           const Happening& what);

  LoopStreams& loop_;
  Kind kind_;
  Listener listener_;
  std::string first_;
  std::function<void()> left_;
  net::StreamPort* port_ = nullptr;
  std::vector<Subscription> subscriptions_;
  std::vector<Bytes> errors_;
};

}  // namespace dunlin::streaming

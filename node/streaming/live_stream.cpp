#include "node/streaming/live_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/feed/notifications.h"
#include "node/net/websocket.h"
#include "node/store/oauth.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"

namespace dunlin::streaming {

namespace {

constexpr int examined_at_once = 256;
constexpr std::size_t errors_max = 8;  // of messages that were not understood, in one go

feed::Origin origin_of(Channel channel) {
  if (channel == Channel::public_local) return feed::Origin::here;
  return channel == Channel::public_remote ? feed::Origin::elsewhere : feed::Origin::all;
}

}  // namespace

Result<void> may_listen(const Listener& listener, Channel channel) {
  const auto needed =
      channel == Channel::user_notification ? auth::Scope::read_notifications : auth::Scope::read_statuses;
  if (listener.scopes.allows(needed)) return {};
  return fail(Errc::forbidden, "This action is outside the authorized scopes: it needs " +
                                   std::string(auth::to_string(needed)));
}

LiveStream::LiveStream(LoopStreams& loop, Kind kind, Listener listener, std::string first,
                       std::function<void()> left)
    : loop_(loop),
      kind_(kind),
      listener_(std::move(listener)),
      first_(std::move(first)),
      left_(std::move(left)) {}

LiveStream::~LiveStream() { left_(); }

void LiveStream::opened(net::StreamPort& port) {
  port_ = &port;
  loop_.add(*this);
  if (!first_.empty()) subscribe(std::exchange(first_, {}));
}

void LiveStream::closed() {
  while (!subscriptions_.empty()) unsubscribe(name_of(subscriptions_.back().channel));
  loop_.remove(*this);
  port_ = nullptr;
}

void LiveStream::check_token(const store::ReadTx& tx) {
  const auto token = store::find_token(tx, listener_.token_digest);
  if (!token || token->is_waiting) port_->close(net::CloseCode::policy, "the token works no more");
}

// --- what the client says ---

void LiveStream::subscribe(std::string_view name) {
  const auto channel = parse_channel(name);
  if (!channel) return tell_error("Unknown stream type");
  if (const auto allowed = may_listen(listener_, *channel); !allowed) return tell_error(allowed.error().safe);
  for (const auto& known : subscriptions_) {
    if (known.channel == *channel) return;
  }
  Log& log = loop_.subscribe(*channel, listener_.account, *this);
  subscriptions_.push_back({*channel, &log, log.end()});
}

void LiveStream::unsubscribe(std::string_view name) {
  const auto channel = parse_channel(name);
  const auto found =
      std::find_if(subscriptions_.begin(), subscriptions_.end(),
                   [&](const Subscription& known) { return channel && known.channel == *channel; });
  if (found == subscriptions_.end()) return;
  loop_.counters().waiting -=
      static_cast<std::int64_t>(found->log->end() - std::max(found->next, found->log->first()));
  loop_.unsubscribe(*channel, listener_.account, *this);
  subscriptions_.erase(found);
}

void LiveStream::received(std::string_view message) {
  const auto wish = nlohmann::json::parse(message, nullptr, false);
  const auto word = [&](const char* name) {
    const auto found = wish.is_object() ? wish.find(name) : wish.end();
    return found != wish.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto type = word("type");
  if (type == "subscribe") return subscribe(word("stream"));
  if (type == "unsubscribe") return unsubscribe(word("stream"));
  tell_error(wish.is_discarded() ? "This is no JSON" : "Unknown type: subscribe and unsubscribe are known");
}

void LiveStream::tell_error(std::string_view message) {
  if (kind_ != Kind::websocket || errors_.size() >= errors_max) return;
  std::string text;
  JsonWriter(text).begin_object().field("error", message).field("status", 400).end_object();
  errors_.push_back(std::make_shared<const std::string>(net::text_frame(text)));
  port_->wake();
}

// --- what the client is told ---

LiveStream::Subscription* LiveStream::oldest() {
  Subscription* found = nullptr;
  for (auto& each : subscriptions_) {
    if (each.next == each.log->end()) continue;
    if (found == nullptr || each.log->at(each.next).order < found->log->at(found->next).order) found = &each;
  }
  return found;
}

bool LiveStream::fell_behind() {
  std::uint64_t missed = 0;
  for (auto& each : subscriptions_) {
    if (each.next >= each.log->first()) continue;
    missed += each.log->first() - each.next;
    each.next = each.log->first();
  }
  if (missed == 0) return false;
  loop_.counters().dropped += missed;
  loop_.counters().waiting -= static_cast<std::int64_t>(missed);
  // Clients that are cut off come back and load what they missed; told in words, none would.
  port_->close(net::CloseCode::try_again_later, "too slow: load what was missed");
  return true;
}

bool LiveStream::take(std::vector<Bytes>& out, std::size_t bytes_max) {
  for (auto& error : std::exchange(errors_, {})) out.push_back(std::move(error));
  if (fell_behind()) return false;
  Subscription* next = oldest();
  if (next == nullptr) return false;
  const store::ReadTx tx(loop_.reader(), loop_.sequence());
  try {
    const auto viewer = loop_.feeds().viewer(tx, listener_.account);
    std::size_t bytes = 0;
    for (int i = 0; next != nullptr && bytes < bytes_max && i < examined_at_once; ++i, next = oldest()) {
      const HappeningPtr what = next->log->at(next->next).happening;
      ++next->next;
      --loop_.counters().waiting;
      // So that its text is let go. Where more than one reads, the log's own bound does it.
      if (next->log->readers.size() == 1) next->log->forget_below(next->next);
      auto piece = bytes_of(tx, *viewer, next->channel, *what);
      if (!piece) continue;
      bytes += piece->size();
      ++loop_.counters().sent;
      out.push_back(std::move(piece));
    }
  } catch (const store::Fault& fault) {
    log(Level::error, "stream_event_lost", {{"error", fault.what()}});
  }
  return next != nullptr;
}

net::Stream::Bytes LiveStream::bytes_of(const store::ReadTx& tx, const feed::Viewer& viewer, Channel channel,
                                        const Happening& what) {
  if (what.kind() == Happening::Kind::notified) return notification_bytes(tx, viewer, channel, what);
  if (channel == Channel::user_notification) return nullptr;
  if (what.kind() != Happening::Kind::removed) return status_bytes(tx, viewer, channel, what);
  return what.shared({kind_, channel}, {}, [&] { return std::to_string(what.id()); });
}

net::Stream::Bytes LiveStream::status_bytes(const store::ReadTx& tx, const feed::Viewer& viewer,
                                            Channel channel, const Happening& what) {
  auto& feeds = loop_.feeds();
  const StatusId id{what.id()};
  const auto entry = is_personal(channel) ? feeds.home_entry(tx, viewer, id)
                                          : feeds.public_entry(tx, viewer, origin_of(channel), id);
  if (!entry) return nullptr;
  const auto marks = feeds.marks_of(tx, viewer);
  const auto payload = [&] {
    std::string json;
    feed::PageWriter page(json);
    feeds.append(page, tx, viewer, marks.get(), *entry);
    return json;
  };
  if (const auto sameness = feeds.sameness(tx, viewer, marks.get(), *entry))
    return what.shared({kind_, channel}, *sameness, payload);
  return what.bytes({kind_, channel}, payload());
}

net::Stream::Bytes LiveStream::notification_bytes(const store::ReadTx& tx, const feed::Viewer& viewer,
                                                  Channel channel, const Happening& what) {
  if (!listener_.scopes.allows(auth::Scope::read_notifications)) return nullptr;
  auto& feeds = loop_.feeds();
  const auto row = store::find_notification(tx, listener_.account, NotificationId{what.id()});
  const auto shown = row ? feed::shown_notification(tx, feeds, viewer, *row) : std::nullopt;
  if (!shown) return nullptr;
  std::string json;
  feed::PageWriter page(json);
  feed::append_notification(page, tx, feeds, viewer, feeds.marks_of(tx, viewer).get(), *shown);
  return what.bytes({kind_, channel}, json);
}

}  // namespace dunlin::streaming

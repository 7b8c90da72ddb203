#include "node/federation/polite_client.h"

#include <charconv>

#include "node/federation/documents.h"
#include "node/federation/fetching.h"
#include "protocol/activitypub/document.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;

namespace {

using std::chrono::milliseconds;

constexpr std::size_t hosts_kept_max = 10'000;

milliseconds pause_after(int failures) {
  milliseconds pause = limits::fetch_first_pause;
  for (int i = 1; i < failures && pause < limits::fetch_longest_pause; ++i) pause *= 3;
  return std::min<milliseconds>(pause, limits::fetch_longest_pause);
}

/// Retry-After in seconds; its other form, a date, is read as absent. RFC 9110 10.2.3.
milliseconds retry_after(const outgoing::Response& answer) {
  const auto text = answer.header("retry-after");
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::clamp<milliseconds>(std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 86'400)),
                                  milliseconds(0), limits::fetch_longest_pause);
}

bool is_busy(int status) { return status >= 500 || status == 429 || status == 408 || status == 425; }

/// Not the host's fault: asking again will end the same way.
bool is_final(outgoing::Failure failure) {
  using outgoing::Failure;
  return failure == Failure::refused_address || failure == Failure::refused_host ||
         failure == Failure::too_large || failure == Failure::too_many_redirects ||
         failure == Failure::redirect_refused || failure == Failure::malformed;
}

Found<Document> read(const outgoing::Response& answer) {
  const auto refused = [](std::string why) {
    return tl::unexpected<Miss>(Miss{Miss::Kind::refused, std::move(why)});
  };
  if (answer.status == 404 || answer.status == 410) {
    const auto kind = answer.status == 410 ? Miss::Kind::gone : Miss::Kind::missing;
    return tl::unexpected<Miss>(Miss{kind, "status " + std::to_string(answer.status)});
  }
  if (!answer.is_success()) return refused("status " + std::to_string(answer.status));
  if (!ap::is_activity_media_type(answer.content_type()))
    return refused("media type " + std::string(answer.content_type()));
  auto document = ap::parse_document(answer.body);
  if (!document) return refused(document.error().safe);
  return Document{std::move(*document), std::string(answer.url.without_fragment())};
}

}  // namespace

void PoliteClient::get(const std::string& uri, int importance, Done done) {
  const auto miss = [&](Miss::Kind kind, std::string why) {
    post_([done = std::move(done), miss = Miss{kind, std::move(why)}] { done(tl::unexpected<Miss>(miss)); });
  };
  const auto url = Url::parse(uri.substr(0, uri.find('#')), schemes_of(site_));
  if (!url) return miss(Miss::Kind::refused, url.error().safe);
  const auto name = ap::origin_of(uri);
  auto& host = hosts_[name];
  if (host.paused_until > clock_.now()) return miss(Miss::Kind::later, "its host failed a moment ago");
  host.waiting.emplace(importance, Item{*url, std::move(done)});
  waiting_hosts_.emplace(name, true);
}

Timestamp PoliteClient::paused_until(std::string_view uri) const {
  const auto host = hosts_.find(ap::origin_of(uri));
  return host == hosts_.end() ? Timestamp{} : host->second.paused_until;
}

void PoliteClient::refill(Host& host) const {
  const auto now = clock_.monotonic();
  const std::chrono::duration<double, std::chrono::minutes::period> passed = now - host.refilled_at;
  host.refilled_at = now;
  host.tokens = std::min<double>(limits::fetches_in_a_row_per_host,
                                 host.tokens + passed.count() * limits::fetches_per_minute_per_host);
}

void PoliteClient::send_waiting(const store::ReadTx& tx) {
  if (waiting_hosts_.empty()) return;
  // From where the last turn ended, so that each host has its turn while there is not room for all.
  auto at = waiting_hosts_.upper_bound(last_served_);
  for (auto left = waiting_hosts_.size(); left > 0 && in_flight_ < limits::fetches_at_once_max; --left) {
    if (at == waiting_hosts_.end()) at = waiting_hosts_.begin();
    const auto name = at->first;
    auto& host = hosts_[name];
    refill(host);
    while (!host.waiting.empty() && host.in_flight < limits::fetches_at_once_per_host && host.tokens >= 1 &&
           in_flight_ < limits::fetches_at_once_max) {
      send(tx, name, host);
      last_served_ = name;
    }
    at = host.waiting.empty() ? waiting_hosts_.erase(at) : std::next(at);
  }
  if (hosts_.size() > hosts_kept_max) forget_idle_hosts();
}

void PoliteClient::send(const store::ReadTx& tx, const std::string& name, Host& host) {
  auto item = std::move(host.waiting.begin()->second);
  host.waiting.erase(host.waiting.begin());
  const auto keys = keys_.ensure(tx, AccountId{});
  if (!keys) {
    return post_([done = std::move(item.done), why = keys.error().safe] {
      done(tl::unexpected<Miss>(Miss{Miss::Kind::later, why}));
    });
  }
  host.tokens -= 1;
  ++host.in_flight;
  ++in_flight_;
  auto request = signed_get(item.url, activity_types, site_, keys->request, clock_);
  client_.send(std::move(request), [this, name, done = std::move(item.done)](outgoing::Fetched answer) {
    post_([this, name, done, answer = std::make_shared<const outgoing::Fetched>(std::move(answer))] {
      answered(name, *answer, done);
    });
  });
}

void PoliteClient::answered(const std::string& name, const outgoing::Fetched& answer, const Done& done) {
  auto& host = hosts_[name];
  --host.in_flight;
  --in_flight_;
  if (answer && !is_busy(answer->status)) {
    host.failures = 0;
    return done(read(*answer));
  }
  if (!answer && is_final(answer.error().failure)) {
    return done(tl::unexpected<Miss>(
        Miss{Miss::Kind::refused, std::string(outgoing::to_string(answer.error().failure))}));
  }
  const auto why = answer ? "status " + std::to_string(answer->status)
                          : std::string(outgoing::to_string(answer.error().failure));
  pause(name, host, answer ? retry_after(*answer) : milliseconds(0), why);
  done(tl::unexpected<Miss>(Miss{Miss::Kind::later, why}));
}

void PoliteClient::pause(const std::string& name, Host& host, milliseconds asked_for,
                         const std::string& why) {
  // What was sent before the first failure fails with it: that is one failure.
  if (host.paused_until <= clock_.now()) ++host.failures;
  host.paused_until =
      std::max(host.paused_until, clock_.now() + std::max(asked_for, pause_after(host.failures)));
  log(Level::info, "host_left_alone",
      {{"host", name}, {"why", why}, {"until", to_iso(host.paused_until)}, {"failures", host.failures}});
  for (auto& [importance, item] : host.waiting) {
    post_([done = std::move(item.done), why] { done(tl::unexpected<Miss>(Miss{Miss::Kind::later, why})); });
  }
  host.waiting.clear();
  waiting_hosts_.erase(name);
}

void PoliteClient::forget_idle_hosts() {
  const auto now = clock_.now();
  std::erase_if(hosts_, [&](const auto& entry) {
    const auto& host = entry.second;
    return host.waiting.empty() && host.in_flight == 0 && host.paused_until <= now;
  });
}

}  // namespace dunlin::federation

#include "node/federation/deliveries.h"

#include <pthread.h>

#include <algorithm>
#include <span>

#include "node/domain/relationships/relationships.h"
#include "node/federation/documents.h"
#include "node/federation/followers_sync.h"
#include "node/federation/notices.h"
#include "node/store/accounts.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/id_generator.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"
#include "protocol/signature/cavage.h"
#include "protocol/signature/rfc9421.h"

namespace dunlin::federation {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t plan_slice = 100;  // notices in one write
constexpr std::size_t load_slice = 32;
constexpr std::size_t send_slice = 8;  // for which the client is woken once; to sign them takes 2 ms
constexpr int expire_slice = 1'000;
constexpr std::size_t bodies_max = 1'000;
constexpr int refusals_of_a_host_max = 3;  // in a row; then it is not about the notice
constexpr auto quick_within = 1s;          // an answer, and the host is slow no more
// What is done is deleted many at a time: a transaction costs more than a row.
constexpr std::size_t store_slice = 256;
constexpr auto store_after = 20ms;
constexpr auto digests_kept = 5s;

bool is_success(int status) { return status >= 200 && status < 300; }

/// The other side will not take it, however often it is sent. 401 is none of these: that is also what a peer
/// says which could not get our key just now.
bool is_final(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 408 && status != 425 && status != 429;
}

/// There is a host, and what it says is about this notice; not that it, or what it runs on, is unwell.
bool is_about_notice(int status) {
  const bool is_unwell =
      status == 408 || status == 425 || status == 429 || (status >= 502 && status <= 504) || status >= 520;
  return status != 0 && !is_unwell;
}

}  // namespace

Deliveries::Deliveries(const domain::Site& site, const domain::Domains& domains, const Clock& clock,
                       Random& random, store::Writer& writer, Keys& keys, outgoing::Client& client,
                       std::unique_ptr<store::Connection> connection, trace::Journal* journal)
    : site_(site),
      domains_(domains),
      clock_(clock),
      random_(random),
      writer_(writer),
      keys_(keys),
      client_(client),
      connection_(std::move(connection)),
      journal_(journal),
      thread_([this] {
        pthread_setname_np(pthread_self(), "deliveries");
        loop();
      }) {}

void Deliveries::wake() {
  std::lock_guard lock(mutex_);
  has_news_ = true;
  signal_.notify_one();
}

void Deliveries::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    signal_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

Deliveries::Stats Deliveries::stats() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

void Deliveries::is_alive(const std::string& host) {
  std::lock_guard lock(mutex_);
  if (down_.erase(host) == 0) return;
  alive_.push_back(host);
  signal_.notify_one();
}

void Deliveries::loop() {
  bool can_go_on = false;
  while (true) {
    std::vector<Outcome> outcomes;
    std::vector<std::string> alive;
    bool has_news = false;
    {
      std::unique_lock lock(mutex_);
      // A second is how late a host whose rest ended may be.
      const auto at_most = can_go_on ? 0ms : done_.empty() ? 1'000ms : store_after;
      signal_.wait_for(lock, at_most,
                       [&] { return stopping_ || has_news_ || !outcomes_.empty() || !alive_.empty(); });
      if (stopping_) return;
      outcomes.swap(outcomes_);
      alive.swap(alive_);
      has_news = std::exchange(has_news_, false);
    }
    try {
      settle(std::move(outcomes));
      revive(alive);
      end_rests();
      send_ready();  // the next ones are on their way while the disk works
      const bool is_stored = !has_news && !is_time_to_store() ? done_.empty() : store_done();
      if (has_news) plan();
      if (is_stored) load();  // else what is done would be read again
      send_ready();
      can_go_on = is_stored && !unloaded_.empty();
    } catch (const std::exception& fault) {
      log(Level::error, "delivery_fault", {{"error", fault.what()}});
      std::unique_lock lock(mutex_);
      signal_.wait_for(lock, 1s, [&] { return stopping_; });
      has_news_ = true;
      // Whatever was left undone is in the database still.
      for (auto& [name, host] : hosts_) {
        host.has_more = true;
        enqueue(name, host);
      }
    }
  }
}

void Deliveries::plan() {
  for (std::size_t count = plan_slice; count == plan_slice;) {
    const store::ReadTx tx(*connection_, writer_.sequence());
    const auto planned = plan_notices(tx, site_, keys_, plan_slice);
    if (!planned) return wake();  // the writer is busy: again with the next turn
    count = planned->size();
    if (count == 0) break;
    const auto done = writer_.run([&](store::WriteTx& write) -> Result<void> {
      file_notices(write, domains_, *planned);
      return {};
    });
    if (!done) return wake();
  }
  const store::ReadTx tx(*connection_, writer_.sequence());
  for (const auto& name : store::hosts_of_deliveries(tx, planned_to_)) {
    auto& host = hosts_[name];
    host.has_more = true;
    enqueue(name, host);
  }
  planned_to_ = store::newest_planned_notice(tx, planned_to_).value_or(planned_to_);
}

void Deliveries::load() {
  if (unloaded_.empty()) return;
  const auto now = clock_.now();
  const auto monotonic = clock_.monotonic();
  const store::ReadTx tx(*connection_, writer_.sequence());
  for (const auto& name : std::exchange(unloaded_, {})) {
    auto& host = hosts_[name];
    const auto oldest = store::oldest_delivery(tx, name);
    const bool is_late = oldest && *oldest + limits::delivery_in_order_for < now;
    const auto next = store::next_deliveries(
        tx, name, is_late ? store::DeliveryOrder::newest_first : store::DeliveryOrder::by_time, load_slice,
        [&](std::int64_t object) {
          const auto aside = host.aside.find(object);
          return aside != host.aside.end() && aside->second.until() > monotonic;
        });
    host.waiting.assign(next.rbegin(), next.rend());
    host.has_more = next.size() == load_slice;
    if (!host.waiting.empty()) enqueue(name, host);
  }
}

void Deliveries::enqueue(const std::string& name, Host& host) {
  if (host.is_ready || host.is_busy) return;
  host.is_ready = true;
  (host.is_slow ? slow_ : quick_).ready.push_back(name);
}

void Deliveries::send_ready() {
  send_ready(quick_, limits::deliveries_at_once_max);
  send_ready(slow_, limits::deliveries_slow_max);
  hand_over();
}

void Deliveries::hand_over() { client_.send(std::exchange(to_send_, {})); }

void Deliveries::send_ready(Lane& lane, std::size_t at_once_max) {
  const auto now = clock_.monotonic();
  while (!lane.ready.empty() && lane.in_flight + unloaded_.size() < at_once_max) {
    const auto name = std::move(lane.ready.front());
    lane.ready.pop_front();
    auto& host = hosts_[name];
    host.is_ready = false;
    if (host.outage.until() > now) continue;  // the end of its rest brings it back
    while (!host.waiting.empty() && !host.is_busy) {
      const auto delivery = std::move(host.waiting.back());
      host.waiting.pop_back();
      if (to_send_.size() >= send_slice) hand_over();
      if (send(name, host, delivery, host.takes_rfc9421)) continue;
      host.waiting.clear();
      host.has_more = true;
      rest(name, host.outage);
      break;
    }
    if (host.outage.until() > now) continue;
    if (!host.is_busy && host.has_more) unloaded_.push_back(name);
  }
}

std::shared_ptr<const Deliveries::Body> Deliveries::body_of(const store::Delivery& delivery) {
  if (const auto known = bodies_.find(delivery.notice); known != bodies_.end()) return known->second;
  const store::ReadTx tx(*connection_, writer_.sequence());
  auto notice = store::find_notice(tx, delivery.notice);
  if (!notice || notice->body.empty()) return nullptr;
  const auto actor = notice->account ? account_uri(tx, site_, notice->account) : node_actor_uri(site_);
  const auto keys = keys_.ensure(tx, notice->account);
  if (actor.empty() || !keys) return nullptr;
  if (bodies_.size() >= bodies_max) bodies_.clear();
  const auto digest = sha256(notice->body);
  const bool is_to_followers = notice->body.find("\"" + actor + "/followers\"") != std::string::npos;
  auto body = std::make_shared<const Body>(Body{std::make_shared<const std::string>(std::move(notice->body)),
                                                digest, key_uri(actor), keys->request,
                                                is_to_followers ? digests_of(tx, notice->account) : nullptr});
  return bodies_.emplace(delivery.notice, std::move(body)).first->second;
}

/// Of some seconds ago is good enough: a receiver that finds a difference asks for the list of that moment.
std::shared_ptr<const FollowerDigests> Deliveries::digests_of(const store::ReadTx& tx, AccountId account) {
  const auto now = clock_.monotonic();
  std::erase_if(digests_, [&](const auto& entry) { return now - entry.second.made_at > digests_kept; });
  auto& entry = digests_[account];
  if (!entry.value)
    entry = {now, std::make_shared<const FollowerDigests>(FollowerDigests::of(tx, site_, account))};
  return entry.value;
}

bool Deliveries::send(const std::string& host_name, Host& host, const store::Delivery& delivery,
                      bool as_rfc9421) {
  const auto body = body_of(delivery);
  if (!body) return false;  // withdrawn meanwhile, or there is no key
  const auto report = [this](Outcome outcome) {
    std::lock_guard lock(mutex_);
    outcomes_.push_back(std::move(outcome));
    signal_.notify_one();
  };
  Outcome outcome;
  outcome.delivery = delivery;
  outcome.host = host_name;
  outcome.was_rfc9421 = as_rfc9421;
  outcome.sent_at = clock_.monotonic();
  outcome.was_slow = host.is_slow;
  host.is_busy = true;
  ++(host.is_slow ? slow_ : quick_).in_flight;
  const auto url = Url::parse(delivery.inbox, schemes_of(site_));
  if (!url) {
    outcome.status = 404;
    report(std::move(outcome));
    return true;
  }
  outgoing::Request request{*url};
  request.method = "POST";
  request.headers = {{"Content-Type", std::string(activitypub::activity_media_type)}};
  auto synchronization = body->followers ? body->followers->header(host_name) : std::nullopt;
  if (synchronization)
    request.headers.emplace_back("Collection-Synchronization", std::move(*synchronization));
  request.body = body->text;
  request.follow_redirects = false;
  request.answer_is_ignored = true;
  // Who is interrupted is told twice: only where places are wanted.
  const bool is_crowded = quick_.in_flight > limits::deliveries_slow_max;
  if (host.is_slow) {
    request.deadline = limits::delivery_deadline;
  } else if (is_crowded) {
    request.deadline = limits::delivery_patience;
  }
  request.sign = [body, as_rfc9421, headers = request.headers, this](const Url& target,
                                                                     std::string_view method) {
    signature::Message message;
    message.method = std::string(method);
    message.scheme = std::string(target.scheme());
    message.authority = std::string(target.authority());
    message.target = std::string(target.path_and_query());
    for (const auto& [name, value] : headers) message.headers.emplace_back(name, value);
    message.body = *body->text;
    message.has_body = true;
    return as_rfc9421 ? signature::sign_rfc9421(body->key, body->key_id, message, clock_.now(), body->digest)
                      : signature::sign_cavage(body->key, body->key_id, message, clock_.now(), body->digest);
  };
  to_send_.emplace_back(std::move(request),
                        [report, outcome = std::move(outcome)](outgoing::Fetched answer) mutable {
                          if (answer) {
                            outcome.status = answer->status;
                          } else {
                            outcome.failure = answer.error().failure;
                          }
                          report(std::move(outcome));
                        });
  return true;
}

void Deliveries::settle(std::vector<Outcome> outcomes) {
  for (const auto& outcome : outcomes) {
    hosts_[outcome.host].is_busy = false;
    --(outcome.was_slow ? slow_ : quick_).in_flight;
  }
  for (auto& outcome : outcomes) {
    auto& host = hosts_[outcome.host];
    settle(outcome, host);
    if (!host.waiting.empty() || host.has_more) enqueue(outcome.host, host);
  }
}

void Deliveries::settle(Outcome& outcome, Host& host) {
  const auto status = outcome.status;
  const auto& delivery = outcome.delivery;
  if (status == 0 && outcome.failure == outgoing::Failure::cancelled) return;
  if (status == 0 && outcome.failure == outgoing::Failure::timed_out && !outcome.was_slow) {
    host.is_slow = true;  // nothing else is known yet: the same again, with patience
    host.waiting.push_back(delivery);
    return;
  }
  if (is_success(status) && clock_.monotonic() - outcome.sent_at < quick_within) host.is_slow = false;
  // The other form of signature, once: which one a host takes is remembered.
  if ((status == 401 || status == 400) && outcome.was_rfc9421 == host.takes_rfc9421) {
    if (send(outcome.host, host, delivery, !outcome.was_rfc9421)) return;
  }
  const bool is_forbidden = status == 0 && outcome.failure == outgoing::Failure::refused_host;
  const auto known = host.aside.find(delivery.object);
  const bool is_unwanted = status == 401 && known != host.aside.end() &&
                           known->second.failures() + 1 >= limits::delivery_refusals_max;
  if (is_success(status) || is_final(status) || is_forbidden || is_unwanted) {
    if (is_success(status)) host.takes_rfc9421 = outcome.was_rfc9421;
    if (status == 410) gone_.insert(delivery.inbox);
    host.outage = {};
    host.refusals = 0;
    host.aside.erase(delivery.object);
    if (done_.empty()) done_since_ = clock_.monotonic();
    done_.push_back(delivery);
    note(outcome, is_success(status) ? trace::DeliveryState::delivered : trace::DeliveryState::refused);
    if (!is_success(status))
      log(Level::info, "delivery_refused", {{"inbox", delivery.inbox}, {"status", status}});
    std::lock_guard lock(mutex_);
    ++(is_success(status) ? stats_.delivered : stats_.refused);
    return;
  }
  note(outcome, trace::DeliveryState::postponed);
  // Read anew when it goes on: in the order of then, and without what waits with this one.
  host.waiting.clear();
  host.has_more = true;
  is_about_notice(status) ? refused(outcome, host) : failed(outcome, host);
  std::lock_guard lock(mutex_);
  ++stats_.postponed;
}

void Deliveries::note(const Outcome& outcome, trace::DeliveryState state) {
  if (journal_ == nullptr || outcome.delivery.object <= 0) return;
  const auto failure = outcome.status == 0 ? outgoing::to_string(outcome.failure) : std::string_view();
  journal_->attempted({outcome.delivery.notice, StatusId{outcome.delivery.object}, outcome.delivery.inbox,
                       outcome.host, outcome.sent_at, outcome.status, state, failure});
}

void Deliveries::refused(const Outcome& outcome, Host& host) {
  if (time_of(outcome.delivery.notice) + limits::delivery_kept < clock_.now()) {
    done_.push_back(outcome.delivery);
    return;
  }
  auto& aside = host.aside[outcome.delivery.object];
  rest(outcome.host, aside);
  if (aside.failures() == 1)
    log(Level::info, "delivery_put_aside", {{"inbox", outcome.delivery.inbox}, {"status", outcome.status}});
  if (++host.refusals >= refusals_of_a_host_max || host.aside.size() >= limits::delivery_asides_max)
    failed(outcome, host);
}

void Deliveries::failed(const Outcome& outcome, Host& host) {
  rest(outcome.host, host.outage);
  log(Level::info, "delivery_postponed",
      {{"host", outcome.host},
       {"status", outcome.status},
       {"failure", outcome.status == 0 ? outgoing::to_string(outcome.failure) : std::string_view()},
       {"failures", host.outage.failures()}});
  if (host.outage.lasted(clock_.monotonic()) < limits::delivery_eager_for) return;
  const store::ReadTx tx(*connection_, writer_.sequence());
  const auto expired =
      store::expired_deliveries(tx, outcome.host, clock_.now() - limits::delivery_kept, expire_slice);
  done_.insert(done_.end(), expired.begin(), expired.end());
}

void Deliveries::rest(const std::string& host, Backoff& backoff) {
  std::uint32_t dice = 0;
  random_.fill(std::as_writable_bytes(std::span(&dice, 1)));
  backoff.fail(clock_.monotonic(), dice);
  rests_.emplace(backoff.until(), host);
  std::lock_guard lock(mutex_);
  down_.insert(host);
}

void Deliveries::revive(const std::vector<std::string>& hosts) {
  for (const auto& name : hosts) {
    auto& host = hosts_[name];
    host.outage.forgive();
    rests_.emplace(host.outage.until(), name);
    for (auto& [object, backoff] : host.aside) {
      backoff.forgive();
      rests_.emplace(backoff.until(), name);
    }
  }
}

void Deliveries::end_rests() {
  const auto now = clock_.monotonic();
  while (!rests_.empty() && rests_.begin()->first <= now) {
    const auto name = std::move(rests_.begin()->second);
    rests_.erase(rests_.begin());
    auto& host = hosts_[name];
    host.has_more = true;
    enqueue(name, host);
  }
}

bool Deliveries::is_time_to_store() const {
  return quick_.in_flight + slow_.in_flight == 0 || done_.size() >= store_slice ||
         clock_.monotonic() - done_since_ >= store_after;
}

bool Deliveries::store_done() {
  if (done_.empty() && gone_.empty()) return true;
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    for (const auto& delivery : done_) store::delete_delivery(tx, delivery);
    for (const auto& inbox : gone_) domain::drop_followers_behind(tx, inbox);
    return {};
  });
  if (!stored) {
    log(Level::warning, "deliveries_not_stored", {{"error", stored.error().safe}});
    return false;
  }
  done_.clear();
  gone_.clear();
  return true;
}

}  // namespace dunlin::federation

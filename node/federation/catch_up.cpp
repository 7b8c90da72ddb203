#include "node/federation/catch_up.h"

#include <pthread.h>

#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/outboxes.h"
#include "protocol/base/id_generator.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

using namespace std::chrono_literals;

namespace {

constexpr auto look_every = 1s;           // for what has become due
constexpr auto turn_when_waiting = 50ms;  // for hosts that have had their number of requests
constexpr auto alive_every = 60s;
constexpr auto reconcile_look_every = 10min;
constexpr int reconcile_slice = 100;      // followed accounts in one look
constexpr auto gap_margin = 1h;           // before it: what was on its way when the node went down
constexpr auto active_within = 24h * 14;  // readers who count for the order
constexpr std::size_t asked_kept_max = 20'000;
constexpr int waiting_max = 8;  // of 16 threads that may wait for the network

// Greater goes first. A reader waits for a profile; after an outage those with most readers come first.
constexpr int profile_priority = 800;
constexpr int catch_up_priority = 10;
constexpr int catch_up_priority_max = 500;
constexpr int reconcile_priority = 0;

}  // namespace

CatchUp::CatchUp(const Options& options, const domain::Site& site, const Clock& clock, store::Writer& writer,
                 Keys& keys, outgoing::Client& client, std::unique_ptr<store::Connection> connection)
    : options_(options),
      site_(site),
      clock_(clock),
      writer_(writer),
      connection_(std::move(connection)),
      client_(site, clock, keys, client, [this](std::function<void()> job) { post(std::move(job)); }),
      fetcher_(site, clock, writer, *connection_, client_,
               [this](std::function<void()> job) { post(std::move(job)); }),
      walks_(site, clock, writer, *connection_, client_, fetcher_,
             [this](AccountId account) {
               std::lock_guard lock(mutex_);
               if (pages_.size() >= asked_kept_max) pages_.clear();
               ++pages_[account];
               moved_.notify_all();
             }),
      refresher_(site, clock, writer, *connection_, fetcher_),
      followers_sync_(site, clock, writer, *connection_, fetcher_) {}

void CatchUp::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "catch-up");
    loop();
  });
}

void CatchUp::post(std::function<void()> job) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;  // what is not taken any more goes with its caller
  jobs_.push_back(std::move(job));
  signal_.notify_one();
}

void CatchUp::wake() {
  post([this] { looked_at_ = {}; });
}

void CatchUp::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    signal_.notify_one();
    moved_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void CatchUp::loop() {
  while (true) {
    std::vector<std::function<void()>> jobs;
    {
      std::unique_lock lock(mutex_);
      const auto longest = client_.has_waiting() ? std::chrono::milliseconds(turn_when_waiting) : look_every;
      signal_.wait_for(lock, longest, [&] { return stopping_ || !jobs_.empty() || !has_begun_; });
      if (stopping_) break;
      jobs.swap(jobs_);
    }
    for (auto& job : jobs) {
      try {
        job();
      } catch (const std::exception& fault) {
        log(Level::error, "catch_up_fault", {{"error", fault.what()}});
      }
      job = nullptr;
    }
    try {
      turn();
    } catch (const std::exception& fault) {
      log(Level::error, "catch_up_fault", {{"error", fault.what()}});
      std::unique_lock lock(mutex_);
      signal_.wait_for(lock, look_every, [&] { return stopping_; });
    }
  }
  // What waits holds on to what it belongs to.
  std::vector<std::function<void()>> jobs;
  std::lock_guard lock(mutex_);
  jobs.swap(jobs_);
}

void CatchUp::turn() {
  const auto now = clock_.now();
  if (!has_begun_) {
    find_gap();
    has_begun_ = true;
  }
  if (now - told_alive_at_ >= alive_every || now < told_alive_at_) tell_alive();
  if (now - reconciled_at_ >= reconcile_look_every || now < reconciled_at_) reconcile();
  if (now - looked_at_ >= look_every || now < looked_at_) {
    looked_at_ = now;
    walks_.begin_due();
  }
  const store::ReadTx tx(*connection_, writer_.sequence());
  client_.send_waiting(tx);
}

/// Since the last sign of life nothing was received. The wishes and the new sign are one write: if it does
/// not happen, the gap is found again.
void CatchUp::find_gap() {
  const auto now = clock_.now();
  std::optional<Timestamp> last;
  {
    const store::ReadTx tx(*connection_, writer_.sequence());
    last = store::alive_at(tx);
  }
  const bool was_away = last && now - *last >= options_.gap_min;
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    if (was_away) {
      store::want_outboxes_of_followed(tx,
                                       {*last - gap_margin, limits::collection_pages_max, catch_up_priority},
                                       now - active_within, catch_up_priority_max);
    }
    store::set_alive_at(tx, now);
    return {};
  });
  if (!stored) throw std::runtime_error("the gap cannot be stored: " + stored.error().safe);
  told_alive_at_ = now;
  if (was_away) log(Level::info, "catch_up_began", {{"away_since", to_iso(*last)}});
}

void CatchUp::tell_alive() {
  told_alive_at_ = clock_.now();
  store::Operation operation;
  operation.apply = [now = told_alive_at_](store::WriteTx& tx) -> Result<void> {
    store::set_alive_at(tx, now);
    return {};
  };
  operation.done = [](const Result<void>&) {};
  (void)writer_.submit(std::move(operation));  // with the next one then
}

/// A node may have given up delivering to us, or have lost what it had to deliver: its silence is looked
/// into.
void CatchUp::reconcile() {
  const auto now = clock_.now();
  reconciled_at_ = now;
  std::vector<store::Followed> due;
  {
    const store::ReadTx tx(*connection_, writer_.sequence());
    due = store::outboxes_to_reconcile(tx, now - limits::reconcile_every, reconcile_slice);
  }
  if (due.empty()) return;
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    for (const auto& [account, last_status_at] : due) {
      const bool is_arriving = last_status_at && *last_status_at > now - limits::reconcile_every;
      if (is_arriving) {
        store::set_outbox_checked(tx, account, *last_status_at);
      } else {
        const auto known = store::find_outbox(tx, account);
        store::want_outbox(tx, account, {known ? known->checked_at : Timestamp{}, 1, reconcile_priority});
      }
    }
    return {};
  });
  if (stored && due.size() == reconcile_slice) reconciled_at_ = {};  // there may be more
  looked_at_ = {};
}

template <class Id>
bool CatchUp::is_news(std::unordered_map<Id, Timestamp>& asked, Id id, std::chrono::milliseconds pause) {
  const auto now = clock_.now();
  if (asked.size() >= asked_kept_max) asked.clear();
  auto& at = asked[id];
  if (at + pause > now) return false;
  at = now;
  return true;
}

void CatchUp::compare_followers(AccountId sender, std::string_view header) {
  if (auto said = read_synchronization(header))
    post([this, sender, said = std::move(*said)] { followers_sync_.compare(sender, said); });
}

// --- profiles ---

void CatchUp::profile_shown(AccountId account, StatusId oldest) {
  post([this, account, oldest] { read_profile(account, oldest); });
}

void CatchUp::read_profile(AccountId account, StatusId oldest) {
  bool is_stale = false;
  {
    std::lock_guard lock(mutex_);
    is_stale = is_news(asked_profiles_, account, limits::profile_refresh_pause);
  }
  std::optional<store::Outbox> known;
  {
    const store::ReadTx tx(*connection_, writer_.sequence());
    const auto actor = store::find_actor(tx, account);
    if (!actor || actor->outbox.empty()) return;
    known = store::find_outbox(tx, account);
  }
  if (is_stale) refresher_.account(account);
  const auto now = clock_.now();
  const bool was_read = known && known->reached_at;
  const bool is_old = !known || known->checked_at + limits::profile_refresh_pause < now;
  const bool is_past_known =
      was_read && !known->older.empty() && (!oldest || time_of(oldest.value) < *known->reached_at);
  if (known && known->next_at) return;  // it is being read
  if (!(is_stale && is_old) && was_read && !is_past_known) return;
  if (!was_read && !is_stale) return;
  (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
    if (is_past_known) {
      store::want_older(tx, account, limits::backfill_pages, profile_priority);
    } else {
      store::want_outbox(tx, account,
                         {known ? known->checked_at : Timestamp{}, limits::backfill_pages, profile_priority});
    }
    return {};
  });
  looked_at_ = {};
}

std::uint64_t CatchUp::pages_of(AccountId account) const {
  std::lock_guard lock(mutex_);
  const auto pages = pages_.find(account);
  return pages == pages_.end() ? 0 : pages->second;
}

void CatchUp::await_page(AccountId account, std::uint64_t seen, std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  if (stopping_ || waiting_ >= waiting_max) return;
  ++waiting_;
  moved_.wait_for(lock, longest, [&] { return stopping_ || pages_[account] != seen; });
  --waiting_;
}

// --- statuses ---

bool CatchUp::thread_shown(StatusId id) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (fetching_threads_.contains(id)) return true;
    if (!is_news(asked_threads_, id, limits::thread_refresh_pause)) return false;
    fetching_threads_.insert(id);
  }
  post([this, id] {
    refresher_.thread(id, [this, id] {
      std::lock_guard lock(mutex_);
      fetching_threads_.erase(id);
    });
  });
  return true;
}

bool CatchUp::is_fetching_thread(StatusId id) const {
  std::lock_guard lock(mutex_);
  return fetching_threads_.contains(id);
}

void CatchUp::statuses_shown(std::span<const StatusId> ids) {
  const auto window = clock_.now().ms / std::chrono::milliseconds(limits::thread_refresh_pause).count();
  std::vector<StatusId> news;
  for (StatusId id : ids) {
    const auto mark = id.value ^ window;
    auto& slot = shown_[std::hash<StatusId>()(id) % shown_.size()];
    if (slot.exchange(mark, std::memory_order_relaxed) != mark) news.push_back(id);
  }
  if (!news.empty()) post([this, news = std::move(news)] { refresh_shown(news); });
}

void CatchUp::refresh_shown(const std::vector<StatusId>& ids) {
  constexpr double budget_max = limits::shown_refreshes_per_minute;
  const std::chrono::duration<double, std::chrono::minutes::period> passed = clock_.monotonic() - budget_at_;
  budget_at_ = clock_.monotonic();
  shown_budget_ = std::min(budget_max, shown_budget_ + passed.count() * budget_max);
  for (StatusId id : ids) {
    if (shown_budget_ < 1) return;
    if (refresher_.status(id)) shown_budget_ -= 1;
  }
}

}  // namespace dunlin::federation

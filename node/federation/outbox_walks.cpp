#include "node/federation/outbox_walks.h"

#include <algorithm>

#include "node/domain/statuses/change.h"
#include "node/federation/documents.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/id_generator.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t walks_at_once_max = 5'000;
constexpr int boosts_at_once_max = 100;
constexpr auto rest_between_runs = 30s;   // when an outbox has had its pages, others go first
constexpr auto retry_when_busy = 5s;      // our own writer
constexpr auto pushed_meanwhile = 1min;   // what is as young may be missing in a page that was made before it
constexpr int vanished_checked_max = 10;  // of one page
constexpr int old_items_that_end = 3;     // one that is dated back ends no walk
constexpr int boost_importance = 10;

std::chrono::milliseconds pause_after(int attempts) {
  std::chrono::milliseconds pause = limits::fetch_first_pause;
  for (int i = 1; i < attempts && pause < limits::fetch_longest_pause; ++i) pause *= 3;
  return std::min<std::chrono::milliseconds>(pause, limits::fetch_longest_pause);
}

}  // namespace

struct OutboxWalks::Walk {
  Walk(std::shared_ptr<std::unordered_set<AccountId>> all, store::Outbox row_of_it)
      : row(std::move(row_of_it)), active(std::move(all)) {
    active->insert(row.account);
  }
  ~Walk() { active->erase(row.account); }
  Walk(const Walk&) = delete;

  store::Outbox row;
  std::string account_uri;
  std::string outbox;
  std::optional<Timestamp> begun_at;  // its beginning was asked for
  int pages = 0;                      // in this run
  bool has_head = false;
  // The page that it is at.
  Timestamp fetched_at;
  ap::Collection page;
  std::vector<OutboxItem> items;
  int pending = 0;
  std::set<std::string> unreachable;  // wanted posts that may be had later
  std::shared_ptr<std::unordered_set<AccountId>> active;

  std::string origin() const { return ap::origin_of(account_uri); }
  bool is_first_page() const { return row.page.empty(); }
  std::optional<Timestamp> oldest() const {
    std::optional<Timestamp> found;
    for (const auto& item : items) {
      if (item.published && (!found || *item.published < *found)) found = item.published;
    }
    return found;
  }
  bool has_reached(Timestamp until) const {
    const auto old = std::count_if(items.begin(), items.end(), [&](const OutboxItem& item) {
      return item.published && *item.published < until;
    });
    return until > Timestamp{} && old >= std::min<std::ptrdiff_t>(old_items_that_end, std::ssize(items)) &&
           old > 0;
  }
};

void OutboxWalks::begin_due() {
  if (active_->size() < walks_at_once_max) {
    const store::ReadTx tx(connection_, writer_.sequence());
    for (const auto& row : store::due_outboxes(tx, clock_.now(), walks_at_once_max))
      if (!active_->contains(row.account)) begin(tx, row);
  }
  if (boosts_.size() >= boosts_at_once_max) return;
  std::vector<store::AwaitedBoost> due;
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    due = store::due_awaited_boosts(tx, clock_.now(), boosts_at_once_max);
  }
  for (const auto& boost : due) begin(boost);
}

void OutboxWalks::begin(const store::ReadTx& tx, const store::Outbox& row) {
  const auto account = store::find_account(tx, row.account);
  const auto actor = store::find_actor(tx, row.account);
  const auto walk = std::make_shared<Walk>(active_, row);
  // What failed is tried again for followers only: who merely looked has gone on.
  const bool is_unwanted = row.attempts > 0 && !store::has_follower(tx, row.account);
  if (!account || account->is_gone() || !actor || actor->outbox.empty() || is_unwanted) {
    auto none = row;
    none.next_at.reset();
    return put(walk, none);
  }
  walk->account_uri = account->uri;
  walk->outbox = actor->outbox;
  read_page(walk, row.page.empty() ? actor->outbox : row.page);
}

void OutboxWalks::read_page(const WalkPtr& walk, const std::string& uri) {
  if (walk->is_first_page() && !walk->has_head) walk->begun_at = clock_.now();
  walk->fetched_at = clock_.now();
  fetcher_.collection(uri, walk->origin(), walk->row.priority, [this, walk](Found<ap::Collection> found) {
    if (!found) return missed(walk, found.error());
    const bool is_head = found->items.empty() && !found->first.empty() && !walk->has_head;
    if (!is_head) return take_page(walk, std::move(*found));
    walk->has_head = true;
    read_page(walk, found->first);
  });
}

void OutboxWalks::take_page(const WalkPtr& walk, ap::Collection page) {
  walk->page = std::move(page);
  walk->items = read_outbox_items(walk->page, walk->account_uri, clock_.now());
  walk->unreachable.clear();
  std::set<std::string> wanted;
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    for (const auto& item : walk->items) {
      if (wanted.size() >= limits::page_fetches_max) break;
      if (auto uri = missing_for(tx, site_, item); !uri.empty()) wanted.insert(std::move(uri));
    }
  }
  walk->pending = static_cast<int>(wanted.size());
  if (wanted.empty()) return store_page(walk);
  for (const auto& uri : wanted) {
    fetcher_.post(uri, limits::page_parents_max, walk->row.priority,
                  [this, walk, uri](const Found<StatusId>& found) {
                    if (!found && found.error().kind == Miss::Kind::later) walk->unreachable.insert(uri);
                    if (--walk->pending == 0) store_page(walk);
                  });
  }
}

store::Outbox OutboxWalks::moved_on(const Walk& walk) const {
  auto row = walk.row;
  const auto oldest = walk.oldest();
  // A page that does not lead back in time is followed by none: it would have no end.
  const bool leads_back = oldest && (!row.page_at || *oldest < *row.page_at);
  const auto next = leads_back && ap::origin_of(walk.page.next) == walk.origin() ? walk.page.next : "";
  --row.pages_left;
  row.attempts = 0;
  const bool is_at_end = next.empty();
  const bool is_done = is_at_end || row.pages_left <= 0 || walk.has_reached(row.until);
  const auto reached = is_at_end ? Timestamp{} : *oldest;
  const bool is_deeper = !row.reached_at || reached < *row.reached_at;
  // Between what this walk saw and what was read before it lie posts that nobody has seen.
  const bool leaves_gap = is_done && !is_deeper && reached > row.checked_at;
  if (is_deeper || leaves_gap) {
    row.reached_at = reached;
    row.older = next;
  }
  row.page = is_done ? "" : next;
  row.page_at = is_done ? std::nullopt : oldest;
  row.next_at = is_done ? std::nullopt : std::optional(clock_.now());
  if (is_done && walk.begun_at) row.checked_at = std::max(row.checked_at, *walk.begun_at);
  return row;
}

void OutboxWalks::store_page(const WalkPtr& walk) {
  // Of what came without a date only the beginning is known.
  auto row = moved_on(*walk);
  if (++walk->pages >= limits::collection_pages_in_a_row && row.next_at)
    row.next_at = clock_.now() + rest_between_runs;
  bool is_current = false;
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    store_outbox_items(tx, site_, row.account, walk->items, walk->fetched_at);
    for (const auto& item : walk->items) {
      if (!item.is_boost || !walk->unreachable.contains(item.original)) continue;
      store::put_awaited_boost(
          tx, {item.uri, row.account, item.original, item.visibility, item.published.value_or(tx.now()), 0},
          tx.now() + limits::fetch_first_pause);
    }
    if (walk->page.total) {
      auto counts = store::origin_counts(tx, row.account).value_or(store::OriginAccountCounts{});
      counts.statuses = *walk->page.total;
      store::put_origin_counts(tx, row.account, counts);
    }
    is_current = store::put_outbox(tx, row);
    return {};
  });
  moved_(row.account);
  if (!stored) return missed(walk, Miss{Miss::Kind::later, stored.error().safe});
  log(Level::debug, "outbox_page",
      {{"account", walk->account_uri},
       {"items", walk->items.size()},
       {"left", row.next_at ? row.pages_left : 0}});
  look_for_vanished(walk);
  walk->row = row;
  // A wish that came meanwhile has changed the row: it is due again.
  if (is_current && row.next_at && *row.next_at <= clock_.now()) read_page(walk, row.page);
}

void OutboxWalks::missed(const WalkPtr& walk, const Miss& miss) {
  auto row = walk->row;
  ++row.attempts;
  log(Level::info, "outbox_missed",
      {{"account", walk->account_uri}, {"page", row.page}, {"why", miss.why}, {"attempts", row.attempts}});
  if (miss.kind == Miss::Kind::later && row.attempts < limits::walk_attempts_max) {
    row.next_at = std::max({clock_.now() + retry_when_busy, clock_.now() + pause_after(row.attempts - 1),
                            client_.paused_until(walk->outbox)});
  } else if (miss.kind != Miss::Kind::later && !row.page.empty() && row.attempts == 1) {
    row.page.clear();  // the page is no more: from the beginning
    row.page_at.reset();
    row.next_at = clock_.now() + limits::fetch_first_pause;
  } else {
    row.next_at.reset();
    row.checked_at = clock_.now();
  }
  put(walk, row);
}

void OutboxWalks::put(const WalkPtr& walk, store::Outbox row) {
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    store::put_outbox(tx, row);
    return {};
  });
  // It is due still, and begins again with the next look.
  if (!stored) log(Level::warning, "outbox_not_stored", {{"error", stored.error().safe}});
  moved_(walk->row.account);
}

void OutboxWalks::look_for_vanished(const WalkPtr& walk) {
  const auto oldest = walk->oldest();
  std::set<std::string> present;
  std::optional<Timestamp> newest;
  for (const auto& item : walk->items) {
    present.insert(item.uri);
    if (item.published && (!newest || *item.published > *newest)) newest = item.published;
  }
  if (!oldest || !newest) return;
  const auto end = walk->is_first_page() ? walk->fetched_at - pushed_meanwhile : *newest;
  std::vector<store::Addressed> absent;
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    for (auto& known : store::statuses_between(tx, walk->row.account, StatusId{first_id_at(*oldest)},
                                               StatusId{first_id_at(end)}, limits::collection_items_max))
      if (!present.contains(known.uri)) absent.push_back(std::move(known));
  }
  // Some outboxes leave out whole kinds of posts, such as answers: that says nothing of any of them.
  if (absent.size() > present.size() || absent.size() > vanished_checked_max) return;
  for (const auto& status : absent) remove_if_gone(status);
}

void OutboxWalks::remove_if_gone(const store::Addressed& status) {
  fetcher_.document(status.uri, 0, [this, id = status.id](const Found<nlohmann::json>& found) {
    const bool is_gone =
        found ? ap::type_of(*found) == "Tombstone"
              : found.error().kind == Miss::Kind::gone || found.error().kind == Miss::Kind::missing;
    if (!is_gone) return;
    (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
      const auto row = store::find_status(tx, id);
      if (row && !row->is_deleted) domain::remove_status(tx, *row);
      return {};
    });
  });
}

void OutboxWalks::begin(const store::AwaitedBoost& boost) {
  if (!boosts_.insert(boost.uri).second) return;
  fetcher_.post(boost.original, limits::page_parents_max, boost_importance,
                [this, boost](const Found<StatusId>& found) {
                  boosts_.erase(boost.uri);
                  const bool again = !found && found.error().kind == Miss::Kind::later &&
                                     boost.attempts + 1 < limits::walk_attempts_max;
                  (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
                    if (again) {
                      const auto pause = pause_after(boost.attempts + 1);
                      store::postpone_awaited_boost(
                          tx, boost.uri, std::max(tx.now() + pause, client_.paused_until(boost.original)));
                    } else {
                      (void)store_boost(tx, site_, boost);
                      store::delete_awaited_boost(tx, boost.uri);
                    }
                    return {};
                  });
                });
}

}  // namespace dunlin::federation

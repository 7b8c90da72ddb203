#include "tests/component/feed_history.h"

#include <algorithm>

#include "node/domain/accounts/accounts.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"

namespace dunlin::test {

using namespace std::chrono_literals;
using store::Visibility;

namespace {

/// Caches from hopelessly small to never full, so that pages are made from memory, from the database, and
/// from both.
feed::Feeds::Budget budget_of(std::uint64_t seed) {
  static constexpr std::size_t sizes[] = {1u << 10, 64u << 10, 512u << 10, 64u << 20};
  feed::Feeds::Budget budget{sizes[seed % 4], sizes[seed / 4 % 4], sizes[seed / 16 % 4], sizes[seed / 8 % 4]};
  // In two of three, whoever posted in one moment is not pushed in the next, and the other way round.
  if (seed % 3 != 0) budget.pull_accounts = {1, seed % 3 * 1s, 1e9, 1};
  return budget;
}

}  // namespace

FeedHistory::FeedHistory(std::uint64_t seed) : world(budget_of(seed)), random_(seed) {
  // Now and then more authors than a page has lines.
  const int people = percent(8) ? 50 : 6 + upto(9);
  world.write([&](store::WriteTx& tx) {
    for (int i = 0; i < people; ++i) {
      domain::NewAccount account;
      account.username = "person" + std::to_string(i);
      account.email = account.username + "@example.org";
      accounts_.push_back(*domain::create_account(tx, account));
    }
    for (int i = 0; i < 3 * people; ++i) befriend(tx, someone(), someone());
  });
  commits_left_ = percent(25) ? 60 + upto(60) : 10 + upto(30);
  busy_percent_ = percent(30) ? 80 : 15;
}

std::size_t FeedHistory::authors_with(std::size_t statuses) const {
  return static_cast<std::size_t>(std::count_if(accounts_.begin(), accounts_.end(), [&](AccountId author) {
    const auto own =
        std::count_if(statuses_.begin(), statuses_.end(), [&](const Known& s) { return s.author == author; });
    return static_cast<std::size_t>(own) >= statuses;
  }));
}

void FeedHistory::go_on() {
  for (int commits = 1 + upto(4); commits > 0 && !is_over(); --commits, --commits_left_) {
    let_time_pass();
    world.write([&](store::WriteTx& tx) {
      for (int steps = percent(30) ? 1 : 1 + upto(25); steps > 0; --steps) step(tx);
    });
  }
}

/// What is refused (answering the invisible, following who blocks) is refused before anything is written, as
/// in a request.
void FeedHistory::step(store::WriteTx& tx) {
  const int chance = upto(1000);
  if (chance < 420) return post(tx, author());
  if (chance < 560) return boost(tx);
  if (chance < 640) return edit(tx);
  if (chance < 700) return remove(tx);
  if (chance < 770) return mark(tx);
  if (chance < 984) return relate(tx);
  if (chance < 992) return burst(tx);
  moderate(tx);
}

AccountId FeedHistory::author() { return percent(busy_percent_) ? accounts_.front() : someone(); }

FeedHistory::Known FeedHistory::some_status() {
  if (statuses_.empty()) return {};
  const int all = static_cast<int>(statuses_.size());
  const int back = percent(80) ? upto(std::min(all, 30)) : upto(all);  // people look at what is new
  return statuses_[static_cast<std::size_t>(all - 1 - back)];
}

domain::StatusDraft FeedHistory::random_draft() {
  static const std::vector<Visibility> kinds = {Visibility::public_,  Visibility::public_,
                                                Visibility::public_,  Visibility::unlisted,
                                                Visibility::private_, Visibility::direct};
  auto d = draft(one_of(kinds));
  const int named = d.visibility == Visibility::direct ? upto(4) : percent(25) ? 1 + upto(3) : 0;
  for (int i = 0; i < named; ++i) {
    const AccountId who = someone();
    auto& mentions = d.text.mentions;
    if (std::find(mentions.begin(), mentions.end(), who) == mentions.end()) mentions.push_back(who);
  }
  for (const auto& tag : tags) {
    if (percent(20)) d.text.tags.push_back(tag);
  }
  static const std::vector<std::optional<std::string>> languages = {std::nullopt, "en", "de", "fr"};
  d.language = one_of(languages);
  d.is_local_only = percent(5);
  return d;
}

void FeedHistory::post(store::WriteTx& tx, AccountId author) {
  auto d = random_draft();
  if (percent(30)) d.in_reply_to = some_status().id;
  if (percent(10)) {  // a thread of one's own
    const auto own = std::find_if(statuses_.rbegin(), statuses_.rend(),
                                  [&](const Known& s) { return s.author == author; });
    if (own != statuses_.rend()) d.in_reply_to = own->id;
  }
  if (const auto id = domain::publish(tx, author, d)) statuses_.push_back({*id, author});
}

void FeedHistory::burst(store::WriteTx& tx) {
  const AccountId who = author();
  for (int n = 10 + upto(percent(40) ? 300 : 60); n > 0; --n) post(tx, who);
}

void FeedHistory::boost(store::WriteTx& tx) {
  static const std::vector<Visibility> kinds = {Visibility::public_, Visibility::public_,
                                                Visibility::unlisted, Visibility::private_};
  const auto status = some_status();
  for (int times = percent(20) ? 4 : 1; times > 0; --times) {  // what is liked is boosted by several
    const AccountId who = someone();
    if (percent(15)) {
      (void)domain::unreblog(tx, who, status.id);
    } else if (const auto id = domain::reblog(tx, who, status.id, one_of(kinds))) {
      statuses_.push_back({*id, who});
    }
  }
}

void FeedHistory::edit(store::WriteTx& tx) {
  const auto status = some_status();
  const auto d = random_draft();
  (void)domain::edit_status(tx, status.author, status.id, {d.text, false, d.language});
}

void FeedHistory::remove(store::WriteTx& tx) {
  const auto status = some_status();
  (void)domain::delete_status(tx, status.author, status.id);
}

void FeedHistory::mark(store::WriteTx& tx) {
  const auto status = some_status();
  const AccountId me = someone();
  switch (upto(8)) {
    case 0:
      return (void)domain::unfavourite(tx, me, status.id);
    case 1:
      return (void)domain::bookmark(tx, me, status.id);
    case 2:
      return (void)domain::unbookmark(tx, me, status.id);
    case 3:
      return (void)domain::pin(tx, status.author, status.id);
    case 4:
      return (void)domain::mute_conversation(tx, me, status.id, percent(50));
    default:
      return (void)domain::favourite(tx, me, status.id);
  }
}

void FeedHistory::befriend(store::WriteTx& tx, AccountId me, AccountId other) {
  domain::FollowChange change;
  if (percent(30)) change.show_reblogs = percent(50);
  if (percent(20)) change.languages = percent(50) ? "en de" : percent(50) ? "fr" : "";
  (void)domain::follow(tx, me, other, change, 0);
}

void FeedHistory::relate(store::WriteTx& tx) {
  const AccountId me = someone();
  const AccountId other = someone();
  switch (upto(16)) {
    case 0:
    case 1:
      return (void)domain::unfollow(tx, me, other);
    case 2:
      return (void)domain::mute(tx, me, other, percent(50), std::nullopt);
    case 3:
      return (void)domain::mute(tx, me, other, true, tx.now() + std::chrono::minutes(1 + upto(60)));
    case 4:
    case 5:
      return (void)domain::unmute(tx, me, other);
    case 6:
      return (void)domain::block(tx, me, other);
    case 7:
    case 8:
      return (void)domain::unblock(tx, me, other);
    case 9:
      return (void)domain::remove_follower(tx, me, other);
    case 10:
      return (void)(percent(70) ? domain::accept_follow_request(tx, me, other)
                                : domain::reject_follow_request(tx, me, other));
    default:
      return befriend(tx, me, other);
  }
}

void FeedHistory::moderate(store::WriteTx& tx) {
  const AccountId who = someone();
  switch (upto(8)) {
    case 0:
    case 1:
      return store::set_suspended(tx, who, true);
    case 2:
    case 3:
    case 4:
      return store::set_suspended(tx, who, false);
    case 5: {
      domain::ProfileChange change;
      change.locked = percent(50);
      change.display_name = "name " + std::to_string(upto(100));
      return (void)domain::change_profile(tx, world.site(), who, change);
    }
    case 6:
      return percent(30) ? domain::delete_account(tx, who) : void();
    default:
      tx.changes().everything = true;  // as when another process wrote
  }
}

void FeedHistory::let_time_pass() {
  switch (upto(6)) {
    case 0:
      return;  // within a millisecond
    case 1:
      return world.clock.advance(std::chrono::minutes(upto(30)));
    case 2:
      return percent(10) ? world.clock.jump(-1h) : world.clock.advance(1s);  // someone sets the clock back
    default:
      return world.clock.advance(std::chrono::milliseconds(upto(5'000)));
  }
}

}  // namespace dunlin::test

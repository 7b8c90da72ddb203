#include "node/feed/fan_out.h"

#include <algorithm>

#include "node/store/relationships.h"
#include "protocol/base/log.h"

namespace dunlin::feed {

namespace {

constexpr std::size_t slice = 4'096;  // followers; about 40 µs
constexpr std::size_t pending_max = 16'384;
constexpr std::size_t wanted_max = 65'536;

Rings::Entry entry_of(const store::Listed& status) {
  return {status.id, static_cast<bool>(status.reblog_of)};
}

}  // namespace

FanOut::FanOut(Options options, const Clock& clock, Pull pull, Tell tell,
               std::unique_ptr<store::Connection> connection, const store::CommitSequence& sequence)
    : clock_(clock),
      journal_(options.journal),
      pull_(std::move(pull)),
      tell_(std::move(tell)),
      connection_(std::move(connection)),
      sequence_(sequence),
      rings_(options.ring_bytes_max),
      followers_(
          [this](AccountId author) {
            const store::ReadTx tx(*connection_, sequence_);
            return store::followers_of(tx, author);
          },
          options.follower_bytes_max),
      pull_accounts_(options.pull_accounts),
      thread_([this] { loop(); }) {}

void FanOut::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::uint32_t FanOut::minute() const { return static_cast<std::uint32_t>(clock_.now().ms / 60'000); }

void FanOut::on_commit(const store::Changes& changes) {
  Commit commit;
  commit.everything = changes.everything;
  commit.follows = changes.follows;
  const auto now = clock_.monotonic();
  for (const auto& listing : changes.listings) {
    commit.posts.push_back({listing.status, listing.author, listing.participants, !listing.is_added, now});
  }
  if (live_count_ > 0) {
    for (const auto& edit : changes.edits)
      commit.edits.push_back({edit.status, edit.author, edit.participants, false, now});
  }
  for (const auto& follow : commit.follows) rings_.invalidate(follow.account);
  if (!commit.posts.empty()) {
    std::lock_guard lock(pending_mutex_);
    if (pending_.size() + commit.posts.size() > pending_max) {
      // More than rings can take: without them everybody still sees everything.
      commit.everything = true;
      ++refused_;
    } else {
      pending_.insert(pending_.end(), commit.posts.begin(), commit.posts.end());
      pending_count_.store(pending_.size(), std::memory_order_release);
    }
  }
  if (commit.everything) {
    rings_.invalidate_all();
    commit.posts.clear();
    forget_pending();
  }
  if (commit.posts.empty() && commit.follows.empty() && commit.edits.empty() && !commit.everything) return;
  {
    std::lock_guard lock(mutex_);
    if (commit.everything) commits_.clear();
    commits_.push_back(std::move(commit));
  }
  wake_.notify_one();
}

void FanOut::watch(AccountId account, bool is_live) {
  {
    std::lock_guard lock(mutex_);
    watched_.emplace_back(account, is_live);
    is_live ? ++live_count_ : --live_count_;
  }
  wake_.notify_one();
}

bool FanOut::is_for(const Viewer& viewer, const Post& post) {
  const auto& to = post.participants;
  if (!to.empty()) return std::find(to.begin(), to.end(), viewer.self()) != to.end();
  if (post.author == viewer.self()) return true;
  return viewer.follows(post.author) && viewer.wants_answers_to(post.status.answered);
}

std::vector<AccountId> FanOut::pulled_of(const Viewer& viewer) const {
  std::vector<AccountId> out;
  if (const auto pulled = pull_accounts_.now()) {
    std::copy_if(pulled->begin(), pulled->end(), std::back_inserter(out),
                 [&](AccountId account) { return viewer.follows(account); });
  }
  return out;
}

std::optional<FanOut::Feed> FanOut::read(const Viewer& viewer) {
  // First what is on its way: once it has left this list it is in the ring, or out of it.
  struct Coming {
    Rings::Entry entry;
    bool is_removed;
  };
  std::vector<Coming> coming;
  if (pending_count_.load(std::memory_order_acquire) != 0) {
    std::lock_guard lock(pending_mutex_);
    for (const Post& post : pending_) {
      if (is_for(viewer, post)) coming.push_back({entry_of(post.status), post.is_removed});
    }
  }
  // Then whom rings lack, and only then the ring: who was pulled when a post left the list, and is pushed
  // now, was taken from this list after the rings without that post had become invalid.
  Feed feed;
  feed.pulled = pulled_of(viewer);
  auto ring = rings_.read(viewer.self(), minute());
  ++(ring ? ring_reads_ : pulls_);
  if (!ring) return std::nullopt;
  feed.newest_first = std::move(ring->entries);
  auto& all = feed.newest_first;
  if (!ring->is_whole && !all.empty()) feed.floor = all.back().id();
  for (const auto& [entry, is_removed] : coming) {
    const auto at = std::lower_bound(all.begin(), all.end(), entry,
                                     [](Rings::Entry a, Rings::Entry b) { return a.id() > b.id(); });
    const bool is_there = at != all.end() && at->id() == entry.id();
    if (is_removed && is_there) all.erase(at);
    if (!is_removed && !is_there && entry.id() >= feed.floor) all.insert(at, entry);
  }
  return feed;
}

bool FanOut::has_nothing_above(const Viewer& viewer, StatusId id) {
  if (pending_count_.load(std::memory_order_acquire) != 0) {
    std::lock_guard lock(pending_mutex_);
    for (const Post& post : pending_) {
      if (post.status.id > id && is_for(viewer, post)) return false;
    }
  }
  if (!pulled_of(viewer).empty()) return false;
  const auto newest = rings_.newest(viewer.self(), minute());
  if (!newest || *newest > id) return false;
  ++ring_reads_;
  return true;
}

void FanOut::want(const Viewer& viewer) {
  if (!rings_.wants_ring(viewer.self(), minute())) return;
  {
    std::lock_guard lock(mutex_);
    if (wanted_.size() >= wanted_max || stopping_) return rings_.refuse(viewer.self());
    wanted_.push_back(viewer.self());
  }
  wake_.notify_one();
}

void FanOut::begin(Post post) {
  ++posts_;
  Walk walk{std::move(post)};
  walk.began = clock_.monotonic();
  if (rings_.is_empty()) return finish(walk);  // whoever gets one later finds the post by the pull
  if (!walk.post.is_removed) walk.pass = rings_.begin(entry_of(walk.post.status));
  if (!walk.post.participants.empty()) {
    for (AccountId account : walk.post.participants)
      walk.some.push_back(static_cast<std::uint32_t>(account.value));
    std::sort(walk.some.begin(), walk.some.end());
  } else {
    const auto author = static_cast<std::uint32_t>(walk.post.author.value);
    put(walk, &author, &author + 1);
    if (pull_accounts_.may_have(followers_.of(walk.post.author).size())) {
      pull_accounts_.count_post(walk.post.author);
      // Removals go everywhere: rings may have it from before.
      if (pull_accounts_.has(walk.post.author) && !walk.post.is_removed) return finish(walk);
    }
    if (const AccountId answered = walk.post.status.answered) {
      const auto of_author = followers_.of(walk.post.author);  // a copy: the other may take its place
      walk.some = common(of_author, followers_.of(answered), static_cast<std::uint32_t>(answered.value));
    }
  }
  walks_.push_back(std::move(walk));
}

void FanOut::take(Commit& commit) {
  if (commit.everything) {
    followers_.clear();
    walks_.clear();
  }
  for (const auto& follow : commit.follows) {
    if (follow.is_over) {
      followers_.remove(follow.target, follow.account);
    } else {
      followers_.add(follow.target, follow.account);
    }
  }
  if (!live_.is_empty()) {
    for (const auto& post : commit.posts) {
      // An edit may list anew who is shown it.
      if (std::none_of(commit.edits.begin(), commit.edits.end(),
                       [&](const Post& edit) { return edit.status.id == post.status.id; }))
        tell(post, post.is_removed ? News::removed : News::posted);
    }
    for (const auto& edit : commit.edits) tell(edit, News::edited);
  }
  for (auto& post : commit.posts) begin(std::move(post));
  follower_bytes_ = followers_.bytes();
}

void FanOut::tell(const Post& post, News news) {
  std::vector<std::uint32_t> readers;
  const auto add = [&](AccountId account) {
    const auto number = static_cast<std::uint32_t>(account.value);
    const auto at = std::lower_bound(readers.begin(), readers.end(), number);
    if ((at == readers.end() || *at != number) && !live_.among({&number, 1}).empty())
      readers.insert(at, number);
  };
  if (!post.participants.empty()) {
    for (AccountId account : post.participants) add(account);
  } else {
    readers = live_.among(followers_.of(post.author));
    // Not by the lists of both, as for rings: the rules ask it of the few again in any case.
    add(post.author);
  }
  if (!readers.empty()) tell_(news, post.status.id, readers);
}

void FanOut::put(Walk& walk, const std::uint32_t* begin, const std::uint32_t* end) {
  if (walk.post.is_removed) {
    rings_.remove(begin, end, walk.post.status.id);
  } else {
    walk.rings += rings_.push(begin, end, walk.pass);
  }
}

bool FanOut::go_on(Walk& walk) {
  const Post& post = walk.post;
  const auto& list =
      post.participants.empty() && !post.status.answered ? followers_.of(post.author) : walk.some;
  // By account and not by place: the list may have grown since the last slice.
  const auto from = std::lower_bound(list.begin(), list.end(), walk.next);
  const auto to = list.end() - from > static_cast<std::ptrdiff_t>(slice)
                      ? from + static_cast<std::ptrdiff_t>(slice)
                      : list.end();
  const bool is_full = static_cast<std::size_t>(to - from) == slice;
  const auto began = is_full ? clock_.monotonic() : std::chrono::nanoseconds(0);
  put(walk, std::to_address(from), std::to_address(to));
  if (is_full)
    pull_accounts_.measured_push(static_cast<double>((clock_.monotonic() - began).count()) / slice);
  walk.followers += static_cast<std::size_t>(to - from);
  pushes_ += static_cast<std::uint64_t>(to - from);
  if (to == list.end()) return true;
  walk.next = *to;
  return false;
}

void FanOut::look_at_pull_accounts() {
  const auto reads = ring_reads_.load();
  const auto rings = std::max<std::size_t>(rings_.stats().rings, 1);
  const auto load_of = [&](AccountId account) {
    // Some of the followers stand for all; all readers are taken to read equally often.
    constexpr std::size_t sample = 256;
    const auto& list = followers_.of(account);
    std::size_t hot = 0;
    std::size_t looked = 0;
    for (std::size_t i = 0; i < list.size(); i += std::max<std::size_t>(list.size() / sample, 1), ++looked)
      hot += rings_.has(AccountId{list[i]}) ? 1 : 0;
    const double share = looked == 0 ? 0 : static_cast<double>(hot) / static_cast<double>(looked);
    const double reads_each = static_cast<double>(reads - reads_before_) / static_cast<double>(rings);
    return PullAccounts::Load{static_cast<double>(list.size()),
                              share * static_cast<double>(list.size()) * reads_each};
  };
  const auto ends = [&](AccountId account) {
    for (const auto follower : followers_.of(account)) rings_.invalidate(AccountId{follower});
  };
  if (pull_accounts_.look(clock_.monotonic(), load_of, ends)) reads_before_ = reads;
}

void FanOut::finish(const Walk& walk) {
  {
    std::lock_guard lock(pending_mutex_);
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Post& post) {
      return post.status.id == walk.post.status.id && post.is_removed == walk.post.is_removed;
    });
    if (found != pending_.end()) pending_.erase(found);
    pending_count_.store(pending_.size(), std::memory_order_release);
  }
  const auto lag =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.monotonic() - walk.post.committed).count();
  if (lag > longest_lag_us_) longest_lag_us_ = lag;
  if (journal_ != nullptr && !walk.post.is_removed)
    journal_->fanned_out(walk.post.status.id, walk.began, walk.followers, walk.rings);
}

void FanOut::forget_pending() {
  std::lock_guard lock(pending_mutex_);
  pending_.clear();
  pending_count_.store(0, std::memory_order_release);
}

void FanOut::build(AccountId account) {
  const store::ReadTx tx(*connection_, sequence_);
  const auto version = rings_.version(account);
  const auto lines = pull_(tx, account, static_cast<int>(Rings::readable));
  std::vector<Rings::Entry> entries;
  entries.reserve(lines.size());
  for (const auto& line : lines) entries.push_back(entry_of(line));
  rings_.build(account, version, entries, lines.size() < Rings::readable);
}

void FanOut::loop() {
  for (;;) {
    std::deque<Commit> commits;
    std::optional<AccountId> wanted;
    std::deque<std::pair<AccountId, bool>> watched;
    {
      std::unique_lock lock(mutex_);
      const auto has_work = [&] {
        return stopping_ || !commits_.empty() || !wanted_.empty() || !walks_.empty() || !watched_.empty();
      };
      is_idle_ = !has_work();
      if (is_idle_) settled_.notify_all();
      wake_.wait(lock, has_work);
      is_idle_ = false;
      if (stopping_) return;
      commits.swap(commits_);
      watched.swap(watched_);
      if (!wanted_.empty()) {
        wanted = wanted_.front();
        wanted_.pop_front();
      }
    }
    try {
      for (const auto& [account, is_live] : watched) is_live ? live_.add(account) : live_.remove(account);
      for (auto& commit : commits) take(commit);
      if (!commits.empty()) look_at_pull_accounts();
      if (!walks_.empty()) {
        auto walk = std::move(walks_.front());
        walks_.pop_front();
        if (go_on(walk)) {
          finish(walk);
        } else {
          walks_.push_back(std::move(walk));
        }
      }
      if (wanted) build(*wanted);
    } catch (const store::Fault& fault) {
      // What a ring lacks now nobody knows: none is read any more.
      log(Level::error, "fan_out_failed", {{"error", fault.what()}});
      rings_.invalidate_all();
      walks_.clear();
      followers_.clear();
      if (wanted) rings_.refuse(*wanted);
      forget_pending();
    }
  }
}

void FanOut::settle() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [&] { return stopping_ || (is_idle_ && commits_.empty() && wanted_.empty()); });
}

FanOut::Stats FanOut::stats() {
  const auto pulled = pull_accounts_.now();
  std::unique_lock lock(mutex_);
  const auto wanted = wanted_.size();
  lock.unlock();
  return {rings_.stats(),
          follower_bytes_,
          pending_count_.load(),
          posts_,
          pushes_,
          refused_,
          ring_reads_,
          pulls_,
          wanted,
          pulled ? pulled->size() : 0,
          pull_accounts_.push_ns(),
          pull_accounts_.pull_ns(),
          std::chrono::microseconds(longest_lag_us_.exchange(0))};
}

}  // namespace dunlin::feed

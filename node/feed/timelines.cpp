#include "node/feed/timelines.h"

#include <algorithm>

#include "protocol/base/limits.h"

namespace dunlin::feed {

namespace {

constexpr int repeated_boost_window = 80;
constexpr int chunk_spare = 4;  // a few of a page's candidates are hidden by the rules
constexpr int chunk_more = 120;

}  // namespace

std::vector<Entry> Timelines::entries(std::span<const StatusId> ids) const {
  const auto cards = library_.statuses(tx_, ids);
  std::vector<StatusId> originals;
  for (const auto& card : cards) {
    if (card && card->facts.reblog_of) originals.push_back(card->facts.reblog_of);
  }
  const auto original_cards =
      originals.empty() ? std::vector<StatusCardPtr>{} : library_.statuses(tx_, originals);
  std::vector<Entry> out;
  out.reserve(cards.size());
  std::size_t next_original = 0;
  for (const auto& card : cards) {
    if (!card) continue;
    Entry entry{card, nullptr, nullptr, nullptr};
    if (card->facts.reblog_of) entry.original = original_cards[next_original++];
    if (card->facts.is_deleted ||
        (card->facts.reblog_of && (!entry.original || entry.original->facts.is_deleted)))
      continue;
    entry.author = library_.account(tx_, card->facts.account);
    if (entry.original) entry.original_author = library_.account(tx_, entry.original->facts.account);
    if (is_visible(entry)) out.push_back(std::move(entry));
  }
  return out;
}

bool Timelines::is_visible(const Entry& entry) const {
  if (!entry.author || entry.author->is_gone || !domain::can_see(viewer_, entry.status->facts)) return false;
  if (!entry.status->facts.reblog_of) return true;
  return entry.original && entry.original_author && !entry.original_author->is_gone &&
         domain::can_see(viewer_, entry.original->facts);
}

namespace {

/// A follow may be limited to languages; a status that does not tell its language is always shown.
bool wants_language(const store::Following& following, const std::string& language) {
  if (following.languages.empty() || language.empty()) return true;
  return (" " + following.languages + " ").find(" " + language + " ") != std::string::npos;
}

}  // namespace

bool is_in_home(const Viewer& viewer, const Entry& entry) {
  const auto& status = entry.status->facts;
  if (status.account == viewer.self()) return true;
  const auto* following = viewer.following(status.account);
  if (following == nullptr || domain::is_hidden_from(viewer, status)) return false;
  if (!wants_language(*following, status.language)) return false;
  if (status.reblog_of)
    return following->show_reblogs && !domain::is_hidden_from(viewer, entry.original->facts);
  const AccountId answered = status.in_reply_to_account;
  return !answered || answered == status.account || answered == viewer.self() || viewer.follows(answered);
}

bool is_in_public(const Viewer& viewer, const Entry& entry, bool with_replies) {
  const auto& status = entry.status->facts;
  if (status.visibility != store::Visibility::public_ || status.reblog_of ||
      domain::is_hidden_from(viewer, status))
    return false;
  return with_replies || !status.in_reply_to_account || status.in_reply_to_account == status.account;
}

/// Walks candidates downwards and keeps those that are shown, as far as someone asks.
class Timelines::Walk {
 public:
  /// `floor`: the page ends above it, so nothing below is fetched but what a repeated boost asks for.
  /// `wanted`: how many the page will need.
  Walk(const Timelines& timelines, const Candidates& candidates, const Rules& rules, StatusId before,
       StatusId floor, int wanted)
      : timelines_(timelines),
        candidates_(candidates),
        rules_(rules),
        cursor_(before),
        floor_(floor),
        examined_max_(std::max(limits::candidates_examined_max, 2 * wanted)),
        chunk_(wanted + chunk_spare) {}

  /// Makes sure that entry `index` is there, if the feed has that many above the floor and the bound on work
  /// allows.
  bool has(std::size_t index) {
    while (shown_.size() <= index && !is_floor_reached_ && may_fetch(examined_max_)) fetch();
    return shown_.size() > index && shown_[index].status->facts.id > floor_;
  }
  const Entry& at(std::size_t index) const { return shown_[index]; }
  /// The bound on work was reached before the feed's end or the page's floor.
  bool is_cut_short() const { return !is_over_ && !is_floor_reached_; }
  StatusId cursor() const { return cursor_; }

  bool is_repeated_boost(std::size_t index) {
    const StatusId original = shown_[index].status->facts.reblog_of;
    if (!rules_.hide_repeated_boosts || !original) return false;
    // Bounded from the boost's own place, not from the page's top: the answer must not depend on where a page
    // begins.
    const int bound = examined_at_[index] + limits::candidates_examined_max;
    for (std::size_t i = index + 1; i <= index + repeated_boost_window; ++i) {
      while (shown_.size() <= i && may_fetch(bound)) fetch();
      if (shown_.size() <= i) break;
      const auto& other = shown_[i].status->facts;
      if (other.id == original || other.reblog_of == original) return true;
    }
    return false;
  }

 private:
  bool may_fetch(int bound) const { return !is_over_ && examined_ < bound; }

  void fetch() {
    auto ids = candidates_.older(cursor_, chunk_);
    const bool is_end = static_cast<int>(ids.size()) < chunk_;
    chunk_ = chunk_more;
    if (!is_floor_reached_ && !ids.empty() && ids.back() <= floor_) {
      is_floor_reached_ = true;
      while (!ids.empty() && ids.back() <= floor_) ids.pop_back();
    } else {
      is_over_ = is_end;
    }
    if (ids.empty()) return;
    examined_ += static_cast<int>(ids.size());
    cursor_ = ids.back();
    for (auto& entry : timelines_.entries(ids)) {
      if (rules_.is_shown(entry)) shown_.push_back(std::move(entry));
    }
    examined_at_.resize(shown_.size(), examined_);
  }

  const Timelines& timelines_;
  const Candidates& candidates_;
  const Rules& rules_;
  std::vector<Entry> shown_;
  std::vector<int> examined_at_;  // how many candidates had been examined when each was found
  StatusId cursor_;
  StatusId floor_;
  int examined_max_;
  int chunk_;
  int examined_ = 0;
  bool is_floor_reached_ = false;
  bool is_over_ = false;
};

StatusPage Timelines::page(const Candidates& candidates, const Rules& rules,
                           const PageRequest& request) const {
  const auto limit = static_cast<std::size_t>(request.limit);
  StatusPage page;
  StatusId floor = request.since;
  if (request.min) {
    // The page just above `min`: take ever more of what lies above it until enough is shown, then its lowest
    // part.
    floor = std::max(floor, *request.min);
    for (int take = request.limit;; take *= 4) {
      const auto above = candidates.newer(floor, take);
      const bool is_all = static_cast<int>(above.size()) < take;
      const StatusId top = above.empty() ? floor : above.back();
      std::vector<Entry> found;
      Walk walk(*this, candidates, rules,
                std::min(request.max, StatusId{top.value == INT64_MAX ? top.value : top.value + 1}), floor,
                take);
      for (std::size_t i = 0; walk.has(i); ++i) {
        if (!walk.is_repeated_boost(i)) found.push_back(walk.at(i));
      }
      if (found.size() >= limit || is_all || top >= request.max || take > limits::candidates_examined_max) {
        if (found.size() > limit)
          found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
        page.entries = std::move(found);
        if (page.entries.empty() && !is_all) page.newer_than = top;  // all of it is hidden: go on above
        break;
      }
    }
    if (!page.entries.empty()) page.older_than = page.entries.back().status->facts.id;
  } else {
    Walk walk(*this, candidates, rules, request.max, floor, request.limit);
    std::size_t i = 0;
    for (; page.entries.size() < limit && walk.has(i); ++i) {
      if (!walk.is_repeated_boost(i)) page.entries.push_back(walk.at(i));
    }
    if (page.entries.size() == limit) {
      page.older_than = page.entries.back().status->facts.id;
    } else if (walk.is_cut_short()) {
      page.older_than = walk.cursor();  // the bound on work was reached, the feed goes on
    }
  }
  if (!page.entries.empty()) page.newer_than = page.entries.front().status->facts.id;
  return page;
}

}  // namespace dunlin::feed

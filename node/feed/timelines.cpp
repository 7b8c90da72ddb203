#include "node/feed/timelines.h"

#include <algorithm>

#include "protocol/base/limits.h"

namespace dunlin::feed {

namespace {

constexpr std::size_t repeated_boost_window = 80;
constexpr int chunk_spare = 4;  // a few of a page's candidates are hidden by the rules
constexpr std::size_t chunk_more = 120;

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
    Entry entry;
    entry.status = card;
    if (card->facts.reblog_of) entry.original = original_cards[next_original++];
    if (card->facts.is_deleted ||
        (card->facts.reblog_of && (!entry.original || entry.original->facts.is_deleted)))
      continue;
    entry.author = library_.account(tx_, card->facts.account);
    if (entry.original) entry.original_author = library_.account(tx_, entry.original->facts.account);
    if (is_visible(entry)) out.push_back(std::move(entry));
  }
  add_quotes(out);
  return out;
}

void Timelines::add_quotes(std::vector<Entry>& entries) const {
  std::vector<Entry*> quoting;
  std::vector<StatusCardPtr> cards;
  for (auto& entry : entries) {
    const auto& card = entry.original ? entry.original : entry.status;
    if (!card->quote) continue;
    quoting.push_back(&entry);
    cards.push_back(card);
  }
  if (quoting.empty()) return;
  auto quotes = shown_quotes(tx_, library_, viewer_, cards);
  for (std::size_t i = 0; i < quoting.size(); ++i) quoting[i]->quote = std::move(quotes[i]);
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
  return answered == status.account || viewer.wants_answers_to(answered);
}

bool is_in_public(const Viewer& viewer, const Entry& entry, Origin origin, bool with_replies) {
  const auto& status = entry.status->facts;
  if (origin != Origin::all && entry.author->is_here != (origin == Origin::here)) return false;
  if (status.visibility != store::Visibility::public_ || status.reblog_of || entry.author->is_silenced ||
      domain::is_hidden_from(viewer, status))
    return false;
  return with_replies || !status.in_reply_to_account || status.in_reply_to_account == status.account;
}

/// Walks candidates downwards and keeps those that are shown, as far as someone asks.
class Timelines::Walk {
 public:
  /// `floor`: the page ends above it. `wanted`: how many the page will need.
  Walk(const Timelines& timelines, const Candidates& candidates, const Rules& rules, StatusId before,
       StatusId floor, int wanted)
      : timelines_(timelines),
        candidates_(candidates),
        rules_(rules),
        before_(before),
        floor_(floor),
        examined_max_(static_cast<std::size_t>(std::max(limits::candidates_examined_max, 2 * wanted))),
        chunk_(static_cast<std::size_t>(wanted + chunk_spare)) {}

  /// Makes sure that entry `index` is there, if the feed has that many above the floor and the bound on work
  /// allows.
  bool has(std::size_t index) {
    while (shown_.size() <= index && examined_ < examined_max_ && is_more()) examine();
    return shown_.size() > index;
  }
  const Entry& at(std::size_t index) const { return shown_[index].entry; }
  /// The feed goes on, above the floor, where the bound on work was reached.
  bool is_cut_short() { return is_more(); }
  StatusId cursor() const { return examined_ > 0 ? lines_[examined_ - 1].id : before_; }

  bool is_repeated_boost(std::size_t index) {
    const auto& [entry, place] = shown_[index];
    const StatusId original = entry.status->facts.reblog_of;
    if (!rules_.hide_repeated_boosts || !original) return false;
    gather(place + 1 + repeated_boost_window);
    const std::size_t end = std::min(lines_.size(), place + 1 + repeated_boost_window);
    for (std::size_t i = place + 1; i < end; ++i) {
      const auto& line = lines_[i];
      if ((line.id == original || line.reblog_of == original) && is_shown(line.id)) return true;
    }
    return false;
  }

 private:
  struct Shown {
    Entry entry;
    std::size_t place;  // in lines_
  };

  /// Makes sure that `count` candidates are there, if the feed has that many.
  void gather(std::size_t count) {
    if (is_end_ || lines_.size() >= count) return;
    const std::size_t ask = count - lines_.size();
    const auto more = candidates_.older(lines_.empty() ? before_ : lines_.back().id, static_cast<int>(ask));
    is_end_ = more.size() < ask;
    lines_.insert(lines_.end(), more.begin(), more.end());
  }

  bool is_more() {
    // One merge serves the page and the look for repeated boosts below its end.
    if (lines_.size() < examined_ + chunk_)
      gather(examined_ + chunk_ + (rules_.hide_repeated_boosts ? repeated_boost_window : 0));
    return examined_ < lines_.size() && lines_[examined_].id > floor_;
  }

  void examine() {
    const std::size_t end = std::min(lines_.size(), examined_ + chunk_);
    chunk_ = chunk_more;
    std::vector<StatusId> ids;
    ids.reserve(end - examined_);
    std::size_t place = examined_;
    for (; examined_ < end && lines_[examined_].id > floor_; ++examined_) ids.push_back(lines_[examined_].id);
    for (auto& entry : timelines_.entries(ids)) {
      while (lines_[place].id != entry.status->facts.id) ++place;
      if (rules_.is_shown(entry)) shown_.push_back({std::move(entry), place});
    }
  }

  bool is_shown(StatusId id) const {
    const auto entries = timelines_.entries({&id, 1});
    return !entries.empty() && rules_.is_shown(entries.front());
  }

  const Timelines& timelines_;
  const Candidates& candidates_;
  const Rules& rules_;
  std::vector<store::Listed> lines_;  // candidates, newest first
  std::size_t examined_ = 0;          // how many of them
  bool is_end_ = false;               // nothing is older than the last of them
  std::vector<Shown> shown_;
  StatusId before_;
  StatusId floor_;
  std::size_t examined_max_;
  std::size_t chunk_;
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
      const StatusId top = above.empty() ? floor : above.back().id;
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

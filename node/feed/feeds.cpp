#include "node/feed/feeds.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "node/store/polls.h"
#include "protocol/mastodon/status.h"

namespace dunlin::feed {

Feeds::Feeds(const domain::Site& site, const domain::Domains& domains, const Clock& clock, Budget budget)
    : clock_(clock),
      budget_(budget),
      library_(site, domains, {budget.status_bytes, budget.account_bytes}),
      posts_({store::account_older, store::account_newer}, budget.head_bytes * 7 / 8),
      directs_({store::directs_older, store::directs_newer}, budget.head_bytes / 8),
      viewers_(budget.viewer_bytes * 3 / 4),
      marks_(budget.viewer_bytes / 4) {}

Feeds::~Feeds() { stop_fan_out(); }

void Feeds::start_fan_out(std::unique_ptr<store::Connection> connection,
                          const store::CommitSequence& sequence, FanOut::Tell tell, trace::Journal* journal) {
  library_.set_journal(journal);
  const auto pull = [this](const store::ReadTx& tx, AccountId account, int count) {
    return pulled_home(tx, *viewer(tx, account)).older(id_max<StatusId>(), count);
  };
  fan_out_ = std::make_unique<FanOut>(
      FanOut::Options{budget_.ring_bytes, budget_.follower_bytes, budget_.pull_accounts, journal}, clock_,
      pull, std::move(tell), std::move(connection), sequence);
}

void Feeds::watch(AccountId account, bool is_live) {
  if (fan_out_) fan_out_->watch(account, is_live);
}

void Feeds::stop_fan_out() {
  if (fan_out_) fan_out_->stop();
}

void Feeds::settle() {
  if (fan_out_) fan_out_->settle();
}

void Feeds::on_commit(const store::Changes& changes, std::uint64_t number) {
  if (changes.everything) {
    library_.clear(number);
    posts_.clear(number);
    directs_.clear(number);
    viewers_.clear(number);
    marks_.clear(number);
  }
  if (changes.domains) library_.clear(number);  // who is shown is written into the cards
  if (changes.emojis) library_.clear(number);   // any text may name it
  for (StatusId id : changes.statuses) library_.invalidate(id, number);
  for (AccountId id : changes.accounts) library_.invalidate(id, number);
  for (AccountId id : changes.graphs) viewers_.invalidate(id, number);
  for (AccountId id : changes.marks) marks_.invalidate(id, number);
  std::vector<AuthorHeads::Change> posts;
  std::vector<AuthorHeads::Change> directs;
  for (const auto& [status, author, participants, is_added, received, queued] : changes.listings) {
    if (participants.empty()) posts.push_back({author, status, is_added});
    for (AccountId participant : participants) directs.push_back({participant, status, is_added});
  }
  if (!posts.empty()) posts_.push(posts, number);
  if (!directs.empty()) directs_.push(directs, number);
  if (fan_out_) fan_out_->on_commit(changes);
  if (changes.newest_id != 0) {
    std::lock_guard lock(horizon_mutex_);
    horizon_ = {StatusId{changes.newest_id}, number};
  }
}

ViewerPtr Feeds::viewer(const store::ReadTx& tx, AccountId id) {
  static const auto anonymous = std::make_shared<const Viewer>();
  if (!id) return anonymous;
  if (auto known = viewers_.get(id)) return known;
  const auto read_at = tx.sequence();
  auto viewer = std::make_shared<const Viewer>(tx, id, clock_);
  viewers_.put(id, viewer, viewer->bytes(), read_at);
  return viewer;
}

Feeds::MarksPtr Feeds::marks_of(const store::ReadTx& tx, const Viewer& viewer) {
  if (viewer.is_anonymous()) return nullptr;
  if (auto known = marks_.get(viewer.self())) return known;
  const auto read_at = tx.sequence();
  auto marks = std::make_shared<const ViewerMarks>(tx, viewer.self());
  marks_.put(viewer.self(), marks, marks->bytes(), read_at);
  return marks;
}

namespace {

using Lines = Candidates::Lines;

/// Two lists in the order `before` as one, without repeats, at most `count`.
Lines merged(Lines a, const Lines& b, int count, auto before) {
  if (b.empty()) return a;
  Lines out;
  out.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out),
             [&](const store::Listed& x, const store::Listed& y) { return before(x.id, y.id); });
  const auto is_same = [](const store::Listed& x, const store::Listed& y) { return x.id == y.id; };
  out.erase(std::unique(out.begin(), out.end(), is_same), out.end());
  if (out.size() > static_cast<std::size_t>(count)) out.resize(static_cast<std::size_t>(count));
  return out;
}

}  // namespace

StatusId Feeds::horizon(const store::ReadTx& tx) const {
  Horizon known;
  {
    std::lock_guard lock(horizon_mutex_);
    known = horizon_;
  }
  tx.include(known.commit);
  return known.newest;
}

namespace {

/// Nothing newer than `newest`.
Candidates up_to(StatusId newest, Candidates all) {
  return {[newest, older = std::move(all.older)](StatusId before, int count) {
            return older(std::min(before, StatusId{newest.value + 1}), count);
          },
          [newest, newer = std::move(all.newer)](StatusId after, int count) {
            auto lines = newer(after, count);
            while (!lines.empty() && lines.back().id > newest) lines.pop_back();
            return lines;
          }};
}

}  // namespace

Candidates Feeds::candidates(const store::ReadTx& tx, AccountId author,
                             std::optional<AccountId> participant) {
  return up_to(horizon(tx),
               {[=, this, &tx](StatusId before, int count) {
                  auto lines = posts_.older(tx, {&author, 1}, before, count);
                  if (!participant) return lines;
                  return merged(std::move(lines), directs_.older(tx, {&*participant, 1}, before, count),
                                count, std::greater<>());
                },
                [=, this, &tx](StatusId after, int count) {
                  auto lines = posts_.newer(tx, {&author, 1}, after, count);
                  if (!participant) return lines;
                  return merged(std::move(lines), directs_.newer(tx, {&*participant, 1}, after, count), count,
                                std::less<>());
                }});
}

Lines Feeds::not_pushed(const store::ReadTx& tx, const Viewer& viewer, std::span<const AccountId> authors,
                        StatusId from, int count, bool upwards) {
  if (authors.empty()) return {};
  const auto began = clock_.monotonic();
  auto lines = followed(tx, viewer, authors, from, count, upwards);
  fan_out_->pull_accounts().measured_pull(static_cast<double>((clock_.monotonic() - began).count()) /
                                          static_cast<double>(authors.size()));
  return lines;
}

Lines Feeds::followed(const store::ReadTx& tx, const Viewer& viewer, std::span<const AccountId> authors,
                      StatusId from, int count, bool upwards) {
  Lines out;
  for (bool is_more = true; is_more && static_cast<int>(out.size()) < count;) {
    // Some are answers to people whom the reader does not follow.
    const int ask = (count - static_cast<int>(out.size())) * 3 / 2 + 16;
    const auto lines = upwards ? posts_.newer(tx, authors, from, ask) : posts_.older(tx, authors, from, ask);
    is_more = static_cast<int>(lines.size()) == ask;
    if (is_more) from = lines.back().id;
    for (const auto& line : lines) {
      if (viewer.wants_answers_to(line.answered)) out.push_back(line);
    }
  }
  if (static_cast<int>(out.size()) > count) out.resize(static_cast<std::size_t>(count));
  return out;
}

Candidates Feeds::pulled_home(const store::ReadTx& tx, const Viewer& viewer) {
  const AccountId self = viewer.self();
  return {
      [=, this, &tx, &viewer](StatusId before, int count) {
        auto lines = followed(tx, viewer, viewer.sources(), before, count, false);
        lines =
            merged(std::move(lines), posts_.older(tx, {&self, 1}, before, count), count, std::greater<>());
        return merged(std::move(lines), directs_.older(tx, {&self, 1}, before, count), count,
                      std::greater<>());
      },
      [=, this, &tx, &viewer](StatusId after, int count) {
        auto lines = followed(tx, viewer, viewer.sources(), after, count, true);
        lines = merged(std::move(lines), posts_.newer(tx, {&self, 1}, after, count), count, std::less<>());
        return merged(std::move(lines), directs_.newer(tx, {&self, 1}, after, count), count, std::less<>());
      }};
}

Lines Feeds::lines_of(const store::ReadTx& tx, std::span<const Rings::Entry> entries) {
  Lines lines;
  lines.reserve(entries.size());
  std::vector<StatusId> boosts;
  for (const auto entry : entries) {
    lines.push_back({entry.id(), {}});
    if (entry.is_boost()) boosts.push_back(entry.id());
  }
  // Of boosts a ring knows no more than that they are some.
  if (boosts.empty()) return lines;
  const auto cards = library_.statuses(tx, boosts);
  std::size_t next = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!entries[i].is_boost()) continue;
    if (const auto& card = cards[next++]) lines[i].reblog_of = card->facts.reblog_of;
  }
  return lines;
}

Candidates Feeds::home_candidates(const store::ReadTx& tx, const Viewer& viewer) {
  const StatusId newest = horizon(tx);
  auto pulled = up_to(newest, pulled_home(tx, viewer));
  if (!fan_out_) return pulled;
  auto found = fan_out_->read(viewer);
  if (!found) {
    fan_out_->want(viewer);
    return pulled;
  }
  const auto ring = std::make_shared<const FanOut::Feed>(std::move(*found));
  const auto is_newer = [](const Rings::Entry& entry, StatusId id) { return entry.id() > id; };
  const auto first_not_above = [ring, is_newer](std::int64_t id) {
    const auto& all = ring->newest_first;
    return std::lower_bound(all.begin(), all.end(), StatusId{id}, is_newer);
  };
  return {[=, this, &tx, &viewer](StatusId before, int count) {
            before = std::min(before, StatusId{newest.value + 1});
            const auto from = first_not_above(before.value - 1);
            const auto there = ring->newest_first.end() - from;
            if (there < count && ring->floor) return pulled.older(before, count);
            auto lines = lines_of(tx, {from, from + std::min<std::ptrdiff_t>(there, count)});
            return merged(std::move(lines), not_pushed(tx, viewer, ring->pulled, before, count, false), count,
                          std::greater<>());
          },
          [=, this, &tx, &viewer](StatusId after, int count) {
            if (after < ring->floor) return pulled.newer(after, count);
            const auto end = first_not_above(after.value);  // of those above
            const auto begin = std::min(first_not_above(newest.value), end);
            const auto some = std::min<std::ptrdiff_t>(end - begin, count);
            auto lines = lines_of(tx, {end - some, end});
            std::reverse(lines.begin(), lines.end());
            auto others = not_pushed(tx, viewer, ring->pulled, after, count, true);
            while (!others.empty() && others.back().id > newest) others.pop_back();
            return merged(std::move(lines), others, count, std::less<>());
          }};
}

StatusPage Feeds::home(const store::ReadTx& tx, const Viewer& viewer, const PageRequest& request) {
  const StatusId above = std::max(request.since, request.min.value_or(StatusId{}));
  if (above && fan_out_ && fan_out_->has_nothing_above(viewer, above)) return {};
  const Rules rules{[&](const Entry& entry) { return is_in_home(viewer, entry); }, true};
  return Timelines(tx, library_, viewer).page(home_candidates(tx, viewer), rules, request);
}

StatusPage Feeds::public_timeline(const store::ReadTx& tx, const Viewer& viewer, Origin origin,
                                  const PageRequest& request) {
  // Few of all posts are of this node, so those have an index; of the others there are always enough.
  const bool only_here = origin == Origin::here;
  const Candidates candidates{
      [&](StatusId before, int count) { return store::public_older(tx, only_here, before, count); },
      [&](StatusId after, int count) { return store::public_newer(tx, only_here, after, count); }};
  const Rules rules{[&](const Entry& entry) { return is_in_public(viewer, entry, origin, false); }};
  return Timelines(tx, library_, viewer).page(candidates, rules, request);
}

StatusPage Feeds::tag(const store::ReadTx& tx, const Viewer& viewer, const TagRequest& tag,
                      const PageRequest& request) {
  std::vector<TagId> any;
  std::vector<TagId> all;
  std::vector<TagId> none;
  const auto look_up = [&](const std::string& name, std::vector<TagId>& out) {
    const auto id = store::find_tag(tx, name);
    if (id) out.push_back(*id);
    return id.has_value();
  };
  look_up(tag.name, any);
  for (const auto& name : tag.any) look_up(name, any);
  for (const auto& name : tag.none) look_up(name, none);
  for (const auto& name : tag.all) {
    if (!look_up(name, all)) return {};
  }
  const auto gather = [&](auto&& fetch, int count, auto before) {
    Lines lines;
    for (TagId id : any) lines = merged(std::move(lines), fetch(id), count, before);
    return lines;
  };
  const Candidates candidates{
      [&](StatusId before, int count) {
        return gather([&](TagId id) { return store::tagged_older(tx, id, before, count); }, count,
                      std::greater<>());
      },
      [&](StatusId after, int count) {
        return gather([&](TagId id) { return store::tagged_newer(tx, id, after, count); }, count,
                      std::less<>());
      }};
  const auto has_tag = [&](StatusId status, TagId id) {
    const auto found = store::tagged_older(tx, id, StatusId{status.value + 1}, 1);
    return !found.empty() && found.front().id == status;
  };
  const Rules rules{[&](const Entry& entry) {
    const StatusId id = entry.status->facts.id;
    return is_in_public(viewer, entry, tag.origin, true) &&
           std::all_of(all.begin(), all.end(), [&](TagId t) { return has_tag(id, t); }) &&
           std::none_of(none.begin(), none.end(), [&](TagId t) { return has_tag(id, t); });
  }};
  return Timelines(tx, library_, viewer).page(candidates, rules, request);
}

StatusPage Feeds::account(const store::ReadTx& tx, const Viewer& viewer, const AccountRequest& wanted,
                          const PageRequest& request) {
  const AccountId account = wanted.account;
  const auto tag = wanted.tag.empty() ? std::nullopt : store::find_tag(tx, wanted.tag);
  if (!wanted.tag.empty() && !tag) return {};
  // Direct posts stand on nobody's profile but in the author's own view of it.
  const auto participant = viewer.self() == account ? std::optional(account) : std::nullopt;
  const Rules rules{[&](const Entry& entry) {
    const auto& status = entry.status->facts;
    if (status.account != account || viewer.is_blocking(account)) return false;
    if (wanted.without_reblogs && status.reblog_of) return false;
    if (wanted.without_replies && status.in_reply_to && status.in_reply_to_account != account) return false;
    if (entry.original && domain::is_hidden_from(viewer, entry.original->facts)) return false;
    if (!tag) return true;
    const auto found = store::tagged_older(tx, *tag, StatusId{status.id.value + 1}, 1);
    return !found.empty() && found.front().id == status.id;
  }};
  return Timelines(tx, library_, viewer).page(candidates(tx, account, participant), rules, request);
}

StatusPage Feeds::quotes(const store::ReadTx& tx, const Viewer& viewer, StatusId quoted,
                         const PageRequest& request) {
  const Candidates candidates{
      [&](StatusId before, int count) { return store::quotes_older(tx, quoted, before, count); },
      [&](StatusId after, int count) { return store::quotes_newer(tx, quoted, after, count); }};
  const Rules rules{[&](const Entry& entry) { return !domain::is_hidden_from(viewer, entry.status->facts); }};
  return Timelines(tx, library_, viewer).page(candidates, rules, request);
}

std::vector<Entry> Feeds::entries(const store::ReadTx& tx, const Viewer& viewer,
                                  std::span<const StatusId> ids) {
  return Timelines(tx, library_, viewer).entries(ids);
}

std::string Feeds::poll_json(const store::ReadTx& tx, const Viewer& viewer, const mastodon::Poll& poll,
                             const domain::StatusFacts& facts, bool has_reader, std::uint8_t bits) const {
  std::optional<mastodon::OwnVotes> own;
  if (has_reader) {
    own.emplace();
    own->is_own_poll = facts.account == viewer.self();
    if ((bits & store::voted) != 0) own->choices = store::poll_votes_of(tx, facts.id, viewer.self());
  }
  std::string out;
  mastodon::append_poll(out, poll, clock_.now(), own);
  return out;
}

std::optional<std::string> Feeds::poll(const store::ReadTx& tx, const Viewer& viewer, const Entry& entry) {
  if (!entry.status->poll) return std::nullopt;
  const auto marks = marks_of(tx, viewer);
  const auto bits = marks ? marks->on(tx, entry.status->facts.id) : std::uint8_t{0};
  return poll_json(tx, viewer, *entry.status->poll, entry.status->facts, marks != nullptr, bits);
}

void Feeds::append(PageWriter& page, const store::ReadTx& tx, const Viewer& viewer, const ViewerMarks* marks,
                   const Entry& entry) const {
  const auto shown_marks = [&](const StatusCard& card) {
    mastodon::StatusMarks m;
    m.replies = card.counts.replies;
    m.reblogs = card.counts.reblogs;
    m.favourites = card.counts.favourites;
    const auto bits = marks == nullptr ? std::uint8_t{0} : marks->on(tx, card.facts.id);
    if (card.poll) m.poll = poll_json(tx, viewer, *card.poll, card.facts, marks != nullptr, bits);
    m.quotes = card.counts.quotes;
    m.approval = card.approval;
    m.leave = domain::to_string(domain::may_quote(viewer, card.facts, card.policies, card.is_here));
    if (marks == nullptr) return m;
    m.has_reader = true;
    m.favourited = (bits & store::favourited) != 0;
    m.reblogged = (bits & store::reblogged) != 0;
    m.bookmarked = (bits & store::bookmarked) != 0;
    m.pinned = (bits & store::pinned) != 0;
    m.muted = viewer.has_muted(card.facts.conversation);
    m.is_own = card.facts.account == viewer.self() && !card.facts.reblog_of;
    return m;
  };
  constexpr std::string_view no_reblog = ",\"reblog\":null";
  constexpr std::string_view null = "null";
  /// From a card's account on.
  const auto close = [&](const mastodon::StatusMarks& m, std::string_view reblog, std::string_view quote) {
    page.made(m.poll == null && quote == null, [&](std::string& out) {
      out += reblog;
      mastodon::append_status_rest(out, m);
      out += quote;
      mastodon::append_status_end(out, m);
    });
  };
  const auto close_with_quote = [&](const mastodon::StatusMarks& m) {
    if (!entry.quote) return close(m, no_reblog, null);
    const auto& shown = *entry.quote;
    page.made(false, [&](std::string& out) {
      out += no_reblog;
      mastodon::append_status_rest(out, m);
      out.append("{\"state\":\"").append(shown.state).append("\",\"quoted_status\":");
      if (!shown.status) out += null;
    });
    if (shown.status) {
      page.card(*shown.status);
      page.card(*shown.author);
      close(shown_marks(*shown.status), no_reblog, shallow_quote(shown));
    }
    page.made(false, [&](std::string& out) {
      out += '}';
      mastodon::append_status_end(out, m);
    });
  };
  page.card(*entry.status);
  page.card(*entry.author);
  if (!entry.original) return close_with_quote(shown_marks(*entry.status));
  auto marks_shown = shown_marks(*entry.original);
  page.text(",\"reblog\":");
  page.card(*entry.original);
  page.card(*entry.original_author);
  close_with_quote(marks_shown);
  // A boost's own line repeats what the original has: clients show either.
  marks_shown.poll = null;
  marks_shown.is_own = false;
  close(marks_shown, {}, null);
}

void Feeds::append(PageWriter& page, const store::ReadTx& tx, const Viewer& viewer,
                   std::span<const Entry> entries) {
  const auto marks = marks_of(tx, viewer);
  page.text("[");
  bool is_first = true;
  for (const auto& entry : entries) {
    if (!std::exchange(is_first, false)) page.text(",");
    append(page, tx, viewer, marks.get(), entry);
  }
  page.text("]");
}

std::size_t Feeds::size_of(std::span<const Entry> entries) {
  std::size_t size = 2;
  for (const auto& entry : entries) {
    size += entry.status->open.size() + entry.author->json.size() + 450;
    if (entry.original) size += entry.original->open.size() + entry.original_author->json.size() + 450;
  }
  return size;
}

std::string Feeds::json(const store::ReadTx& tx, const Viewer& viewer, std::span<const Entry> entries) {
  std::string out;
  out.reserve(size_of(entries));
  PageWriter page(out);
  append(page, tx, viewer, entries);
  return out;
}

std::uint64_t Feeds::version(const store::ReadTx& tx, const Viewer& viewer, std::span<const Entry> entries) {
  const auto marks = marks_of(tx, viewer);
  std::uint64_t sum = viewer.version();
  const auto add = [&](std::uint64_t number) { sum = std::rotl(sum ^ number * 0x9e3779b97f4a7c15, 29) * 5; };
  const auto add_card = [&](const StatusCardPtr& status, const AccountCardPtr& author) {
    add(status ? status->version : 0);
    add(author ? author->version : 0);
    if (status && status->poll) add(status->poll->is_over(clock_.now()) ? 1 : 2);
  };
  if (marks) add(marks->version());
  for (const auto& entry : entries) {
    add_card(entry.status, entry.author);
    add_card(entry.original, entry.original_author);
    if (!entry.quote) continue;
    add_card(entry.quote->status, entry.quote->author);
    add(std::hash<std::string_view>{}(entry.quote->state));
    add(std::hash<std::string_view>{}(entry.quote->inner_state));
    add(static_cast<std::uint64_t>(entry.quote->inner.value));
  }
  return sum;
}

std::optional<FanOut::Stats> Feeds::fan_out() const {
  if (!fan_out_) return std::nullopt;
  return fan_out_->stats();
}

Feeds::Memory Feeds::memory() const {
  return {library_.status_bytes(), library_.account_bytes(), viewers_.bytes() + marks_.bytes(),
          posts_.bytes() + directs_.bytes()};
}

}  // namespace dunlin::feed

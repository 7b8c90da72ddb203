// One status at a time, for those who read as it happens: by the rules of the pages.
#include "node/domain/statuses/policies.h"
#include "node/feed/feeds.h"

namespace dunlin::feed {

std::optional<Entry> Feeds::home_entry(const store::ReadTx& tx, const Viewer& viewer, StatusId id) {
  auto found = entries(tx, viewer, {&id, 1});
  if (found.empty() || !is_in_home(viewer, found.front())) return std::nullopt;
  const StatusId original = found.front().status->facts.reblog_of;
  if (!original) return std::move(found.front());
  // Whether a boost is a repeated one depends on what stands below it: the page that ends with it knows.
  const auto pulled = pulled_home(tx, viewer);
  const Candidates from_here{[&](StatusId before, int count) {
                               if (before <= id) return pulled.older(before, count);
                               auto lines = pulled.older(id, count - 1);
                               lines.insert(lines.begin(), store::Listed{id, original});
                               return lines;
                             },
                             pulled.newer};
  const Rules rules{[&](const Entry& entry) { return is_in_home(viewer, entry); }, true};
  PageRequest one;
  one.max = StatusId{id.value + 1};
  one.since = StatusId{id.value - 1};
  one.limit = 1;
  auto page = Timelines(tx, library_, viewer).page(from_here, rules, one);
  if (page.entries.empty()) return std::nullopt;
  return std::move(page.entries.front());
}

std::optional<Entry> Feeds::public_entry(const store::ReadTx& tx, const Viewer& viewer, Origin origin,
                                         StatusId id) {
  auto found = entries(tx, viewer, {&id, 1});
  if (found.empty() || !is_in_public(viewer, found.front(), origin, false)) return std::nullopt;
  return std::move(found.front());
}

std::optional<std::string> Feeds::sameness(const store::ReadTx& tx, const Viewer& viewer,
                                           const ViewerMarks* marks, const Entry& entry) const {
  if (entry.quote) return std::nullopt;  // who may see what is quoted differs
  std::string out;
  for (const auto& card : {entry.status, entry.original}) {
    if (!card) continue;
    const auto& facts = card->facts;
    if (facts.account == viewer.self() || viewer.has_muted(facts.conversation)) return std::nullopt;
    if (marks != nullptr && marks->on(tx, facts.id) != 0) return std::nullopt;
    out += domain::to_string(domain::may_quote(viewer, facts, card->policies, card->is_here));
    out += marks != nullptr ? ';' : ',';
  }
  return out;
}

}  // namespace dunlin::feed

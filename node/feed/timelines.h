#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "node/feed/heads.h"
#include "node/feed/library.h"
#include "node/feed/quotes.h"
#include "node/feed/viewer.h"

namespace dunlin::feed {

/// What a client asks of a feed. Bounds are exclusive. `min` asks for the page just above it; `since` only
/// bounds from below. Source: docs.joinmastodon.org/api/guidelines/#pagination
struct PageRequest {
  StatusId max = id_max<StatusId>();
  StatusId since;
  std::optional<StatusId> min;
  int limit = 20;
};

/// One line of a feed: a status, or a boost with its original.
struct Entry {
  StatusCardPtr status;
  AccountCardPtr author;
  StatusCardPtr original;  // of a boost
  AccountCardPtr original_author;
  ShownQuotePtr quote;  // of the status, or of a boost's original
};

/// Newest first. `older_than` is there as long as there may be more; it is the last id that was examined, so
/// that posts which the rules hid never end a feed early.
struct StatusPage {
  std::vector<Entry> entries;
  std::optional<StatusId> older_than;
  std::optional<StatusId> newer_than;
};

/// Where a feed's statuses come from: the only thing that a ring in front of the pull has to be. Exclusive
/// bounds; not filtered.
struct Candidates {
  using Lines = std::vector<store::Listed>;
  std::function<Lines(StatusId before, int count)> older;  // newest first
  std::function<Lines(StatusId after, int count)> newer;   // oldest first
};

/// Which of them the reader is shown. Every rule is asked here, for each page, because a block may be younger
/// than the candidate.
struct Rules {
  std::function<bool(const Entry&)> is_shown;
  /// Hides a boost when its original, or another boost of it, is shown and among the next 80 older
  /// candidates. Depends on content only, so pages are stable.
  bool hide_repeated_boosts = false;
};

/// Builds pages. One for each request: it holds the request's view of the database.
class Timelines {
 public:
  Timelines(const store::ReadTx& tx, Library& library, const Viewer& viewer)
      : tx_(tx), library_(library), viewer_(viewer) {}

  StatusPage page(const Candidates& candidates, const Rules& rules, const PageRequest& request) const;
  /// Entries for ids in their order, without those that the reader may not see.
  std::vector<Entry> entries(std::span<const StatusId> ids) const;
  /// May the reader see it: the status, its author there, and the same of a boost's original?
  bool is_visible(const Entry& entry) const;

 private:
  class Walk;
  void add_quotes(std::vector<Entry>& entries) const;
  const store::ReadTx& tx_;
  Library& library_;
  const Viewer& viewer_;
};

/// The rules of the home feed for a visible entry.
bool is_in_home(const Viewer& viewer, const Entry& entry);
/// Whose posts a public or hashtag feed shows.
enum class Origin : std::uint8_t { all, here, elsewhere };
/// Public and hashtag feeds: no boosts, nobody of a silenced server, nobody whom the reader blocked or muted,
/// no answers to others unless asked for.
bool is_in_public(const Viewer& viewer, const Entry& entry, Origin origin, bool with_replies);

}  // namespace dunlin::feed

#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "node/domain/statuses/visibility.h"
#include "node/store/polls.h"
#include "node/store/statuses.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// What an author asks.
struct PollDraft {
  std::vector<std::string> options;
  bool is_multiple = false;
  bool hides_totals = false;
  std::chrono::seconds expires_in{};
};
/// Its options without blanks around them. 422 when there are too few, too many, too long or the same ones,
/// or when it ends too early or too late.
Result<PollDraft> check_poll(PollDraft draft);
/// A poll of a local status from now on; another one that it had goes with its votes. The same options keep
/// their votes.
void ask(store::WriteTx& tx, const store::Status& status, const PollDraft& draft);

/// What `me` chooses, once and for all, told to the author's server. 404 when there is no poll that `me` can
/// see; 422 when it is over, one's own, already answered, or the choices do not fit.
Result<void> vote(store::WriteTx& tx, AccountId me, StatusId id, const std::vector<int>& choices);
/// A vote that came from elsewhere, an option at a time; what cannot count changes nothing.
void receive_vote(store::WriteTx& tx, AccountId voter, StatusId id, std::string_view option);

/// The next `limit` polls of which somebody must be told: those who took part, of the end; other servers, of
/// votes. How many there were.
int tell_of_due_polls(store::WriteTx& tx, int limit);

}  // namespace dunlin::domain

#include "node/domain/statuses/polls.h"

#include <algorithm>
#include <set>

#include "node/domain/federation/tell.h"
#include "node/domain/notifications/notify.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "node/store/accounts.h"
#include "node/store/notifications.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/plain.h"

namespace dunlin::domain {

namespace {

tl::unexpected<Error> invalid(const std::string& what) {
  return fail(Errc::unprocessable, "Validation failed: poll: " + what);
}

/// Other servers hear of votes together, not of each.
constexpr auto votes_told_after = std::chrono::minutes(3);

void count(store::WriteTx& tx, store::Poll poll, const store::Status& status, AccountId voter,
           const std::vector<int>& choices, bool is_new_voter) {
  for (int choice : choices) {
    if (store::put_poll_vote(tx, poll.status, voter, choice)) ++poll.votes[static_cast<std::size_t>(choice)];
  }
  if (is_new_voter) ++poll.voters;
  const bool is_ours = status.uri.empty();
  const auto soon = tx.now() + votes_told_after;
  if (is_ours && (!poll.due_at || soon < *poll.due_at)) poll.due_at = soon;
  // Who voted elsewhere is told of the end, too.
  if (!is_ours && !poll.due_at && poll.expires_at) poll.due_at = poll.expires_at;
  store::put_poll(tx, poll);
  tx.changes().marks.push_back(voter);
}

void tell_of_end(store::WriteTx& tx, const store::Poll& poll, const store::Status& status) {
  const auto author = store::find_account(tx, status.account);
  if (author && author->is_local())
    store::put_notification(tx, status.account, "poll", status.account, status.id);
  for (AccountId voter : store::local_voters(tx, poll.status))
    notify(tx, voter, "poll", status.account, status.id, status.conversation);
}

}  // namespace

Result<PollDraft> check_poll(PollDraft draft) {
  if (draft.options.size() < 2) return invalid("options: there must be at least two");
  if (draft.options.size() > limits::poll_options_max)
    return invalid("options: there are more than " + std::to_string(limits::poll_options_max));
  std::set<std::string> seen;
  for (auto& option : draft.options) {
    std::replace_if(
        option.begin(), option.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    option = std::string(trim(option));
    if (!text::has_visible_text(option)) return invalid("options: one of them is blank");
    if (text::count_graphemes(option) > limits::poll_option_characters_max)
      return invalid("options: \"" + option + "\" is longer than " +
                     std::to_string(limits::poll_option_characters_max) + " characters");
    if (!seen.insert(option).second) return invalid("options: \"" + option + "\" is there twice");
  }
  if (draft.expires_in < limits::poll_shortest)
    return invalid("expires_in: must be at least " + std::to_string(limits::poll_shortest.count()) +
                   " seconds");
  if (draft.expires_in > limits::poll_longest)
    return invalid("expires_in: must be at most " + std::to_string(limits::poll_longest.count()) +
                   " seconds");
  return draft;
}

void ask(store::WriteTx& tx, const store::Status& status, const PollDraft& draft) {
  const auto before = store::find_poll(tx, status.id);
  store::Poll poll;
  poll.status = status.id;
  poll.options = draft.options;
  poll.is_multiple = draft.is_multiple;
  poll.hides_totals = draft.hides_totals;
  poll.expires_at = poll.due_at = tx.now() + draft.expires_in;
  poll.votes.resize(poll.options.size());
  if (before && before->options == poll.options && before->is_multiple == poll.is_multiple) {
    poll.votes = before->votes;
    poll.voters = before->voters;
  } else if (before) {
    store::delete_poll(tx, status.id);
  }
  store::put_poll(tx, poll);
}

Result<void> vote(store::WriteTx& tx, AccountId me, StatusId id, const std::vector<int>& choices) {
  TRY(const auto status, visible_status(tx, me, id, tx.now()));
  const auto poll = store::find_poll(tx, id);
  if (!poll) return fail(Errc::not_found, "Record not found");
  if (status.account == me) return fail(Errc::unprocessable, "Validation failed: The poll is your own");
  if (poll->is_over(tx.now()))
    return fail(Errc::unprocessable, "Validation failed: The poll has already ended");
  if (choices.empty()) return fail(Errc::unprocessable, "Validation failed: choices: choose an option");
  if (!poll->is_multiple && choices.size() > 1)
    return fail(Errc::unprocessable, "Validation failed: choices: only one option can be chosen");
  for (int choice : choices) {
    if (choice < 0 || static_cast<std::size_t>(choice) >= poll->options.size())
      return fail(Errc::unprocessable,
                  "Validation failed: choices: " + std::to_string(choice) + " is no option");
  }
  if (!store::poll_votes_of(tx, id, me).empty())
    return fail(Errc::unprocessable, "Validation failed: You have already voted on this poll");
  count(tx, *poll, status, me, choices, true);
  if (status.uri.empty()) return {};
  for (int choice : choices)
    tell(tx, store::NoticeKind::vote, me, status.account, id, std::to_string(choice));
  return {};
}

void receive_vote(store::WriteTx& tx, AccountId voter, StatusId id, std::string_view option) {
  const auto status = visible_status(tx, voter, id, tx.now());
  const auto poll = status ? store::find_poll(tx, id) : std::nullopt;
  if (!poll || !status->uri.empty() || status->account == voter || poll->is_over(tx.now())) return;
  const auto found = std::find(poll->options.begin(), poll->options.end(), option);
  if (found == poll->options.end()) return;
  const auto earlier = store::poll_votes_of(tx, id, voter);
  if (!earlier.empty() && !poll->is_multiple) return;
  const int choice = static_cast<int>(found - poll->options.begin());
  count(tx, *poll, *status, voter, {choice}, earlier.empty());
}

int tell_of_due_polls(store::WriteTx& tx, int limit) {
  const auto due = store::due_polls(tx, tx.now(), limit);
  for (auto poll : due) {
    const auto status = store::find_status(tx, poll.status);
    const bool is_over = poll.is_over(tx.now());
    poll.due_at = is_over ? std::nullopt : poll.expires_at;
    store::put_poll(tx, poll);
    if (!status || status->is_deleted) continue;
    if (is_over) tell_of_end(tx, poll, *status);
    tell_of_status(tx, store::NoticeKind::update, *status);
  }
  return static_cast<int>(due.size());
}

}  // namespace dunlin::domain

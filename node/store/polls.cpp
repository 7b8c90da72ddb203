#include "node/store/polls.h"

#include <charconv>

namespace dunlin::store {

namespace {

template <class Each>
void split(std::string_view text, char by, Each each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(by), text.size());
    each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Poll row_to_poll(const Rows& rows) {
  Poll poll;
  poll.status = rows.id<StatusId>(0);
  split(rows.text(1), '\n', [&](std::string_view option) { poll.options.emplace_back(option); });
  split(rows.text(2), ' ', [&](std::string_view word) {
    std::int64_t count = 0;
    std::from_chars(word.data(), word.data() + word.size(), count);
    poll.votes.push_back(count);
  });
  poll.votes.resize(poll.options.size());
  poll.voters = rows.integer(3);
  poll.is_multiple = rows.boolean(4);
  poll.hides_totals = rows.boolean(5);
  poll.expires_at = rows.optional_time(6);
  poll.due_at = rows.optional_time(7);
  return poll;
}

}  // namespace

void put_poll(WriteTx& tx, const Poll& poll) {
  std::string options;
  std::string votes;
  for (const auto& option : poll.options) options += (options.empty() ? "" : "\n") + option;
  for (std::int64_t count : poll.votes) votes += (votes.empty() ? "" : " ") + std::to_string(count);
  tx.run("put_poll", poll.status, options, votes, poll.voters, poll.is_multiple, poll.hides_totals,
         poll.expires_at, poll.due_at);
  tx.changes().statuses.push_back(poll.status);
}

std::optional<Poll> find_poll(const ReadTx& tx, StatusId status) {
  auto rows = tx.query("find_poll", status);
  if (!rows.step()) return std::nullopt;
  return row_to_poll(rows);
}

void delete_poll(WriteTx& tx, StatusId status) {
  tx.run("delete_poll_votes", status);
  tx.run("delete_poll", status);
  tx.changes().statuses.push_back(status);
}

std::vector<Poll> due_polls(const ReadTx& tx, Timestamp now, int limit) {
  std::vector<Poll> out;
  auto rows = tx.query("due_polls", now, limit);
  while (rows.step()) out.push_back(row_to_poll(rows));
  return out;
}

bool put_poll_vote(WriteTx& tx, StatusId status, AccountId account, int choice) {
  return tx.run("insert_poll_vote", status, account, choice) > 0;
}

std::vector<int> poll_votes_of(const ReadTx& tx, StatusId status, AccountId account) {
  std::vector<int> out;
  auto rows = tx.query("poll_votes_of", status, account);
  while (rows.step()) out.push_back(static_cast<int>(rows.integer(0)));
  return out;
}

std::vector<AccountId> local_voters(const ReadTx& tx, StatusId status) {
  std::vector<AccountId> out;
  auto rows = tx.query("local_voters", status);
  while (rows.step()) out.push_back(rows.id<AccountId>(0));
  return out;
}

}  // namespace dunlin::store

#pragma once
// Polls: what a status asks, and who chose what.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

struct Poll {
  StatusId status;
  std::vector<std::string> options;
  std::vector<std::int64_t> votes;  // of each option: counted here, or what the origin counts
  std::int64_t voters = 0;
  bool is_multiple = false;
  bool hides_totals = false;            // until it is over
  std::optional<Timestamp> expires_at;  // nothing: it stays open
  std::optional<Timestamp> due_at;      // when somebody must be told of it: of its end, or of votes

  bool is_over(Timestamp now) const { return expires_at && *expires_at <= now; }
};
/// A new one, or in place of the one that the status had.
void put_poll(WriteTx& tx, const Poll& poll);
std::optional<Poll> find_poll(const ReadTx& tx, StatusId status);
/// With all its votes.
void delete_poll(WriteTx& tx, StatusId status);
std::vector<Poll> due_polls(const ReadTx& tx, Timestamp now, int limit);

/// False when it was there already.
bool put_poll_vote(WriteTx& tx, StatusId status, AccountId account, int choice);
/// Numbers of options, ascending.
std::vector<int> poll_votes_of(const ReadTx& tx, StatusId status, AccountId account);
/// Accounts of this node that voted.
std::vector<AccountId> local_voters(const ReadTx& tx, StatusId status);

}  // namespace dunlin::store

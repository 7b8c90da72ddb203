#pragma once
// What people do to statuses that exist. Each function is one write; each may run twice with the same result.
// Errors: 404 for what is not there or not visible to `me`, 403 and 422 as said.
#include "node/domain/statuses/polls.h"
#include "node/domain/statuses/publish.h"

namespace dunlin::domain {

/// A status that `me` (0 = anonymous) may see; a boost's original must be visible too. 404 otherwise.
Result<store::Status> visible_status(const store::ReadTx& tx, AccountId me, StatusId id, Timestamp now);
/// 403 when the account has moved on: what it says would reach nobody.
Result<void> check_may_post(const store::ReadTx& tx, AccountId me);
/// One's own status, not a boost. 404 otherwise, also for another's: its existence is not told.
Result<store::Status> own_status(const store::ReadTx& tx, AccountId me, StatusId id);

struct StatusEditDraft {
  PreparedText text;
  bool is_sensitive = false;
  std::optional<std::string> language;
  std::optional<Timestamp> made_at = {};  // elsewhere; else now
  std::optional<PollDraft> poll = {};     // of a status of this node; nothing: it has none from now on
};
/// Keeps the former version in the history; tells the newly mentioned and those who boosted it.
Result<void> edit_status(store::WriteTx& tx, AccountId me, StatusId id, const StatusEditDraft& draft);
/// Leaves a tombstone and takes its boosts along. Answers what stood there, for "delete and redraft".
Result<store::Status> delete_status(store::WriteTx& tx, AccountId me, StatusId id);
/// The same for a status of anyone, as account deletion and moderation need it.
void remove_status(store::WriteTx& tx, const store::Status& status);

Result<void> favourite(store::WriteTx& tx, AccountId me, StatusId id);
Result<void> unfavourite(store::WriteTx& tx, AccountId me, StatusId id);
/// The boost's id; a second boost of the same status answers the first. 422 when it may not be boosted.
Result<StatusId> reblog(store::WriteTx& tx, AccountId me, StatusId id, store::Visibility visibility);
/// `id` of the original or of the boost itself. Answers the original's.
Result<StatusId> unreblog(store::WriteTx& tx, AccountId me, StatusId id);
Result<void> bookmark(store::WriteTx& tx, AccountId me, StatusId id);
Result<void> unbookmark(store::WriteTx& tx, AccountId me, StatusId id);
/// 422 for another's status, a direct one, a boost, or one pin too many.
Result<void> pin(store::WriteTx& tx, AccountId me, StatusId id);
Result<void> unpin(store::WriteTx& tx, AccountId me, StatusId id);
Result<void> mute_conversation(store::WriteTx& tx, AccountId me, StatusId id, bool mute);

}  // namespace dunlin::domain

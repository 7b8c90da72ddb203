#include "node/domain/statuses/change.h"

#include <algorithm>

#include "node/domain/federation/tell.h"
#include "node/domain/notifications/notify.h"
#include "node/domain/statuses/quotes.h"
#include "node/store/accounts.h"
#include "node/store/marks.h"
#include "node/store/notifications.h"
#include "protocol/base/limits.h"

namespace dunlin::domain {

namespace {

tl::unexpected<Error> not_found() { return fail(Errc::not_found, "Record not found"); }

bool author_is_gone(const store::ReadTx& tx, AccountId author) {
  const auto account = store::find_account(tx, author);
  return !account || account->is_gone();
}

/// What favourites, boosts and bookmarks apply to: a boost stands for its original.
Result<store::Status> original_of(const store::ReadTx& tx, AccountId me, StatusId id, Timestamp now) {
  TRY(auto status, visible_status(tx, me, id, now));
  if (!status.reblog_of) return status;
  return visible_status(tx, me, status.reblog_of, now);
}

}  // namespace

Result<store::Status> visible_status(const store::ReadTx& tx, AccountId me, StatusId id, Timestamp now) {
  auto status = store::find_status(tx, id);
  if (!status) return not_found();
  const StoredRelations relations(tx, me, now);
  if (!can_see(relations, StatusFacts::of(*status)) || author_is_gone(tx, status->account))
    return not_found();
  if (status->reblog_of) {
    const auto original = store::find_status(tx, status->reblog_of);
    if (!original || !can_see(relations, StatusFacts::of(*original)) || author_is_gone(tx, original->account))
      return not_found();
  }
  return std::move(*status);
}

Result<void> check_may_post(const store::ReadTx& tx, AccountId me) {
  const auto account = store::find_account(tx, me);
  if (account && account->moved_to)
    return fail(Errc::forbidden, "This account has moved on: post from the new one, or cancel the move");
  return {};
}

Result<store::Status> own_status(const store::ReadTx& tx, AccountId me, StatusId id) {
  auto status = store::find_status(tx, id);
  if (!status || status->is_deleted || status->account != me) return not_found();
  return std::move(*status);
}

namespace {

/// Of another node's status it is its node that says.
bool is_same_poll(const store::ReadTx& tx, const store::Status& status,
                  const std::optional<PollDraft>& draft) {
  if (!status.uri.empty()) return true;
  const auto poll = store::find_poll(tx, status.id);
  if (!poll || !draft) return !poll && !draft;
  return poll->options == draft->options && poll->is_multiple == draft->is_multiple &&
         poll->hides_totals == draft->hides_totals;
}

}  // namespace

Result<void> edit_status(store::WriteTx& tx, AccountId me, StatusId id, const StatusEditDraft& draft) {
  TRY(const auto before, own_status(tx, me, id));
  if (before.reblog_of) return not_found();
  store::Status after = before;
  after.text = draft.text.text;
  after.content = draft.text.content;
  after.spoiler_text = draft.text.spoiler_text;
  after.format = draft.text.format;
  after.mentions = draft.text.mentions;
  after.tags = draft.text.tags;
  after.is_sensitive = draft.is_sensitive || !after.spoiler_text.empty();
  after.language = draft.language;
  const bool is_same = before.text == after.text && before.spoiler_text == after.spoiler_text &&
                       before.format == after.format &&
                       (before.uri.empty() || before.content == after.content) &&
                       before.is_sensitive == after.is_sensitive && before.language == after.language &&
                       is_same_poll(tx, before, draft.poll);
  if (is_same) return {};
  if (before.uri.empty()) {
    if (draft.poll) ask(tx, before, *draft.poll);
    if (!draft.poll && store::find_poll(tx, id)) store::delete_poll(tx, id);
  }
  after.edited_at = std::min(draft.made_at.value_or(tx.now()), tx.now());
  store::update_status(tx, before, after);
  tell_of_status(tx, store::NoticeKind::update, after);
  for (AccountId account : after.mentions) {
    if (std::find(before.mentions.begin(), before.mentions.end(), account) != before.mentions.end()) continue;
    const StoredRelations relations(tx, account, tx.now());
    if (can_see(relations, StatusFacts::of(after)))
      notify(tx, account, "mention", me, id, after.conversation);
  }
  for (StatusId boost : store::reblogs_of(tx, id)) {
    if (const auto row = store::find_status(tx, boost))
      notify(tx, row->account, "update", me, id, after.conversation);
  }
  notify_quoters(tx, after);
  return {};
}

void remove_status(store::WriteTx& tx, const store::Status& status) {
  for (StatusId boost : store::reblogs_of(tx, status.id)) {
    if (const auto row = store::find_status(tx, boost)) remove_status(tx, *row);
  }
  // While it is still known whom it mentioned.
  tell_of_status(tx, status.reblog_of ? store::NoticeKind::unannounce : store::NoticeKind::remove, status);
  forget_quotes(tx, status);
  store::delete_status(tx, status);
  if (counts_for_author(status)) store::add_to_counts(tx, status.account, {.statuses = -1});
  if (counts_as_reply(status)) store::add_to_counts(tx, status.in_reply_to, {.replies = -1});
  if (status.reblog_of) {
    store::add_to_counts(tx, status.reblog_of, {.reblogs = -1});
    tx.changes().marks.push_back(status.account);
    if (const auto original = store::find_status(tx, status.reblog_of)) {
      store::withdraw_notification(tx, original->account, "reblog", status.account, original->id);
    }
  }
}

Result<store::Status> delete_status(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(auto status, own_status(tx, me, id));
  remove_status(tx, status);
  return status;
}

Result<void> favourite(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(const auto status, original_of(tx, me, id, tx.now()));
  if (!store::put_favourite(tx, me, status.id)) return {};
  store::add_to_counts(tx, status.id, {.favourites = 1});
  notify(tx, status.account, "favourite", me, status.id, status.conversation);
  tell(tx, store::NoticeKind::like, me, status.account, status.id);
  return {};
}

Result<void> unfavourite(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(const auto status, original_of(tx, me, id, tx.now()));
  if (!store::delete_favourite(tx, me, status.id)) return {};
  store::add_to_counts(tx, status.id, {.favourites = -1});
  store::withdraw_notification(tx, status.account, "favourite", me, status.id);
  tell(tx, store::NoticeKind::unlike, me, status.account, status.id);
  return {};
}

Result<StatusId> reblog(store::WriteTx& tx, AccountId me, StatusId id, store::Visibility visibility) {
  TRY(const auto original, original_of(tx, me, id, tx.now()));
  const StoredRelations relations(tx, me, tx.now());
  // As if it were not there, as Mastodon answers: nobody learns whether it exists by trying to boost it.
  if (!can_reblog(relations, StatusFacts::of(original))) return not_found();
  if (auto earlier = store::reblog_by(tx, me, original.id)) return *earlier;
  TRY_DO(check_may_post(tx, me));
  if (visibility == store::Visibility::direct) {
    return fail(Errc::unprocessable,
                "Validation failed: visibility of a boost must be public, unlisted or private");
  }
  store::Status boost;
  boost.id = StatusId{tx.next_id()};
  boost.account = me;
  boost.reblog_of = original.id;
  boost.conversation = original.conversation;
  // A boost is never more public than what it boosts.
  boost.visibility = std::max(visibility, original.visibility);
  boost.is_local_only = original.is_local_only;
  boost.is_sensitive = original.is_sensitive;
  store::insert_status(tx, boost);
  store::count_new_status(tx, me, boost.created_at());
  store::add_to_counts(tx, original.id, {.reblogs = 1});
  tx.changes().marks.push_back(me);
  notify(tx, original.account, "reblog", me, original.id, original.conversation);
  tell_of_status(tx, store::NoticeKind::announce, boost);
  return boost.id;
}

Result<StatusId> unreblog(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(const auto original, original_of(tx, me, id, tx.now()));
  if (const auto boost = store::reblog_by(tx, me, original.id)) {
    if (const auto row = store::find_status(tx, *boost)) remove_status(tx, *row);
  }
  return original.id;
}

Result<void> bookmark(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(const auto status, original_of(tx, me, id, tx.now()));
  store::put_bookmark(tx, me, status.id);
  return {};
}

Result<void> unbookmark(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(const auto status, original_of(tx, me, id, tx.now()));
  store::delete_bookmark(tx, me, status.id);
  return {};
}

Result<void> pin(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(const auto status, visible_status(tx, me, id, tx.now()));
  if (status.account != me)
    return fail(Errc::unprocessable, "Validation failed: Someone else's post cannot be pinned");
  if (status.reblog_of) return fail(Errc::unprocessable, "Validation failed: A boost cannot be pinned");
  if (status.visibility == store::Visibility::direct) {
    return fail(Errc::unprocessable,
                "Validation failed: Posts that are only visible to mentioned users cannot be pinned");
  }
  const auto pins = store::pins_of(tx, me);
  if (std::find(pins.begin(), pins.end(), id) != pins.end()) return {};
  if (pins.size() >= limits::pinned_statuses_max) {
    return fail(Errc::unprocessable,
                "Validation failed: You have already pinned the maximum number of posts");
  }
  store::put_pin(tx, me, id);
  tell_of_pin(tx, store::NoticeKind::add_pin, status);
  return {};
}

Result<void> unpin(store::WriteTx& tx, AccountId me, StatusId id) {
  TRY(const auto status, own_status(tx, me, id));
  if (store::delete_pin(tx, me, status.id)) tell_of_pin(tx, store::NoticeKind::remove_pin, status);
  return {};
}

Result<void> mute_conversation(store::WriteTx& tx, AccountId me, StatusId id, bool mute) {
  TRY(const auto status, original_of(tx, me, id, tx.now()));
  mute ? store::put_conversation_mute(tx, me, status.conversation)
       : store::delete_conversation_mute(tx, me, status.conversation);
  return {};
}

}  // namespace dunlin::domain

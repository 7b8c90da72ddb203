#pragma once
// Who may see a status, and who is spared it: the one place for both. Pure functions on facts, so that the
// writer (facts from SQL) and the feeds (facts from caches) cannot disagree.
#include <vector>

#include "node/store/statuses.h"
#include "protocol/base/ids.h"

namespace dunlin::domain {

/// What the rules need to know of a status.
struct StatusFacts {
  StatusId id;
  AccountId account;
  StatusId reblog_of;
  StatusId in_reply_to;
  AccountId in_reply_to_account;
  StatusId conversation;
  store::Visibility visibility = store::Visibility::public_;
  bool is_local_only = false;
  bool is_deleted = false;
  std::string language;  // empty = not told
  std::vector<AccountId> mentions;

  static StatusFacts of(const store::Status& status);
};

/// One reader's relations to others. The anonymous visitor has self() == 0 and no relations.
class Relations {
 public:
  virtual ~Relations() = default;
  virtual AccountId self() const = 0;
  virtual bool follows(AccountId account) const = 0;
  virtual bool is_blocking(AccountId account) const = 0;
  virtual bool is_blocked_by(AccountId account) const = 0;
  virtual bool is_muting(AccountId account) const = 0;

  bool is_anonymous() const { return !self(); }
};

/// Facts straight from the database, for the writer and for single questions.
class StoredRelations final : public Relations {
 public:
  StoredRelations(const store::ReadTx& tx, AccountId self, Timestamp now) : tx_(tx), self_(self), now_(now) {}
  AccountId self() const override { return self_; }
  bool follows(AccountId account) const override;
  bool is_blocking(AccountId account) const override;
  bool is_blocked_by(AccountId account) const override;
  bool is_muting(AccountId account) const override;

 private:
  const store::ReadTx& tx_;
  AccountId self_;
  Timestamp now_;
};

/// May this reader see this status at all? For a boost: the boost itself; its original is asked separately.
/// That its author is suspended or deleted (Account::is_gone) is the caller's to check: it hides everything.
bool can_see(const Relations& reader, const StatusFacts& status);

/// Is the reader spared it in feeds and notifications: someone in it (author, answered, mentioned) is blocked
/// or muted, or its author blocks the reader?
bool is_hidden_from(const Relations& reader, const StatusFacts& status);

/// Is it one of its author's posts in the count on the profile, which everyone reads? A direct status is not:
/// strangers are not told that it was written, not even by a number.
bool counts_for_author(const store::Status& status);
/// The same for the count of answers on the status that it answers: what everyone may read is counted.
bool counts_as_reply(const store::Status& status);

/// May be boosted by this reader, who can see it: never direct, followers-only only by its author.
bool can_reblog(const Relations& reader, const StatusFacts& status);

}  // namespace dunlin::domain

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "node/domain/statuses/visibility.h"
#include "node/store/marks.h"
#include "node/store/relationships.h"

namespace dunlin::feed {

/// One reader's relations, loaded once and searched by bisection: what the rules ask for each candidate of a
/// page.
class Viewer final : public domain::Relations {
 public:
  Viewer(const store::ReadTx& tx, AccountId self, const Clock& clock);
  /// The anonymous visitor.
  Viewer() = default;

  AccountId self() const override { return self_; }
  bool follows(AccountId account) const override { return following(account) != nullptr; }
  bool is_blocking(AccountId account) const override;
  bool is_blocked_by(AccountId account) const override;
  /// At the time of the page that is being made: mutes end.
  bool is_muting(AccountId account) const override;

  /// nullptr when the account is not followed.
  const store::Following* following(AccountId account) const;
  /// Whether an answer to that account stands in the home feed, as far as whom it answers decides; 0 = it
  /// answers nobody. One rule for what is kept ready, what is pulled and what a page shows.
  bool wants_answers_to(AccountId answered) const {
    return !answered || answered == self_ || follows(answered);
  }
  bool has_muted(StatusId conversation) const;
  /// Everyone followed, by id.
  const std::vector<AccountId>& sources() const { return sources_; }
  std::size_t bytes() const;
  /// Another one when anything of it has changed; 0 for the anonymous visitor.
  std::uint64_t version() const { return version_; }

 private:
  std::uint64_t version_ = 0;
  AccountId self_;
  const Clock* clock_ = nullptr;
  std::vector<store::Following> following_;
  std::vector<AccountId> sources_;
  std::vector<store::Mute> mutes_;
  std::vector<AccountId> blocks_;
  std::vector<AccountId> blockers_;
  std::vector<StatusId> muted_conversations_;
};

/// What a reader did to statuses: the newest of each kind, which nearly every page is within.
class ViewerMarks {
 public:
  ViewerMarks(const store::ReadTx& tx, AccountId self);
  /// Bits of store::MarkBit; asks the database only for statuses older than what is kept.
  std::uint8_t on(const store::ReadTx& tx, StatusId status) const;
  std::uint64_t version() const { return version_; }
  std::size_t bytes() const { return sizeof *this + marks_.capacity() * sizeof(store::Mark); }

 private:
  AccountId self_;
  std::uint64_t version_;
  StatusId complete_from_;
  std::vector<store::Mark> marks_;  // by status, one entry each
};

}  // namespace dunlin::feed

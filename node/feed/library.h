#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/domain/federation/domains.h"
#include "node/domain/site.h"
#include "node/domain/statuses/policies.h"
#include "node/domain/statuses/visibility.h"
#include "node/feed/packed.h"
#include "node/feed/versioned_cache.h"
#include "node/store/accounts.h"
#include "node/store/quotes.h"
#include "node/store/statuses.h"
#include "node/trace/journal.h"
#include "protocol/mastodon/status.h"
#include "protocol/text/shortcodes.h"

namespace dunlin::feed {

/// An account as pages need it: its JSON ready made, and what the rules ask.
struct AccountCard {
  AccountId id;
  AccountPublicId public_id;
  std::string username;
  std::string domain;  // empty = of this node
  std::string acct;
  std::string url;
  bool is_here = false;      // of this node
  bool is_gone = false;      // or its server is blocked
  bool is_silenced = false;  // not shown to those who did not ask for it
  std::string json;          // Account entity
  Packed packed;             // the same
  std::uint64_t version = next_version();
};

/// A status as pages need it: what the rules ask, its counts, and its JSON up to `"account":`.
struct StatusCard {
  struct Quote {
    store::QuoteState state;
    StatusId status;
  };
  domain::StatusFacts facts;
  store::StatusCounts counts;
  std::optional<Quote> quote;  // what it quotes
  domain::Policies policies;
  bool is_here = false;
  std::string approval;  // see feed/quotes.h
  std::string open;      // see protocol/mastodon/status.h
  Packed packed;         // the same
  std::unique_ptr<const mastodon::Poll> poll = {};
  std::uint64_t version = next_version();
};

using StatusCardPtr = std::shared_ptr<const StatusCard>;
using AccountCardPtr = std::shared_ptr<const AccountCard>;

/// Statuses and accounts, rendered once and kept until they change. Any thread.
class Library {
 public:
  struct Budget {
    std::size_t status_bytes;
    std::size_t account_bytes;
  };
  Library(const domain::Site& site, const domain::Domains& domains, Budget budget);

  /// One for each id, in their order; null for what does not exist. Tombstones are there, with
  /// facts.is_deleted.
  std::vector<StatusCardPtr> statuses(const store::ReadTx& tx, std::span<const StatusId> ids);
  StatusCardPtr status(const store::ReadTx& tx, StatusId id);
  /// Null when there is no such account.
  AccountCardPtr account(const store::ReadTx& tx, AccountId id);
  /// Compressed with words(): kept with the card.
  const gzip::Piece& packed(const StatusCard& card);
  const gzip::Piece& packed(const AccountCard& card);
  const gzip::Words& words() const { return words_; }
  /// The custom emoji that texts of `host` (empty for this node) use, as a JSON array for their entity.
  std::string emojis(const store::ReadTx& tx, std::string_view host, const text::Shortcodes& used) const;
  /// The same of an account's profile.
  std::string emojis(const store::ReadTx& tx, const store::Account& account) const;

  /// Is told when a status is rendered. Before any other thread is here.
  void set_journal(trace::Journal* journal) { journal_ = journal; }
  void invalidate(StatusId id, std::uint64_t number) { statuses_.invalidate(id, number); }
  void invalidate(AccountId id, std::uint64_t number) { accounts_.invalidate(id, number); }
  void clear(std::uint64_t number);

  std::size_t status_bytes() const { return statuses_.bytes(); }
  std::size_t account_bytes() const { return accounts_.bytes(); }
  const domain::Site& site() const { return site_; }

 private:
  StatusCardPtr render(const store::ReadTx& tx, const store::Status& status);
  const domain::Site& site_;
  const domain::Domains& domains_;
  VersionedCache<StatusId, StatusCard> statuses_;
  VersionedCache<AccountId, AccountCard> accounts_;
  const gzip::Words words_;
  trace::Journal* journal_ = nullptr;
};

}  // namespace dunlin::feed

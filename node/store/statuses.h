#pragma once
// Statuses and what hangs on them: rows in, rows out. Who may see or do what is decided in domain/statuses.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

/// Named for what the client API calls it; `private_` is followers-only.
enum class Visibility : std::uint8_t { public_, unlisted, private_, direct };
std::string_view to_string(Visibility visibility);
std::optional<Visibility> parse_visibility(std::string_view text);

struct StatusCounts {
  std::int64_t replies = 0;
  std::int64_t reblogs = 0;
  std::int64_t favourites = 0;
  std::int64_t quotes = 0;
};

struct Status {
  StatusId id;
  AccountId account;
  StatusId reblog_of;             // 0 = not a boost
  StatusId in_reply_to;           // 0 = not a reply; may name a deleted status
  AccountId in_reply_to_account;  // 0 = none
  StatusId conversation;          // the thread's first status
  Visibility visibility = Visibility::public_;
  bool is_local_only = false;
  bool is_sensitive = false;
  bool is_deleted = false;  // a tombstone: text, mentions and tags are gone
  bool is_quote = false;    // see store/quotes.h; set by insert_quote()
  std::string policy;       // who may quote and answer it, see domain/statuses/policies.h
  std::int64_t revision = 0;
  std::optional<Timestamp> edited_at;
  StatusCounts counts;
  AppId app;        // 0 = unknown
  std::string uri;  // of a remote status: its object; a local one's is made by domain::Site
  std::string url;  // of a remote status: its page for people
  std::optional<std::string> language;
  std::string format = "plain";  // or "markdown"
  std::vector<AccountId> mentions;
  std::vector<std::string> tags;  // normalised
  std::string spoiler_text;
  std::string text;     // as typed
  std::string content;  // HTML

  Timestamp created_at() const { return time_of(id.value); }
};

/// `status.id` is set by the caller from tx.next_id(). Also files it under its tags and, when direct, with
/// its participants.
void insert_status(WriteTx& tx, const Status& status);
std::optional<Status> find_status(const ReadTx& tx, StatusId id);
/// The least id in use from `first` to `last`.
std::optional<StatusId> least_status_id(const ReadTx& tx, StatusId first, StatusId last);
std::optional<StatusId> status_by_uri(const ReadTx& tx, std::string_view uri);
/// The status of another node that has its page for people there. Looks through all: for administrators.
std::optional<StatusId> status_by_page(const ReadTx& tx, std::string_view url);
/// Those that exist, tombstones included, in no particular order; one query for each 32 ids.
std::vector<Status> find_statuses(const ReadTx& tx, std::span<const StatusId> ids);
/// Text, warning, language, mentions, tags of an edit; the version before goes to the history.
void update_status(WriteTx& tx, const Status& before, const Status& after);
/// Leaves a tombstone; removes text, history, favourites, pins, tags and notifications about it.
void delete_status(WriteTx& tx, const Status& status);
/// Of a boost that came from another node.
void set_status_uri(WriteTx& tx, StatusId id, std::string_view uri);
void set_status_policy(WriteTx& tx, StatusId id, std::string_view policy);
void add_to_counts(WriteTx& tx, StatusId id, const StatusCounts& delta);

struct StatusEdit {
  Timestamp created_at;
  bool is_sensitive = false;
  std::string spoiler_text;
  std::string content;
};
/// Former versions, oldest first; empty when it was never edited. The present one is the status itself.
std::vector<StatusEdit> status_edits(const ReadTx& tx, StatusId id);

/// The boost of `original` by `account`, if there is one.
std::optional<StatusId> reblog_by(const ReadTx& tx, AccountId account, StatusId original);
std::vector<StatusId> reblogs_of(const ReadTx& tx, StatusId original);
/// Direct replies, oldest first.
std::vector<StatusId> replies_to(const ReadTx& tx, StatusId id, int limit);
std::vector<StatusId> replies_after(const ReadTx& tx, StatusId id, StatusId after, int limit);
std::vector<StatusId> all_statuses_of(const ReadTx& tx, AccountId account);

// Pages: `older` newest first below `before`; `newer` oldest first above `after`. Not filtered by reader.

/// Posts and boosts of an account, but direct ones.
std::vector<Listed> account_older(const ReadTx& tx, AccountId account, StatusId before, int limit);
std::vector<Listed> account_newer(const ReadTx& tx, AccountId account, StatusId after, int limit);
/// Direct statuses that the account wrote or is mentioned in.
std::vector<Listed> directs_older(const ReadTx& tx, AccountId account, StatusId before, int limit);
std::vector<Listed> directs_newer(const ReadTx& tx, AccountId account, StatusId after, int limit);
/// Everyone's, or those of this node alone.
std::vector<Listed> public_older(const ReadTx& tx, bool only_here, StatusId before, int limit);
std::vector<Listed> public_newer(const ReadTx& tx, bool only_here, StatusId after, int limit);
/// `name` normalised.
std::optional<TagId> find_tag(const ReadTx& tx, std::string_view name);
std::vector<Listed> tagged_older(const ReadTx& tx, TagId tag, StatusId before, int limit);
std::vector<Listed> tagged_newer(const ReadTx& tx, TagId tag, StatusId after, int limit);
/// Hashtags that begin so and that some public status has: words of others are nobody's to find.
std::vector<std::string> search_tags(const ReadTx& tx, std::string_view prefix, int limit, int offset);

}  // namespace dunlin::store

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "node/domain/site.h"
#include "node/domain/statuses/policies.h"
#include "node/domain/statuses/polls.h"
#include "node/domain/statuses/visibility.h"
#include "node/store/statuses.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// What an author typed, turned into what is stored. Made before the write, on any thread: the writer has no
/// time for it.
struct PreparedText {
  std::string text;
  std::string content;  // HTML
  std::string spoiler_text;
  std::string format;  // "plain" or "markdown"
  std::vector<AccountId> mentions;
  std::vector<std::string> tags;
};

struct TextRules {
  std::size_t characters_max;
};

/// Checks length and makes the HTML; names in the text are looked up. 422 when there is nothing to see or too
/// much of it.
Result<PreparedText> prepare_text(const store::ReadTx& tx, const Site& site, const TextRules& rules,
                                  std::string text, std::string spoiler_text, std::string format);

struct StatusDraft {
  PreparedText text;
  store::Visibility visibility = store::Visibility::public_;
  bool is_local_only = false;
  bool is_sensitive = false;
  std::optional<std::string> language;
  StatusId in_reply_to;
  StatusId quotes;    // 0 = none
  Policies policies;  // who may quote and answer it
  AppId app;
  std::optional<PollDraft> poll = {};           // checked
  std::optional<std::string> idempotency_hash;  // SHA-256 of the client's key
};

/// Whether a status is told to those who asked to hear of its author's posts. An old one is not; whom it
/// names is told all the same.
enum class Age : std::uint8_t { fresh, old };
/// Stores a status that is complete, with what follows from it: counts, notifications, news for other nodes.
void file_status(store::WriteTx& tx, const store::Status& status, Age age = Age::fresh);

/// Stores the status, its counts and notifications. A key that was used before answers the status of that
/// time. 404 when the answered or quoted status is not there or not visible; 403 when its author does not
/// allow that; 422 when it cannot be answered or quoted.
Result<StatusId> publish(store::WriteTx& tx, AccountId author, const StatusDraft& draft);

}  // namespace dunlin::domain

#pragma once
// A status as JSON in two parts, so that it can be made once and shown to many: what is the same for every
// reader (text, dates, addresses) and, last in the object, what is not (counts, what the reader did with it).
// Between them stands the author. Source: docs.joinmastodon.org/entities/Status
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/ids.h"
#include "protocol/base/time.h"

namespace dunlin::mastodon {

struct Mention {
  AccountPublicId id;
  std::string username;
  std::string acct;
  std::string url;
};

struct StatusText {
  StatusId id;
  Timestamp created_at;
  std::optional<StatusId> in_reply_to_id;
  std::optional<AccountPublicId> in_reply_to_account_id;
  bool sensitive = false;
  std::string spoiler_text;
  std::string_view visibility;
  bool local_only = false;
  std::optional<std::string> language;
  std::string uri;
  std::string url;
  std::string content;             // HTML
  std::string interaction_policy;  // JSON, as GoToSocial has it: where not everyone may answer
  std::optional<Timestamp> edited_at;
  std::string application = "null";  // JSON: {name, website} or null
  std::vector<Mention> mentions;
  std::vector<std::string> tags;  // names
  std::string tag_url_prefix;
  std::string emojis = "[]";  // JSON array of CustomEmoji
};

/// `{"id":…,"account":` : an account's JSON follows, then append_status_close().
void append_status_open(std::string& out, const StatusText& text);

/// What is the same for every reader of a poll. Source: docs.joinmastodon.org/entities/Poll
struct Poll {
  StatusId id;
  std::optional<Timestamp> expires_at;
  bool multiple = false;
  bool hides_totals = false;  // until it is over
  std::vector<std::string> options;
  std::vector<std::int64_t> votes;  // of each option
  std::int64_t voters = 0;
  std::string emojis = "[]";  // JSON array of CustomEmoji

  bool is_over(Timestamp now) const { return expires_at && *expires_at <= now; }
};
/// What the reader chose; nothing for who is not signed in.
struct OwnVotes {
  bool is_own_poll = false;
  std::vector<int> choices;
};
void append_poll(std::string& out, const Poll& poll, Timestamp now, const std::optional<OwnVotes>& own);

struct StatusMarks {
  std::int64_t replies = 0;
  std::int64_t reblogs = 0;
  std::int64_t favourites = 0;
  std::int64_t quotes = 0;
  std::string_view approval;          // QuoteApproval up to the value of current_user; empty = nobody's
  std::string_view leave = "denied";  // that value
  bool has_reader = false;            // the flags below are shown only to a signed-in reader
  bool favourited = false;
  bool reblogged = false;
  bool muted = false;
  bool bookmarked = false;
  std::string poll = "null";  // JSON
  bool is_own = false;        // `pinned` is for one's own
  bool pinned = false;
};
/// `,"poll":…,"quote":`, after `,"reblog":` and its value. A Quote, a ShallowQuote or null follows.
void append_status_rest(std::string& out, const StatusMarks& marks);
/// `,"favourited":…}`
void append_status_end(std::string& out, const StatusMarks& marks);

}  // namespace dunlin::mastodon

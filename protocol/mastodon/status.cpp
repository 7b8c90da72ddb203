#include "protocol/mastodon/status.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/base/json_writer.h"

namespace dunlin::mastodon {

void append_status_open(std::string& out, const StatusText& s) {
  JsonWriter json(out);
  json.begin_object();
  json.field("id", s.id).field("created_at", s.created_at);
  json.field_or_null("in_reply_to_id", s.in_reply_to_id)
      .field_or_null("in_reply_to_account_id", s.in_reply_to_account_id);
  json.field("sensitive", s.sensitive)
      .field("spoiler_text", s.spoiler_text)
      .field("visibility", s.visibility);
  json.field("local_only", s.local_only)
      .field_or_null("language", s.language)
      .field("uri", s.uri)
      .field("url", s.url);
  json.field("content", s.content)
      .field_or_null("edited_at", s.edited_at)
      .field_raw("application", s.application);
  if (!s.interaction_policy.empty()) json.field_raw("interaction_policy", s.interaction_policy);
  json.field_raw("media_attachments", "[]");
  json.key("mentions").begin_array();
  for (const auto& m : s.mentions) {
    json.begin_object()
        .field("id", m.id)
        .field("username", m.username)
        .field("url", m.url)
        .field("acct", m.acct)
        .end_object();
  }
  json.end_array();
  json.key("tags").begin_array();
  for (const auto& tag : s.tags) {
    json.begin_object().field("name", tag).field("url", s.tag_url_prefix + percent_encode(tag)).end_object();
  }
  json.end_array();
  json.field_raw("emojis", s.emojis).field_raw("card", "null");
  json.key("account");
}

namespace {

/// Appends to a small buffer on the stack: this is written for each status of each page, so one append to the
/// page is all.
class Buffer {
 public:
  void count(std::string_view name, std::int64_t number) {
    text(name);
    end_ = std::to_chars(end_, std::end(bytes_), number).ptr;
  }
  void flag(std::string_view name, bool value) {
    text(name);
    text(value ? "true" : "false");
  }
  void text(std::string_view text) {
    ENSURE(text.size() <= static_cast<std::size_t>(std::end(bytes_) - end_));
    end_ = std::copy(text.begin(), text.end(), end_);
  }
  std::string_view view() const { return {bytes_, static_cast<std::size_t>(end_ - bytes_)}; }

 private:
  char bytes_[256];  // the names and four counts of at most 20 digits take 160, five flags less
  char* end_ = bytes_;
};

}  // namespace

constexpr std::string_view no_approval = R"({"automatic":[],"manual":[],"current_user":)";

void append_poll(std::string& out, const Poll& poll, Timestamp now, const std::optional<OwnVotes>& own) {
  const bool is_over = poll.is_over(now);
  const bool shows_votes = is_over || !poll.hides_totals || (own && own->is_own_poll);
  std::int64_t total = 0;
  for (std::int64_t count : poll.votes) total += count;
  JsonWriter json(out);
  json.begin_object().field("id", poll.id).field_or_null("expires_at", poll.expires_at);
  json.field("expired", is_over).field("multiple", poll.multiple).field("votes_count", total);
  json.field("voters_count", poll.voters);
  json.key("options").begin_array();
  for (std::size_t i = 0; i < poll.options.size(); ++i) {
    json.begin_object().field("title", poll.options[i]);
    json.field_or_null("votes_count", shows_votes ? std::optional(poll.votes[i]) : std::nullopt).end_object();
  }
  json.end_array().field_raw("emojis", poll.emojis);
  if (own) {
    // Mastodon counts the author as one who sees the results.
    json.field("voted", own->is_own_poll || !own->choices.empty());
    json.key("own_votes").begin_array();
    for (int choice : own->choices) json.value(static_cast<std::int64_t>(choice));
    json.end_array();
  }
  json.end_object();
}

void append_status_rest(std::string& out, const StatusMarks& m) {
  out += ",\"poll\":";
  out += m.poll;
  Buffer counts;
  counts.count(",\"replies_count\":", m.replies);
  counts.count(",\"reblogs_count\":", m.reblogs);
  counts.count(",\"favourites_count\":", m.favourites);
  counts.count(",\"quotes_count\":", m.quotes);
  out += counts.view();
  out += ",\"quote_approval\":";
  out += m.approval.empty() ? no_approval : m.approval;
  out.append("\"").append(m.leave).append("\"},\"quote\":");
}

void append_status_end(std::string& out, const StatusMarks& m) {
  Buffer rest;
  if (m.has_reader) {
    rest.flag(",\"favourited\":", m.favourited);
    rest.flag(",\"reblogged\":", m.reblogged);
    rest.flag(",\"muted\":", m.muted);
    rest.flag(",\"bookmarked\":", m.bookmarked);
    if (m.is_own) rest.flag(",\"pinned\":", m.pinned);
    rest.text(",\"filtered\":[]");
  }
  rest.text("}");
  out += rest.view();
}

}  // namespace dunlin::mastodon

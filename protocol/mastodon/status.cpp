#include "protocol/mastodon/status.h"

#include <charconv>

#include "protocol/base/encoding.h"
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
  json.field_raw("emojis", "[]").field_raw("card", "null").field_raw("poll", "null");
  json.key("account");
}

namespace {

void append_count(std::string& out, std::string_view name, std::int64_t count) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, count).ptr;
  out.append(name).append(digits, end);
}

void append_flag(std::string& out, std::string_view name, bool flag) {
  out.append(name).append(flag ? "true" : "false");
}

}  // namespace

void append_reblog_key(std::string& out) { out += ",\"reblog\":"; }

void append_status_close(std::string& out, const StatusMarks& marks) {
  out += ",\"reblog\":null";
  append_status_rest(out, marks);
}

void append_status_rest(std::string& out, const StatusMarks& m) {
  append_count(out, ",\"replies_count\":", m.replies);
  append_count(out, ",\"reblogs_count\":", m.reblogs);
  append_count(out, ",\"favourites_count\":", m.favourites);
  if (m.has_reader) {
    append_flag(out, ",\"favourited\":", m.favourited);
    append_flag(out, ",\"reblogged\":", m.reblogged);
    append_flag(out, ",\"muted\":", m.muted);
    append_flag(out, ",\"bookmarked\":", m.bookmarked);
    if (m.is_own) append_flag(out, ",\"pinned\":", m.pinned);
    out += ",\"filtered\":[]";
  }
  out += '}';
}

}  // namespace dunlin::mastodon

#include "tests/component/naive_feeds.h"

#include <algorithm>
#include <stdexcept>

namespace dunlin::test {

namespace {

// Common to all feeds. visible: what the reader may see at all. wanted: those of them in which nobody takes
// part whom the reader blocks or mutes, and whose author does not block the reader.
const std::string visible_and_wanted = R"(
WITH
blocked(id) AS (SELECT target_id FROM block WHERE account_id = :me),
blocking(id) AS (SELECT account_id FROM block WHERE target_id = :me),
spared(id) AS (SELECT id FROM blocked UNION
               SELECT target_id FROM mute WHERE account_id = :me AND (expires_at IS NULL OR expires_at > :now)),
gone(id) AS (SELECT id FROM account WHERE suspended_at IS NOT NULL OR deleted_at IS NOT NULL),
followed(id) AS (SELECT target_id FROM follow WHERE account_id = :me),
visible AS MATERIALIZED (
  SELECT id, account_id AS author, coalesce(reblog_of_id, 0) AS original, coalesce(in_reply_to_account_id, 0) AS answered,
         visibility, coalesce(language, '') AS language, ' ' || mentions || ' ' AS mentions, ' ' || tags || ' ' AS tags
  FROM status
  WHERE deleted_at IS NULL AND account_id NOT IN gone AND CASE
    WHEN :me = 0 THEN visibility IN ('public', 'unlisted') AND local_only = 0
    WHEN account_id = :me THEN 1
    WHEN account_id IN blocking THEN 0
    WHEN visibility IN ('public', 'unlisted') THEN 1
    WHEN (' ' || mentions || ' ') LIKE ('% ' || :me || ' %') THEN 1
    ELSE visibility = 'private' AND account_id IN followed END),
wanted AS MATERIALIZED (
  SELECT * FROM visible
  WHERE author = :me OR (author NOT IN blocking AND author NOT IN spared AND answered NOT IN spared
    AND NOT EXISTS (SELECT 1 FROM spared WHERE visible.mentions LIKE ('% ' || spared.id || ' %'))))
)";

// A boost is hidden when its original, or an older boost of it, is shown and among the 80 candidates below
// it: whatever those wrote who are followed, hidden or not, but for answers to whom the reader does not
// follow.
const std::string home_sql = visible_and_wanted + R"(,
candidates AS MATERIALIZED (
  SELECT id, row_number() OVER (ORDER BY id DESC) AS place FROM status
  WHERE deleted_at IS NULL AND CASE visibility
    WHEN 'direct' THEN account_id = :me OR (' ' || mentions || ' ') LIKE ('% ' || :me || ' %')
    ELSE account_id = :me OR (account_id IN followed AND (
      coalesce(in_reply_to_account_id, 0) IN (0, account_id, :me) OR in_reply_to_account_id IN followed)) END),
listed AS MATERIALIZED (
  SELECT s.id, s.original, c.place
  FROM visible AS s JOIN candidates AS c ON c.id = s.id LEFT JOIN follow AS f ON f.account_id = :me AND f.target_id = s.author
  WHERE (s.original = 0 OR s.original IN (SELECT id FROM visible)) AND (s.author = :me OR (
    f.target_id IS NOT NULL AND s.id IN (SELECT id FROM wanted)
    AND (f.languages = '' OR s.language = '' OR (' ' || f.languages || ' ') LIKE ('% ' || s.language || ' %'))
    AND CASE WHEN s.original <> 0 THEN f.show_reblogs = 1 AND s.original IN (SELECT id FROM wanted)
        ELSE s.answered IN (0, s.author, :me) OR s.answered IN followed END))),
boosts AS (SELECT id, original, place, lead(place) OVER (PARTITION BY original ORDER BY place) AS next FROM listed
           WHERE original <> 0),
repeated(id) AS (
  SELECT id FROM boosts WHERE next <= place + 80
  UNION SELECT b.id FROM boosts AS b JOIN listed AS o ON o.id = b.original WHERE o.place <= b.place + 80)
SELECT id FROM listed WHERE id NOT IN repeated ORDER BY id DESC)";

const std::string public_sql = visible_and_wanted + R"(
SELECT id FROM wanted WHERE visibility = 'public' AND original = 0 AND answered IN (0, author) ORDER BY id DESC)";

const std::string tag_sql = visible_and_wanted + R"(
SELECT id FROM wanted WHERE visibility = 'public' AND original = 0
  AND EXISTS (SELECT 1 FROM json_each(:any) WHERE wanted.tags LIKE ('% ' || value || ' %'))
  AND NOT EXISTS (SELECT 1 FROM json_each(:all) WHERE wanted.tags NOT LIKE ('% ' || value || ' %'))
  AND NOT EXISTS (SELECT 1 FROM json_each(:none) WHERE wanted.tags LIKE ('% ' || value || ' %'))
ORDER BY id DESC)";

// Direct posts stand in the author's own view only; a profile is shown although its owner is muted, but not
// when blocked.
const std::string account_sql = visible_and_wanted + R"(
SELECT id FROM visible WHERE author = :account AND author NOT IN blocked AND (visibility <> 'direct' OR author = :me)
  AND (original = 0 OR (NOT :without_reblogs AND original IN (SELECT id FROM wanted)))
  AND NOT (:without_replies AND answered NOT IN (0, author))
  AND (:tag = '' OR tags LIKE ('% ' || :tag || ' %'))
ORDER BY id DESC)";

std::string json_array(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const auto& word : words) out += (out.size() > 1 ? ",\"" : "\"") + word + "\"";
  return out + "]";
}

}  // namespace

struct NaiveFeeds::Query {
  sqlite3_stmt* statement;

  int place(const char* name) const { return sqlite3_bind_parameter_index(statement, name); }
  Query& set(const char* name, std::int64_t value) {
    sqlite3_bind_int64(statement, place(name), value);
    return *this;
  }
  Query& set(const char* name, const std::string& value) {
    sqlite3_bind_text(statement, place(name), value.c_str(), -1, SQLITE_TRANSIENT);
    return *this;
  }
  Ids ids() {
    Ids out;
    int code = 0;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) out.push_back(sqlite3_column_int64(statement, 0));
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(sqlite3_db_handle(statement)));
    return out;
  }
};

NaiveFeeds::NaiveFeeds(const std::string& database_file) {
  if (sqlite3_open_v2(database_file.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) {
    throw std::runtime_error("opening " + database_file);
  }
  const auto prepare = [&](const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(database_));
    return statement;
  };
  home_ = prepare(home_sql);
  public_ = prepare(public_sql);
  tag_ = prepare(tag_sql);
  account_ = prepare(account_sql);
}

NaiveFeeds::~NaiveFeeds() {
  for (sqlite3_stmt* statement : {home_, public_, tag_, account_}) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

NaiveFeeds::Ids NaiveFeeds::home(AccountId reader, Timestamp now) {
  return Query{home_}.set(":me", reader.value).set(":now", now.ms).ids();
}
NaiveFeeds::Ids NaiveFeeds::public_timeline(AccountId reader, Timestamp now) {
  return Query{public_}.set(":me", reader.value).set(":now", now.ms).ids();
}
NaiveFeeds::Ids NaiveFeeds::tag(AccountId reader, Timestamp now, const Tags& tags) {
  Query query{tag_};
  query.set(":any", json_array(tags.any))
      .set(":all", json_array(tags.all))
      .set(":none", json_array(tags.none));
  return query.set(":me", reader.value).set(":now", now.ms).ids();
}
NaiveFeeds::Ids NaiveFeeds::account(AccountId reader, Timestamp now, const Profile& p) {
  Query query{account_};
  query.set(":account", p.account.value).set(":tag", p.tag);
  query.set(":without_replies", std::int64_t{p.without_replies})
      .set(":without_reblogs", std::int64_t{p.without_reblogs});
  return query.set(":me", reader.value).set(":now", now.ms).ids();
}

NaiveFeeds::Ids page_of(const NaiveFeeds::Ids& whole, const NaivePage& page) {
  NaiveFeeds::Ids within;
  const auto floor = std::max(page.since, page.min.value_or(0));
  std::copy_if(whole.begin(), whole.end(), std::back_inserter(within),
               [&](auto id) { return id < page.max && id > floor; });
  const auto limit = static_cast<std::size_t>(page.limit);
  if (within.size() <= limit) return within;
  if (page.min) return {within.end() - page.limit, within.end()};
  return {within.begin(), within.begin() + page.limit};
}

}  // namespace dunlin::test

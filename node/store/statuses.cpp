#include "node/store/statuses.h"

#include <array>
#include <charconv>

#include "node/store/polls.h"

namespace dunlin::store {

namespace {

constexpr std::size_t ids_per_query = 32;  // the parameters of find_statuses

template <class IdType>
std::optional<IdType> or_null(IdType id) {
  return id ? std::optional(id) : std::nullopt;
}

std::string joined(const std::vector<AccountId>& ids) {
  std::string out;
  for (AccountId id : ids) {
    if (!out.empty()) out += ' ';
    out += to_string(id);
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

template <class Each>
void split(std::string_view text, Each each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Status row_to_status(const Rows& rows) {
  Status s;
  s.id = rows.id<StatusId>(0);
  s.account = rows.id<AccountId>(1);
  s.reblog_of = rows.id<StatusId>(2);
  s.in_reply_to = rows.id<StatusId>(3);
  s.in_reply_to_account = rows.id<AccountId>(4);
  s.conversation = rows.id<StatusId>(5);
  s.visibility = parse_visibility(rows.text(6)).value_or(Visibility::direct);
  s.is_local_only = rows.boolean(7);
  s.is_sensitive = rows.boolean(8);
  s.revision = rows.integer(9);
  s.edited_at = rows.optional_time(10);
  s.is_deleted = rows.boolean(11);
  s.counts = {rows.integer(12), rows.integer(13), rows.integer(14)};
  s.app = rows.id<AppId>(15);
  s.language = rows.optional_string(16);
  s.format = rows.string(17);
  split(rows.text(18), [&](std::string_view word) {
    AccountId id;
    std::from_chars(word.data(), word.data() + word.size(), id.value);
    s.mentions.push_back(id);
  });
  split(rows.text(19), [&](std::string_view word) { s.tags.emplace_back(word); });
  s.spoiler_text = rows.string(20);
  s.text = rows.string(21);
  s.content = rows.string(22);
  s.uri = rows.string(23);
  s.url = rows.string(24);
  s.counts.quotes = rows.integer(25);
  s.is_quote = rows.boolean(26);
  s.policy = rows.string(27);
  return s;
}

std::vector<StatusId> ids(Rows rows) {
  std::vector<StatusId> out;
  while (rows.step()) out.push_back(rows.id<StatusId>(0));
  return out;
}

Listed listed(const Status& s) {
  const bool answers = s.in_reply_to_account != s.account && s.visibility != Visibility::direct;
  return {s.id, s.reblog_of, answers ? s.in_reply_to_account : AccountId{}};
}

std::vector<Listed> listed(Rows rows) {
  std::vector<Listed> out;
  while (rows.step()) out.push_back({rows.id<StatusId>(0), rows.id<StatusId>(1), rows.id<AccountId>(2)});
  return out;
}

std::vector<AccountId> participants(const Status& status) {
  if (status.visibility != Visibility::direct) return {};
  std::vector<AccountId> all = status.mentions;
  all.push_back(status.account);
  return all;
}

TagId tag_id(WriteTx& tx, const std::string& name) {
  if (auto known = find_tag(tx, name)) return *known;
  auto rows = tx.query("insert_tag", name);
  rows.step();
  return rows.id<TagId>(0);
}

void file_under(WriteTx& tx, const Status& status) {
  for (const auto& tag : status.tags) tx.run("insert_status_tag", tag_id(tx, tag), status.id);
  for (AccountId account : participants(status)) tx.run("insert_direct", account, status.id);
}

void take_out(WriteTx& tx, const Status& status) {
  for (const auto& name : status.tags) {
    if (auto tag = find_tag(tx, name)) tx.run("delete_status_tag", *tag, status.id);
  }
  for (AccountId account : participants(status)) tx.run("delete_directs", account, status.id);
}

}  // namespace

std::string_view to_string(Visibility visibility) {
  switch (visibility) {
    case Visibility::public_:
      return "public";
    case Visibility::unlisted:
      return "unlisted";
    case Visibility::private_:
      return "private";
    case Visibility::direct:
      break;
  }
  return "direct";
}

std::optional<Visibility> parse_visibility(std::string_view text) {
  for (auto v : {Visibility::public_, Visibility::unlisted, Visibility::private_, Visibility::direct}) {
    if (text == to_string(v)) return v;
  }
  return std::nullopt;
}

void insert_status(WriteTx& tx, const Status& s) {
  tx.run("insert_status", s.id, s.account, or_null(s.reblog_of), or_null(s.in_reply_to),
         or_null(s.in_reply_to_account), s.conversation, to_string(s.visibility), s.is_local_only,
         s.is_sensitive, s.policy, or_null(s.app), s.uri, s.url, s.edited_at, s.language, s.format,
         joined(s.mentions), joined(s.tags), s.spoiler_text, s.text, s.content);
  file_under(tx, s);
  tx.changes().listings.push_back({listed(s), s.account, participants(s), true});
  ++(s.uri.empty() ? tx.changes().posts : tx.changes().posts_elsewhere);
}

std::optional<Status> find_status(const ReadTx& tx, StatusId id) {
  auto rows = tx.query("find_status", id);
  if (!rows.step()) return std::nullopt;
  return row_to_status(rows);
}

std::optional<StatusId> least_status_id(const ReadTx& tx, StatusId first, StatusId last) {
  auto rows = tx.query("least_status_id", first, last);
  if (!rows.step()) return std::nullopt;
  return rows.id<StatusId>(0);
}

std::optional<StatusId> status_by_uri(const ReadTx& tx, std::string_view uri) {
  auto rows = tx.query("status_by_uri", uri);
  if (!rows.step()) return std::nullopt;
  return rows.id<StatusId>(0);
}

std::optional<StatusId> status_by_page(const ReadTx& tx, std::string_view url) {
  auto rows = tx.query("status_by_page", url);
  if (!rows.step()) return std::nullopt;
  return rows.id<StatusId>(0);
}

std::vector<Status> find_statuses(const ReadTx& tx, std::span<const StatusId> wanted) {
  std::vector<Status> out;
  if (wanted.size() == 1) {
    if (auto one = find_status(tx, wanted.front())) out.push_back(std::move(*one));
    return out;
  }
  out.reserve(wanted.size());
  while (!wanted.empty()) {
    const auto some = wanted.first(std::min(wanted.size(), ids_per_query));
    std::array<StatusId, ids_per_query> slots{};  // the rest stays 0, which is nobody's id
    std::copy(some.begin(), some.end(), slots.begin());
    auto rows = std::apply([&](const auto&... id) { return tx.query("find_statuses", id...); }, slots);
    while (rows.step()) out.push_back(row_to_status(rows));
    wanted = wanted.subspan(some.size());
  }
  return out;
}

void update_status(WriteTx& tx, const Status& before, const Status& after) {
  tx.run("insert_status_edit", before.id, before.revision, before.edited_at.value_or(before.created_at()),
         before.is_sensitive, before.spoiler_text, before.text, before.content);
  take_out(tx, before);
  tx.run("update_status_text", *after.edited_at, after.is_sensitive, after.language, after.format,
         joined(after.mentions), joined(after.tags), after.spoiler_text, after.text, after.content, after.id);
  file_under(tx, after);
  tx.changes().statuses.push_back(after.id);
  tx.changes().edits.push_back({listed(after), after.account, participants(after)});
  if (after.visibility == Visibility::direct) {
    // Whoever was added finds it in the home feed from now on.
    tx.changes().listings.push_back({{before.id, {}}, before.account, participants(before), false});
    tx.changes().listings.push_back({{after.id, {}}, after.account, participants(after), true});
  }
}

void delete_status(WriteTx& tx, const Status& status) {
  tx.run("tombstone_status", tx.now(), status.id);
  tx.run("delete_status_edits", status.id);
  tx.run("delete_status_favourites", status.id);
  tx.run("delete_status_pins", status.account, status.id);
  tx.run("delete_status_notifications", status.id);
  tx.run("delete_origin_status", status.id);
  delete_poll(tx, status.id);
  tx.run("delete_reply_consent", status.id);
  take_out(tx, status);
  tx.changes().listings.push_back({listed(status), status.account, participants(status), false});
  tx.changes().statuses.push_back(status.id);
}

void set_status_uri(WriteTx& tx, StatusId id, std::string_view uri) {
  if (tx.run("set_first_status_uri", uri, id) > 0) {
    --tx.changes().posts;  // a moment ago it was made without an address, as ours are
    ++tx.changes().posts_elsewhere;
  } else {
    tx.run("set_status_uri", uri, id);
  }
  tx.changes().statuses.push_back(id);
}

void set_status_policy(WriteTx& tx, StatusId id, std::string_view policy) {
  tx.run("set_status_policy", policy, id);
  tx.changes().statuses.push_back(id);
}

void add_to_counts(WriteTx& tx, StatusId id, const StatusCounts& delta) {
  tx.run("add_to_status_counts", delta.replies, delta.reblogs, delta.favourites, delta.quotes, id);
  tx.changes().statuses.push_back(id);
}

std::vector<StatusEdit> status_edits(const ReadTx& tx, StatusId id) {
  std::vector<StatusEdit> out;
  auto rows = tx.query("status_edits", id);
  while (rows.step()) out.push_back({rows.time(0), rows.boolean(1), rows.string(2), rows.string(3)});
  return out;
}

std::optional<StatusId> reblog_by(const ReadTx& tx, AccountId account, StatusId original) {
  auto rows = tx.query("reblog_of", account, original);
  if (!rows.step()) return std::nullopt;
  return rows.id<StatusId>(0);
}

std::vector<StatusId> reblogs_of(const ReadTx& tx, StatusId original) {
  return ids(tx.query("reblogs_of", original));
}
std::vector<StatusId> replies_to(const ReadTx& tx, StatusId id, int limit) {
  return ids(tx.query("replies_to", id, limit));
}
std::vector<StatusId> replies_after(const ReadTx& tx, StatusId id, StatusId after, int limit) {
  return ids(tx.query("replies_after", id, after, limit));
}
std::vector<StatusId> all_statuses_of(const ReadTx& tx, AccountId account) {
  return ids(tx.query("all_statuses_of_account", account));
}

std::vector<Listed> account_older(const ReadTx& tx, AccountId account, StatusId before, int limit) {
  return listed(tx.query("statuses_of_account_older", account, before, limit));
}
std::vector<Listed> account_newer(const ReadTx& tx, AccountId account, StatusId after, int limit) {
  return listed(tx.query("statuses_of_account_newer", account, after, limit));
}
std::vector<Listed> directs_older(const ReadTx& tx, AccountId account, StatusId before, int limit) {
  return listed(tx.query("directs_older", account, before, limit));
}
std::vector<Listed> directs_newer(const ReadTx& tx, AccountId account, StatusId after, int limit) {
  return listed(tx.query("directs_newer", account, after, limit));
}
std::vector<Listed> public_older(const ReadTx& tx, bool only_here, StatusId before, int limit) {
  return listed(only_here ? tx.query("public_here_older", before, limit)
                          : tx.query("public_older", before, limit));
}
std::vector<Listed> public_newer(const ReadTx& tx, bool only_here, StatusId after, int limit) {
  return listed(only_here ? tx.query("public_here_newer", after, limit)
                          : tx.query("public_newer", after, limit));
}

std::optional<TagId> find_tag(const ReadTx& tx, std::string_view name) {
  auto rows = tx.query("find_tag", name);
  if (!rows.step()) return std::nullopt;
  return rows.id<TagId>(0);
}
std::vector<Listed> tagged_older(const ReadTx& tx, TagId tag, StatusId before, int limit) {
  return listed(tx.query("tagged_older", tag, before, limit));
}
std::vector<Listed> tagged_newer(const ReadTx& tx, TagId tag, StatusId after, int limit) {
  return listed(tx.query("tagged_newer", tag, after, limit));
}

std::vector<std::string> search_tags(const ReadTx& tx, std::string_view prefix, int limit, int offset) {
  const std::string from(prefix);
  auto rows = tx.query("search_tags", from, from + "\xf4\x8f\xbf\xbf", limit,
                       offset);  // the greatest code point ends the range
  std::vector<std::string> out;
  while (rows.step()) out.push_back(rows.string(0));
  return out;
}

}  // namespace dunlin::store

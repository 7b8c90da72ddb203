#include "node/domain/accounts/lists.h"

#include <algorithm>

#include "node/domain/relationships/relationships.h"
#include "node/store/accounts.h"
#include "node/store/marks.h"
#include "node/store/statuses.h"
#include "protocol/activitypub/webfinger.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/csv.h"
#include "protocol/text/language.h"

namespace dunlin::domain {

namespace {

using store::ListKind;

constexpr int page_size = 1'000;
constexpr std::size_t imports_kept_max = 20;  // of one account

std::string yes_or_no(bool value) { return value ? "true" : "false"; }

std::string handle_of(const store::ReadTx& tx, const Site& site, AccountId id) {
  const auto account = store::find_account(tx, id);
  if (!account || account->is_deleted) return {};
  return account->username + "@" + (account->is_local() ? site.domain : account->domain);
}

/// Space between, as options are kept; commas, as files have them.
std::string with_commas(std::string_view languages) {
  std::string out;
  for (const char c : languages) out += c == ' ' ? std::string(", ") : std::string(1, c);
  return out;
}

/// Calls `take` for each account of a list, page by page.
template <class Fetch, class Take>
void each_edge(Fetch fetch, Take take) {
  store::EdgePage page;
  page.limit = page_size;
  while (true) {
    const auto edges = fetch(page);
    for (const auto& edge : edges) take(edge.account);
    if (static_cast<int>(edges.size()) < page_size) return;
    page.before = edges.back().id;
  }
}

std::string write_following(const store::ReadTx& tx, const Site& site, AccountId me) {
  std::string out;
  text::append_csv_row(out, {"Account address", "Show boosts", "Notify on new posts", "Languages"});
  each_edge([&](const auto& page) { return store::following_page(tx, me, page); },
            [&](AccountId target) {
              const auto handle = handle_of(tx, site, target);
              const auto options = store::find_follow(tx, me, target);
              if (handle.empty() || !options) return;
              text::append_csv_row(out, {handle, yes_or_no(options->show_reblogs), yes_or_no(options->notify),
                                         with_commas(options->languages)});
            });
  return out;
}

std::string write_mutes(const store::ReadTx& tx, const Site& site, AccountId me) {
  std::string out;
  text::append_csv_row(out, {"Account address", "Hide notifications"});
  for (const auto& mute : store::mutes_of(tx, me)) {
    const auto handle = handle_of(tx, site, mute.target);
    // A mute that ends is not worth taking along: the file has no place for its end.
    if (!handle.empty() && !mute.expires_at)
      text::append_csv_row(out, {handle, yes_or_no(mute.notifications)});
  }
  return out;
}

std::string write_blocks(const store::ReadTx& tx, const Site& site, AccountId me) {
  std::string out;
  for (AccountId target : store::blocks_of(tx, me)) {
    if (const auto handle = handle_of(tx, site, target); !handle.empty()) text::append_csv_row(out, {handle});
  }
  return out;
}

std::string write_bookmarks(const store::ReadTx& tx, const Site& site, AccountId me) {
  std::string out;
  store::EdgePage page;
  page.limit = page_size;
  while (true) {
    const auto rows = store::bookmarks_page(tx, me, page);
    for (const auto& row : rows) {
      const auto status = store::find_status(tx, row.status);
      const auto author = status ? store::find_account(tx, status->account) : std::nullopt;
      if (!author || status->is_deleted) continue;
      text::append_csv_row(
          out, {status->uri.empty() ? site.status_uri(author->username, status->id) : status->uri});
    }
    if (static_cast<int>(rows.size()) < page_size) return out;
    page.before = rows.back().id;
  }
}

bool is_no(std::string_view cell) {
  const auto word = to_lower(trim(cell));
  return word == "false" || word == "0" || word == "no";
}
bool is_yes(std::string_view cell) {
  const auto word = to_lower(trim(cell));
  return word == "true" || word == "1" || word == "yes";
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" ,"), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// What a line says besides whom it means, as words: `quiet` (no boosts, or notifications of a muted one
/// stay), `notify`, and languages.
std::string options_of(ListKind kind, const std::vector<std::string>& cells) {
  const auto cell = [&](std::size_t n) {
    return n < cells.size() ? std::string_view(cells[n]) : std::string_view();
  };
  std::string out;
  if ((kind == ListKind::following || kind == ListKind::mutes) && is_no(cell(1))) out += "quiet ";
  if (kind != ListKind::following) return out;
  if (is_yes(cell(2))) out += "notify ";
  for (const auto& language : words(cell(3))) {
    if (text::is_language(language)) out += language + " ";
  }
  return out;
}

bool is_header(const std::vector<std::string>& cells) {
  const auto name = to_lower(trim(cells.front()));
  return name == "account address" || name == "account" || name == "uri" || name == "#uri";
}

/// Empty when the first cell may name what the list is of.
std::string problem_of(ListKind kind, const std::string& subject) {
  if (subject.size() > limits::linked_url_bytes_max) return "it is too long";
  if (kind == ListKind::bookmarks)
    return subject.starts_with("https://") || subject.starts_with("http://")
               ? ""
               : "this is not the address of a post";
  return activitypub::parse_handle(subject) ? "" : "this is not an account such as name@server.example";
}

}  // namespace

std::string write_list(const store::ReadTx& tx, const Site& site, AccountId me, ListKind kind) {
  switch (kind) {
    case ListKind::following:
      return write_following(tx, site, me);
    case ListKind::mutes:
      return write_mutes(tx, site, me);
    case ListKind::blocks:
      return write_blocks(tx, site, me);
    case ListKind::bookmarks:
      break;
  }
  return write_bookmarks(tx, site, me);
}

Result<std::vector<store::ImportLine>> read_list(ListKind kind, std::string_view csv, Timestamp now) {
  const auto rows = text::read_csv(csv);
  if (!rows) return fail(Errc::unprocessable, rows.error().safe);
  std::vector<store::ImportLine> lines;
  for (const auto& row : *rows) {
    if (lines.empty() && is_header(row.cells)) continue;
    if (lines.size() >= limits::import_lines_max)
      return fail(Errc::unprocessable, "A list may have " + std::to_string(limits::import_lines_max) +
                                           " lines; import it in parts");
    store::ImportLine line;
    line.line = static_cast<std::int64_t>(row.line);
    line.subject = std::string(trim(row.cells.front()));
    line.options = options_of(kind, row.cells);
    line.failure = problem_of(kind, line.subject);
    if (line.failure.empty()) line.next_at = now;
    lines.push_back(std::move(line));
  }
  if (lines.empty()) return fail(Errc::unprocessable, "There is nothing in the list");
  return lines;
}

Result<void> make_room_for_import(store::WriteTx& tx, AccountId me) {
  const auto imports = store::imports_of(tx, me);
  std::int64_t waiting = 0;
  for (const auto& import : imports) waiting += import.waiting;
  if (waiting > static_cast<std::int64_t>(limits::import_lines_max))
    return fail(Errc::unprocessable, "Another import is still being worked off; wait for its end");
  for (std::size_t i = imports_kept_max - 1; i < imports.size(); ++i) {
    if (imports[i].waiting == 0) store::delete_import(tx, imports[i].id);
  }
  return {};
}

Result<void> apply_line(store::WriteTx& tx, AccountId me, ListKind kind, const store::ImportLine& line,
                        AccountId target, std::int64_t following_max) {
  auto options = words(line.options);
  const bool is_quiet = std::erase(options, "quiet") > 0;
  const bool notifies = std::erase(options, "notify") > 0;
  if (kind == ListKind::mutes) return mute(tx, me, target, !is_quiet, std::nullopt);
  if (kind == ListKind::blocks) return block(tx, me, target);
  std::string languages;
  for (const auto& language : options) languages += (languages.empty() ? "" : " ") + language;
  return follow(tx, me, target, {!is_quiet, notifies, languages}, following_max);
}

}  // namespace dunlin::domain

#include "node/store/imports.h"

#include <array>

#include "protocol/base/id_generator.h"

namespace dunlin::store {

namespace {

ImportLine row_to_line(const Rows& rows) {
  ImportLine line;
  line.import = rows.integer(0);
  line.line = rows.integer(1);
  line.subject = rows.string(2);
  line.options = rows.string(3);
  line.attempts = static_cast<int>(rows.integer(4));
  line.next_at = rows.optional_time(5);
  line.failure = rows.string(6);
  return line;
}

std::vector<ImportLine> all_lines(Rows rows) {
  std::vector<ImportLine> out;
  while (rows.step()) out.push_back(row_to_line(rows));
  return out;
}

}  // namespace

std::string_view to_string(ListKind kind) {
  switch (kind) {
    case ListKind::following:
      return "following";
    case ListKind::mutes:
      return "mutes";
    case ListKind::blocks:
      return "blocks";
    case ListKind::bookmarks:
      break;
  }
  return "bookmarks";
}

std::optional<ListKind> parse_list_kind(std::string_view text) {
  for (const auto kind : {ListKind::following, ListKind::mutes, ListKind::blocks, ListKind::bookmarks}) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

Timestamp Import::created_at() const { return time_of(id); }

std::int64_t insert_import(WriteTx& tx, AccountId account, ListKind kind,
                           const std::vector<ImportLine>& lines) {
  const auto id = tx.next_id();
  tx.run("insert_import", id, account, to_string(kind), static_cast<std::int64_t>(lines.size()), 0);
  for (const auto& line : lines)
    tx.run("insert_import_line", id, line.line, line.subject, line.options, line.next_at, line.failure);
  return id;
}

std::vector<Import> imports_of(const ReadTx& tx, AccountId account) {
  std::vector<Import> out;
  auto rows = tx.query("imports_of", account);
  while (rows.step()) {
    out.push_back({rows.integer(0), rows.id<AccountId>(1),
                   parse_list_kind(rows.text(2)).value_or(ListKind::following), rows.integer(3),
                   rows.integer(4), rows.integer(5), rows.integer(6)});
  }
  return out;
}

std::vector<ImportLine> import_lines(const ReadTx& tx, std::int64_t import) {
  return all_lines(tx.query("import_lines", import));
}

std::vector<ImportLine> due_import_lines(const ReadTx& tx, Timestamp now, int limit) {
  return all_lines(tx.query("due_import_lines", now, limit));
}

std::optional<std::pair<AccountId, ListKind>> import_of_line(const ReadTx& tx, const ImportLine& line) {
  auto rows = tx.query("import_of_line", line.import);
  if (!rows.step()) return std::nullopt;
  return std::pair(rows.id<AccountId>(0), parse_list_kind(rows.text(1)).value_or(ListKind::following));
}

bool finish_import_line(WriteTx& tx, const ImportLine& line) {
  if (tx.run("delete_import_line", line.import, line.line) == 0) return false;
  tx.run("count_import_line", line.import);
  return true;
}

void fail_import_line(WriteTx& tx, const ImportLine& line, std::optional<Timestamp> next_at,
                      std::string_view why) {
  tx.run("fail_import_line", next_at, why, line.import, line.line);
}

void delete_import(WriteTx& tx, std::int64_t import) {
  tx.run("delete_import_lines", import);
  tx.run("delete_import", import);
}

}  // namespace dunlin::store

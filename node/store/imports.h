#pragma once
// Lists that people brought along, and which of their lines are still to be worked off: rows in, rows out.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"

namespace dunlin::store {

enum class ListKind : std::uint8_t { following, mutes, blocks, bookmarks };
std::string_view to_string(ListKind kind);
std::optional<ListKind> parse_list_kind(std::string_view text);

struct ImportLine {
  std::int64_t import = 0;
  std::int64_t line = 0;  // of the file, from 1
  std::string subject;
  std::string options;
  int attempts = 0;                  // that failed
  std::optional<Timestamp> next_at;  // nothing: given up
  std::string failure;               // of the last attempt
};
struct Import {
  std::int64_t id = 0;
  AccountId account;
  ListKind kind = ListKind::following;
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;  // for good
  std::int64_t waiting = 0;
  Timestamp created_at() const;
};

/// Its id. Lines without next_at have failed already. Of several with one number the last counts.
std::int64_t insert_import(WriteTx& tx, AccountId account, ListKind kind,
                           const std::vector<ImportLine>& lines);
/// Newest first.
std::vector<Import> imports_of(const ReadTx& tx, AccountId account);
/// Those that wait or failed, by line.
std::vector<ImportLine> import_lines(const ReadTx& tx, std::int64_t import);
std::vector<ImportLine> due_import_lines(const ReadTx& tx, Timestamp now, int limit);
/// Whose list a line is of; nothing when that was deleted.
std::optional<std::pair<AccountId, ListKind>> import_of_line(const ReadTx& tx, const ImportLine& line);
/// False when the line is gone, done before or deleted.
bool finish_import_line(WriteTx& tx, const ImportLine& line);
/// `next_at` nothing: given up.
void fail_import_line(WriteTx& tx, const ImportLine& line, std::optional<Timestamp> next_at,
                      std::string_view why);
void delete_import(WriteTx& tx, std::int64_t import);

}  // namespace dunlin::store

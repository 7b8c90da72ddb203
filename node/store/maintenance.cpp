#include "node/store/maintenance.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "node/store/database.h"
#include "protocol/base/ensure.h"

namespace dunlin::store {

namespace {

constexpr int pages_per_step = 1024;  // 4 MiB: a copy can be interrupted between two steps
constexpr int damage_max =
    100;  // lines; a database that is broken this much needs a backup, not a longer list

struct Finalized {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalized>;

struct Closed {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, Closed>;

[[noreturn]] void throw_fault(sqlite3* database, std::string_view doing) {
  throw Fault(sqlite3_extended_errcode(database), std::string(doing) + ": " + sqlite3_errmsg(database));
}

Statement prepare(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK) {
    throw_fault(database, sql);
  }
  return Statement(statement);
}

bool step(sqlite3* database, const Statement& statement) {
  const int code = sqlite3_step(statement.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) throw_fault(database, sqlite3_sql(statement.get()));
  return code == SQLITE_ROW;
}

std::string_view bytes(const Statement& statement, int column) {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement.get(), column));
  return {data == nullptr ? "" : data,
          static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), column))};
}

Cell cell(const Statement& statement, int column) {
  Cell c;
  c.column = sqlite3_column_name(statement.get(), column);
  switch (sqlite3_column_type(statement.get(), column)) {
    case SQLITE_INTEGER:
      c.kind = Cell::Kind::integer;
      c.integer = sqlite3_column_int64(statement.get(), column);
      break;
    case SQLITE_FLOAT:
      c.kind = Cell::Kind::real;
      c.real = sqlite3_column_double(statement.get(), column);
      break;
    case SQLITE_TEXT:
      c.kind = Cell::Kind::text;
      c.bytes = bytes(statement, column);
      break;
    case SQLITE_BLOB:
      c.kind = Cell::Kind::blob;
      c.bytes = bytes(statement, column);
      break;
    default:
      break;
  }
  return c;
}

/// The names of the queries that begin with `prefix`, sorted.
std::vector<std::string_view> queries_of(std::string_view prefix) {
  std::vector<std::string_view> names;
  for (const auto& [name, query] : named_queries()) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Database new_database(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) throw_fault(raw, "making " + path);
  // A copy that was cut short is thrown away whole, so it needs no way back.
  if (sqlite3_exec(raw, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;", nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    throw_fault(raw, "making " + path);
  }
  return database;
}

}  // namespace

Snapshot::Snapshot(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), tx_(*connection_, sequence_) {}

Result<std::unique_ptr<Snapshot>> Snapshot::open(const std::string& path) {
  if (!std::filesystem::exists(path)) return fail(Errc::not_found, "There is no database at " + path + ".");
  std::unique_ptr<Snapshot> snapshot(new Snapshot(open_for_reading(path, {})));
  const auto version = snapshot->connection_->pragma_integer("PRAGMA user_version");
  if (version > schema_version()) {
    return fail(Errc::conflict, path + " was written by a newer dunlin-node (schema " +
                                    std::to_string(version) + ", this program knows " +
                                    std::to_string(schema_version()) + "). Use the newer version.");
  }
  if (version < schema_version()) {
    return fail(Errc::conflict,
                path + " was written by an older dunlin-node (schema " + std::to_string(version) +
                    "). Start this version once with: dunlin-node serve; it brings the database up to date.");
  }
  snapshot->totals();  // the view begins with its first query
  return snapshot;
}

std::vector<std::string> Snapshot::damage() {
  auto* database = connection_->handle();
  std::vector<std::string> found;
  const auto integrity = prepare(database, "PRAGMA integrity_check(" + std::to_string(damage_max) + ")");
  while (step(database, integrity)) {
    const auto line = bytes(integrity, 0);
    if (line != "ok") found.emplace_back("database: " + std::string(line));
  }
  const auto keys = prepare(database, "PRAGMA foreign_key_check");
  while (found.size() < damage_max && step(database, keys)) {
    const auto row =
        sqlite3_column_type(keys.get(), 1) == SQLITE_NULL ? "" : " row " + std::string(bytes(keys, 1));
    found.emplace_back("database: " + std::string(bytes(keys, 0)) + row + " names a row of " +
                       std::string(bytes(keys, 2)) + " that does not exist");
  }
  return found;
}

std::vector<std::string> Snapshot::broken_invariants(std::size_t each_max) {
  std::vector<std::string> found;
  for (const auto name : queries_of("check_")) {
    std::size_t count = 0;
    auto rows = tx_.query(name);
    while (rows.step()) {
      if (++count <= each_max) found.push_back(rows.string(0));
    }
    if (count > each_max)
      found.push_back(std::string(name) + ": and " + std::to_string(count - each_max) + " more");
  }
  return found;
}

std::vector<NamedMedia> Snapshot::named_media() {
  std::vector<NamedMedia> named;
  auto rows = tx_.query("named_media");
  while (rows.step()) named.push_back({rows.string(0), rows.string(1)});
  return named;
}

Totals Snapshot::totals() {
  auto rows = tx_.query("node_totals");
  rows.step();
  return {rows.integer(0), rows.integer(1)};
}

void Snapshot::each_row(const std::function<void(std::string_view, const std::vector<Cell>&)>& row) {
  constexpr std::string_view prefix = "dump_";
  auto* database = connection_->handle();
  std::vector<Cell> cells;
  for (const auto name : queries_of(prefix)) {
    const auto rows = prepare(database, *query_text(name));
    while (step(database, rows)) {
      cells.clear();
      for (int column = 0; column < sqlite3_column_count(rows.get()); ++column)
        cells.push_back(cell(rows, column));
      row(name.substr(prefix.size()), cells);
    }
  }
}

void Snapshot::copy_to(const std::string& path) {
  ENSURE(!std::filesystem::exists(path));
  const auto copy = new_database(path);
  // The source's view is open: the pages are those of one moment, and a node's commits neither wait nor start
  // the copy anew.
  sqlite3_backup* backup = sqlite3_backup_init(copy.get(), "main", connection_->handle(), "main");
  if (backup == nullptr) throw_fault(copy.get(), "copying to " + path);
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(backup, pages_per_step);
  const int end = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE || end != SQLITE_OK) throw_fault(copy.get(), "copying to " + path);
}

}  // namespace dunlin::store

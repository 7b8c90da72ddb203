#include "node/store/connection.h"

#include <sqlite3.h>

#include <utility>
#include <vector>

#include "protocol/base/ensure.h"

namespace dunlin::store {

extern const std::vector<std::pair<std::string_view, std::string_view>> sql_files;  // embedded at build time

namespace {

[[noreturn]] void throw_fault(sqlite3* database, const std::string& doing) {
  throw Fault(sqlite3_extended_errcode(database), doing + ": " + sqlite3_errmsg(database));
}

void check(int code, sqlite3* database, const char* doing) {
  if (code != SQLITE_OK) throw_fault(database, doing);
}

/// Splits one .sql file at its `-- name: x` or `-- name: x (hot)` lines.
void add_queries(std::string_view file, std::unordered_map<std::string_view, NamedQuery>& out,
                 std::vector<std::unique_ptr<NamedQuery>>& owned) {
  constexpr std::string_view marker = "-- name: ";
  std::size_t at = file.find(marker);
  while (at != std::string_view::npos) {
    const std::size_t line_end = file.find('\n', at);
    std::string_view name = file.substr(at + marker.size(), line_end - at - marker.size());
    const std::size_t next = file.find(marker, line_end);
    auto query = std::make_unique<NamedQuery>();
    if (name.ends_with(" (hot)")) {
      query->hot = true;
      name.remove_suffix(6);
    }
    query->name = name;
    query->sql = file.substr(line_end + 1, next == std::string_view::npos ? next : next - line_end - 1);
    ENSURE(!out.contains(query->name));
    const auto& kept = *owned.emplace_back(std::move(query));
    out.emplace(kept.name, kept);
    at = next;
  }
}

}  // namespace

const std::unordered_map<std::string_view, NamedQuery>& named_queries() {
  static std::vector<std::unique_ptr<NamedQuery>> owned;  // the map's keys point into these
  static const auto queries = [] {
    std::unordered_map<std::string_view, NamedQuery> all;
    for (const auto& [name, text] : sql_files) add_queries(text, all, owned);
    return all;
  }();
  return queries;
}

const std::string* query_text(std::string_view name) {
  const auto& all = named_queries();
  auto found = all.find(name);
  return found == all.end() ? nullptr : &found->second.sql;
}

Rows::~Rows() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw_fault(database_, std::string("running ") + sqlite3_sql(statement_));
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string_view Rows::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
bool Rows::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::optional<std::string> Rows::optional_string(int column) const {
  if (is_null(column)) return std::nullopt;
  return string(column);
}
std::optional<std::int64_t> Rows::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<Timestamp> Rows::optional_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

void Rows::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, index, value), database_, "binding an integer");
}
void Rows::bind(int index, std::string_view text) {
  // STATIC: every caller's text outlives the run, which ends in the same full expression or scope.
  check(sqlite3_bind_text64(statement_, index, text.data() == nullptr ? "" : text.data(), text.size(),
                            SQLITE_STATIC, SQLITE_UTF8),
        database_, "binding text");
}
void Rows::bind_copy(int index, std::string_view text) {
  check(sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
        database_, "binding text");
}
void Rows::bind(int index, Blob blob) {
  check(sqlite3_bind_blob64(statement_, index, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC),
        database_, "binding bytes");
}
void Rows::bind(int index, std::nullopt_t) {
  check(sqlite3_bind_null(statement_, index), database_, "binding null");
}

Connection::Connection(const std::string& path, OpenMode mode, const ConnectionOptions& options) {
  const int flags =
      (mode == OpenMode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path.c_str(), &database_, flags, options.vfs.empty() ? nullptr : options.vfs.c_str()) !=
      SQLITE_OK) {
    Fault fault(sqlite3_extended_errcode(database_), "opening " + path + ": " + sqlite3_errmsg(database_));
    sqlite3_close(database_);
    throw fault;
  }
  sqlite3_busy_timeout(database_,
                       10'000);  // another process (a command, a backup) may hold the write lock for a moment
  try {
    execute("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;");
    execute(("PRAGMA cache_size = -" + std::to_string(options.cache_bytes / 1024) + ";").c_str());
    execute(("PRAGMA mmap_size = " + std::to_string(options.mmap_bytes) + ";").c_str());
    if (mode == OpenMode::read_write) {
      execute(options.synchronous_full ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = NORMAL;");
    }
  } catch (...) {
    sqlite3_close(database_);  // the destructor does not run for what was never made
    throw;
  }
}

Connection::~Connection() {
  for (auto& [name, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

sqlite3_stmt* Connection::prepared(std::string_view name) {
  auto found = statements_.find(name);
  if (found != statements_.end()) return found->second;
  const auto& all = named_queries();
  auto query = all.find(name);
  if (query == all.end()) throw Fault(SQLITE_MISUSE, "no query is named " + std::string(name));
  sqlite3_stmt* statement = nullptr;
  const std::string& sql = query->second.sql;
  check(sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr),
        database_, query->second.name.c_str());
  statements_.emplace(query->first, statement);
  return statement;
}

void Connection::execute(const char* sql) {
  check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), database_, sql);
}

std::int64_t Connection::pragma_integer(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr), database_, sql);
  const int code = sqlite3_step(statement);
  const std::int64_t value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  if (code != SQLITE_ROW) throw_fault(database_, sql);
  return value;
}

std::int64_t Connection::total_changes() const { return sqlite3_total_changes64(database_); }
std::int64_t Connection::changes() const { return sqlite3_changes64(database_); }
bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

}  // namespace dunlin::store

#pragma once
// SQLite for programs of the benchmark, which must not use the node's own code for what they measure it
// against.
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::bench {

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

[[noreturn]] inline void fault(sqlite3* db, std::string_view what) {
  throw std::runtime_error(std::string(what) + ": " + sqlite3_errmsg(db));
}

inline Database open_database(const std::string& file,
                              int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Database db(raw);
  if (code != SQLITE_OK) fault(raw, "open " + file);
  return db;
}

inline void execute(sqlite3* db, const std::string& sql) {
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fault(db, sql.substr(0, 60));
}

/// Every statement of a text.
inline std::vector<Statement> prepare_all(sqlite3* db, const std::string& sql) {
  std::vector<Statement> statements;
  for (const char* rest = sql.c_str(); *rest != '\0';) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v3(db, rest, -1, SQLITE_PREPARE_PERSISTENT, &raw, &rest) != SQLITE_OK)
      fault(db, "prepare");
    if (raw != nullptr) statements.emplace_back(raw);
  }
  return statements;
}

}  // namespace dunlin::bench

#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "protocol/base/ids.h"
#include "protocol/base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace dunlin::store {

/// The database failed in a way that no caller can mend: disk full, input/output error, corruption, a broken
/// query.
class Fault : public std::runtime_error {
 public:
  Fault(int sqlite_code, const std::string& what) : std::runtime_error(what), code_(sqlite_code) {}
  int code() const { return code_; }

 private:
  int code_;
};

/// Bytes for a BLOB column, where a string_view would be bound as TEXT.
struct Blob {
  std::string_view bytes;
};

/// One run of a prepared statement. Borrowed from its Connection, which must outlive it; resets on
/// destruction.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement, sqlite3* database) : statement_(statement), database_(database) {}
  ~Rows();
  Rows(Rows&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), database_(other.database_) {}
  Rows& operator=(Rows&&) = delete;

  /// Moves to the next row; false past the last. Throws Fault.
  bool step();

  // Columns of the current row, by position from 0. A text view lives until the next step().
  std::int64_t integer(int column) const;
  bool boolean(int column) const { return integer(column) != 0; }
  std::string_view text(int column) const;
  std::string string(int column) const { return std::string(text(column)); }
  bool is_null(int column) const;
  std::optional<std::string> optional_string(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  std::optional<Timestamp> optional_time(int column) const;
  Timestamp time(int column) const { return {integer(column)}; }
  template <class IdType>
  IdType id(int column) const {
    return IdType{integer(column)};
  }

  /// Text is bound without a copy and must outlive the Rows; a temporary std::string is copied, so it may be
  /// given inline.
  template <class... Args>
  void bind_all(Args&&... args) {
    int index = 0;
    (bind_one(++index, std::forward<Args>(args)), ...);
  }

 private:
  template <class T>
  void bind_one(int index, T&& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      bind_copy(index, value);
    } else {
      bind(index, value);
    }
  }
  void bind_copy(int index, std::string_view text);
  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, std::int64_t{value}); }
  void bind(int index, bool value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, Blob blob);
  void bind(int index, Timestamp t) { bind(index, t.ms); }
  void bind(int index, std::nullopt_t);
  template <class Tag>
  void bind(int index, Id<Tag> id) {
    bind(index, id.value);
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    value ? bind(index, *value) : bind(index, std::nullopt);
  }

  sqlite3_stmt* statement_;
  sqlite3* database_;
};

enum class OpenMode { read_only, read_write };

struct ConnectionOptions {
  bool synchronous_full = true;        // an acknowledged write survives a power cut
  std::int64_t cache_bytes = 2 << 20;  // SQLite's own page cache, for each connection
  std::int64_t mmap_bytes = 0;
  std::string vfs;  // file layer to use: tests put their recording or failing one here
};

/// One SQLite connection with its prepared statements. One thread at a time.
class Connection {
 public:
  /// Throws Fault. The file must exist unless the mode is read_write.
  Connection(const std::string& path, OpenMode mode, const ConnectionOptions& options);
  ~Connection();
  Connection(Connection&&) = delete;

  /// Runs a query of sql/*.sql by its name, its parameters bound in the order in which they first appear in
  /// the text.
  template <class... Args>
  Rows query(std::string_view name, Args&&... args) {
    Rows rows(prepared(name), database_);
    rows.bind_all(std::forward<Args>(args)...);
    return rows;
  }
  /// The same for a statement without rows; how many rows it changed.
  template <class... Args>
  std::int64_t run(std::string_view name, Args&&... args) {
    Rows rows = query(name, std::forward<Args>(args)...);
    while (rows.step()) {
    }
    return changes();
  }

  /// Fixed text only: pragmas, transactions, migrations.
  void execute(const char* sql);
  std::int64_t pragma_integer(const char* sql);
  /// Rows changed by all statements so far.
  std::int64_t total_changes() const;
  bool in_transaction() const;
  sqlite3* handle() { return database_; }

 private:
  sqlite3_stmt* prepared(std::string_view name);
  std::int64_t changes() const;
  sqlite3* database_ = nullptr;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

/// The text of a named query of sql/*.sql; nullptr when there is none.
const std::string* query_text(std::string_view name);
/// All of them: (name, is marked hot, text).
struct NamedQuery {
  std::string name;
  bool hot = false;
  std::string sql;
};
const std::unordered_map<std::string_view, NamedQuery>& named_queries();

}  // namespace dunlin::store

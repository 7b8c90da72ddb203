#pragma once
// What administrator commands need of a database beside what a node needs: checks of the whole, a dump, a
// copy. All of it only reads, and works while a node writes to the same database.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/transaction.h"
#include "protocol/base/result.h"

namespace dunlin::store {

/// One value of a row, as a dump sees it. Text and bytes live until the next row.
struct Cell {
  enum class Kind : std::uint8_t { null, integer, real, text, blob };
  std::string_view column;
  Kind kind = Kind::null;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view bytes;  // of text and blob
};

/// A picture that is in use.
struct NamedMedia {
  std::string user;  // "account 1 (ann)", for people to read
  std::string file;  // below media/
};

struct Totals {
  std::int64_t accounts = 0;  // that are not deleted
  std::int64_t statuses = 0;  // likewise, boosts too
};

/// One consistent view of a whole database: every function sees the same moment, whatever a node writes
/// meanwhile. Keeps the log from being cut back while it lives. One thread at a time. All functions throw
/// Fault on input/output errors and on damage that they are not there to find.
class Snapshot {
 public:
  /// Errc::not_found without a database; Errc::conflict when its schema is newer or older than this
  /// program's.
  static Result<std::unique_ptr<Snapshot>> open(const std::string& path);

  /// What SQLite's integrity check and foreign key check find; empty when sound. Reads every page.
  std::vector<std::string> damage();
  /// Rows that contradict each other (check_* in sql/maintenance.sql), each message naming the row. Of one
  /// kind at most `each_max`, then a line that tells how many more there are.
  std::vector<std::string> broken_invariants(std::size_t each_max = 100);
  std::vector<NamedMedia> named_media();
  Totals totals();
  /// Every row of every table, tables by name, rows by primary key, columns in their order.
  void each_row(const std::function<void(std::string_view table, const std::vector<Cell>& row)>& row);
  /// Writes a database of its own to `path`, which must not exist: one plain file without a log. In steps of
  /// a few megabytes; writers are not kept waiting. Not synced.
  void copy_to(const std::string& path);

  const ReadTx& tx() const { return tx_; }

 private:
  explicit Snapshot(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
  CommitSequence sequence_{0};
  ReadTx tx_;
};

}  // namespace dunlin::store

#include "node/store/database.h"

#include <sqlite3.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "protocol/base/log.h"

namespace dunlin::store {

extern const std::vector<std::pair<std::string_view, std::string_view>>
    migration_files;  // embedded, in order

namespace {

/// user_version as the file's header has it (SQLite file format 1.3, offset 60); 0 when there is no such file
/// yet. Read from the bytes, because opening the database would already make its -wal and -shm files.
int version_in_header(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char header[100];
  if (!file.read(header, sizeof header)) return 0;
  std::uint32_t version = 0;
  for (int i = 60; i < 64; ++i) version = version << 8 | static_cast<unsigned char>(header[i]);
  return static_cast<int>(version);
}

Result<void> refuse_newer(int version) {
  if (version <= schema_version()) return {};
  return fail(
      Errc::unsupported,
      "This data folder was written by a newer dunlin-node (schema " + std::to_string(version) +
          ", this program knows " + std::to_string(schema_version()) +
          "). Nothing was changed. Install the newer version, or restore a backup made before the upgrade.");
}

}  // namespace

int schema_version() { return static_cast<int>(migration_files.size()); }

void migrate(Connection& connection) {
  auto version = static_cast<std::size_t>(connection.pragma_integer("PRAGMA user_version"));
  for (; version < migration_files.size(); ++version) {
    const auto& [name, sql] = migration_files[version];
    connection.execute("BEGIN IMMEDIATE");
    try {
      connection.execute(std::string(sql).c_str());
      connection.execute(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
      connection.execute("COMMIT");
    } catch (...) {
      if (connection.in_transaction()) connection.execute("ROLLBACK");
      throw;
    }
    log(Level::info, "migrated", {{"migration", name}});
  }
}

Result<std::unique_ptr<Connection>> open_for_writing(const std::string& path, bool create,
                                                     const ConnectionOptions& options) {
  if (!create && !std::filesystem::exists(path)) {
    return fail(Errc::not_found, "There is no database at " + path +
                                     ". Make one with: dunlin-node init --data DIR --domain DOMAIN");
  }
  TRY_DO(refuse_newer(version_in_header(path)));
  auto connection = std::make_unique<Connection>(path, OpenMode::read_write, options);
  // A version may stand in the log only. Closing would write the log back into the file: not before it is
  // known.
  sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const auto version = static_cast<int>(connection->pragma_integer("PRAGMA user_version"));
  TRY_DO(refuse_newer(version));
  sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  connection->execute("PRAGMA journal_mode = WAL;");
  if (version < schema_version()) {
    migrate(*connection);
    // The header of the main file then has the new version, for older programs to see without opening the
    // log.
    connection->execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  return connection;
}

std::unique_ptr<Connection> open_for_reading(const std::string& path, const ConnectionOptions& options) {
  return std::make_unique<Connection>(path, OpenMode::read_only, options);
}

std::int64_t greatest_id(Connection& connection) {
  auto rows = connection.query("greatest_id");
  return rows.step() ? rows.integer(0) : 0;
}

}  // namespace dunlin::store

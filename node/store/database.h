#pragma once
#include <memory>
#include <string>

#include "node/store/connection.h"
#include "protocol/base/result.h"

namespace dunlin::store {

/// Number of the newest migration that this program knows; stored as the file's user_version.
int schema_version();

/// Opens the database for writing, makes it when it is missing and `create` is set, and brings its schema up
/// to date. A database newer than this program is refused before a byte of it is touched (Errc::unsupported).
/// Throws Fault on input/output errors.
Result<std::unique_ptr<Connection>> open_for_writing(const std::string& path, bool create,
                                                     const ConnectionOptions& options);

/// A reading connection on a database that open_for_writing() has brought up to date.
std::unique_ptr<Connection> open_for_reading(const std::string& path, const ConnectionOptions& options);

/// The greatest time-ordered id stored, where the IdGenerator goes on.
std::int64_t greatest_id(Connection& connection);

/// Statements of all migrations in order: for the test that compares them with schema.sql.
void migrate(Connection& connection);

}  // namespace dunlin::store

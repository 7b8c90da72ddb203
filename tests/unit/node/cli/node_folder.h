#pragma once
// A node's data folder for tests of administrator commands: a real database with rows of every table, and
// pictures.
#include <QTemporaryDir>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "node/domain/site.h"
#include "node/store/transaction.h"
#include "protocol/base/result.h"

namespace dunlin::cli {

class NodeFolder {
 public:
  /// node.toml and an empty database.
  NodeFolder();
  /// A copy of another, which nobody writes to now.
  explicit NodeFolder(const NodeFolder& other);

  std::string path() const { return data_.string(); }
  std::string file(const std::string& name) const { return (data_ / name).string(); }
  /// Beside the node's folder, which is alone in there.
  std::string beside(const std::string& name) const { return (data_.parent_path() / name).string(); }

  /// One transaction on a connection of its own, a minute after the one before; rolled back when it fails.
  Result<void> write(const std::function<Result<void>(store::WriteTx&)>& operation);
  /// Past foreign keys and rules.
  void sql(const std::string& statements) const;
  /// The first column of the first row.
  std::string ask(const std::string& query) const;
  /// Demo data and besides it rows of every table, through the domain: edits, deletions, blocks, requests,
  /// pictures...
  void fill();

  static domain::Site site() { return {"node.example", "https://node.example"}; }

 private:
  QTemporaryDir temporary_;
  std::filesystem::path data_;
  Timestamp now_{1'800'000'000'000};
};

/// Every file below a folder with its bytes, for "nothing was touched".
std::map<std::string, std::string> contents(const std::string& folder);

}  // namespace dunlin::cli

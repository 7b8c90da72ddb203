#pragma once
#include <memory>
#include <string>

#include "node/app/config.h"
#include "node/store/connection.h"
#include "protocol/base/result.h"

namespace dunlin::app {

/// The whole node as files: copy the folder and you have the node.
struct DataFolder {
  std::string path;

  std::string config_file() const { return path + "/node.toml"; }
  std::string database_file() const { return path + "/dunlin.db"; }
  std::string media_folder() const { return path + "/media"; }
  std::string lock_file() const { return path + "/lock"; }
  std::string trace_file() const { return path + "/trace"; }
  std::string resolved(const std::string& file) const {
    return file.starts_with('/') ? file : path + "/" + file;
  }
};

/// Held by the one process that serves a folder; ends with the process, however that ends.
class FolderLock {
 public:
  /// Errc::conflict when another process serves it.
  static Result<FolderLock> take(const DataFolder& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

/// Makes folder, node.toml and database. Errc::conflict when there is a node in it already.
Result<void> init_folder(const DataFolder& folder, std::string_view domain);

store::ConnectionOptions connection_options(const Config& config);

}  // namespace dunlin::app

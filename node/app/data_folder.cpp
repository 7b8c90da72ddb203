#include "node/app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "node/store/database.h"

namespace dunlin::app {

namespace fs = std::filesystem;

Result<FolderLock> FolderLock::take(const DataFolder& folder) {
  const int fd = ::open(folder.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(Errc::not_found,
                "Cannot open " + folder.lock_file() + ": " + std::strerror(errno) +
                    ". Is this the data folder? Make one with: dunlin-node init --data DIR --domain DOMAIN");
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return fail(Errc::conflict, "Another dunlin-node serves " + folder.path + ". Stop it first.");
  }
  return FolderLock(fd);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> init_folder(const DataFolder& folder, std::string_view domain) {
  if (fs::exists(folder.database_file()) || fs::exists(folder.config_file())) {
    return fail(Errc::conflict, folder.path + " holds a node already. Choose another folder with --data.");
  }
  std::error_code error;
  fs::create_directories(folder.path, error);
  if (error) return fail(Errc::forbidden, "Cannot make " + folder.path + ": " + error.message());
  fs::permissions(folder.path, fs::perms::owner_all, error);  // tokens and direct posts are in it
  TRY(const auto lock, FolderLock::take(folder));
  fs::create_directory(folder.media_folder(), error);
  TRY_DO(store::open_for_writing(folder.database_file(), true, {}));
  // The settings last: a folder without them is not yet a node, and init may run again.
  std::ofstream file(folder.config_file());
  file << default_toml(domain);
  file.close();
  if (!file) return fail(Errc::forbidden, "Cannot write " + folder.config_file());
  return {};
}

store::ConnectionOptions connection_options(const Config& config) {
  store::ConnectionOptions options;
  options.synchronous_full = config.database.synchronous == Synchronous::full;
  options.cache_bytes = config.database.cache_mib << 20;
  options.mmap_bytes = config.database.mmap_mib << 20;
  return options;
}

}  // namespace dunlin::app

#include "node/cli/synced_files.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace dunlin::cli {

namespace {

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Descriptor::Descriptor(const std::filesystem::path& path, int flags, mode_t mode)
    : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode)), path_(path.string()) {
  if (fd_ < 0) throw_errno("opening " + path_);
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void Descriptor::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("writing " + path_);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Descriptor::sync() {
  if (::fsync(fd_) != 0) throw_errno("syncing " + path_);
}

void sync_folder(const std::filesystem::path& folder) { Descriptor(folder, O_RDONLY | O_DIRECTORY).sync(); }

std::filesystem::path folder_of(const std::filesystem::path& file) {
  const auto folder = file.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

}  // namespace dunlin::cli

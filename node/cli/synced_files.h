#pragma once
// Files that must survive a power cut. All functions throw std::system_error.
#include <fcntl.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace dunlin::cli {

/// An open file, closed at the end.
class Descriptor {
 public:
  /// `flags` as for open(2); O_CLOEXEC and O_NOFOLLOW are added.
  Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0600);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int fd() const { return fd_; }
  void write(std::string_view bytes);
  void sync();

 private:
  int fd_;
  std::string path_;
};

/// Makes the names in a folder durable.
void sync_folder(const std::filesystem::path& folder);
/// The folder in which a file stands; "." for a plain name.
std::filesystem::path folder_of(const std::filesystem::path& file);

}  // namespace dunlin::cli

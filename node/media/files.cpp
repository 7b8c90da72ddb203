#include "node/media/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "protocol/base/encoding.h"

namespace dunlin::media {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> types = {
    {{".jpg", "image/jpeg"}, {".png", "image/png"}, {".gif", "image/gif"}, {".webp", "image/webp"}}};
constexpr std::size_t digest_digits = 32;

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor d{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (d.fd < 0 || ::fsync(d.fd) != 0) throw_errno("syncing " + folder.string());
}

void write_synced(const std::filesystem::path& path, std::string_view bytes) {
  const Descriptor d{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (d.fd < 0) throw_errno("making " + path.string());
  while (!bytes.empty()) {
    const auto n = ::write(d.fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("writing " + path.string());
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(d.fd) != 0) throw_errno("syncing " + path.string());
}

std::string digest_of(std::string_view bytes) {
  return hex(bytes_of(sha256(bytes))).substr(0, digest_digits);
}

}  // namespace

std::string_view Files::type_of(std::string_view name) {
  const auto slash = name.find('/');
  const auto dot = name.rfind('.');
  if (slash == std::string_view::npos || slash == 0 || dot == std::string_view::npos || dot < slash + 2)
    return {};
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  const auto folder = name.substr(0, slash);
  const auto stem = name.substr(slash + 1, dot - slash - 1);
  if (!std::all_of(folder.begin(), folder.end(), plain) || !std::all_of(stem.begin(), stem.end(), plain))
    return {};
  for (const auto& [ending, type] : types) {
    if (name.substr(dot) == ending) return type;
  }
  return {};
}

std::string Files::put(std::string_view kind, std::string_view bytes, std::string_view type) {
  const auto ending =
      std::find_if(types.begin(), types.end(), [&](const auto& known) { return known.second == type; });
  if (ending == types.end()) throw std::invalid_argument("no file ending for " + std::string(type));
  const auto folder = std::filesystem::path(folder_) / kind;
  if (std::filesystem::create_directories(folder)) sync_folder(folder_);
  const std::string stem = digest_of(bytes) + "-" + random_.token(16);
  const std::string name = std::string(kind) + "/" + stem + std::string(ending->first);
  const auto temporary = folder / (stem + ".part");
  write_synced(temporary, bytes);
  std::filesystem::rename(temporary, std::filesystem::path(folder_) / name);
  sync_folder(folder);
  return name;
}

std::optional<std::string> Files::read(std::string_view name) const {
  if (type_of(name).empty()) return std::nullopt;
  std::ifstream file(std::filesystem::path(folder_) / name, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void Files::remove(std::string_view name) {
  if (type_of(name).empty()) return;
  std::error_code ignored;  // a file that stays is found by `check`
  std::filesystem::remove(std::filesystem::path(folder_) / name, ignored);
}

std::optional<Files::Problem> Files::check(std::string_view name) const {
  const auto bytes = read(name);
  if (!bytes) return Problem{std::string(name), "is missing"};
  const auto slash = name.find('/');
  if (name.substr(slash + 1, digest_digits) != digest_of(*bytes))
    return Problem{std::string(name), "is damaged"};
  return std::nullopt;
}

std::vector<std::string> Files::all() const {
  std::vector<std::string> names;
  std::error_code missing;
  const std::filesystem::path root(folder_);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root, missing)) {
    if (entry.is_regular_file())
      names.push_back(std::filesystem::relative(entry.path(), root).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace dunlin::media

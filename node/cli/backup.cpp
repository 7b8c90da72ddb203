#include "node/cli/backup.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "node/cli/backup_archive.h"
#include "node/cli/check.h"
#include "node/cli/synced_files.h"
#include "node/store/database.h"
#include "protocol/base/log.h"
#include "protocol/base/random.h"

namespace dunlin::cli {

namespace {

namespace fs = std::filesystem;

/// A picture may be replaced between the database's moment and the reading of its file; then everything is
/// read anew.
constexpr int attempts_max = 5;

/// Takes the file away at the end, whatever happened.
struct Removed {
  fs::path path;
  ~Removed() {
    std::error_code ignored;
    if (!path.empty()) fs::remove(path, ignored);
  }
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno, std::generic_category(), "reading " + path.string());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<Descriptor> locked_part(const fs::path& path) {
  Descriptor part(path, O_RDWR | O_CREAT);
  struct stat opened {};
  struct stat named {};
  // A backup that ended in between has given its file the final name: that one must not be written to.
  const bool locked = ::flock(part.fd(), LOCK_EX | LOCK_NB) == 0 && ::fstat(part.fd(), &opened) == 0 &&
                      ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
                      opened.st_dev == named.st_dev;
  if (!locked) {
    return fail(Errc::conflict,
                "Another backup is writing to " + path.string() + ". Wait for it, or choose another file.");
  }
  return part;
}

/// What an earlier backup left that was cut short goes first.
void empty_out(const Descriptor& part, const fs::path& copy) {
  if (::ftruncate(part.fd(), 0) != 0 || ::lseek(part.fd(), 0, SEEK_SET) < 0) {
    throw std::system_error(errno, std::generic_category(), "emptying the backup's file");
  }
  for (const auto* ending : {"", "-journal", "-wal", "-shm"}) fs::remove(copy.string() + ending);
}

void add_media(BackupWriter& writer, const media::Files& files) {
  for (const auto& name : files.all()) {
    if (media::Files::type_of(name).empty()) continue;  // a picture that is just being written
    if (const auto bytes = files.read(name)) writer.add("media/" + name, *bytes);
  }
}

/// Pictures named in the snapshot that are not in the archive, nor known to be gone for good.
bool lacks_pictures(store::Snapshot& snapshot, const BackupWriter& writer,
                    const std::vector<std::string>& problems) {
  for (const auto& named : snapshot.named_media()) {
    const std::string member = "media/" + named.file;
    const auto told = [&](const std::string& problem) { return problem.starts_with(member + ": "); };
    if (!writer.has(member) && std::none_of(problems.begin(), problems.end(), told)) return true;
  }
  return false;
}

/// Fills the part file. False when pictures changed under it and it must be done again.
Result<bool> write_archive(const fs::path& data, const Descriptor& part, const fs::path& copy,
                           Timestamp now) {
  const std::string database = data / "dunlin.db";
  TRY(const auto snapshot, store::Snapshot::open(database));
  snapshot->copy_to(copy);
  if (const auto damage = snapshot->damage(); !damage.empty()) {
    return fail(Errc::conflict,
                "The database is damaged, so no backup was made; see: dunlin-node check. First finding: " +
                    damage[0]);
  }
  BackupWriter writer(part.fd(), now);
  writer.add("node.toml", read_file(data / "node.toml"));
  writer.add_file("dunlin.db", copy);
  const media::Files files(data / "media", system_random());
  add_media(writer, files);
  auto problems = snapshot->broken_invariants();
  for (auto& problem : media_problems(*snapshot, database, files)) problems.push_back(std::move(problem));
  if (lacks_pictures(*snapshot, writer, problems)) return false;
  for (const auto& problem : problems) log(Level::warning, "backup_has_problem", {{"problem", problem}});
  writer.finish(store::schema_version(), std::move(problems));
  return true;
}

/// From the disk, as far as the kernel can be made to forget what was just written.
Result<void> verify(const Descriptor& part) {
  ::posix_fadvise(part.fd(), 0, 0, POSIX_FADV_DONTNEED);
  if (::lseek(part.fd(), 0, SEEK_SET) < 0)
    throw std::system_error(errno, std::generic_category(), "reading the backup back");
  TRY_DO(read_backup(part.fd(), [](const std::string&, std::string_view) {}));
  return {};
}

}  // namespace

Result<void> backup_node(const std::string& data_dir, const std::string& file, const Clock& clock) {
  const fs::path data(data_dir);
  if (!fs::exists(data / "dunlin.db") || !fs::exists(data / "node.toml")) {
    return fail(Errc::not_found, "There is no node in " + data_dir + ".");
  }
  TRY(auto part, locked_part(file + ".part"));
  Removed part_removed{file + ".part"};
  const Removed copy_removed{file + ".db.part"};
  for (int attempt = 0;; ++attempt) {
    if (attempt == attempts_max)
      return fail(Errc::unavailable, "Pictures change too fast for a backup; try again.");
    empty_out(part, copy_removed.path);
    TRY(const bool whole, write_archive(data, part, copy_removed.path, clock.now()));
    if (whole) break;
  }
  part.sync();
  TRY_DO(verify(part));
  fs::rename(part_removed.path, file);
  part_removed.path.clear();  // what may now have that name is another backup's
  sync_folder(folder_of(file));
  return {};
}

}  // namespace dunlin::cli

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "node/cli/backup.h"
#include "node/cli/backup_archive.h"
#include "node/cli/check.h"
#include "node/cli/synced_files.h"
#include "node/store/database.h"

namespace dunlin::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view staged_database = "dunlin.db.part";

/// The folder that is filled. Until keep() is called, its end takes away everything that was put there.
class NewFolder {
 public:
  static Result<NewFolder> open(const fs::path& path) {
    std::error_code none;
    if (fs::is_symlink(path, none) ? !fs::is_directory(path) : fs::exists(path) && !fs::is_directory(path)) {
      return fail(Errc::conflict, path.string() + " is no folder.");
    }
    if (fs::exists(path)) {
      if (!fs::is_empty(path)) {
        return fail(
            Errc::conflict,
            path.string() + " is not empty. Restore into a folder that does not exist yet, or is empty.");
      }
      return NewFolder(path, false);
    }
    if (!fs::is_directory(folder_of(path)))
      return fail(Errc::not_found, "There is no folder " + folder_of(path).string() + ".");
    fs::create_directory(path);
    fs::permissions(path, fs::perms::owner_all);
    return NewFolder(path, true);
  }

  NewFolder(NewFolder&& other) noexcept
      : path_(std::move(other.path_)), is_made_(other.is_made_), kept_(std::exchange(other.kept_, true)) {}
  NewFolder& operator=(NewFolder&&) = delete;
  ~NewFolder() {
    if (kept_) return;
    std::error_code ignored;  // nothing more can be done here, and the error that led here is told
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(path_, ignored)) inside.push_back(entry.path());
    for (const auto& entry : inside) fs::remove_all(entry, ignored);
    if (is_made_) fs::remove(path_, ignored);
  }

  const fs::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  NewFolder(fs::path path, bool is_made) : path_(std::move(path)), is_made_(is_made) {}
  fs::path path_;
  bool is_made_;
  bool kept_ = false;
};

/// Writes members as files of a folder. They are synced by finish(), when they are known to be sound.
class Unpacker {
 public:
  explicit Unpacker(const fs::path& folder) : folder_(folder), folders_{folder} {}

  void take(const std::string& name, std::string_view bytes) {
    if (bytes.empty()) begin(name);
    file_->write(bytes);
  }
  void finish() {
    file_.reset();
    for (const auto& file : files_) Descriptor(file, O_RDONLY).sync();
    for (const auto& folder : folders_) sync_folder(folder);
  }

 private:
  void begin(const std::string& name) {
    const bool is_media = name.starts_with("media/");
    const fs::path path = folder_ / (name == "dunlin.db" ? std::string(staged_database) : name);
    if (is_media) {
      fs::create_directories(path.parent_path());
      folders_.insert({folder_ / "media", path.parent_path()});
    }
    file_.emplace(path, O_WRONLY | O_CREAT | O_EXCL, is_media ? 0644 : 0600);
    files_.push_back(path);
  }

  fs::path folder_;
  std::set<fs::path> folders_;
  std::vector<fs::path> files_;
  std::optional<Descriptor> file_;
};

Result<void> check_schema(const Manifest& manifest) {
  if (manifest.schema <= store::schema_version()) return {};
  return fail(Errc::conflict, "This backup was made by dunlin-node " + manifest.version +
                                  ", which is newer (schema " + std::to_string(manifest.schema) +
                                  ", this program knows " + std::to_string(store::schema_version()) +
                                  "). Restore it with that version.");
}

/// Brings the schema up to date and looks whether all is as sound as it was when the backup was made.
Result<void> check_content(const fs::path& folder, const Manifest& manifest) {
  const std::string database = folder / staged_database;
  const auto up_to_date =
      [&]() -> Result<void> {  // closed again, it leaves neither log nor index beside the file
    TRY_DO(store::open_for_writing(database, false, {}));
    return {};
  };
  TRY_DO(up_to_date());
  const auto report = check_parts(database, folder / "media");
  for (const auto& problem : report.problems) {
    if (std::find(manifest.problems.begin(), manifest.problems.end(), problem) != manifest.problems.end())
      continue;
    return fail(Errc::bad_request, "The backup was read, but what is in it is not sound: " + problem + ".");
  }
  return up_to_date();
}

}  // namespace

Result<void> restore_node(const std::string& data_dir, const std::string& file) {
  if (!fs::is_regular_file(file)) return fail(Errc::not_found, "There is no file " + file + ".");
  const Descriptor backup(fs::canonical(file), O_RDONLY);
  const fs::path target = fs::path(data_dir).lexically_normal();
  TRY(auto folder,
      NewFolder::open(target.has_filename() ? target : target.parent_path()));  // without a slash at the end
  Unpacker unpacker(folder.path());
  TRY(const auto manifest, read_backup(backup.fd(), [&](const std::string& name, std::string_view bytes) {
        unpacker.take(name, bytes);
      }));
  TRY_DO(check_schema(manifest));
  unpacker.finish();
  TRY_DO(check_content(folder.path(), manifest));
  fs::rename(folder.path() / staged_database, folder.path() / "dunlin.db");
  sync_folder(folder.path());
  sync_folder(folder_of(folder.path()));
  folder.keep();
  return {};
}

}  // namespace dunlin::cli

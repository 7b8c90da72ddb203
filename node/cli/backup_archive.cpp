#include "node/cli/backup_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <vector>

#include "node/media/files.h"

namespace dunlin::cli {

namespace {

constexpr std::size_t block_bytes = 64 * 1024;
constexpr int format_version = 1;
constexpr std::string_view manifest_name = "manifest.json";
constexpr std::string_view manifest_sum_name = "manifest.json.sha256";  // as sha256sum -c reads it
constexpr std::string_view media_prefix = "media/";
/// A line of the manifest takes 150 bytes: some three million pictures. It is read whole.
constexpr std::size_t manifest_bytes_max = std::size_t{512} << 20;

struct Freed {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
  void operator()(archive* reader) const { archive_read_free(reader); }
};

[[noreturn]] void throw_error(archive* a, const std::string& doing) {
  const char* why = archive_error_string(a);
  throw std::runtime_error(doing + ": " + (why == nullptr ? "unknown error" : why));
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(Errc::bad_request, "This file is damaged or no backup of a node: " + what + ".");
}

bool is_known(std::string_view name) {
  if (name == "node.toml" || name == "dunlin.db" || name == manifest_name || name == manifest_sum_name)
    return true;
  return name.starts_with(media_prefix) && !media::Files::type_of(name.substr(media_prefix.size())).empty();
}

std::string manifest_sum(std::string_view manifest) {
  return hex(bytes_of(sha256(manifest))) + "  " + std::string(manifest_name) + "\n";
}

std::string to_json(const Manifest& m) {
  nlohmann::ordered_json json = {{"format", format_version}, {"version", m.version},
                                 {"schema", m.schema},       {"created_at", m.created_at},
                                 {"problems", m.problems},   {"members", nlohmann::json::array()}};
  for (const auto& [name, member] : m.members) {
    json["members"].push_back({{"name", name}, {"size", member.size}, {"sha256", member.sha256}});
  }
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return damaged("its manifest is not readable");
  try {
    if (json.at("format").get<int>() > format_version) {
      return fail(Errc::conflict, "This backup was written by a newer dunlin-node. Use the newer version.");
    }
    Manifest m;
    m.schema = json.at("schema").get<int>();
    m.version = json.at("version").get<std::string>();
    m.created_at = json.at("created_at").get<std::string>();
    m.problems = json.at("problems").get<std::vector<std::string>>();
    for (const auto& each : json.at("members")) {
      m.members[each.at("name").get<std::string>()] = {each.at("size").get<std::uint64_t>(),
                                                       each.at("sha256").get<std::string>()};
    }
    return m;
  } catch (const nlohmann::json::exception& wrong) {
    return damaged(std::string("its manifest is not readable: ") + wrong.what());
  }
}

Result<void> compare(const Manifest& manifest, const std::map<std::string, Member>& found) {
  for (const auto* needed : {"dunlin.db", "node.toml"}) {
    if (!manifest.members.contains(needed)) return damaged(std::string(needed) + " is not in it");
  }
  for (const auto& [name, told] : manifest.members) {
    const auto member = found.find(name);
    if (member == found.end()) return damaged(name + " is missing");
    if (member->second != told) return damaged(name + " is not as the manifest tells");
  }
  for (const auto& [name, member] : found) {
    if (!manifest.members.contains(name)) return damaged(name + " is not in the manifest");
  }
  return {};
}

/// One pass over an archive.
class Reader {
 public:
  Reader(int descriptor, const TakeMember& take)
      : archive_(archive_read_new()), descriptor_(descriptor), take_(take) {
    archive_read_support_format_tar(archive_.get());
  }

  Result<void> read_all() {
    if (archive_read_open_fd(archive_.get(), descriptor_, block_bytes) != ARCHIVE_OK) return damaged(error());
    archive_entry* entry = nullptr;
    while (true) {
      const int code = archive_read_next_header(archive_.get(), &entry);
      if (code == ARCHIVE_EOF) return {};
      if (code != ARCHIVE_OK) return damaged(error());
      TRY(const auto name, checked_name(entry));
      TRY_DO(read_member(name));
    }
  }

  Result<Manifest> verified() const {
    if (!names_.contains(std::string(manifest_name))) return damaged("it has no manifest, or was cut short");
    if (sum_ != manifest_sum(manifest_)) return damaged("its manifest is not as written");
    TRY(auto manifest, parse_manifest(manifest_));
    TRY_DO(compare(manifest, found_));
    return manifest;
  }

 private:
  std::string error() const {
    const char* why = archive_error_string(archive_.get());
    return why == nullptr ? "it cannot be read" : why;
  }

  Result<std::string> checked_name(archive_entry* entry) {
    const char* raw = archive_entry_pathname(entry);
    const std::string name = raw == nullptr ? "" : raw;
    const bool is_file = archive_entry_filetype(entry) == AE_IFREG &&
                         archive_entry_hardlink(entry) == nullptr && archive_entry_symlink(entry) == nullptr;
    if (!is_file || !is_known(name)) return damaged("\"" + name + "\" does not belong in it");
    if (!names_.insert(name).second) return damaged("\"" + name + "\" is in it twice");
    return name;
  }

  Result<void> read_member(const std::string& name) {
    std::string* kept = name == manifest_name ? &manifest_ : name == manifest_sum_name ? &sum_ : nullptr;
    if (kept == nullptr) take_(name, {});
    Digest digest;
    std::uint64_t size = 0;
    while (true) {
      const auto n = archive_read_data(archive_.get(), block_.data(), block_.size());
      if (n < 0) return damaged(name + ": " + error());
      if (n == 0) break;
      const std::string_view bytes(block_.data(), static_cast<std::size_t>(n));
      size += bytes.size();
      if (kept == nullptr) {
        digest.add(bytes);
        take_(name, bytes);
      } else if (size > manifest_bytes_max) {
        return damaged("its manifest is too long");
      } else {
        kept->append(bytes);
      }
    }
    if (kept == nullptr) found_[name] = {size, digest.finish()};
    return {};
  }

  std::unique_ptr<archive, Freed> archive_;
  int descriptor_;
  const TakeMember& take_;
  std::vector<char> block_ = std::vector<char>(block_bytes);
  std::set<std::string> names_;
  std::map<std::string, Member> found_;
  std::string manifest_;
  std::string sum_;
};

}  // namespace

Digest::Digest() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("openssl: no SHA-256");
}
Digest::~Digest() { EVP_MD_CTX_free(context_); }
void Digest::add(std::string_view bytes) {
  if (EVP_DigestUpdate(context_, bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("openssl: SHA-256 failed");
}
std::string Digest::finish() {
  Sha256 digest{};
  if (EVP_DigestFinal_ex(context_, digest.data(), nullptr) != 1)
    throw std::runtime_error("openssl: SHA-256 failed");
  return hex(bytes_of(digest));
}

BackupWriter::BackupWriter(int descriptor, Timestamp now) : archive_(archive_write_new()), now_(now) {
  archive_write_set_format_pax_restricted(archive_);
  archive_write_add_filter_none(archive_);
  archive_write_set_bytes_per_block(archive_, block_bytes);
  archive_write_set_bytes_in_last_block(archive_, 1);
  if (archive_write_open_fd(archive_, descriptor) != ARCHIVE_OK) throw_error(archive_, "writing the backup");
}

BackupWriter::~BackupWriter() { archive_write_free(archive_); }

void BackupWriter::begin(const std::string& name, std::uint64_t size) {
  const std::unique_ptr<archive_entry, Freed> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_mtime(entry.get(), static_cast<time_t>(now_.ms / 1000), 0);
  if (archive_write_header(archive_, entry.get()) != ARCHIVE_OK) throw_error(archive_, "writing " + name);
}

void BackupWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = archive_write_data(archive_, bytes.data(), bytes.size());
    if (n <= 0) throw_error(archive_, "writing the backup");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void BackupWriter::add(const std::string& name, std::string_view bytes) {
  begin(name, bytes.size());
  write(bytes);
  manifest_.members[name] = {bytes.size(), hex(bytes_of(sha256(bytes)))};
}

void BackupWriter::add_file(const std::string& name, const std::string& path) {
  const std::uint64_t size = std::filesystem::file_size(path);
  std::ifstream file(path, std::ios::binary);
  begin(name, size);
  std::vector<char> block(block_bytes);
  Digest digest;
  std::uint64_t done = 0;
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    const std::string_view bytes(block.data(), static_cast<std::size_t>(file.gcount()));
    digest.add(bytes);
    write(bytes);
    done += bytes.size();
  }
  if (done != size) throw std::runtime_error("reading " + path + ": its size changed, or it cannot be read");
  manifest_.members[name] = {size, digest.finish()};
}

void BackupWriter::finish(int schema, std::vector<std::string> problems) {
  manifest_.schema = schema;
  manifest_.version = DUNLIN_VERSION;
  manifest_.created_at = to_iso(now_);
  manifest_.problems = std::move(problems);
  const std::string json = to_json(manifest_);
  const std::string sum = manifest_sum(json);
  begin(std::string(manifest_name), json.size());
  write(json);
  begin(std::string(manifest_sum_name), sum.size());
  write(sum);
  if (archive_write_close(archive_) != ARCHIVE_OK) throw_error(archive_, "writing the backup");
}

Result<Manifest> read_backup(int descriptor, const TakeMember& take) {
  Reader reader(descriptor, take);
  TRY_DO(reader.read_all());
  return reader.verified();
}

}  // namespace dunlin::cli

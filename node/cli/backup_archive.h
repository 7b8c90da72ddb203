#pragma once
// The file format of backups: see backup.h. Who reads one trusts nothing in it.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/encoding.h"
#include "protocol/base/result.h"
#include "protocol/base/time.h"

struct archive;
struct evp_md_ctx_st;

namespace dunlin::cli {

/// SHA-256 of what comes in pieces.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  void add(std::string_view bytes);
  /// Lower-case hex; once.
  std::string finish();

 private:
  evp_md_ctx_st* context_;
};

struct Member {
  std::uint64_t size = 0;
  std::string sha256;  // lower-case hex
  friend bool operator==(const Member&, const Member&) = default;
};

struct Manifest {
  int schema = 0;
  std::string version;  // of the program that wrote it
  std::string created_at;
  std::vector<std::string> problems;  // what check said of the node then
  std::map<std::string, Member> members;
};

/// Writes members to an open file one after the other. Throws on input/output errors.
class BackupWriter {
 public:
  BackupWriter(int descriptor, Timestamp now);
  ~BackupWriter();
  BackupWriter(const BackupWriter&) = delete;

  void add(const std::string& name, std::string_view bytes);
  /// Of a large file; it must not change meanwhile.
  void add_file(const std::string& name, const std::string& path);
  bool has(const std::string& name) const { return manifest_.members.contains(name); }
  /// The manifest and the end of the archive; `version` and `created_at` are filled in here.
  void finish(int schema, std::vector<std::string> problems);

 private:
  void begin(const std::string& name, std::uint64_t size);
  void write(std::string_view bytes);
  archive* archive_;
  Timestamp now_;
  Manifest manifest_;
};

/// Takes the bytes of members, in the order of the archive: a first call with empty bytes for each member,
/// then its pieces. Names are sound: `node.toml`, `dunlin.db` or `media/<a name of media::Files>`, none
/// twice.
using TakeMember = std::function<void(const std::string& name, std::string_view bytes)>;

/// Reads an archive to its end and holds it against its manifest: every member there, none more, sizes and
/// hashes as told. `take` sees members before they are verified. Errc::bad_request says what is wrong.
Result<Manifest> read_backup(int descriptor, const TakeMember& take);

}  // namespace dunlin::cli

#include "node/cli/backup.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "node/cli/backup_archive.h"
#include "node/cli/check.h"
#include "node/cli/dump.h"
#include "node/domain/statuses/publish.h"
#include "node/store/database.h"
#include "node/store/maintenance.h"
#include "protocol/base/log.h"
#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"
#include "tests/unit/node/cli/node_folder.h"

using namespace dunlin;
using namespace dunlin::cli;
namespace fs = std::filesystem;

namespace {

const ManualClock noon(Timestamp{1'800'000'000'000});

std::string dump(const std::string& folder) {
  std::ostringstream out;
  const auto done = dump_node(folder, out, true);
  return done ? out.str() : "refused: " + done.error().safe;
}

std::string bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

struct TarMember {
  std::string name;
  std::string bytes;
  mode_t type = AE_IFREG;
  std::string link;
};

std::vector<TarMember> unpacked(const std::string& path) {
  std::vector<TarMember> members;
  auto* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  archive_read_open_filename(reader, path.c_str(), 65'536);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    TarMember member{archive_entry_pathname(entry),
                     std::string(static_cast<std::size_t>(archive_entry_size(entry)), '\0'), AE_IFREG, ""};
    archive_read_data(reader, member.bytes.data(), member.bytes.size());
    members.push_back(std::move(member));
  }
  archive_read_free(reader);
  return members;
}

void pack(const std::string& path, const std::vector<TarMember>& members) {
  auto* writer = archive_write_new();
  archive_write_set_format_pax_restricted(writer);
  archive_write_open_filename(writer, path.c_str());
  for (const auto& member : members) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.name.c_str());
    archive_entry_set_filetype(entry, member.type);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.bytes.size()));
    if (member.type == AE_IFLNK) archive_entry_set_symlink(entry, member.link.c_str());
    if (member.type == AE_IFREG && !member.link.empty())
      archive_entry_set_hardlink(entry, member.link.c_str());
    archive_write_header(writer, entry);
    archive_write_data(writer, member.bytes.data(), member.bytes.size());
    archive_entry_free(entry);
  }
  archive_write_free(writer);
}

TarMember& member(std::vector<TarMember>& members, const std::string& name) {
  for (auto& each : members) {
    if (each.name == name) return each;
  }
  throw std::runtime_error("no member " + name);
}

/// The manifest's own sum made right again, as who tampers on purpose would.
void seal(std::vector<TarMember>& members) {
  member(members, "manifest.json.sha256").bytes =
      hex(bytes_of(sha256(member(members, "manifest.json").bytes))) + "  manifest.json\n";
}

int code(const Result<void>& result) { return result ? -1 : static_cast<int>(result.error().code); }

}  // namespace

class BackupTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    set_log_sink([](std::string_view) {});
    node_.fill();
    const auto done = backup_node(node_.path(), tar(), noon);
    QVERIFY2(done, why(done).c_str());
  }
  void a_restored_node_is_the_same();
  void it_is_one_plain_tar_with_a_manifest();
  void nothing_but_the_backup_is_left();
  void only_its_owner_may_read_it();
  void it_takes_the_place_of_an_older_one();
  void a_writing_node_is_not_disturbed();
  void what_a_node_writes_meanwhile_does_not_tear_it();
  void a_damaged_database_is_not_backed_up();
  void known_problems_do_not_stand_in_the_way();
  void two_at_once_into_one_file_are_refused();
  void what_is_no_node_is_refused();

  void restoring_into_a_full_folder_is_refused();
  void restoring_into_an_empty_folder_keeps_it();
  void a_flipped_bit_is_found_data();
  void a_flipped_bit_is_found();
  void a_flipped_bit_anywhere_changes_nothing_or_is_found();
  void a_file_that_was_cut_short_is_refused();
  void bad_members_are_refused_data();
  void bad_members_are_refused();
  void a_member_that_the_manifest_does_not_tell_of_is_refused();
  void a_missing_member_is_refused();
  void content_that_is_not_sound_is_refused();
  void a_backup_of_a_newer_version_is_refused();

 private:
  std::string tar() const { return node_.beside("node.tar"); }
  /// Tries to restore `file`; it must fail and leave nothing. What it said.
  std::string refusal(const std::string& file);
  NodeFolder node_;
};

void BackupTest::a_restored_node_is_the_same() {
  const auto target = node_.beside("restored");
  const auto done = restore_node(target, tar());
  QVERIFY2(done, why(done).c_str());
  QCOMPARE(dump(target), dump(node_.path()));
  auto restored = contents(target);
  auto original = contents(node_.path());
  for (auto* files : {&restored, &original}) {
    for (const char* database : {"dunlin.db", "dunlin.db-wal", "dunlin.db-shm"}) files->erase(database);
  }
  QVERIFY(restored.size() >= 5);  // node.toml, two pictures, their folders
  QVERIFY(restored == original);
  QVERIFY(check_node(target).is_sound());
  const auto opened = store::open_for_writing(target + "/dunlin.db", false, {});
  QVERIFY2(opened, why(opened).c_str());
}

void BackupTest::it_is_one_plain_tar_with_a_manifest() {
  auto members = unpacked(tar());
  QCOMPARE(members.size(), std::size_t{6});
  const auto manifest = member(members, "manifest.json").bytes;
  QVERIFY(manifest.find("\"schema\": " + std::to_string(store::schema_version())) != std::string::npos);
  QVERIFY(manifest.find(std::string("\"version\": \"") + DUNLIN_VERSION) != std::string::npos);
  QVERIFY(manifest.find("\"created_at\": \"2027-01-15T08:00:00.000Z\"") != std::string::npos);
  for (const auto& each : members) {
    if (each.name.starts_with("manifest.json")) continue;
    QVERIFY2(manifest.find(hex(bytes_of(sha256(each.bytes)))) != std::string::npos, each.name.c_str());
  }
}

void BackupTest::nothing_but_the_backup_is_left() {
  for (const auto& entry : fs::directory_iterator(fs::path(tar()).parent_path())) {
    QVERIFY2(entry.path().string().find(".part") == std::string::npos, entry.path().c_str());
  }
}

void BackupTest::only_its_owner_may_read_it() {
  QVERIFY(fs::status(tar()).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

void BackupTest::it_takes_the_place_of_an_older_one() {
  const auto file = node_.beside("again.tar");
  write_file(file, "an older one");
  write_file(file + ".part", std::string(1'000'000, 'x'));  // of a backup that was cut short
  write_file(file + ".db.part", std::string(1'000'000, 'x'));
  const auto done = backup_node(node_.path(), file, noon);
  QVERIFY2(done, why(done).c_str());
  QCOMPARE(unpacked(file).size(), std::size_t{6});
  QVERIFY(!fs::exists(file + ".part") && !fs::exists(file + ".db.part"));
}

void BackupTest::a_writing_node_is_not_disturbed() {
  const NodeFolder node(node_);
  const auto writer = store::open_for_writing(node.file("dunlin.db"), false, {});
  (*writer)->execute("BEGIN IMMEDIATE");  // the node's writer is in the middle of a transaction
  (*writer)->execute("UPDATE account SET note = 'not committed yet' WHERE id = 1");
  const auto done = backup_node(node.path(), node.beside("busy.tar"), noon);
  (*writer)->execute("COMMIT");
  QVERIFY2(done, why(done).c_str());
  QVERIFY(restore_node(node.beside("restored"), node.beside("busy.tar")));
  QCOMPARE(dump(node.beside("restored")), dump(node_.path()));
}

void BackupTest::what_a_node_writes_meanwhile_does_not_tear_it() {
  NodeFolder node(node_);
  std::atomic<bool> stop{false};
  std::atomic<int> written{0};
  std::thread writing([&] {
    while (!stop) {
      const auto done = node.write([](store::WriteTx& tx) -> Result<void> {
        domain::StatusDraft draft;
        draft.text.text = draft.text.content = "written during a backup";
        draft.text.format = "plain";
        TRY_DO(domain::publish(tx, AccountId{2}, draft));
        return {};
      });
      if (done) ++written;
    }
  });
  bool good = true;
  std::string problem;
  for (int i = 0; good && (i < 5 || written < 20); ++i) {
    const auto file = node.beside("live" + std::to_string(i) + ".tar");
    const auto done = backup_node(node.path(), file, noon);
    const auto restored = done ? restore_node(node.beside("live" + std::to_string(i)), file) : done;
    good = restored.has_value();
    problem = why(restored);
  }
  stop = true;
  writing.join();
  QVERIFY2(good, problem.c_str());
}

void BackupTest::a_damaged_database_is_not_backed_up() {
  const NodeFolder node(node_);
  node.sql("PRAGMA wal_checkpoint(TRUNCATE)");
  auto database = bytes_of_file(node.file("dunlin.db"));
  const auto page =
      std::stoul(node.ask("SELECT rootpage FROM sqlite_schema WHERE name = 'notification_once'"));
  for (std::size_t i = 0; i < 16; ++i) database[(page - 1) * 4096 + i] ^= 1;
  write_file(node.file("dunlin.db"), database);
  const auto file = node.beside("node.tar");
  write_file(file, "the last good one");
  bool refused = false;
  try {
    refused = !backup_node(node.path(), file, noon);
  } catch (const store::Fault&) {
    refused = true;  // so broken that it cannot be copied
  }
  QVERIFY(refused);
  QCOMPARE(bytes_of_file(file), std::string("the last good one"));
  QVERIFY(!fs::exists(file + ".part") && !fs::exists(file + ".db.part"));
}

void BackupTest::known_problems_do_not_stand_in_the_way() {
  const NodeFolder node(node_);
  const auto header = node.ask("SELECT header FROM account WHERE id = 1");
  const auto avatar = node.ask("SELECT avatar FROM account WHERE id = 1");
  fs::remove(node.file("media/" + header));
  write_file(node.file("media/" + avatar), "damaged");
  node.sql("UPDATE account SET followers_count = 77 WHERE id = 1");
  const auto done = backup_node(node.path(), node.beside("node.tar"), noon);
  QVERIFY2(done, why(done).c_str());
  const auto restored = restore_node(node.beside("restored"), node.beside("node.tar"));
  QVERIFY2(restored, why(restored).c_str());
  QCOMPARE(check_node(node.beside("restored")).problems, check_node(node.path()).problems);
  QCOMPARE(check_node(node.path()).problems.size(), std::size_t{3});
}

void BackupTest::two_at_once_into_one_file_are_refused() {
  const auto file = node_.beside("locked.tar");
  const int other = ::open((file + ".part").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  QVERIFY(::flock(other, LOCK_EX | LOCK_NB) == 0);
  const auto done = backup_node(node_.path(), file, noon);
  QCOMPARE(code(done), static_cast<int>(Errc::conflict));
  QVERIFY(fs::exists(file + ".part"));  // the other's
  ::close(other);
  QVERIFY(backup_node(node_.path(), file, noon));
}

void BackupTest::what_is_no_node_is_refused() {
  QCOMPARE(code(backup_node(node_.beside("nothing"), node_.beside("nothing.tar"), noon)),
           static_cast<int>(Errc::not_found));
  QVERIFY(!fs::exists(node_.beside("nothing.tar.part")));
  QCOMPARE(code(restore_node(node_.beside("target"), node_.beside("nothing.tar"))),
           static_cast<int>(Errc::not_found));
  QVERIFY(!fs::exists(node_.beside("target")));
}

void BackupTest::restoring_into_a_full_folder_is_refused() {
  const NodeFolder other(node_);
  const auto before = contents(other.path());
  const auto done = restore_node(other.path(), tar());
  QCOMPARE(code(done), static_cast<int>(Errc::conflict));
  QVERIFY(contents(other.path()) == before);
}

void BackupTest::restoring_into_an_empty_folder_keeps_it() {
  const auto target = node_.beside("empty") + "/";
  fs::create_directory(target);
  write_file(node_.beside("broken.tar"), "no backup");
  QVERIFY(!restore_node(target, node_.beside("broken.tar")));
  QVERIFY(fs::is_directory(target) && fs::is_empty(target));
  const auto done = restore_node(target, tar());
  QVERIFY2(done, why(done).c_str());
  QCOMPARE(dump(target), dump(node_.path()));
}

std::string BackupTest::refusal(const std::string& file) {
  const auto target = node_.beside("refused");
  const auto done = restore_node(target, file);
  if (done) {
    fs::remove_all(target);
    return "accepted";
  }
  return fs::exists(target) ? "left something behind" : done.error().safe;
}

void BackupTest::a_flipped_bit_is_found_data() {
  QTest::addColumn<QString>("name");
  for (const auto& each : unpacked(tar()))
    QTest::newRow(each.name.c_str()) << QString::fromStdString(each.name);
}

void BackupTest::a_flipped_bit_is_found() {
  QFETCH(QString, name);
  auto bytes = bytes_of_file(tar());
  auto members = unpacked(tar());
  const auto& part = member(members, name.toStdString()).bytes;
  const auto begin = bytes.find(part.substr(0, 2'000));
  QVERIFY(begin != std::string::npos);
  const auto file = node_.beside("flipped.tar");
  for (const std::size_t at : {std::size_t{0}, part.size() / 2, part.size() - 1}) {
    auto flipped = bytes;
    flipped[begin + at] ^= 4;
    write_file(file, flipped);
    const auto said = refusal(file);
    QVERIFY2(said.starts_with("This file is damaged or no backup of a node: "), said.c_str());
  }
}

void BackupTest::a_flipped_bit_anywhere_changes_nothing_or_is_found() {
  const auto bytes = bytes_of_file(tar());
  const auto good = dump(node_.path());
  const auto file = node_.beside("flipped.tar");
  const auto target = node_.beside("flipped");
  std::size_t found = 0, tried = 0;
  for (std::size_t at = 1; at < bytes.size(); at += bytes.size() / 150, ++tried) {
    auto flipped = bytes;
    flipped[at] ^= 16;
    write_file(file, flipped);
    if (!restore_node(target, file)) {
      ++found;
      QVERIFY(!fs::exists(target));
      continue;
    }
    QVERIFY2(dump(target) == good, std::to_string(at).c_str());  // it was in the filling between members
    fs::remove_all(target);
  }
  QVERIFY2(found * 10 > tried * 9, std::to_string(found).c_str());
}

void BackupTest::a_file_that_was_cut_short_is_refused() {
  const auto bytes = bytes_of_file(tar());
  const auto file = node_.beside("short.tar");
  const auto manifest = bytes.find("{\n \"format\"");
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{512}, bytes.size() / 2,
                                 manifest - 512, manifest + 20}) {
    write_file(file, bytes.substr(0, size));
    const auto said = refusal(file);
    QVERIFY2(said.starts_with("This file is damaged or no backup of a node: "),
             (std::to_string(size) + " " + said).c_str());
  }
}

void BackupTest::bad_members_are_refused_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<int>("type");
  QTest::addColumn<QString>("link");
  const auto row = [](const char* name, mode_t type = AE_IFREG, const char* link = "") {
    QTest::addRow("%s %o", name, type) << QString(name) << static_cast<int>(type) << QString(link);
  };
  row("../outside");
  row("/tmp/dunlin-outside");
  row("media/../../outside.png");
  row("media/avatars/../../../outside.png");
  row("media//x.png");
  row("media/avatars/x.sh");
  row("media/avatars/deep/x.png");
  row("./dunlin.db");
  row("lock");
  row("dunlin.db-wal");
  row("dunlin.db.part");
  row("tls/key.pem");
  row("media", AE_IFDIR);
  row("media/avatars/link.png", AE_IFLNK, "/etc/passwd");
  row("media/avatars/hard.png", AE_IFREG, "node.toml");
  row("media/avatars/pipe.png", AE_IFIFO);
  row("node.toml");  // twice
}

void BackupTest::bad_members_are_refused() {
  QFETCH(QString, name);
  QFETCH(int, type);
  QFETCH(QString, link);
  auto members = unpacked(tar());
  const bool has_bytes = type == AE_IFREG && link.isEmpty();
  const TarMember bad{name.toStdString(), has_bytes ? "bad" : "", static_cast<mode_t>(type),
                      link.toStdString()};
  const auto file = node_.beside("bad.tar");
  for (const auto place : {members.begin() + 1, members.end()}) {
    auto with_bad = members;
    with_bad.insert(with_bad.begin() + (place - members.begin()), bad);
    pack(file, with_bad);
    const auto said = refusal(file);
    QVERIFY2(said.find("does not belong in it") != std::string::npos ||
                 said.find("is in it twice") != std::string::npos,
             said.c_str());
  }
  QVERIFY(!fs::exists(node_.beside("outside")) && !fs::exists(node_.beside("outside.png")) &&
          !fs::exists("/tmp/dunlin-outside"));
}

void BackupTest::a_member_that_the_manifest_does_not_tell_of_is_refused() {
  auto members = unpacked(tar());
  members.insert(members.begin(), {"media/avatars/stranger.png", "picture", AE_IFREG, ""});
  const auto file = node_.beside("stranger.tar");
  pack(file, members);
  QCOMPARE(
      refusal(file),
      std::string(
          "This file is damaged or no backup of a node: media/avatars/stranger.png is not in the manifest."));
}

void BackupTest::a_missing_member_is_refused() {
  const auto file = node_.beside("missing.tar");
  for (const auto& each : unpacked(tar())) {
    auto members = unpacked(tar());
    std::erase_if(members, [&](const auto& m) { return m.name == each.name; });
    pack(file, members);
    const auto said = refusal(file);
    QVERIFY2(said.starts_with("This file is damaged or no backup of a node: "),
             (each.name + ": " + said).c_str());
  }
}

void BackupTest::content_that_is_not_sound_is_refused() {
  const NodeFolder node(node_);
  auto members = unpacked(tar());
  auto& database = member(members, "dunlin.db").bytes;
  write_file(node.file("dunlin.db"), database);
  node.sql("UPDATE account SET followers_count = 77 WHERE id = 1; PRAGMA wal_checkpoint(TRUNCATE)");
  const auto before = hex(bytes_of(sha256(database)));
  database = bytes_of_file(node.file("dunlin.db"));
  auto& manifest = member(members, "manifest.json").bytes;
  manifest =
      QString::fromStdString(manifest)
          .replace(QString::fromStdString(before), QString::fromStdString(hex(bytes_of(sha256(database)))))
          .toStdString();
  seal(members);
  const auto file = node_.beside("unsound.tar");
  pack(file, members);
  const auto said = refusal(file);
  QVERIFY2(said.find("account 1 (reader): followers_count is 77") != std::string::npos, said.c_str());
}

void BackupTest::a_backup_of_a_newer_version_is_refused() {
  auto members = unpacked(tar());
  auto& manifest = member(members, "manifest.json").bytes;
  manifest = QString::fromStdString(manifest).replace("\"schema\": 1", "\"schema\": 99").toStdString();
  seal(members);
  const auto file = node_.beside("newer.tar");
  pack(file, members);
  const auto said = refusal(file);
  QVERIFY2(said.find("newer (schema 99") != std::string::npos, said.c_str());
}

QTEST_APPLESS_MAIN(BackupTest)
#include "backup_test.moc"

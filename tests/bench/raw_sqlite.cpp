// dunlin-bench-sqlite: durable posts per second of SQLite alone: prepared statements, one connection, no
// HTTP, no rules. It is the bound for dunlin-node's writer at the same number of posts a commit. JSON on
// stdout.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/sqlite_handle.h"

namespace dunlin::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string file_text(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The lines after `-- name: NAME`, up to the next name.
std::string section(const std::string& sql, const std::string& name) {
  std::istringstream lines(sql);
  std::string found;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("-- name: ")) {
      inside = line == "-- name: " + name;
    } else if (inside) {
      found += line + '\n';
    }
  }
  if (found.empty()) throw std::runtime_error("no section " + name + " in the statement file");
  return found;
}

/// Copies the log into the database from a thread of its own each time it is `pages` long, so that no post
/// waits.
class Checkpointer {
 public:
  Checkpointer(std::string file, sqlite3* writer, std::int64_t pages)
      : file_(std::move(file)), pages_(pages) {
    sqlite3_wal_hook(
        writer,
        [](void* self, sqlite3*, const char*, int log_pages) {
          auto& checkpointer = *static_cast<Checkpointer*>(self);
          if (log_pages >= checkpointer.pages_) checkpointer.wake();
          return SQLITE_OK;
        },
        this);
    thread_ = std::thread([this] { run(); });
  }
  ~Checkpointer() {
    stopping_ = true;
    wake();
    thread_.join();
  }
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      due_ = true;
    }
    changed_.notify_one();
  }
  void run() {
    const auto db = open_database(file_);
    while (!stopping_) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return due_; });
      due_ = false;
      lock.unlock();
      if (!stopping_)
        sqlite3_wal_checkpoint_v2(db.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }
  }

  std::string file_;
  std::int64_t pages_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool due_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

class Poster {
 public:
  Poster(sqlite3* db, const std::string& sql, std::string text)
      : db_(db), statements_(prepare_all(db, section(sql, "post"))), text_(std::move(text)) {
    for (auto& statement : prepare_all(db, section(sql, "authors"))) {
      while (sqlite3_step(statement.get()) == SQLITE_ROW)
        authors_.push_back(sqlite3_column_int64(statement.get(), 0));
    }
    if (authors_.empty()) throw std::runtime_error("the database has no accounts");
    digits_begin_ = std::min(text_.find('@'), text_.size());
    digits_end_ = std::min(text_.find_first_not_of('@', digits_begin_), text_.size());
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    next_id_ = std::chrono::duration_cast<std::chrono::milliseconds>(now).count() << 16;
  }

  void post() {
    next_id_ += 1 << 10;  // about 64 ids a millisecond: they stay ahead of the clock by little
    const auto author = authors_[static_cast<std::size_t>(posts_++) % authors_.size()];
    auto number = static_cast<std::uint64_t>(posts_);
    for (auto at = digits_end_; at > digits_begin_; number /= 10)
      text_[--at] = static_cast<char>('0' + number % 10);
    content_ = "<p>" + text_ + "</p>";
    std::array<std::uint64_t, 4> key{};  // as unordered as a digest, as unique as the number it is made from
    std::uint64_t mixed = static_cast<std::uint64_t>(next_id_);
    for (auto& word : key)
      word = mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9ULL + 0x9E3779B97F4A7C15ULL;
    for (auto& statement : statements_) {
      auto* s = statement.get();
      bind(s, ":id", next_id_);
      bind(s, ":author", author);
      bind(s, ":now", next_id_ >> 16);
      bind(s, ":text", text_);
      bind(s, ":content", content_);
      if (const int i = sqlite3_bind_parameter_index(s, ":key_hash")) {
        sqlite3_bind_blob(s, i, key.data(), sizeof key, SQLITE_TRANSIENT);
      }
      if (sqlite3_step(s) != SQLITE_DONE) fault(db_, "post");
      sqlite3_reset(s);
    }
  }

 private:
  static void bind(sqlite3_stmt* s, const char* name, std::int64_t value) {
    if (const int i = sqlite3_bind_parameter_index(s, name)) sqlite3_bind_int64(s, i, value);
  }
  static void bind(sqlite3_stmt* s, const char* name, const std::string& value) {
    const int i = sqlite3_bind_parameter_index(s, name);
    if (i != 0) sqlite3_bind_text(s, i, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }

  sqlite3* db_;
  std::vector<Statement> statements_;
  std::string text_;
  std::string content_;
  std::size_t digits_begin_ = 0;  // of the number in `text_`
  std::size_t digits_end_ = 0;
  std::vector<std::int64_t> authors_;
  std::int64_t next_id_ = 0;
  std::int64_t posts_ = 0;
};

struct Options {
  std::string database, statements, text_file;
  std::vector<std::string> schema;
  std::vector<double> batches;
  double seconds = 3;
  std::int64_t checkpoint_pages = 4'096;  // 16 MiB of 4 KiB pages, as node/app/housekeeping.cpp
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// Commits of `batch` posts on average: 2.5 alternates between two and three.
void measure(sqlite3* db, Poster& poster, double batch, double seconds, bool first) {
  const auto begin = prepare_all(db, "BEGIN IMMEDIATE; COMMIT;");
  const auto run = [&](std::size_t which) {
    if (sqlite3_step(begin[which].get()) != SQLITE_DONE) fault(db, which == 0 ? "begin" : "commit");
    sqlite3_reset(begin[which].get());
  };
  std::int64_t posts = 0;
  std::int64_t commits = 0;
  const double cpu_before = cpu_seconds();
  const auto start = SteadyClock::now();
  double elapsed = 0;
  while (elapsed < seconds) {
    run(0);
    const auto goal = static_cast<std::int64_t>(batch * static_cast<double>(commits + 1));
    for (; posts < goal; ++posts) poster.post();
    run(1);
    ++commits;
    elapsed = std::chrono::duration<double>(SteadyClock::now() - start).count();
  }
  const double cpu = cpu_seconds() - cpu_before;
  std::printf(
      "%s{\"batch\": %.2f, \"seconds\": %.4f, \"posts\": %lld, \"commits\": %lld, \"posts_per_second\": "
      "%.1f, "
      "\"cpu_us_per_post\": %.2f}",
      first ? "[" : ",\n ", batch, elapsed, static_cast<long long>(posts), static_cast<long long>(commits),
      static_cast<double>(posts) / elapsed, cpu * 1e6 / static_cast<double>(posts));
}

constexpr std::string_view usage =
    R"(usage: dunlin-bench-sqlite --database F --statements F --text-file F --batch N [options]
  --database F     made when it does not exist
  --statements F   sections `pragmas`, `authors`, `post`, `stand_in_authors` (post.sql)
  --text-file F    text of a post; its run of '@' becomes a number
  --batch N        posts a commit, on average; repeat it for more runs
  --schema F       executed first when the database is empty; may be repeated
  --seconds S      for each batch size (3)
  --checkpoint-pages N   length of the log that starts a checkpoint; 0 leaves it to wal_autocheckpoint (4096)
)";

[[noreturn]] void refuse(const std::string& why) {
  std::cerr << "dunlin-bench-sqlite: " << why << '\n' << usage;
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) refuse(std::string(name) + " wants a value");
    const std::string value = argv[i + 1];
    if (name == "--database") {
      o.database = value;
    } else if (name == "--statements") {
      o.statements = value;
    } else if (name == "--text-file") {
      o.text_file = value;
    } else if (name == "--schema") {
      o.schema.push_back(value);
    } else if (name == "--batch") {
      o.batches.push_back(std::atof(value.c_str()));
      if (!(o.batches.back() >= 1)) refuse("--batch is at least 1");
    } else if (name == "--seconds") {
      o.seconds = std::atof(value.c_str());
    } else if (name == "--checkpoint-pages") {
      o.checkpoint_pages = std::atoll(value.c_str());
    } else {
      refuse("unknown option " + std::string(name));
    }
  }
  if (o.database.empty() || o.statements.empty() || o.text_file.empty() || o.batches.empty())
    refuse("options missing");
  return o;
}

bool is_empty(sqlite3* db) {
  const auto statements = prepare_all(db, "SELECT 1 FROM sqlite_schema");
  return sqlite3_step(statements.front().get()) == SQLITE_DONE;
}

void run(const Options& o) {
  const auto sql = file_text(o.statements);
  const auto db = open_database(o.database);
  execute(db.get(), section(sql, "pragmas"));
  if (is_empty(db.get())) {
    for (const auto& file : o.schema) execute(db.get(), file_text(file));
    execute(db.get(), section(sql, "stand_in_authors"));
  }
  Poster poster(db.get(), sql, file_text(o.text_file));
  std::unique_ptr<Checkpointer> checkpointer;
  if (o.checkpoint_pages > 0)
    checkpointer = std::make_unique<Checkpointer>(o.database, db.get(), o.checkpoint_pages);
  for (std::size_t i = 0; i < o.batches.size(); ++i)
    measure(db.get(), poster, o.batches[i], o.seconds, i == 0);
  std::puts("]");
}

}  // namespace
}  // namespace dunlin::bench

int main(int argc, char** argv) {
  try {
    dunlin::bench::run(dunlin::bench::read_options(argc, argv));
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "dunlin-bench-sqlite: " << e.what() << '\n';
    return 1;
  }
}

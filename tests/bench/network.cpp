// dunlin-bench-network: fills the fresh data folder of a node with a large network: accounts, access tokens,
// follows, posts. Straight into SQLite with every safety off, for a million accounts and ten million posts
// through the node's own rules would take hours; `dunlin-node check` finds nothing wrong with the result.
//
// Account n has the access token "bench-" and n in ten digits. Keys are made by the node when they are
// needed.
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

#include "tests/bench/network_graph.h"
#include "tests/bench/sqlite_handle.h"

namespace dunlin::bench {
namespace {

struct Options {
  std::string database;
  GraphSize graph;
  std::int64_t posts = 10'000'000;
  std::int64_t days = 30;  // the posts are spread over
  std::uint64_t seed = 1;
};

constexpr std::int64_t process_number =
    254;                                 // no server's: its ids meet no others (protocol/base/id_generator.h)
constexpr std::size_t recent_max = 512;  // what people answer and boost
constexpr std::int64_t rows_per_report = 5'000'000;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t id_at(std::int64_t ms, std::int64_t sequence) {
  return ms << 16 | process_number << 8 | (sequence & 255);
}

/// One INSERT that is run again and again.
class Insert {
 public:
  Insert(sqlite3* db, const std::string& sql)
      : db_(db), statement_(std::move(prepare_all(db, sql).front())) {}

  template <class... Values>
  void operator()(const Values&... values) {
    int at = 0;
    (bind(++at, values), ...);
    if (sqlite3_step(statement_.get()) != SQLITE_DONE) fault(db_, sqlite3_sql(statement_.get()));
    sqlite3_reset(statement_.get());
  }

 private:
  struct Bytes {
    std::string_view bytes;
  };
  void bind(int at, std::int64_t value) { sqlite3_bind_int64(statement_.get(), at, value); }
  void bind(int at, const std::string& text) {
    sqlite3_bind_text(statement_.get(), at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void bind(int at, const char* text) { sqlite3_bind_text(statement_.get(), at, text, -1, SQLITE_STATIC); }
  void bind(int at, std::nullptr_t) { sqlite3_bind_null(statement_.get(), at); }
  void bind(int at, const std::array<unsigned char, SHA256_DIGEST_LENGTH>& bytes) {
    sqlite3_bind_blob(statement_.get(), at, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
  }

  sqlite3* db_;
  Statement statement_;
};

class Network {
 public:
  explicit Network(const Options& o)
      : o_(o),
        random_(o.seed),
        db_(open_database(o.database, SQLITE_OPEN_READWRITE)),
        end_(now_ms() - 60'000),
        begin_(end_ - o.days * 86'400'000),
        written_(o.graph.accounts + 1),
        last_status_at_(o.graph.accounts + 1),
        followers_(o.graph.accounts + 1),
        following_(o.graph.accounts + 1) {}

  void run() {
    refuse_used();
    execute(db_.get(),
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; "
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1048576; PRAGMA threads = 2");
    // Made at the end, by sorting: row by row they would be written all over the disk.
    const auto indexes = take_away_indexes();
    execute(db_.get(), "BEGIN");
    add_follows();
    add_posts();
    add_accounts();
    execute(db_.get(), "COMMIT");
    for (const auto& sql : indexes) {
      say("index " + sql.substr(0, sql.find('(')));
      execute(db_.get(), sql);
    }
    execute(db_.get(), "PRAGMA journal_mode = WAL");
    say("done");
  }

 private:
  void say(const std::string& text) const {
    std::fprintf(stderr, "# %4.0f s: %s\n",
                 std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(),
                 text.c_str());
  }

  void refuse_used() {
    const auto statements = prepare_all(db_.get(), "SELECT 1 FROM account UNION ALL SELECT 1 FROM status");
    if (sqlite3_step(statements.front().get()) != SQLITE_DONE)
      throw std::runtime_error("the database is not fresh: make one with `dunlin-node init`");
  }

  std::vector<std::string> take_away_indexes() {
    std::vector<std::string> names;
    std::vector<std::string> sql;
    const auto statements =
        prepare_all(db_.get(),
                    "SELECT name, sql FROM sqlite_schema WHERE name IN ('follow_by_time', "
                    "'follower_by_time', 'status_of_account')");
    while (sqlite3_step(statements.front().get()) == SQLITE_ROW) {
      names.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statements.front().get(), 0)));
      sql.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statements.front().get(), 1)));
    }
    sqlite3_reset(statements.front().get());
    for (const auto& name : names) execute(db_.get(), "DROP INDEX " + name);
    return sql;
  }

  void add_follows() {
    const auto edges = make_graph(o_.graph, random_);
    say(std::to_string(edges.size()) + " follows");
    Insert insert(db_.get(), "INSERT INTO follow (account_id, target_id, id) VALUES (?, ?, ?)");
    const auto day_before = begin_ - 86'400'000;
    std::int64_t n = 0;
    for (const Edge e : edges) {
      // A day of 86.4 million milliseconds, each with 256 ids.
      insert(std::int64_t{follower_of(e)}, std::int64_t{target_of(e)},
             id_at(day_before + n * 86'400'000 / static_cast<std::int64_t>(edges.size()), n));
      ++followers_[target_of(e)];
      ++following_[follower_of(e)];
      ++n;
    }
  }

  struct Recent {
    std::int64_t id, conversation;
    std::uint32_t author;
    bool is_boosted;
  };

  /// Most posts are by few.
  std::uint32_t author() {
    const double u = static_cast<double>(random_() >> 11) * 0x1p-53;
    return 1 + static_cast<std::uint32_t>(u * u * o_.graph.accounts);
  }

  void add_posts() {
    say(std::to_string(o_.posts) + " posts");
    Insert post(
        db_.get(),
        "INSERT INTO status (id, account_id, in_reply_to_id, in_reply_to_account_id, conversation_id, "
        "visibility, language, text, content) VALUES (?, ?, ?, ?, ?, ?, 'en', ?, ?)");
    Insert boost(db_.get(),
                 "INSERT INTO status (id, account_id, reblog_of_id, conversation_id, visibility) "
                 "VALUES (?, ?, ?, ?, 'public')");
    Insert answered(db_.get(), "UPDATE status SET replies_count = replies_count + 1 WHERE id = ?");
    Insert boosted(db_.get(), "UPDATE status SET reblogs_count = reblogs_count + 1 WHERE id = ?");
    std::vector<Recent> recent;
    for (std::int64_t n = 0; n < o_.posts; ++n) {
      const auto ms =
          begin_ + static_cast<std::int64_t>(static_cast<double>(end_ - begin_) *
                                             (static_cast<double>(n) / static_cast<double>(o_.posts)));
      const auto id = id_at(ms, n);
      const auto by = author();
      ++written_[by];
      last_status_at_[by] = ms;
      const auto kind = random_() % 100;
      Recent* const other = recent.empty() ? nullptr : &recent[random_() % recent.size()];
      if (kind < 10 && other != nullptr && !other->is_boosted) {
        other->is_boosted = true;  // once each, so that nobody does it twice
        boost(id, std::int64_t{by}, other->id, other->conversation);
        boosted(other->id);
        continue;
      }
      const auto text = words(n);
      const auto content = "<p>" + text + "</p>";
      Recent own{id, id, by, false};
      if (kind < 25 && other != nullptr) {
        own.conversation = other->conversation;
        post(id, std::int64_t{by}, other->id, std::int64_t{other->author}, own.conversation, "public", text,
             content);
        answered(other->id);
      } else {
        const char* visibility = kind < 93 ? "public" : kind < 97 ? "unlisted" : "private";
        post(id, std::int64_t{by}, nullptr, nullptr, id, visibility, text, content);
        if (kind >= 97) continue;
      }
      if (recent.size() < recent_max) {
        recent.push_back(own);
      } else {
        recent[random_() % recent.size()] = own;
      }
      if ((n + 1) % rows_per_report == 0) say(std::to_string(n + 1) + " of them");
    }
  }

  std::string words(std::int64_t n) {
    static constexpr std::array some{"river",  "morning", "the",    "a",     "quiet", "heron",
                                     "walked", "over",    "cold",   "stone", "and",   "light",
                                     "under",  "bridge",  "slowly", "again"};
    std::string text = "Post " + std::to_string(n) + ":";
    for (auto bits = random_(), count = 12 + bits % 12; count > 0; --count, bits = bits >> 4 | bits << 60)
      (text += ' ') += some[bits % some.size()];
    return text;
  }

  void add_accounts() {
    say(std::to_string(o_.graph.accounts) + " accounts");
    Insert account(
        db_.get(),
        "INSERT INTO account (id, public_id, username, username_key, display_name, note, note_html, "
        "discoverable, indexable, created_at, last_status_at, statuses_count, followers_count, "
        "following_count) VALUES (?, ?, ?, ?, ?, ?, ?, 1, 1, ?, nullif(?, 0), ?, ?, ?)");
    // No password hash fits no password.
    Insert user(db_.get(),
                "INSERT INTO user (account_id, email, email_key, password_hash, state, created_at) "
                "VALUES (?, ?, ?, '', 'active', ?)");
    Insert token(db_.get(),
                 "INSERT INTO token (token_hash, account_id, scopes, created_at) VALUES (?, ?, 'read write "
                 "follow', ?)");
    const auto from = begin_ - 2 * 86'400'000;
    for (std::int64_t n = 1; n <= o_.graph.accounts; ++n) {
      const auto i = static_cast<std::size_t>(n);
      const auto ms = from + n * 86'400'000 / (std::int64_t{o_.graph.accounts} + 1);
      const auto name = n == 1 ? std::string("star") : "person" + std::to_string(n);
      const auto email = name + "@demo.invalid";
      const auto note =
          "Number " + std::to_string(n) + " of many, who writes about rivers and what lives there.";
      account(n, id_at(ms, n), name, name, "Person " + std::to_string(n), note, "<p>" + note + "</p>", ms,
              last_status_at_[i], std::int64_t{written_[i]}, std::int64_t{followers_[i]},
              std::int64_t{following_[i]});
      user(n, email, email, ms);
      char text[24];
      const int length = std::snprintf(text, sizeof text, "bench-%010lld", static_cast<long long>(n));
      std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
      SHA256(reinterpret_cast<const unsigned char*>(text), static_cast<std::size_t>(length), digest.data());
      token(digest, n, ms);
    }
  }

  const Options& o_;
  std::mt19937_64 random_;
  Database db_;
  std::int64_t end_, begin_;  // of the posts, in milliseconds since 1970
  std::vector<std::uint32_t> written_;
  std::vector<std::int64_t> last_status_at_;
  std::vector<std::uint32_t> followers_, following_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

constexpr std::string_view usage =
    R"(usage: dunlin-bench-network --database F [options]; F is that of a fresh data folder
  --accounts N          (1000000)
  --posts N             boosts and answers among them (10000000)
  --star-followers N    of account 1 (1000000)
  --authors N           accounts 2, 3, ... (4000)
  --author-followers M  mean of them (4760)
  --follows M           whom each account follows beside those, mean (10)
  --readers N           the last accounts (1000) follow
  --reader-follows N    so many more (200)
  --days N              that the posts are spread over, up to now (30)
  --seed N              (1)
)";

[[noreturn]] void refuse(const std::string& why) {
  std::cerr << "dunlin-bench-network: " << why << '\n' << usage;
  std::exit(2);
}

template <class Number>
std::function<void(const std::string&)> into(Number& to, double least) {
  return [&to, least](const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(value >= least && value <= 2e9))
      refuse("not a number in range: " + text);
    to = static_cast<Number>(value);
  };
}

Options read_options(int argc, char** argv) {
  Options o;
  const std::map<std::string, std::function<void(const std::string&)>, std::less<>> setters{
      {"--database", [&](const auto& v) { o.database = v; }},
      {"--accounts", into(o.graph.accounts, 2)},
      {"--posts", into(o.posts, 0)},
      {"--star-followers", into(o.graph.star_followers, 0)},
      {"--authors", into(o.graph.authors, 0)},
      {"--author-followers", into(o.graph.author_followers, 0)},
      {"--follows", into(o.graph.follows, 0)},
      {"--readers", into(o.graph.readers, 0)},
      {"--reader-follows", into(o.graph.reader_follows, 0)},
      {"--days", into(o.days, 1)},
      {"--seed", into(o.seed, 0)},
  };
  for (int i = 1; i < argc; i += 2) {
    const auto setter = setters.find(std::string_view(argv[i]));
    if (setter == setters.end()) refuse(std::string("unknown option ") + argv[i]);
    if (i + 1 == argc) refuse(std::string(argv[i]) + " wants a value");
    setter->second(argv[i + 1]);
  }
  if (o.database.empty()) refuse("--database is missing");
  return o;
}

}  // namespace
}  // namespace dunlin::bench

int main(int argc, char** argv) {
  try {
    const auto options = dunlin::bench::read_options(argc, argv);
    dunlin::bench::Network(options).run();
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "dunlin-bench-network: " << e.what() << '\n';
    return 1;
  }
}

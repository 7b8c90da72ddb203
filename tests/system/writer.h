#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/http_client.h"

namespace dunlin::test {

/// What comparing a node with acknowledgements found. Sound when all but `acknowledged` is 0.
struct Findings {
  std::uint64_t acknowledged = 0;  // writes of the round
  std::uint64_t lost = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t refused = 0;          // answers that were neither success nor "unavailable"
  std::vector<std::string> messages;  // the first few, for people

  bool is_sound() const { return lost + duplicates + refused == 0; }
  void add(const Findings& other);
};

/// Someone who writes as fast as the node answers, and remembers each answer. Nobody else changes what this
/// writer changes, so a write is either acknowledged or the one that was under way when the node went.
class Writer {
 public:
  /// `number` tells writers apart. `targets`: accounts to follow; `pool`: statuses to favourite and boost,
  /// never deleted.
  Writer(std::string account_id, int number, std::vector<std::string> targets, std::vector<std::string> pool,
         std::uint64_t seed);

  /// Posts, edits, deletes, follows, favourites, boosts and their opposites, until the node does not answer.
  void run(HttpClient client, const std::function<void()>& acknowledged);
  /// Compares the node that came back with what was acknowledged since the last check, and sends every post
  /// of that time again with its key. What was under way may have happened or not; from now on it is as the
  /// node says.
  Findings check(HttpClient client);
  /// Everything that was ever acknowledged against everything that the node shows.
  Findings check_all(HttpClient client);

 private:
  enum class Kind { post, edit, remove, follow, favourite, reblog };
  struct Post {
    std::string key;
    std::string text;
    std::string id;  // empty while not acknowledged
    bool is_deleted = false;
  };
  struct Pending {
    Kind kind;
    std::size_t post = 0;
    std::string target;
    bool wanted = true;
    std::string text;
  };

  bool step(HttpClient& client);
  bool step_post(HttpClient& client);
  bool step_change(HttpClient& client, bool remove);
  bool step_mark(HttpClient& client, Kind kind);
  bool settle(const Answer& answer);
  void remember(const Answer& answer);
  std::size_t any(std::size_t count);

  void check_posts(HttpClient& client, Findings& findings, std::size_t from);
  void send_again(HttpClient& client, Findings& findings);
  void check_deleted(HttpClient& client, Findings& findings);
  void check_marks(HttpClient& client, Findings& findings);
  void expect(Findings& findings, std::map<std::string, bool>& acknowledged, Kind kind,
              const std::string& target, bool is);
  std::map<std::string, bool>& marks(Kind kind);
  std::string what(const std::string& text) const;

  std::string account_;
  int number_;
  std::vector<std::string> targets_;
  std::vector<std::string> pool_;
  std::mt19937_64 random_;
  std::vector<Post> posts_;
  std::map<std::string, bool> follows_;
  std::map<std::string, bool> favourites_;
  std::map<std::string, bool> reblogs_;
  std::optional<Pending> pending_;
  std::set<std::size_t> deleted_now_;  // since the last check
  std::size_t first_now_ = 0;
  std::size_t oldest_changed_ = 0;
  std::uint64_t acknowledged_now_ = 0;
  Findings refused_now_;
};

}  // namespace dunlin::test

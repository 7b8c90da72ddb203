#pragma once
#include <sqlite3.h>

#include <optional>
#include <string>
#include <vector>

#include "protocol/base/ids.h"
#include "protocol/base/time.h"

namespace dunlin::test {

/// What each feed must hold, told by SQL over the plain tables, from the first post to the last and without
/// any cache: slow, and so short that it can be read against the rules. Uses none of the node's code and none
/// of its derived tables (direct, status_tag).
class NaiveFeeds {
 public:
  explicit NaiveFeeds(const std::string& database_file);
  ~NaiveFeeds();
  NaiveFeeds(const NaiveFeeds&) = delete;

  using Ids = std::vector<std::int64_t>;  // newest first
  /// `reader` 0 = the anonymous visitor, where the feed has one.
  Ids home(AccountId reader, Timestamp now);
  Ids public_timeline(AccountId reader, Timestamp now);
  struct Tags {
    std::vector<std::string> any, all, none;
  };
  Ids tag(AccountId reader, Timestamp now, const Tags& tags);
  struct Profile {
    AccountId account;
    bool without_replies = false;
    bool without_reblogs = false;
    std::string tag;
  };
  Ids account(AccountId reader, Timestamp now, const Profile& profile);

 private:
  struct Query;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* home_ = nullptr;
  sqlite3_stmt* public_ = nullptr;
  sqlite3_stmt* tag_ = nullptr;
  sqlite3_stmt* account_ = nullptr;
};

/// The part of a whole feed that a page request asks for. Exclusive bounds; `min` asks for the page just
/// above it.
struct NaivePage {
  std::int64_t max = INT64_MAX;
  std::int64_t since = 0;
  std::optional<std::int64_t> min;
  int limit = 20;
};
NaiveFeeds::Ids page_of(const NaiveFeeds::Ids& whole, const NaivePage& page);

}  // namespace dunlin::test

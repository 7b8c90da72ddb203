#pragma once
#include <cstdint>
#include <string>

#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::cli {

struct DevSeed {
  std::int64_t accounts = 100;            // `reader` and others, 2 to 1,000,000
  std::int64_t statuses = 1'000;          // boosts and replies too, 0 to 100,000,000
  std::int64_t follows_per_account = 20;  // at most all the others
  std::uint64_t seed = 1;
};

/// Fills a node with demo data through the domain's own rules: accounts that follow each other by a power
/// law, and posts of 100 to 400 characters over the past year with replies, boosts, favourites, mentions,
/// hashtags, content warnings and every visibility. The same seed at the same time makes the same rows.
/// Nobody's password fits; `dunlin-node account token` lets in. Commits in batches, without waiting for the
/// disk; a node may serve meanwhile. Errc::bad_request for sizes out of range, conflict when there is a
/// `reader` already (half of an earlier run stays, too: take a new folder).
Result<void> dev_seed(const std::string& data_dir, const DevSeed& size, const Clock& clock = system_clock());

}  // namespace dunlin::cli

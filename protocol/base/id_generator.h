#pragma once
#include <cstdint>

#include "protocol/base/time.h"

namespace dunlin {

/// Makes time-ordered ids: milliseconds since 1970 (48 bits), process (8), sequence (8). On the scale of
/// Mastodon's ids, so that clients' ordering and imports work. Strictly increasing whatever the clock does.
/// Owned by the writer thread.
class IdGenerator {
 public:
  /// `process` tells apart the processes that share one set of ids; `last_seen` is the greatest id in the
  /// database, 0 for none.
  explicit IdGenerator(std::uint8_t process, std::int64_t last_seen = 0)
      : process_(process), last_(last_seen) {}
  /// The first id of `now`'s millisecond if that is greater than all before. Otherwise (the clock stands or
  /// went back, or 256 ids were made in this millisecond) the least one of this process that is greater than
  /// the last.
  std::int64_t next(Timestamp now);
  /// An id that another process made: the next ones are greater.
  void raise_to(std::int64_t seen) { last_ = seen > last_ ? seen : last_; }
  /// The greatest so far.
  std::int64_t last() const { return last_; }

 private:
  std::uint8_t process_;
  std::int64_t last_;
};

/// When an id was made, as far as its generator's clock was right.
Timestamp time_of(std::int64_t id);
/// Ids made at `t` or later are not less than this one; those made before are less.
std::int64_t first_id_at(Timestamp t);

}  // namespace dunlin

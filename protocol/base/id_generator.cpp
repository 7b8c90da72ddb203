#include "protocol/base/id_generator.h"

#include <algorithm>

#include "protocol/base/ensure.h"

namespace dunlin {
namespace {

constexpr int ms_shift = 16;
constexpr int process_shift = 8;
constexpr std::int64_t low_byte = 0xFF;
constexpr std::int64_t ms_max = (std::int64_t{1} << 47) - 1;  // the year 6429: the sign bit stays clear

}  // namespace

std::int64_t IdGenerator::next(Timestamp now) {
  const std::int64_t process = std::int64_t{process_} << process_shift;
  std::int64_t id = first_id_at(now) | process;
  if (id <= last_) {
    ENSURE(last_ < ms_max << ms_shift);
    id = last_ + 1;
    const std::int64_t process_of_id = id & (low_byte << process_shift);
    if (process_of_id != process) {
      // Another process's id, or a full sequence carried over: the next place of ours, in this millisecond or
      // the one after.
      const std::int64_t ms = (id >> ms_shift) + (process_of_id > process ? 1 : 0);
      id = (ms << ms_shift) | process;
    }
  }
  last_ = id;
  return id;
}

Timestamp time_of(std::int64_t id) { return {id >> ms_shift}; }

std::int64_t first_id_at(Timestamp t) { return std::clamp<std::int64_t>(t.ms, 0, ms_max) << ms_shift; }

}  // namespace dunlin

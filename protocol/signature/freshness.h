#pragma once
// Whether a signature is of now.
#include <cstdint>

#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::signature {

/// Refusal::stale when made longer ago than limits::signature_age_max or further ahead than
/// limits::clock_skew_max.
Result<void> check_made_at(Timestamp made_at, Timestamp now);
/// Refusal::stale when over for longer than clocks may differ.
Result<void> check_expiry(Timestamp expires_at, Timestamp now);
/// Of seconds since 1970 as messages say them, at most 15 digits.
inline Timestamp from_seconds(std::int64_t seconds) { return {seconds * 1'000}; }

}  // namespace dunlin::signature

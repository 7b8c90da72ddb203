#include "protocol/signature/freshness.h"

#include "protocol/base/limits.h"
#include "protocol/signature/refusal.h"

namespace dunlin::signature {

Result<void> check_made_at(Timestamp made_at, Timestamp now) {
  if (made_at < now - limits::signature_age_max || made_at > now + limits::clock_skew_max) {
    return refuse(Refusal::stale, "made more than 12 hours ago or more than 1 hour ahead of our clock");
  }
  return {};
}

Result<void> check_expiry(Timestamp expires_at, Timestamp now) {
  if (expires_at < now - limits::clock_skew_max) return refuse(Refusal::stale, "expired");
  return {};
}

}  // namespace dunlin::signature

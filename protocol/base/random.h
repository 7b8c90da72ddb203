#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dunlin {

/// Where secrets come from. Passed in, so that a test can replay a run.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;
  /// `bytes` random bytes as URL-safe base64 without padding.
  std::string token(std::size_t bytes);
};
/// The kernel's generator; safe from any thread.
Random& system_random();

}  // namespace dunlin

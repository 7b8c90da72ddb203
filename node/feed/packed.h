#pragma once
#include <atomic>
#include <memory>
#include <string_view>

#include "protocol/gzip/piece.h"

namespace dunlin::feed {

/// The compressed form of a text that never changes, made by the first who needs it. Any thread; two at once
/// may both make it, and one is kept.
class Packed {
 public:
  Packed() = default;
  Packed(const Packed&) = delete;
  Packed& operator=(const Packed&) = delete;
  ~Packed() { delete piece_.load(std::memory_order_relaxed); }

  struct Given {
    const gzip::Piece& piece;
    bool is_new;  // from this call on it takes memory
  };
  Given of(std::string_view text, const gzip::Words& words) const {
    const auto* known = piece_.load(std::memory_order_acquire);
    if (known != nullptr) return {*known, false};
    auto made = std::make_unique<const gzip::Piece>(text, words);
    if (!piece_.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) return {*known, false};
    return {*made.release(), true};
  }

 private:
  mutable std::atomic<const gzip::Piece*> piece_{nullptr};
};

}  // namespace dunlin::feed

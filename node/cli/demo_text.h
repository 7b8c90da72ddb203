#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace dunlin::cli {

/// Chance that can be replayed: the same numbers from the same seed on every machine (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 to `end` - 1.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(next() % end); }
  bool percent(unsigned chance) { return next() % 100 < chance; }
  /// 0 to `end` - 1, small numbers far more often: half of all throws fall on the first eighth.
  std::size_t skewed(std::size_t end);

 private:
  std::uint64_t state_;
};

/// `quiet_heron`; each number gives another name.
std::string demo_username(std::size_t number);
/// `Quiet Heron`.
std::string demo_display_name(std::size_t number);
std::string demo_note(Dice& dice);
/// 100 to 400 characters of plain sentences, some with hashtags, a link or an emoji.
std::string demo_post(Dice& dice);
std::string demo_warning(Dice& dice);

}  // namespace dunlin::cli

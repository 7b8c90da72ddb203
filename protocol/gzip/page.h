#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/gzip/bit_writer.h"
#include "protocol/gzip/piece.h"

namespace dunlin::gzip {

/// One gzip file, written from its begin to its end.
class Page {
 public:
  /// `words` outlives it. `bytes` of text are expected.
  Page(const Words& words, std::size_t bytes);

  /// The second time it refers to the first.
  void add(const Piece& piece);
  /// Text that refers to nothing, and to which nothing refers.
  void add(std::string_view text);
  /// Refers to the last such text, where they are alike. Not for what people wrote, nor for secrets: the size
  /// of the page tells how much two of them have in common.
  void add_alike(std::string_view text);
  /// The whole file. The last thing to do.
  std::string finish();

 private:
  void add_word(Words::Found part);
  void put_literals(std::string_view text);
  void put_match(std::size_t length, std::uint64_t distance);
  void count(std::string_view text);
  void repeat_last();

  struct Place {
    std::uint64_t at = 0;    // of the word's first byte, were it there
    std::uint16_t from = 0;  // what is there of it
    std::uint16_t end = 0;
  };
  const Words& words_;
  BitWriter out_;
  std::uint64_t size_ = 0;  // of the text so far
  std::uint32_t crc_ = 0;
  std::array<Place, Words::count_max> places_ = {};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pieces_;  // id and place
  std::string last_;                                             // given to add_alike
  std::uint64_t last_at_ = 0;
  std::uint32_t last_crc_ = 0;
  std::uint32_t last_crc_operator_ = 0;  // 0 = neither is known
};

}  // namespace dunlin::gzip

#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::gzip {

/// What this program itself writes between other people's words: names of members, addresses of the node. A
/// page has each once; where a piece has it again, the page refers back to it.
class Words {
 public:
  /// At most so many are used.
  static constexpr std::size_t count_max = 64;
  /// What stands in `examples` between `gaps`, one of which is anything that differs.
  Words(std::span<const std::string> examples, std::span<const std::string_view> gaps);

  std::string_view word(std::size_t index) const {
    return std::string_view(text_).substr(words_[index].begin, words_[index].end - words_[index].begin);
  }
  struct Found {
    std::uint16_t word = 0;
    std::uint16_t from = 0;
    std::uint16_t length = 0;
  };
  /// The longest part of a word with which `text` begins.
  Found find(std::string_view text) const;

 private:
  struct Word {
    std::uint16_t begin;
    std::uint16_t end;
  };
  std::string text_;
  std::vector<Word> words_;
  std::vector<std::uint16_t> word_at_;  // of each byte
  std::vector<std::int32_t> heads_;     // by hash, the last place in text_; -1 = none
  std::vector<std::int32_t> previous_;  // of the same hash
};

/// A text compressed on its own, to be part of any number of pages. Immutable.
class Piece {
 public:
  /// Takes some ten microseconds a KiB. `words` must be those of the pages.
  Piece(std::string_view text, const Words& words);

  /// So many bits as they are, then a part of a word.
  struct Step {
    std::uint32_t bits = 0;
    std::uint32_t at = 0;  // of the word, in the text
    Words::Found word = {};
  };
  std::span<const Step> steps() const { return steps_; }
  const std::string& bits() const { return bits_; }     // each step's begin with a byte
  std::size_t bytes_max() const { return bytes_max_; }  // that it adds to a page
  std::uint32_t size() const { return size_; }          // of the text
  std::uint32_t crc() const { return crc_; }
  std::uint32_t crc_operator() const { return crc_operator_; }
  std::uint64_t id() const { return id_; }  // no other piece has it
  std::size_t memory() const;

 private:
  std::vector<Step> steps_;
  std::string bits_;
  std::size_t bytes_max_ = 0;
  std::uint64_t id_;
  std::uint32_t size_;
  std::uint32_t crc_;
  std::uint32_t crc_operator_;
};

}  // namespace dunlin::gzip

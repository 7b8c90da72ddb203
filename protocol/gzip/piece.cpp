#include "protocol/gzip/piece.h"

#include <zlib.h>

#include <atomic>

#include "protocol/base/ensure.h"
#include "protocol/gzip/bit_writer.h"

namespace dunlin::gzip {

namespace {

constexpr std::size_t seed_bytes = 4;  // what is looked up by its hash
constexpr unsigned hash_bits = 10;
constexpr int tries_max = 24;             // so hostile text takes no longer than its size allows
constexpr std::size_t word_part_min = 7;  // a reference takes about three bytes
constexpr std::size_t good_enough = 32;

std::size_t hash_of(const char* bytes) {
  std::uint32_t number;
  std::memcpy(&number, bytes, sizeof number);
  return (number * 0x9e3779b1U) >> (32 - hash_bits);
}

/// The next text between two gaps, taken off `rest`.
std::string_view next_word(std::string_view& rest, std::span<const std::string_view> gaps) {
  std::size_t end = rest.size();
  std::size_t after = rest.size();
  for (const auto gap : gaps) {
    const auto place = rest.find(gap);
    if (place < end) end = place, after = place + gap.size();
  }
  const auto word = rest.substr(0, end);
  rest.remove_prefix(after);
  return word;
}

/// Where a text repeats itself.
class Repeats {
 public:
  explicit Repeats(std::string_view text)
      : text_(text), heads_(std::size_t{1} << hash_bits, -1), previous_(text.size()) {}

  struct Found {
    std::size_t length = 0;
    std::size_t distance = 0;
  };
  Found find(std::size_t at) const {
    Found best;
    if (at + seed_bytes > text_.size()) return best;
    int tries = tries_max;
    for (auto place = heads_[hash_of(text_.data() + at)]; place >= 0 && tries-- > 0;
         place = previous_[static_cast<std::size_t>(place)]) {
      const auto from = static_cast<std::size_t>(place);
      if (at - from > distance_max) break;
      const auto length = common(text_.substr(at, match_max), text_.substr(from));
      if (length > best.length && length >= seed_bytes) best = {length, at - from};
    }
    return best;
  }
  void add(std::size_t at) {
    if (at + seed_bytes > text_.size()) return;
    auto& head = heads_[hash_of(text_.data() + at)];
    previous_[at] = head;
    head = static_cast<std::int32_t>(at);
  }

 private:
  std::string_view text_;
  std::vector<std::int32_t> heads_;
  std::vector<std::int32_t> previous_;
};

}  // namespace

Words::Words(std::span<const std::string> examples, std::span<const std::string_view> gaps) {
  for (std::string_view rest : examples) {
    while (!rest.empty() && words_.size() < count_max) {
      const auto found = next_word(rest, gaps);
      if (found.size() < word_part_min || text_.find(found) != std::string::npos) continue;
      ENSURE(text_.size() + found.size() < UINT16_MAX);
      words_.push_back({static_cast<std::uint16_t>(text_.size()),
                        static_cast<std::uint16_t>(text_.size() + found.size())});
      word_at_.insert(word_at_.end(), found.size(), static_cast<std::uint16_t>(words_.size() - 1));
      text_ += found;
    }
  }
  heads_.assign(std::size_t{1} << hash_bits, -1);
  previous_.assign(text_.size(), -1);
  for (std::size_t at = 0; at + seed_bytes <= text_.size(); ++at) {
    auto& head = heads_[hash_of(text_.data() + at)];
    previous_[at] = head;
    head = static_cast<std::int32_t>(at);
  }
}

Words::Found Words::find(std::string_view text) const {
  Found best;
  if (text.size() < seed_bytes) return best;
  int tries = tries_max;
  for (auto place = heads_[hash_of(text.data())]; place >= 0 && tries-- > 0;
       place = previous_[static_cast<std::size_t>(place)]) {
    const auto from = static_cast<std::size_t>(place);
    const auto index = word_at_[from];
    const auto& word = words_[index];
    const auto length = common(text, std::string_view(text_).substr(from, word.end - from));
    if (length > best.length && length >= word_part_min)
      best = {index, static_cast<std::uint16_t>(from - word.begin), static_cast<std::uint16_t>(length)};
  }
  return best;
}

Piece::Piece(std::string_view text, const Words& words) : size_(static_cast<std::uint32_t>(text.size())) {
  static std::atomic<std::uint64_t> last{0};
  id_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
  crc_ = static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
  crc_operator_ = static_cast<std::uint32_t>(crc32_combine_gen(static_cast<z_off_t>(text.size())));
  Repeats repeats(text);
  BitWriter out;
  out.room(text.size() * 2);
  std::size_t begin = 0;  // of this step, in bits
  std::size_t of_words = 0;
  std::size_t at = 0;
  const auto end_step = [&](Words::Found word) {
    steps_.push_back({static_cast<std::uint32_t>(out.bits() - begin), static_cast<std::uint32_t>(at), word});
    out.align();
    begin = out.bits();
    of_words += word.length;
    out.room((text.size() - of_words) * 2 + sizeof(std::uint64_t));
  };
  while (at < text.size()) {
    const auto word = words.find(text.substr(at));
    auto repeat = repeats.find(at);
    repeats.add(at);
    if (word.length >= word_part_min && word.length + std::size_t{1} >= repeat.length) {
      end_step(word);
      for (std::size_t i = 1; i < word.length; ++i) repeats.add(at + i);
      at += word.length;
      continue;
    }
    // What begins with the next byte may reach further.
    const bool may_wait = repeat.length != 0 && repeat.length < good_enough && at + 1 < text.size();
    if (may_wait && (repeats.find(at + 1).length > repeat.length ||
                     words.find(text.substr(at + 1)).length > repeat.length))
      repeat = {};
    if (repeat.length == 0) {
      out.put(literal(text[at++]));
      continue;
    }
    out.put(match(static_cast<std::uint32_t>(repeat.length), static_cast<std::uint32_t>(repeat.distance)));
    for (std::size_t i = 1; i < repeat.length; ++i) repeats.add(at + i);
    at += repeat.length;
  }
  end_step({});
  bits_ = out.take();
  bytes_max_ = bits_.size() + 2 * of_words + sizeof(std::uint64_t) * steps_.size();
  bits_.append(sizeof(std::uint64_t), '\0');  // BitWriter::put reads so far
  bits_.shrink_to_fit();
  steps_.shrink_to_fit();
}

std::size_t Piece::memory() const {
  return sizeof *this + bits_.capacity() + steps_.capacity() * sizeof(Step);
}

}  // namespace dunlin::gzip

#include "protocol/gzip/page.h"

#include <zlib.h>

#include <algorithm>

namespace dunlin::gzip {

namespace {

/// Deflated, no name, no time, of an unknown system. RFC 1952 2.3.
constexpr std::string_view file_head("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);

constexpr std::size_t same_place_min = 8;

/// Where a member of an object, its name or its value ends next.
std::size_t next_end(std::string_view text, std::size_t from) {
  return std::min(text.find_first_of(",\"}", from), text.size());
}

std::uint32_t crc_of(std::uint32_t before, std::string_view text) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

std::string block_head() {
  // The code that the lengths themselves are written in, RFC 1951 3.2.7: 16 repeats the one before.
  constexpr std::array<unsigned, 19> length_lengths = {0, 0, 0, 6, 6, 5, 5, 5, 3, 3,
                                                       3, 3, 5, 5, 5, 5, 2, 0, 0};
  constexpr auto length_code = detail::code_of(length_lengths);
  static_assert(detail::literal_lengths.find_first_of("012") == std::string_view::npos &&
                detail::distance_lengths.find_first_of("012") == std::string_view::npos);
  BitWriter out;
  out.room(file_head.size() + 2 * (detail::literals + detail::distances));
  for (const char c : file_head) out.put({static_cast<unsigned char>(c), 8});
  out.put({1, 1});  // the last block
  out.put({2, 2});  // with a code of its own
  out.put({detail::literals - 257, 5});
  out.put({detail::distances - 1, 5});
  out.put({19 - 4, 4});
  for (const std::size_t i : {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15})
    out.put({length_lengths[i], 3});
  const std::string all = std::string(detail::literal_lengths) + std::string(detail::distance_lengths);
  for (std::size_t i = 0; i < all.size();) {
    std::size_t same = i == 0 ? 0 : std::min(all.find_first_not_of(all[i - 1], i), all.size()) - i;
    same = std::min<std::size_t>(same, 6);
    if (same >= 3) {
      out.put(length_code[16].then({same - 3, 2}));
      i += same;
    } else {
      out.put(length_code[detail::digit(all[i++])]);
    }
  }
  const auto bits = out.bits();
  out.align();
  auto head = out.take();
  head += static_cast<char>(bits % 8);  // how many bits of the last byte count; 0 = all
  return head;
}

}  // namespace

Page::Page(const Words& words, std::size_t bytes) : words_(words) {
  static const std::string head = block_head();
  out_.room(bytes / 3 + head.size() + 1'024);
  const auto whole = head.size() - 2;
  for (std::size_t i = 0; i < whole; ++i) out_.put({static_cast<unsigned char>(head[i]), 8});
  const auto rest = static_cast<unsigned>(head[whole + 1]);
  out_.put({static_cast<unsigned char>(head[whole]), rest == 0 ? 8 : rest});
}

void Page::count(std::string_view text) { crc_ = crc_of(crc_, text); }

void Page::put_literals(std::string_view text) {
  for (; text.size() >= 3; text.remove_prefix(3))
    out_.put(literal(text[0]).then(literal(text[1])).then(literal(text[2])));
  for (const char c : text) out_.put(literal(c));
}

void Page::put_match(std::size_t length, std::uint64_t distance) {
  const auto code = distance_code(static_cast<std::uint32_t>(distance));
  while (length > 0) {
    std::size_t part = std::min<std::size_t>(length, match_max);
    if (length - part != 0 && length - part < match_min) part -= match_min;  // the rest would be too short
    out_.put(length_codes[part].then(code));
    length -= part;
  }
}

void Page::add_word(Words::Found part) {
  auto& place = places_[part.word];
  const std::uint64_t begin = place.at + part.from;
  if (place.from <= part.from && part.from + part.length <= place.end && size_ - begin <= distance_max) {
    put_match(part.length, size_ - begin);
    // The whole word is worth more than the part that was just repeated, as long as it is near enough.
    if (part.length < place.end - place.from && size_ - begin < distance_max / 2) return;
  } else {
    put_literals(words_.word(part.word).substr(part.from, part.length));
  }
  place = {size_ - part.from, part.from, static_cast<std::uint16_t>(part.from + part.length)};
}

void Page::add(const Piece& piece) {
  const auto begin = size_;
  crc_ = static_cast<std::uint32_t>(crc32_combine_op(crc_, piece.crc(), piece.crc_operator()));
  const auto known =
      std::find_if(pieces_.begin(), pieces_.end(), [&](const auto& one) { return one.first == piece.id(); });
  if (known == pieces_.end()) {
    pieces_.emplace_back(piece.id(), begin);
  } else {
    const auto distance = begin - std::exchange(known->second, begin);
    if (distance <= distance_max && piece.size() >= match_min) {
      out_.room(piece.size() / 8 + sizeof(std::uint64_t));
      put_match(piece.size(), distance);
      size_ += piece.size();
      return;
    }
  }
  out_.room(piece.bytes_max());
  const char* bits = piece.bits().data();
  for (const auto& step : piece.steps()) {
    out_.put(bits, step.bits);
    bits += (step.bits + 7) / 8;
    size_ = begin + step.at;
    if (step.word.length != 0) add_word(step.word);
  }
  size_ = begin + piece.size();
}

void Page::add(std::string_view text) {
  out_.room(2 * text.size());
  put_literals(text);
  count(text);
  size_ += text.size();
}

void Page::add_alike(std::string_view text) {
  out_.room(2 * text.size() + sizeof(std::uint64_t));
  const auto begin = size_;
  if (text == last_ && text.size() >= match_min && begin - last_at_ <= distance_max) {
    repeat_last();
    return;
  }
  count(text);
  std::size_t place = 0;  // in last_, of what is compared
  for (std::string_view rest = text; !rest.empty();) {
    const auto distance = size_ - last_at_ - place;
    std::size_t done = common(rest, std::string_view(last_).substr(place));
    place += done;
    if (done >= match_min && distance <= distance_max) {
      put_match(done, distance);
    } else {
      put_literals(rest.substr(0, done));
    }
    // Here they differ: both go on behind the value, or else where the other has the same.
    const auto own = next_end(rest, done);
    put_literals(rest.substr(done, own - done));
    place = next_end(last_, place);
    size_ += own;
    rest.remove_prefix(own);
    if (rest.empty() || common(rest, std::string_view(last_).substr(place)) >= same_place_min) continue;
    place = last_.find(rest.substr(0, same_place_min));
    if (place != std::string::npos) continue;
    place = last_.size();
    put_literals(rest.substr(0, 1));
    size_ += 1;
    rest.remove_prefix(1);
  }
  last_.assign(text);
  last_at_ = begin;
  last_crc_operator_ = 0;
}

/// Most posts of a page have the same counts and marks: then not even the checksum is worked out anew.
void Page::repeat_last() {
  if (last_crc_operator_ == 0) {
    last_crc_ = crc_of(0, last_);
    last_crc_operator_ = static_cast<std::uint32_t>(crc32_combine_gen(static_cast<z_off_t>(last_.size())));
  }
  crc_ = static_cast<std::uint32_t>(crc32_combine_op(crc_, last_crc_, last_crc_operator_));
  put_match(last_.size(), size_ - std::exchange(last_at_, size_));
  size_ += last_.size();
}

std::string Page::finish() {
  out_.room(4 * sizeof(std::uint64_t));
  out_.put(end_of_block);
  out_.align();
  out_.put({crc_, 32});
  out_.put({size_ & UINT32_MAX, 32});
  return out_.take();
}

}  // namespace dunlin::gzip

#include "node/feed/rings.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace dunlin::feed {

namespace {

constexpr std::uint32_t minutes_per_day = 24 * 60;
constexpr std::ptrdiff_t ahead = 64;  // accounts, that a push asks memory for
constexpr std::uint64_t passes_told_apart = 1u << 14;
constexpr std::size_t mask = Rings::length - 1;
constexpr int copy_attempts = 16;
constexpr int evicted_of = 8;

}  // namespace

Rings::Rings(std::size_t bytes_max)
    : chunks_(chunks_max),
      rings_max_(std::clamp<std::size_t>(bytes_max / (length * sizeof(Ids)), 1, rings_max)) {
  pieces_ = std::vector<std::atomic<Piece*>>(rings_max_ / rings_per_piece + 1);
  built_ = std::vector<std::atomic<std::uint64_t>>(rings_max_);
}

Rings::~Rings() {
  for (auto& piece : pieces_) std::free(piece.load());
  for (auto& chunk : chunks_) std::free(chunk.load());
}

template <class T>
T* Rings::make_huge() {
  constexpr std::size_t page = 2u << 20;
  static_assert(sizeof(T) % page == 0 && std::is_trivially_destructible_v<T>);
  void* memory = std::aligned_alloc(page, sizeof(T));
  if (memory == nullptr) throw std::bad_alloc();
  ::madvise(memory, sizeof(T), MADV_HUGEPAGE);
  memory_ += sizeof(T);
  return new (memory) T();
}

Rings::Slot Rings::make(std::size_t account) {
  auto& place = chunks_.at(account / accounts_per_chunk);
  if (place.load(std::memory_order_acquire) == nullptr) {
    auto* fresh = make_huge<Chunk>();
    Chunk* none = nullptr;
    if (!place.compare_exchange_strong(none, fresh)) {
      memory_ -= sizeof(Chunk);
      std::free(fresh);  // somebody else was quicker
    }
  }
  return find(account);
}

bool Rings::is_valid(const Rest& rest, std::uint32_t ring) const {
  const Version now{rest.graph.load(std::memory_order_acquire), epoch_.load(std::memory_order_acquire)};
  return built_[ring - 1].load(std::memory_order_acquire) == now.number();
}

std::uint64_t Rings::Word::bits() const {
  return std::uint64_t{ring} << ring_shift | std::uint64_t{pass} << pass_shift |
         std::uint64_t{is_changing} << changing_shift | std::uint64_t{left} << left_shift |
         (pushes & pushes_mask);
}

Rings::Word Rings::Word::of(std::uint64_t bits) {
  return {static_cast<std::uint32_t>(bits >> ring_shift), static_cast<std::uint16_t>(bits >> pass_shift),
          (bits >> changing_shift & 1) != 0, static_cast<std::uint16_t>((bits & left_mask) >> left_shift),
          static_cast<std::uint16_t>(bits & pushes_mask)};
}

std::uint32_t Rings::Content::bits() const {
  return std::uint32_t{pushes} << 16 | std::uint32_t{is_whole} << 15 | count;
}

Rings::Content Rings::Content::of(std::uint32_t bits) {
  return {static_cast<std::uint16_t>(bits >> 16), static_cast<std::uint16_t>(bits & 0x7fff),
          (bits >> 15 & 1) != 0};
}

Rings::Content Rings::Content::at(const Word& word) const {
  const std::size_t all = count + ((word.pushes - pushes) & Word::pushes_mask);
  return {word.pushes, static_cast<std::uint16_t>(std::min(all, length)), is_whole && all <= length};
}

std::optional<Rings::Snapshot> Rings::copy(Slot slot) const {
  for (int attempt = 0; attempt < copy_attempts; ++attempt) {
    const auto bits = slot.word->load(std::memory_order_acquire);
    const auto word = Word::of(bits);
    if (word.is_changing) continue;
    if (word.ring == no_ring || !is_valid(*slot.rest, word.ring)) return std::nullopt;
    const auto content = Content::of(slot.rest->content.load(std::memory_order_acquire)).at(word);
    Snapshot out;
    out.entries.resize(std::min<std::size_t>(content.count, readable));
    out.is_whole = content.is_whole && content.count <= readable;
    // Acquiring each, so that the second look at the word cannot come before them.
    const Ids* from = ids(word.ring);
    for (std::size_t i = 0; i < out.entries.size(); ++i)
      out.entries[i].bits_ = from[(word.pushes - 1 - i) & mask].load(std::memory_order_acquire);
    if (((slot.word->load(std::memory_order_relaxed) ^ bits) & ~Word::left_mask) == 0) return out;
  }
  return std::nullopt;  // it changes all the time: pulling is as good
}

std::optional<Rings::Snapshot> Rings::read(AccountId account, std::uint32_t minute) {
  const Slot slot = find(static_cast<std::size_t>(account.value));
  if (!slot) return std::nullopt;
  auto out = copy(slot);
  if (out) note_read(slot, minute);
  return out;
}

std::optional<StatusId> Rings::newest(AccountId account, std::uint32_t minute) {
  const Slot slot = find(static_cast<std::size_t>(account.value));
  if (!slot) return std::nullopt;
  const auto bits = slot.word->load(std::memory_order_acquire);
  const auto word = Word::of(bits);
  if (word.ring == no_ring || word.is_changing || !is_valid(*slot.rest, word.ring)) return std::nullopt;
  const auto content = Content::of(slot.rest->content.load(std::memory_order_acquire)).at(word);
  Entry newest;
  if (content.count > 0)
    newest.bits_ = ids(word.ring)[(word.pushes - 1) & mask].load(std::memory_order_acquire);
  if (((slot.word->load(std::memory_order_relaxed) ^ bits) & ~Word::left_mask) != 0) return std::nullopt;
  note_read(slot, minute);
  return newest.id();
}

void Rings::note_read(Slot slot, std::uint32_t minute) {
  // Written only when they change: other threads read the line. A push at the same moment may undo it: then
  // the ring has been read a little longer ago than it was.
  auto bits = slot.word->load(std::memory_order_relaxed);
  auto word = Word::of(bits);
  if (word.ring != no_ring && !word.is_changing && word.left != idle_pushes_max) {
    word.left = idle_pushes_max;
    slot.word->compare_exchange_strong(bits, word.bits(), std::memory_order_relaxed);
  }
  if (slot.rest->last_read.load(std::memory_order_relaxed) != minute)
    slot.rest->last_read.store(minute, std::memory_order_relaxed);
}

bool Rings::wants_ring(AccountId account, std::uint32_t minute) {
  Rest& rest = *make(static_cast<std::size_t>(account.value)).rest;
  auto last = rest.last_read.load(std::memory_order_relaxed);
  if ((last & asked_bit) != 0) return false;
  // A lone visit is not worth a ring.
  const bool is_frequent = last != 0 && minute - last <= minutes_per_day;
  const auto now = minute | (is_frequent ? asked_bit : 0);
  return rest.last_read.compare_exchange_strong(last, now) && is_frequent;
}

void Rings::refuse(AccountId account) {
  if (const Slot slot = find(static_cast<std::size_t>(account.value)))
    slot.rest->last_read.fetch_and(~asked_bit);
}

void Rings::invalidate(AccountId account) {
  if (const Slot slot = find(static_cast<std::size_t>(account.value))) slot.rest->graph.fetch_add(1);
}

Rings::Version Rings::version(AccountId account) {
  const auto epoch = epoch_.load();
  return {make(static_cast<std::size_t>(account.value)).rest->graph.load(), epoch};
}

template <class Change>
void Rings::change(Slot slot, Change change) {
  auto word = Word::of(slot.word->load(std::memory_order_relaxed));
  auto content = Content::of(slot.rest->content.load(std::memory_order_relaxed)).at(word);
  word.is_changing = true;
  slot.word->store(word.bits(), std::memory_order_relaxed);
  change(word, content, ids(word.ring));
  content.pushes = static_cast<std::uint16_t>(word.pushes & Word::pushes_mask);
  slot.rest->content.store(content.bits(), std::memory_order_release);
  word.is_changing = false;
  slot.word->store(word.bits(), std::memory_order_release);
}

void Rings::build(AccountId account, Version version, const std::vector<Entry>& newest_first, bool is_whole) {
  const auto index = static_cast<std::size_t>(account.value);
  const Slot slot = make(index);
  slot.rest->last_read.fetch_and(~asked_bit);
  if (!has(account)) {
    const auto ring = allocate();
    owners_[ring - 1] = index;
    auto word = Word::of(slot.word->load(std::memory_order_relaxed));
    word.ring = ring;
    word.is_changing = true;  // its version may be that of another account's ring
    slot.word->store(word.bits(), std::memory_order_release);
  }
  change(slot, [&](Word& word, Content& content, Ids* to) {
    const std::size_t count = std::min(newest_first.size(), readable);
    // Rings begin at different places: 2,048 bytes apart, the same place of each would fall on the same few
    // lines of the processor's caches. And not where it was, so that readers see that it is another.
    word.pushes =
        static_cast<std::uint16_t>((word.pushes / length + 1) * length + (word.ring * 89 + count) % length);
    word.pass = no_pass;  // what is on its way may be older
    word.left = idle_pushes_max;
    content = {word.pushes, static_cast<std::uint16_t>(count), is_whole};
    for (std::size_t i = 0; i < count; ++i)
      to[(word.pushes - 1 - i) & mask].store(newest_first[i].bits_, std::memory_order_release);
    built_[word.ring - 1].store(version.number(), std::memory_order_release);
  });
  ++made_;
}

/// Late ones stand where their id says: the newer ones move up by one.
void Rings::insert(Slot slot, Entry entry) {
  change(slot, [&](Word& word, Content& content, Ids* ids) {
    const auto at = [&](std::size_t i) -> Ids& { return ids[(word.pushes - 1 - i) & mask]; };
    const auto id = entry.bits_ & ~Entry::boost_bit;
    std::size_t newer = 0;
    for (; newer < content.count; ++newer) {
      const auto there = at(newer).load(std::memory_order_relaxed) & ~Entry::boost_bit;
      if (there == id) return;
      if (there < id) break;
    }
    const bool is_full = content.count == length;
    if (newer == content.count && (is_full || !content.is_whole)) return;  // older than all that it tells of
    ++word.pushes;
    for (std::size_t i = 0; i < newer; ++i)
      at(i).store(at(i + 1).load(std::memory_order_relaxed), std::memory_order_release);
    at(newer).store(entry.bits_, std::memory_order_release);
    if (!is_full) ++content.count;
    if (is_full) content.is_whole = false;
    --word.left;
    // Now everything in it is as old as a pass that has begun.
    if (newer == 0) word.pass = static_cast<std::uint16_t>(pass_);
  });
}

void Rings::erase(Slot slot, StatusId id) {
  change(slot, [&](Word& word, Content& content, Ids* ids) {
    const auto at = [&](std::size_t i) -> Ids& { return ids[(word.pushes - 1 - i) & mask]; };
    const auto id_at = [&](std::size_t i) {
      return at(i).load(std::memory_order_relaxed) & ~Entry::boost_bit;
    };
    std::size_t place = 0;
    while (place < content.count && id_at(place) > static_cast<std::uint64_t>(id.value)) ++place;
    if (place == content.count || id_at(place) != static_cast<std::uint64_t>(id.value)) return;
    for (std::size_t i = place; i > 0; --i)
      at(i).store(at(i - 1).load(std::memory_order_relaxed), std::memory_order_release);
    word.pushes += length - 1;  // one back, but no number that readers have just seen
    --content.count;
  });
}

Rings::Pass Rings::begin(Entry entry) {
  ++pass_;
  if (static_cast<std::uint16_t>(pass_) == no_pass) ++pass_;
  const auto id = entry.bits_ & ~Entry::boost_bit;
  const bool is_newest = id > greatest_;
  greatest_ = std::max(greatest_, id);
  return {entry, pass_, is_newest};
}

bool Rings::push_with_care(std::uint32_t account, Entry entry) {
  const Slot slot = find(account);
  if (!slot) return false;
  const auto word = Word::of(slot.word->load(std::memory_order_relaxed));
  if (word.ring == no_ring) return false;
  if (word.left == 0) {
    release(slot);
    ++dropped_idle_;
    return false;
  }
  insert(slot, entry);
  return true;
}

std::size_t Rings::push(const std::uint32_t* begin, const std::uint32_t* end, const Pass& pass) {
  std::size_t rings = 0;
  if (!pass.is_newest || pass_ - pass.number >= passes_told_apart) {
    for (; begin != end; ++begin) rings += push_with_care(*begin, pass.entry) ? 1 : 0;
    return rings;
  }
  // The newest of all goes above everything that was put there by passes before it: where there was none
  // since, nothing is compared, and one word says all.
  const auto number = static_cast<std::uint16_t>(pass.number);
  const auto mark = std::uint64_t{number} << Word::pass_shift;
  for (; begin != end; ++begin) {
    if (end - begin > ahead) ask_for_word(begin[ahead]);
    auto* const word = find_word(*begin);
    if (word == nullptr) continue;
    const auto bits = word->load(std::memory_order_relaxed);
    const auto ring = static_cast<std::uint32_t>(bits >> Word::ring_shift);
    if (ring == no_ring) continue;
    const auto last = static_cast<std::uint16_t>(bits >> Word::pass_shift);
    const auto passes_since = static_cast<std::int16_t>(static_cast<std::uint16_t>(number - last));
    if (passes_since <= 0 || last == no_pass || (bits & Word::left_mask) == 0 ||
        (bits & Word::pushes_mask) == Word::pushes_mask) {
      rings += push_with_care(*begin, pass.entry) ? 1 : 0;
      continue;
    }
    ids(ring)[bits & mask].store(pass.entry.bits_, std::memory_order_release);
    const auto moved = bits + 1 - (std::uint64_t{1} << Word::left_shift);
    word->store((moved & ~Word::pass_mask) | mark, std::memory_order_release);
    ++rings;
  }
  return rings;
}

void Rings::remove(const std::uint32_t* begin, const std::uint32_t* end, StatusId id) {
  for (auto at = begin; at != end; ++at) {
    if (has(AccountId{*at})) erase(find(*at), id);
  }
}

std::uint32_t Rings::coldest() {
  std::uint32_t found = no_ring;
  std::uint32_t found_read = 0;
  for (int i = 0; i < evicted_of; ++i) {
    hand_ = hand_ + 1 < owners_.size() ? hand_ + 1 : 0;
    if (owners_[hand_] == 0) continue;
    const auto read = find(owners_[hand_]).rest->last_read.load(std::memory_order_relaxed) & ~asked_bit;
    if (found != no_ring && read >= found_read) continue;
    found = hand_ + 1;
    found_read = read;
  }
  return found;
}

std::uint32_t Rings::allocate() {
  while (free_.empty()) {
    const auto made = owners_.size();
    if (made >= rings_max_) {
      const auto cold = coldest();
      if (cold == no_ring) continue;
      release(find(owners_[cold - 1]));
      ++evicted_;
      break;
    }
    pieces_[made / rings_per_piece].store(make_huge<Piece>(), std::memory_order_release);
    const auto more = std::min(rings_per_piece, rings_max_ - made);
    owners_.resize(made + more);
    for (std::size_t i = more; i > 0; --i) free_.push_back(static_cast<std::uint32_t>(made + i));
  }
  const auto ring = free_.back();
  free_.pop_back();
  ++live_;
  return ring;
}

void Rings::release(Slot slot) {
  auto word = Word::of(slot.word->load(std::memory_order_relaxed));
  const auto ring = std::exchange(word.ring, no_ring);
  slot.word->store(word.bits(), std::memory_order_release);
  // Its memory stays where it is: a reader may be in the middle of a copy.
  owners_[ring - 1] = 0;
  free_.push_back(ring);
  --live_;
}

std::size_t Rings::readers(std::uint32_t since_minute) const {
  std::size_t count = 0;
  for (const auto& place : chunks_) {
    const Chunk* chunk = place.load(std::memory_order_acquire);
    if (chunk == nullptr) continue;
    for (const Rest& rest : chunk->rests) {
      const auto last = rest.last_read.load(std::memory_order_relaxed) & ~asked_bit;
      count += last != 0 && last >= since_minute;
    }
  }
  return count;
}

Rings::Stats Rings::stats() const {
  return {live_, memory_, rings_max_ * length * sizeof(Ids), made_, dropped_idle_, evicted_};
}

}  // namespace dunlin::feed

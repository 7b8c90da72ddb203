#include "node/feed/rings.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace dunlin::feed {

namespace {

constexpr std::uint32_t minutes_per_day = 24 * 60;
// Pushes are made in blocks: first everything is looked at, then everything is written. A push waits for
// memory more than for anything else, and the processor waits for many places at once if nothing lies between
// them.
constexpr std::ptrdiff_t block = 256, ahead = 64;
constexpr std::size_t mask = Rings::length - 1;
constexpr int copy_attempts = 16;
constexpr int evicted_of = 8;

}  // namespace

Rings::Rings(std::size_t bytes_max)
    : chunks_(chunks_max), rings_max_(std::max<std::size_t>(bytes_max / (length * sizeof(Ids)), 1)) {
  pieces_ = std::vector<std::atomic<Piece*>>(rings_max_ / rings_per_piece + 1);
  built_ = std::vector<std::atomic<std::uint64_t>>(rings_max_);
}

Rings::~Rings() {
  for (auto& piece : pieces_) std::free(piece.load());
  for (auto& chunk : chunks_) std::free(chunk.load());
}

template <class T>
T* Rings::make_huge() {
  static_assert(sizeof(T) == 2u << 20 && std::is_trivially_destructible_v<T>);
  void* memory = std::aligned_alloc(sizeof(T), sizeof(T));
  if (memory == nullptr) throw std::bad_alloc();
  ::madvise(memory, sizeof(T), MADV_HUGEPAGE);
  memory_ += sizeof(T);
  return new (memory) T();
}

Rings::Slot& Rings::make(std::size_t account) {
  auto& place = chunks_.at(account / slots_per_chunk);
  if (place.load(std::memory_order_acquire) == nullptr) {
    auto* fresh = make_huge<Chunk>();
    Chunk* none = nullptr;
    if (!place.compare_exchange_strong(none, fresh)) {
      memory_ -= sizeof(Chunk);
      std::free(fresh);  // somebody else was quicker
    }
  }
  return *find(account);
}

bool Rings::is_valid(const Slot& slot, std::uint32_t ring) const {
  const Version now{slot.graph.load(std::memory_order_acquire), epoch_.load(std::memory_order_acquire)};
  return built_[ring - 1].load(std::memory_order_acquire) == now.number();
}

std::uint64_t Rings::State::word() const {
  return std::uint64_t{pushes} << 32 | std::uint64_t{is_changing} << 31 | std::uint64_t{is_whole} << 30 |
         std::uint64_t{count} << 16 | std::uint64_t{changes} << 8 | head;
}

Rings::State Rings::State::of(std::uint64_t word) {
  return {static_cast<std::uint32_t>(word >> 32),
          static_cast<std::uint16_t>(word >> 16 & 0x3fff),
          (word >> 30 & 1) != 0,
          static_cast<std::uint8_t>(word),
          static_cast<std::uint8_t>(word >> 8),
          (word >> 31 & 1) != 0};
}

std::optional<Rings::Snapshot> Rings::copy(const Slot& slot) const {
  for (int attempt = 0; attempt < copy_attempts; ++attempt) {
    const auto word = slot.state.load(std::memory_order_acquire);
    const auto state = State::of(word);
    if (state.is_changing) continue;
    const auto ring = slot.ring.load(std::memory_order_acquire);
    if (ring == no_ring || !is_valid(slot, ring)) return std::nullopt;
    Snapshot out;
    out.entries.resize(std::min<std::size_t>(state.count, readable));
    out.is_whole = state.is_whole && state.count <= readable;
    // Acquiring each, so that the second look at the state cannot come before them.
    const Ids* from = ids(ring);
    for (std::size_t i = 0; i < out.entries.size(); ++i)
      out.entries[i].bits_ = from[(state.head - 1 - i) & mask].load(std::memory_order_acquire);
    if (slot.state.load(std::memory_order_relaxed) == word &&
        slot.ring.load(std::memory_order_relaxed) == ring)
      return out;
  }
  return std::nullopt;  // it changes all the time: pulling is as good
}

std::optional<Rings::Snapshot> Rings::read(AccountId account, std::uint32_t minute) {
  Slot* slot = find(static_cast<std::size_t>(account.value));
  if (slot == nullptr) return std::nullopt;
  auto out = copy(*slot);
  if (out) note_read(*slot, minute);
  return out;
}

std::optional<StatusId> Rings::newest(AccountId account, std::uint32_t minute) {
  Slot* slot = find(static_cast<std::size_t>(account.value));
  if (slot == nullptr) return std::nullopt;
  const auto word = slot->state.load(std::memory_order_acquire);
  const auto ring = slot->ring.load(std::memory_order_acquire);
  if (ring == no_ring || State::of(word).is_changing || !is_valid(*slot, ring)) return std::nullopt;
  const auto id = slot->newest.load(std::memory_order_acquire);
  if (slot->ring.load(std::memory_order_relaxed) != ring) return std::nullopt;
  note_read(*slot, minute);
  return StatusId{static_cast<std::int64_t>(id)};
}

void Rings::note_read(Slot& slot, std::uint32_t minute) {
  // Written only when they change: other threads read the line.
  const auto pushes = State::of(slot.state.load(std::memory_order_relaxed)).pushes;
  if (slot.pushes_at_read.load(std::memory_order_relaxed) != pushes)
    slot.pushes_at_read.store(pushes, std::memory_order_relaxed);
  if (slot.last_read.load(std::memory_order_relaxed) != minute)
    slot.last_read.store(minute, std::memory_order_relaxed);
}

bool Rings::wants_ring(AccountId account, std::uint32_t minute) {
  Slot& slot = make(static_cast<std::size_t>(account.value));
  auto last = slot.last_read.load(std::memory_order_relaxed);
  if ((last & asked_bit) != 0) return false;
  // A lone visit is not worth a ring.
  const bool is_frequent = last != 0 && minute - last <= minutes_per_day;
  const auto now = minute | (is_frequent ? asked_bit : 0);
  return slot.last_read.compare_exchange_strong(last, now) && is_frequent;
}

void Rings::refuse(AccountId account) {
  if (Slot* slot = find(static_cast<std::size_t>(account.value))) slot->last_read.fetch_and(~asked_bit);
}

void Rings::invalidate(AccountId account) {
  if (Slot* slot = find(static_cast<std::size_t>(account.value))) slot->graph.fetch_add(1);
}

Rings::Version Rings::version(AccountId account) {
  const auto epoch = epoch_.load();
  return {make(static_cast<std::size_t>(account.value)).graph.load(), epoch};
}

template <class Change>
void Rings::change(Slot& slot, Change change) {
  auto state = State::of(slot.state.load(std::memory_order_relaxed));
  state.is_changing = true;
  slot.state.store(state.word(), std::memory_order_relaxed);
  change(state, ids(slot.ring.load(std::memory_order_relaxed)));
  state.is_changing = false;
  ++state.changes;
  slot.state.store(state.word(), std::memory_order_release);
}

void Rings::build(AccountId account, Version version, const std::vector<Entry>& newest_first, bool is_whole) {
  const auto index = static_cast<std::size_t>(account.value);
  Slot& slot = make(index);
  slot.last_read.fetch_and(~asked_bit);
  if (slot.ring.load(std::memory_order_relaxed) == no_ring) {
    const auto ring = allocate();
    owners_[ring - 1] = index;
    slot.ring.store(ring, std::memory_order_release);
  }
  const auto ring = slot.ring.load(std::memory_order_relaxed);
  change(slot, [&](State& state, Ids* to) {
    const std::size_t count = std::min(newest_first.size(), readable);
    // Rings begin at different places: 2,048 bytes apart, the same place of each would fall on the same few
    // lines of the processor's caches.
    state.head = static_cast<std::uint8_t>(ring * 89 + count);
    state.count = static_cast<std::uint16_t>(count);
    state.is_whole = is_whole;
    for (std::size_t i = 0; i < count; ++i)
      to[(state.head - 1 - i) & mask].store(newest_first[i].bits_, std::memory_order_release);
    slot.newest.store(count > 0 ? newest_first.front().bits_ & ~Entry::boost_bit : 0,
                      std::memory_order_relaxed);
    slot.pushes_at_read.store(state.pushes, std::memory_order_relaxed);
    built_[ring - 1].store(version.number(), std::memory_order_release);
  });
  ++made_;
}

/// Late ones stand where their id says: the newer ones move up by one.
void Rings::insert(Slot& slot, Entry entry) {
  change(slot, [&](State& state, Ids* ids) {
    const auto at = [&](std::size_t i) -> Ids& { return ids[(state.head - 1 - i) & mask]; };
    const auto id = entry.bits_ & ~Entry::boost_bit;
    std::size_t newer = 0;
    for (; newer < state.count; ++newer) {
      const auto there = at(newer).load(std::memory_order_relaxed) & ~Entry::boost_bit;
      if (there == id) return;
      if (there < id) break;
    }
    const bool is_full = state.count == length;
    if (newer == state.count && (is_full || !state.is_whole)) return;  // older than all that it tells of
    ++state.head;
    for (std::size_t i = 0; i < newer; ++i)
      at(i).store(at(i + 1).load(std::memory_order_relaxed), std::memory_order_release);
    at(newer).store(entry.bits_, std::memory_order_release);
    if (!is_full) ++state.count;
    if (is_full) state.is_whole = false;
    ++state.pushes;
  });
}

void Rings::erase(Slot& slot, StatusId id) {
  change(slot, [&](State& state, Ids* ids) {
    const auto at = [&](std::size_t i) -> Ids& { return ids[(state.head - 1 - i) & mask]; };
    const auto id_at = [&](std::size_t i) {
      return at(i).load(std::memory_order_relaxed) & ~Entry::boost_bit;
    };
    std::size_t place = 0;
    while (place < state.count && id_at(place) > static_cast<std::uint64_t>(id.value)) ++place;
    if (place == state.count || id_at(place) != static_cast<std::uint64_t>(id.value)) return;
    for (std::size_t i = place; i > 0; --i)
      at(i).store(at(i - 1).load(std::memory_order_relaxed), std::memory_order_release);
    --state.head;
    --state.count;
    if (place == 0) slot.newest.store(state.count > 0 ? id_at(0) : 0, std::memory_order_relaxed);
  });
}

std::size_t Rings::push(const std::uint32_t* begin, const std::uint32_t* end, Entry entry) {
  struct Pushed {
    Slot* slot;
    Ids* place;
    std::uint64_t state;
  };
  std::array<Pushed, block> pushed;  // not set: most of it is not used
  const auto id = entry.bits_ & ~Entry::boost_bit;
  std::size_t rings = 0;
  while (begin != end) {
    const auto* const block_end = begin + std::min(block, end - begin);
    std::size_t count = 0;
    for (; begin != block_end; ++begin) {
      if (end - begin > ahead) __builtin_prefetch(find(begin[ahead]));
      Slot* const slot = find(*begin);
      const auto ring = slot == nullptr ? no_ring : slot->ring.load(std::memory_order_relaxed);
      if (ring == no_ring) continue;
      const auto state = slot->state.load(std::memory_order_relaxed);
      const auto pushes = static_cast<std::uint32_t>(state >> 32);
      if (pushes - slot->pushes_at_read.load(std::memory_order_relaxed) >= idle_pushes_max) {
        release(*slot);
        ++dropped_idle_;
        continue;
      }
      if (slot->newest.load(std::memory_order_relaxed) >= id) {
        insert(*slot, entry);
        ++rings;
        continue;
      }
      const auto moved = ((state & ~head_bits) | ((state + 1) & head_bits)) + one_push;
      const bool is_full = (state & count_bits) == length * one_entry;
      pushed[count++] = {slot, ids(ring) + (state & head_bits),
                         is_full ? moved & ~whole_bit : moved + one_entry};
    }
    for (std::size_t i = 0; i < count; ++i) pushed[i].place->store(entry.bits_, std::memory_order_relaxed);
    for (std::size_t i = 0; i < count; ++i) {
      pushed[i].slot->newest.store(id, std::memory_order_relaxed);
      pushed[i].slot->state.store(pushed[i].state, std::memory_order_release);
    }
    rings += count;
  }
  return rings;
}

void Rings::remove(const std::uint32_t* begin, const std::uint32_t* end, StatusId id) {
  for (auto at = begin; at != end; ++at) {
    Slot* const slot = find(*at);
    if (slot != nullptr && slot->ring.load(std::memory_order_relaxed) != no_ring) erase(*slot, id);
  }
}

std::uint32_t Rings::coldest() {
  std::uint32_t found = no_ring;
  std::uint32_t found_read = 0;
  for (int i = 0; i < evicted_of; ++i) {
    hand_ = hand_ + 1 < owners_.size() ? hand_ + 1 : 0;
    if (owners_[hand_] == 0) continue;
    const auto read = find(owners_[hand_])->last_read.load(std::memory_order_relaxed) & ~asked_bit;
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
      release(*find(owners_[cold - 1]));
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

void Rings::release(Slot& slot) {
  const auto ring = slot.ring.load(std::memory_order_relaxed);
  change(slot, [&](State& state, Ids*) {
    slot.ring.store(no_ring, std::memory_order_release);
    state.count = 0;
    state.is_whole = false;
  });
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
    for (const Slot& slot : chunk->accounts) {
      const auto last = slot.last_read.load(std::memory_order_relaxed) & ~asked_bit;
      count += last != 0 && last >= since_minute;
    }
  }
  return count;
}

Rings::Stats Rings::stats() const {
  return {live_, memory_, rings_max_ * length * sizeof(Ids), made_, dropped_idle_, evicted_};
}

}  // namespace dunlin::feed

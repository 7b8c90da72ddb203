#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/base/ids.h"

namespace dunlin::feed {

/// The newest ids of the home feeds of those who read: for each such account a ring of 256 ids, by id, filled
/// with every post as it is committed ("push"), so that a page needs no merge of authors.
///
/// A ring is complete from its oldest id upwards; below that, and for accounts without a ring, feeds are
/// pulled (AuthorHeads). It may hold too much: rules are asked when a page is made. It never holds too
/// little: whatever could make it so makes it invalid instead, and a new one is built from a pull.
///
/// One thread, the fan-out, changes rings; any thread reads them, without locks, and makes them invalid.
/// Memory: 2,048 bytes a ring and 32 an account (with its neighbours' ids).
class Rings {
 public:
  static constexpr std::size_t length = 256;
  /// The oldest may be overwritten while it is read.
  static constexpr std::size_t readable = length - 1;
  /// Pushes since the last read that cost as much as building the ring anew: then it is not worth keeping.
  static constexpr std::uint32_t idle_pushes_max = 1'024;

  /// An id, and whether it is a boost's.
  class Entry {
   public:
    Entry() = default;
    Entry(StatusId id, bool is_boost)
        : bits_(static_cast<std::uint64_t>(id.value) | (is_boost ? boost_bit : 0)) {}
    StatusId id() const { return StatusId{static_cast<std::int64_t>(bits_ & ~boost_bit)}; }
    bool is_boost() const { return (bits_ & boost_bit) != 0; }

   private:
    friend class Rings;
    static constexpr std::uint64_t boost_bit = std::uint64_t{1} << 63;
    std::uint64_t bits_ = 0;
  };

  explicit Rings(std::size_t bytes_max);
  ~Rings();
  Rings(const Rings&) = delete;

  // --- any thread ---

  struct Snapshot {
    std::vector<Entry> entries;  // newest first
    bool is_whole = false;       // nothing older exists in that feed
    StatusId floor() const { return is_whole || entries.empty() ? StatusId{} : entries.back().id(); }
  };
  /// Nothing when there is no valid ring. Counts as a read, at `minute` of the clock.
  std::optional<Snapshot> read(AccountId account, std::uint32_t minute);
  /// The newest of them alone, without its flags; 0 when it is empty.
  std::optional<StatusId> newest(AccountId account, std::uint32_t minute);
  /// True once, when the account has no valid ring and reads often enough to be worth one.
  bool wants_ring(AccountId account, std::uint32_t minute);
  /// The ring that was asked for will not be built: it may be asked for again.
  void refuse(AccountId account);
  /// Whom it follows has changed: its ring is not read any more.
  void invalidate(AccountId account);
  /// No ring made until now is read any more.
  void invalidate_all() { epoch_.fetch_add(1); }

  /// Accounts that read their home feed in that minute or later. Looks at every account that ever did.
  std::size_t readers(std::uint32_t since_minute) const;

  struct Stats {
    std::size_t rings, bytes, bytes_max;
    std::uint64_t built, dropped_idle, evicted;
  };
  Stats stats() const;

  // --- the fan-out's thread alone ---

  bool is_empty() const { return live_ == 0; }
  bool has(AccountId account) const {
    const Slot* slot = find(static_cast<std::size_t>(account.value));
    return slot != nullptr && slot->ring.load(std::memory_order_relaxed) != no_ring;
  }

  /// What a ring is built against: taken before its entries are pulled.
  struct Version {
    std::uint32_t graph, epoch;
    std::uint64_t number() const { return std::uint64_t{epoch} << 32 | graph; }
  };
  Version version(AccountId account);
  /// Gives the account a ring of `newest_first` (at most `readable`); `is_whole` when the feed has no more.
  void build(AccountId account, Version version, const std::vector<Entry>& newest_first, bool is_whole);
  /// Into each of the accounts' rings, where there is one that is worth it. Each account once. The same again
  /// changes nothing. How many rings there were.
  std::size_t push(const std::uint32_t* begin, const std::uint32_t* end, Entry entry);
  void remove(const std::uint32_t* begin, const std::uint32_t* end, StatusId id);

 private:
  static constexpr std::uint32_t no_ring = 0;  // ring numbers begin with 1
  static constexpr std::size_t rings_per_piece = 1'024;
  static constexpr std::size_t slots_per_chunk = 1u << 16;
  static constexpr std::size_t chunks_max = 1u << 14;
  static constexpr std::uint32_t asked_bit = 0x8000'0000;

  /// A ring's state in one word, so that a push changes it in one step.
  struct State {
    std::uint32_t pushes;  // ever
    std::uint16_t count;   // entries
    bool is_whole;         // nothing older exists in that feed
    std::uint8_t head;     // where the next newest goes
    std::uint8_t changes;  // of more than the newest: insertions, removals
    bool is_changing;      // such a change is going on
    std::uint64_t word() const;
    static State of(std::uint64_t word);
  };
  // Parts of the word, for the one place that has no time to take it apart.
  static constexpr std::uint64_t one_push = std::uint64_t{1} << 32, whole_bit = std::uint64_t{1} << 30,
                                 one_entry = std::uint64_t{1} << 16, head_bits = 0xff,
                                 count_bits = 0x3fff0000;

  /// Beside each account; two a cache line, and all that a push looks at but for the place in the ring.
  struct Slot {
    std::atomic<std::uint64_t> state{0};
    std::atomic<std::uint64_t> newest{0};  // the greatest id in the ring
    std::atomic<std::uint32_t> ring{no_ring};
    std::atomic<std::uint32_t> graph{0};           // grows with each change of whom the account follows
    std::atomic<std::uint32_t> pushes_at_read{0};  // of state, at the last read
    std::atomic<std::uint32_t> last_read{0};       // minute; asked_bit
  };
  static_assert(sizeof(Slot) == 32);
  struct Chunk {
    std::array<Slot, slots_per_chunk> accounts;
  };
  using Ids = std::atomic<std::uint64_t>;
  /// 2 MB, as the kernel's huge pages, which make pushes much cheaper: there is less to walk to find memory.
  struct Piece {
    std::array<Ids, rings_per_piece * length> ids;
  };
  template <class T>
  T* make_huge();

  Slot* find(std::size_t account) const {
    const auto number = account / slots_per_chunk;
    if (number >= chunks_max) return nullptr;
    Chunk* chunk = chunks_[number].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : &chunk->accounts[account % slots_per_chunk];
  }
  Slot& make(std::size_t account);
  Ids* ids(std::uint32_t ring) const {
    Piece* piece = pieces_[(ring - 1) / rings_per_piece].load(std::memory_order_acquire);
    return piece->ids.data() + (ring - 1) % rings_per_piece * length;
  }
  bool is_valid(const Slot& slot, std::uint32_t ring) const;
  static void note_read(Slot& slot, std::uint32_t minute);
  std::optional<Snapshot> copy(const Slot& slot) const;
  /// Calls `change` with the state, which it changes, and the ids; readers wait meanwhile.
  template <class Change>
  void change(Slot& slot, Change change);
  void insert(Slot& slot, Entry entry);
  void erase(Slot& slot, StatusId id);
  std::uint32_t allocate();
  void release(Slot& slot);
  std::uint32_t coldest();

  std::vector<std::atomic<Chunk*>> chunks_;
  std::vector<std::atomic<Piece*>> pieces_;
  std::vector<std::size_t> owners_;                // by ring - 1: the account, 0 = free
  std::vector<std::atomic<std::uint64_t>> built_;  // by ring - 1: the version
  std::vector<std::uint32_t> free_;
  std::size_t rings_max_;
  std::uint32_t hand_ = 0;
  std::atomic<std::uint32_t> epoch_{1};
  std::atomic<std::size_t> live_{0}, memory_{0};
  std::atomic<std::uint64_t> made_{0}, dropped_idle_{0}, evicted_{0};
};

}  // namespace dunlin::feed

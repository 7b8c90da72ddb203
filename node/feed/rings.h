#pragma once
#include <array>
#include <atomic>
#include <cstddef>
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
/// Memory: 2,048 bytes a ring and 24 an account (with its neighbours' ids).
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
    const Slot slot = find(static_cast<std::size_t>(account.value));
    return slot && Word::of(slot.word->load(std::memory_order_relaxed)).ring != no_ring;
  }

  /// What a ring is built against: taken before its entries are pulled.
  struct Version {
    std::uint32_t graph, epoch;
    std::uint64_t number() const { return std::uint64_t{epoch} << 32 | graph; }
  };
  Version version(AccountId account);
  /// Gives the account a ring of `newest_first` (at most `readable`); `is_whole` when the feed has no more.
  void build(AccountId account, Version version, const std::vector<Entry>& newest_first, bool is_whole);
  /// One entry on its way into many rings, in as many calls of push as it takes; others may be on theirs.
  struct Pass {
    Entry entry;
    std::uint64_t number = 0;  // in the order in which they began
    bool is_newest = false;    // than all that began before
  };
  Pass begin(Entry entry);
  /// Into each of the accounts' rings, where there is one that is worth it. The same entry again changes
  /// nothing. How many rings there were.
  std::size_t push(const std::uint32_t* begin, const std::uint32_t* end, const Pass& pass);
  void remove(const std::uint32_t* begin, const std::uint32_t* end, StatusId id);

 private:
  static constexpr std::uint32_t no_ring = 0;  // ring numbers begin with 1
  static constexpr std::size_t rings_per_piece = 1'024;
  static constexpr std::size_t accounts_per_chunk = 1u << 18;
  static constexpr std::size_t chunks_max = 1u << 14;
  static constexpr std::uint32_t asked_bit = 0x8000'0000;

  /// All that a push looks at and changes beside the ring itself. Eight accounts share a cache line, and a
  /// million of them the processor's cache: a push waits for one place in memory and not for two.
  struct Word {
    static constexpr unsigned pushes_width = 12, left_width = 11, pass_width = 16, ring_width = 24;
    static constexpr unsigned left_shift = pushes_width, changing_shift = left_shift + left_width,
                              pass_shift = changing_shift + 1, ring_shift = pass_shift + pass_width;
    static_assert(ring_shift + ring_width == 64);
    static constexpr std::uint64_t pushes_mask = (std::uint64_t{1} << pushes_width) - 1,
                                   left_mask = ((std::uint64_t{1} << left_width) - 1) << left_shift,
                                   pass_mask = ((std::uint64_t{1} << pass_width) - 1) << pass_shift;

    std::uint32_t ring;    // no_ring: there is none
    std::uint16_t pass;    // the last that put its entry above all others, or no_pass: nobody knows
    bool is_changing;      // more than a push is going on
    std::uint16_t left;    // pushes until it is not worth keeping
    std::uint16_t pushes;  // the next goes to this place, modulo `length`
    std::uint64_t bits() const;
    static Word of(std::uint64_t bits);
  };
  static_assert(idle_pushes_max < 1u << Word::left_width);
  static constexpr std::uint32_t rings_max = (1u << Word::ring_width) - 1;
  static constexpr std::uint16_t no_pass = 0;

  /// What a ring held when it was last changed by more than pushes, and so holds now with those since.
  struct Content {
    std::uint16_t pushes;  // of the word, then
    std::uint16_t count;
    bool is_whole;  // nothing older exists in that feed
    std::uint32_t bits() const;
    static Content of(std::uint32_t bits);
    /// With the pushes until the word was so.
    Content at(const Word& word) const;
  };

  /// The rest of an account, which pushes leave alone.
  struct alignas(16) Rest {
    std::atomic<std::uint32_t> content{0};
    std::atomic<std::uint32_t> graph{0};      // grows with each change of whom the account follows
    std::atomic<std::uint32_t> last_read{0};  // minute; asked_bit
  };
  struct Slot {
    std::atomic<std::uint64_t>* word = nullptr;
    Rest* rest = nullptr;
    explicit operator bool() const { return word != nullptr; }
  };
  struct Chunk {
    std::array<std::atomic<std::uint64_t>, accounts_per_chunk> words;
    std::array<Rest, accounts_per_chunk> rests;
  };
  using Ids = std::atomic<std::uint64_t>;
  /// 2 MB, as the kernel's huge pages, which make pushes much cheaper: there is less to walk to find memory.
  struct Piece {
    std::array<Ids, rings_per_piece * length> ids;
  };
  template <class T>
  T* make_huge();

  std::atomic<std::uint64_t>* find_word(std::uint32_t account) const {
    static_assert((std::uint64_t{1} << 32) / accounts_per_chunk == chunks_max);
    Chunk* chunk = chunks_[account / accounts_per_chunk].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : &chunk->words[account % accounts_per_chunk];
  }
  /// Lets the processor fetch it. Without a look whether it exists: it does nothing then.
  void ask_for_word(std::uint32_t account) const {
    static_assert(offsetof(Chunk, words) == 0);
    const auto chunk = reinterpret_cast<std::uintptr_t>(
        chunks_[account / accounts_per_chunk].load(std::memory_order_relaxed));
    __builtin_prefetch(
        reinterpret_cast<const void*>(chunk + account % accounts_per_chunk * sizeof(std::uint64_t)), 1);
  }
  Slot find(std::size_t account) const {
    Chunk* chunk = chunk_of(account);
    if (chunk == nullptr) return {};
    return {&chunk->words[account % accounts_per_chunk], &chunk->rests[account % accounts_per_chunk]};
  }
  Chunk* chunk_of(std::size_t account) const {
    const auto number = account / accounts_per_chunk;
    return number < chunks_max ? chunks_[number].load(std::memory_order_acquire) : nullptr;
  }
  Slot make(std::size_t account);
  Ids* ids(std::uint32_t ring) const {
    Piece* piece = pieces_[(ring - 1) / rings_per_piece].load(std::memory_order_acquire);
    return piece->ids.data() + (ring - 1) % rings_per_piece * length;
  }
  bool is_valid(const Rest& rest, std::uint32_t ring) const;
  static void note_read(Slot slot, std::uint32_t minute);
  std::optional<Snapshot> copy(Slot slot) const;
  /// Calls `change` with the word and the content, which it changes, and the ids; readers wait meanwhile.
  template <class Change>
  void change(Slot slot, Change change);
  /// False when the account has no ring.
  bool push_with_care(std::uint32_t account, Entry entry);
  void insert(Slot slot, Entry entry);
  void erase(Slot slot, StatusId id);
  std::uint32_t allocate();
  void release(Slot slot);
  std::uint32_t coldest();

  std::vector<std::atomic<Chunk*>> chunks_;
  std::vector<std::atomic<Piece*>> pieces_;
  std::vector<std::size_t> owners_;                // by ring - 1: the account, 0 = free
  std::vector<std::atomic<std::uint64_t>> built_;  // by ring - 1: the version
  std::vector<std::uint32_t> free_;
  std::size_t rings_max_;
  std::uint32_t hand_ = 0;
  std::uint64_t pass_ = 0;      // the last that began
  std::uint64_t greatest_ = 0;  // id of all passes
  std::atomic<std::uint32_t> epoch_{1};
  std::atomic<std::size_t> live_{0}, memory_{0};
  std::atomic<std::uint64_t> made_{0}, dropped_idle_{0}, evicted_{0};
};

}  // namespace dunlin::feed

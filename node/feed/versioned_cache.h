#pragma once
#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace dunlin::feed {

/// A number for each value that is kept, never the same twice, also after a restart.
std::uint64_t next_version();

/// Values read from the database, kept by key until they change or memory runs short. Any thread.
///
/// A value may be kept only if no change to its shard is younger than the transaction that read it; otherwise
/// a reader that began before a commit could put the old value back after the commit had removed it. So put()
/// takes the reader's commit sequence and invalidate() the commit's number (store::CommitSequence says how
/// the two relate). Eviction is CLOCK by cost in bytes: what was asked for since the hand last passed stays.
template <class Key, class Value>
class VersionedCache {
 public:
  explicit VersionedCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / shards) {}

  std::shared_ptr<const Value> get(Key key) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return nullptr;
    found->second.is_used = true;
    return found->second.value;
  }

  void put(Key key, std::shared_ptr<const Value> value, std::size_t cost, std::uint64_t read_at) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    if (read_at < shard.changed_at) return;
    erase(shard, key);
    shard.clock.push_back(key);
    shard.bytes += cost;
    shard.entries.emplace(key, Entry{std::move(value), cost, false, std::prev(shard.clock.end())});
    evict(shard);
  }

  /// What is kept of `value` has become larger; nothing when it is not the key's value any more.
  void grow(Key key, const Value* value, std::size_t bytes) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    auto found = shard.entries.find(key);
    if (found == shard.entries.end() || found->second.value.get() != value) return;
    found->second.cost += bytes;
    shard.bytes += bytes;
    evict(shard);
  }

  void invalidate(Key key, std::uint64_t changed_at) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    shard.changed_at = changed_at;
    erase(shard, key);
  }

  void clear(std::uint64_t changed_at) {
    for (Shard& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      shard.changed_at = changed_at;
      shard.entries.clear();
      shard.clock.clear();
      shard.bytes = 0;
    }
  }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      sum += shard.bytes;
    }
    return sum;
  }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    std::size_t cost;
    bool is_used;
    typename std::list<Key>::iterator place;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<Key, Entry> entries;
    std::list<Key> clock;  // the hand stands at the front
    std::size_t bytes = 0;
    std::uint64_t changed_at = 0;
  };
  static constexpr std::size_t shards = 64;

  Shard& shard_of(Key key) { return shards_[(std::hash<Key>{}(key) >> 7) % shards]; }

  static void erase(Shard& shard, Key key) {
    auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return;
    shard.bytes -= found->second.cost;
    shard.clock.erase(found->second.place);
    shard.entries.erase(found);
  }

  void evict(Shard& shard) {
    while (shard.bytes > shard_bytes_max_ && shard.clock.size() > 1) {
      const Key key = shard.clock.front();
      Entry& entry = shard.entries.at(key);
      if (entry.is_used) {
        entry.is_used = false;
        shard.clock.splice(shard.clock.end(), shard.clock, shard.clock.begin());
      } else {
        erase(shard, key);
      }
    }
  }

  std::size_t shard_bytes_max_;
  std::array<Shard, shards> shards_;
};

}  // namespace dunlin::feed

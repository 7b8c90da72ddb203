#include "node/feed/heads.h"

#include <algorithm>

namespace dunlin::feed {

using store::Listed;

namespace {

constexpr StatusId not_loaded{-1};
constexpr int first_capacity = 32;
constexpr int greatest_capacity = 1'024;
constexpr int evict_steps = 16'384;  // places looked at in one go: a reader waits for it

// Objects, not functions, so that the algorithms inline them.
constexpr auto is_newer = [](const Listed& a, const Listed& b) { return a.id > b.id; };
constexpr auto is_older = [](const Listed& a, const Listed& b) { return a.id < b.id; };
constexpr auto is_same = [](const Listed& a, const Listed& b) { return a.id == b.id; };

/// Keeps the `count` newest, newest first.
void keep_newest(AuthorHeads::Lines& lines, std::size_t count) {
  if (lines.size() > count) {
    std::nth_element(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(count), lines.end(),
                     is_newer);
    lines.resize(count);
  }
  std::sort(lines.begin(), lines.end(), is_newer);
  lines.erase(std::unique(lines.begin(), lines.end(), is_same), lines.end());
}

void append(AuthorHeads::Lines& lines, const AuthorHeads::Lines& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

}  // namespace

void AuthorHeads::reserve(std::size_t index) {
  if (index < blocks_.size()) return;
  blocks_.resize(index + index / 4 + 64);
  newest_.resize(blocks_.size(), not_loaded);
  changed_at_.resize(blocks_.size());
}

AuthorHeads::Block AuthorHeads::load(const store::ReadTx& tx, AccountId author, int capacity) {
  const auto read_at = tx.sequence();
  Block block;
  block.lines = source_.older(tx, author, id_max<StatusId>(), capacity);
  block.capacity = capacity;
  block.is_whole = static_cast<int>(block.lines.size()) < capacity;
  std::reverse(block.lines.begin(), block.lines.end());
  const auto index = static_cast<std::size_t>(author.value);
  std::unique_lock lock(mutex_);
  reserve(index);
  // A post may have been committed since this view of the database began: then it serves this page only.
  if (read_at >= changed_at_[index] && read_at >= cleared_at_) {
    if (blocks_[index]) block_bytes_ -= blocks_[index]->bytes();
    blocks_[index] = std::make_unique<Kept>(block);
    block_bytes_ += blocks_[index]->bytes();
    newest_[index] = block.newest();
    evict(index);
  }
  return block;
}

void AuthorHeads::evict(std::size_t but) {
  for (int step = 0; step < evict_steps && block_bytes_ > bytes_max_; ++step) {
    hand_ = hand_ + 1 < blocks_.size() ? hand_ + 1 : 0;
    auto& block = blocks_[hand_];
    if (!block || hand_ == but || block->is_used.exchange(false, std::memory_order_relaxed)) continue;
    block_bytes_ -= block->bytes();
    block.reset();
  }
}

void AuthorHeads::gather(std::span<const AccountId> authors, StatusId before, std::size_t count, Lines& found,
                         std::vector<Deep>& deep, std::vector<AccountId>& cold) const {
  std::shared_lock lock(mutex_);
  const auto newest_of = [&](AccountId author) {
    const auto index = static_cast<std::size_t>(author.value);
    return index < newest_.size() ? newest_[index] : not_loaded;
  };
  // An author whose newest is below the count-th of all newest has nothing on this page.
  StatusId threshold;
  if (authors.size() > count) {
    thread_local std::vector<StatusId> newest;
    newest.clear();
    for (AccountId author : authors) {
      const auto id = newest_of(author);
      if (id > StatusId{} && id < before) newest.push_back(id);
    }
    if (newest.size() >= count) {
      const auto nth = newest.begin() + static_cast<std::ptrdiff_t>(count) - 1;
      std::nth_element(newest.begin(), nth, newest.end(), std::greater<>());
      threshold = *nth;
    }
  }
  for (AccountId author : authors) {
    const auto newest = newest_of(author);
    if (newest == StatusId{} || (newest != not_loaded && newest < threshold)) continue;
    const Kept* const kept =
        newest == not_loaded ? nullptr : blocks_[static_cast<std::size_t>(author.value)].get();
    if (kept == nullptr) {
      cold.push_back(author);
      continue;
    }
    // Written only when it changes: other threads read the line.
    if (!kept->is_used.load(std::memory_order_relaxed)) kept->is_used.store(true, std::memory_order_relaxed);
    const Block& block = *kept;
    for (auto line = block.lines.rbegin(); line != block.lines.rend() && line->id >= threshold; ++line) {
      if (line->id < before) found.push_back(*line);
    }
    if (block.floor() > threshold) deep.push_back({author, block.floor()});
  }
}

AuthorHeads::Lines AuthorHeads::older(const store::ReadTx& tx, std::span<const AccountId> authors,
                                      StatusId before, int count) {
  const auto wanted = static_cast<std::size_t>(count);
  Lines found;
  std::vector<Deep> deep;
  std::vector<AccountId> cold;
  gather(authors, before, wanted, found, deep, cold);
  // The greatest number first: then room is made once.
  std::sort(cold.begin(), cold.end(), std::greater<>());
  for (AccountId author : cold) {
    const Block block = load(tx, author, first_capacity);
    for (const Listed& line : block.lines) {
      if (line.id < before) found.push_back(line);
    }
    if (block.floor()) deep.push_back({author, block.floor()});
  }
  keep_newest(found, wanted);
  // Below a block's floor only the database knows; it matters for those authors whose floor is within the
  // page.
  for (const Deep& author : deep) {
    const StatusId cut = found.size() < wanted ? StatusId{} : found.back().id;
    if (author.floor <= cut) continue;
    const auto below = std::min(author.floor, before);
    append(found, source_.older(tx, author.author, below, count));
    keep_newest(found, wanted);
    if (below == author.floor) {
      // The page ran past the block's end from within: next time it should not.
      int capacity = first_capacity;
      {
        std::shared_lock lock(mutex_);
        // All blocks may have been dropped meanwhile.
        const auto index = static_cast<std::size_t>(author.author.value);
        const Block* block = index < blocks_.size() ? blocks_[index].get() : nullptr;
        if (block) capacity = std::min(block->capacity * 4, greatest_capacity);
        if (block && block->capacity == capacity) continue;
      }
      load(tx, author.author, capacity);
    }
  }
  return found;
}

AuthorHeads::Lines AuthorHeads::newer(const store::ReadTx& tx, std::span<const AccountId> authors,
                                      StatusId after, int count) {
  Lines found;
  std::vector<AccountId> ask;
  {
    std::shared_lock lock(mutex_);
    for (AccountId author : authors) {
      const auto index = static_cast<std::size_t>(author.value);
      const Kept* block = index < blocks_.size() ? blocks_[index].get() : nullptr;
      if (block == nullptr || block->floor() > after) {
        if (index >= newest_.size() || newest_[index] == not_loaded || newest_[index] > after)
          ask.push_back(author);
        continue;
      }
      if (!block->is_used.load(std::memory_order_relaxed))
        block->is_used.store(true, std::memory_order_relaxed);
      const auto from =
          std::upper_bound(block->lines.begin(), block->lines.end(), Listed{after, {}}, is_older);
      found.insert(found.end(), from, block->lines.end());
    }
  }
  for (AccountId author : ask) append(found, source_.newer(tx, author, after, count));
  std::sort(found.begin(), found.end(), is_older);
  found.erase(std::unique(found.begin(), found.end(), is_same), found.end());
  if (found.size() > static_cast<std::size_t>(count)) found.resize(static_cast<std::size_t>(count));
  return found;
}

void AuthorHeads::add(std::size_t index, Listed status) {
  Block& block = *blocks_[index];
  auto& lines = block.lines;
  const auto at = std::lower_bound(lines.begin(), lines.end(), status, is_older);
  if (at != lines.end() && at->id == status.id) return;
  if (at == lines.begin() && !block.is_whole) return;  // below the floor: the database has it
  lines.insert(at, status);
  newest_[index] = block.newest();
  if (lines.size() >= 2 * static_cast<std::size_t>(block.capacity)) {
    lines.erase(lines.begin(), lines.end() - block.capacity);
    block.is_whole = false;
  }
}

void AuthorHeads::remove(std::size_t index, StatusId id) {
  Block& block = *blocks_[index];
  std::erase_if(block.lines, [&](const Listed& line) { return line.id == id; });
  newest_[index] = block.newest();
  if (block.lines.empty() && !block.is_whole) {
    // Nothing tells any more where it ended.
    blocks_[index].reset();
    newest_[index] = not_loaded;
  }
}

void AuthorHeads::push(std::span<const Change> changes, std::uint64_t number) {
  std::unique_lock lock(mutex_);
  for (const Change& change : changes) {
    const auto index = static_cast<std::size_t>(change.author.value);
    reserve(index);
    changed_at_[index] = number;
    if (!blocks_[index]) {
      // The newest id alone: it must never be less than the truth, and what was removed is not known better.
      auto& newest = newest_[index];
      if (newest == not_loaded) continue;
      if (change.is_added) newest = std::max(newest, change.status.id);
      if (!change.is_added && newest == change.status.id) newest = not_loaded;
      continue;
    }
    block_bytes_ -= blocks_[index]->bytes();
    if (change.is_added) {
      add(index, change.status);
    } else {
      remove(index, change.status.id);
    }
    if (!blocks_[index]) continue;
    block_bytes_ += blocks_[index]->bytes();
    evict(index);
  }
}

void AuthorHeads::clear(std::uint64_t number) {
  std::unique_lock lock(mutex_);
  cleared_at_ = number;
  newest_.clear();
  blocks_.clear();
  block_bytes_ = 0;
  changed_at_.clear();
}

std::size_t AuthorHeads::bytes() const {
  std::shared_lock lock(mutex_);
  return block_bytes_ +
         blocks_.capacity() * (sizeof(blocks_[0]) + sizeof(newest_[0]) + sizeof(changed_at_[0]));
}

}  // namespace dunlin::feed

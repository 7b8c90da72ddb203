#include "node/feed/heads.h"

#include <algorithm>

namespace dunlin::feed {

namespace {

constexpr std::int64_t not_loaded = -1;
constexpr int first_capacity = 32;
constexpr int greatest_capacity = 1'024;

/// Keeps the `count` greatest, in descending order.
void keep_greatest(std::vector<std::int64_t>& ids, std::size_t count) {
  if (ids.size() > count) {
    std::nth_element(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count), ids.end(),
                     std::greater<>());
    ids.resize(count);
  }
  std::sort(ids.begin(), ids.end(), std::greater<>());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

std::vector<StatusId> as_ids(const std::vector<std::int64_t>& numbers) {
  std::vector<StatusId> out;
  out.reserve(numbers.size());
  for (auto number : numbers) out.push_back(StatusId{number});
  return out;
}

}  // namespace

void AuthorHeads::reserve(std::size_t index) {
  if (index < blocks_.size()) return;
  blocks_.resize(index + index / 4 + 64);
  newest_.resize(blocks_.size(), not_loaded);
  changed_at_.resize(blocks_.size());
}

AuthorHeads::Block AuthorHeads::load(const store::ReadTx& tx, AccountId author, int capacity) {
  const auto newest = source_.older(tx, author, id_max<StatusId>(), capacity);
  Block block;
  block.capacity = capacity;
  block.is_whole = static_cast<int>(newest.size()) < capacity;
  block.ids.reserve(newest.size());
  for (auto id = newest.rbegin(); id != newest.rend(); ++id) block.ids.push_back(id->value);
  const auto index = static_cast<std::size_t>(author.value);
  std::unique_lock lock(mutex_);
  reserve(index);
  // A post may have been committed since this view of the database began: then it serves this page only.
  if (tx.sequence() >= changed_at_[index] && tx.sequence() >= cleared_at_) {
    blocks_[index] = std::make_unique<Block>(block);
    newest_[index] = block.ids.empty() ? 0 : block.ids.back();
  }
  return block;
}

void AuthorHeads::gather(std::span<const AccountId> authors, std::int64_t before, std::size_t count,
                         std::vector<std::int64_t>& found, std::vector<Deep>& deep,
                         std::vector<AccountId>& cold) const {
  std::shared_lock lock(mutex_);
  const auto newest_of = [&](AccountId author) {
    const auto index = static_cast<std::size_t>(author.value);
    return index < newest_.size() ? newest_[index] : not_loaded;
  };
  // An author whose newest id is below the count-th greatest of all newest ids has nothing on this page.
  std::int64_t threshold = 0;
  if (authors.size() > count) {
    thread_local std::vector<std::int64_t> newest;
    newest.clear();
    for (AccountId author : authors) {
      const auto id = newest_of(author);
      if (id > 0 && id < before) newest.push_back(id);
    }
    if (newest.size() >= count) {
      const auto nth = newest.begin() + static_cast<std::ptrdiff_t>(count) - 1;
      std::nth_element(newest.begin(), nth, newest.end(), std::greater<>());
      threshold = *nth;
    }
  }
  for (AccountId author : authors) {
    const auto newest = newest_of(author);
    if (newest == not_loaded) cold.push_back(author);
    if (newest == not_loaded || newest < threshold) continue;
    const Block& block = *blocks_[static_cast<std::size_t>(author.value)];
    for (auto id = block.ids.rbegin(); id != block.ids.rend() && *id >= threshold; ++id) {
      if (*id < before) found.push_back(*id);
    }
    if (block.floor() > threshold) deep.push_back({author, block.floor()});
  }
}

std::vector<StatusId> AuthorHeads::older(const store::ReadTx& tx, std::span<const AccountId> authors,
                                         StatusId before, int count) {
  const auto wanted = static_cast<std::size_t>(count);
  std::vector<std::int64_t> found;
  std::vector<Deep> deep;
  std::vector<AccountId> cold;
  gather(authors, before.value, wanted, found, deep, cold);
  for (AccountId author : cold) {
    const Block block = load(tx, author, first_capacity);
    for (auto id : block.ids) {
      if (id < before.value) found.push_back(id);
    }
    if (block.floor() > 0) deep.push_back({author, block.floor()});
  }
  keep_greatest(found, wanted);
  // Below a block's floor only the database knows; it matters for those authors whose floor is within the
  // page.
  for (const Deep& author : deep) {
    const std::int64_t cut = found.size() < wanted ? 0 : found.back();
    if (author.floor <= cut) continue;
    const auto below = std::min(author.floor, before.value);
    for (StatusId id : source_.older(tx, author.author, StatusId{below}, count)) found.push_back(id.value);
    keep_greatest(found, wanted);
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
  return as_ids(found);
}

std::vector<StatusId> AuthorHeads::newer(const store::ReadTx& tx, std::span<const AccountId> authors,
                                         StatusId after, int count) {
  std::vector<std::int64_t> found;
  std::vector<AccountId> ask;
  {
    std::shared_lock lock(mutex_);
    for (AccountId author : authors) {
      const auto index = static_cast<std::size_t>(author.value);
      const Block* block = index < blocks_.size() ? blocks_[index].get() : nullptr;
      if (block == nullptr || block->floor() > after.value) {
        ask.push_back(author);
        continue;
      }
      const auto from = std::upper_bound(block->ids.begin(), block->ids.end(), after.value);
      found.insert(found.end(), from, block->ids.end());
    }
  }
  for (AccountId author : ask) {
    for (StatusId id : source_.newer(tx, author, after, count)) found.push_back(id.value);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.size() > static_cast<std::size_t>(count)) found.resize(static_cast<std::size_t>(count));
  return as_ids(found);
}

void AuthorHeads::push(std::span<const std::pair<AccountId, StatusId>> posts, std::uint64_t number) {
  std::unique_lock lock(mutex_);
  for (const auto& [author, id] : posts) {
    const auto index = static_cast<std::size_t>(author.value);
    reserve(index);
    changed_at_[index] = number;
    auto& block = blocks_[index];
    if (!block) continue;
    auto& ids = block->ids;
    const auto at = std::lower_bound(ids.begin(), ids.end(), id.value);
    if (at != ids.end() && *at == id.value) continue;
    if (at == ids.begin() && !block->is_whole) continue;  // below the floor: the database has it
    ids.insert(at, id.value);
    newest_[index] = ids.back();
    if (ids.size() >= 2 * static_cast<std::size_t>(block->capacity)) {
      ids.erase(ids.begin(), ids.end() - block->capacity);
      block->is_whole = false;
    }
  }
}

void AuthorHeads::clear(std::uint64_t number) {
  std::unique_lock lock(mutex_);
  cleared_at_ = number;
  newest_.clear();
  blocks_.clear();
  changed_at_.clear();
}

std::size_t AuthorHeads::bytes() const {
  std::shared_lock lock(mutex_);
  std::size_t sum = blocks_.capacity() * (sizeof(std::unique_ptr<Block>) + 2 * sizeof(std::uint64_t));
  for (const auto& block : blocks_) {
    if (block) sum += sizeof(Block) + block->ids.capacity() * sizeof(std::int64_t);
  }
  return sum;
}

}  // namespace dunlin::feed

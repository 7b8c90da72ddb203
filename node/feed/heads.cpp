#include "node/feed/heads.h"

#include <algorithm>

namespace dunlin::feed {

using store::Listed;

namespace {

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

AuthorHeads::Place* AuthorHeads::find(AccountId author) const {
  const auto index = static_cast<std::size_t>(author.value);
  const auto number = index / places_per_chunk;
  Chunk* const chunk = number < chunks_.size() ? chunks_[number].get() : nullptr;
  return chunk == nullptr ? nullptr : &(*chunk)[index % places_per_chunk];
}

AuthorHeads::Place& AuthorHeads::make(AccountId author) {
  if (Place* const place = find(author)) return *place;
  const auto number = static_cast<std::size_t>(author.value) / places_per_chunk;
  if (number >= chunks_.size()) chunks_.resize(number + 1);
  chunks_[number] = std::make_unique<Chunk>();
  ++chunks_made_;
  return *find(author);
}

AuthorHeads::Block AuthorHeads::load(const store::ReadTx& tx, AccountId author, int capacity) {
  const auto read_at = tx.sequence();
  Block block;
  block.lines = source_.older(tx, author, id_max<StatusId>(), capacity);
  block.capacity = capacity;
  block.is_whole = static_cast<int>(block.lines.size()) < capacity;
  std::reverse(block.lines.begin(), block.lines.end());
  std::unique_lock lock(mutex_);
  Place& place = make(author);
  // A post may have been committed since this view of the database began: then it serves this page only.
  if (read_at >= place.changed_at && read_at >= cleared_at_) {
    if (place.block) block_bytes_ -= place.block->bytes();
    place.block = std::make_unique<Kept>(block);
    block_bytes_ += place.block->bytes();
    place.newest = block.newest();
    evict(place);
  }
  return block;
}

void AuthorHeads::evict(const Place& but) {
  const auto end = chunks_.size() * places_per_chunk;
  for (int step = 0; step < evict_steps && block_bytes_ > bytes_max_; ++step) {
    hand_ = hand_ + 1 < end ? hand_ + 1 : 0;
    auto& chunk = chunks_[hand_ / places_per_chunk];
    if (!chunk) {
      hand_ |= places_per_chunk - 1;  // its end
      continue;
    }
    auto& place = (*chunk)[hand_ % places_per_chunk];
    if (!place.block || &place == &but || place.block->is_used.exchange(false, std::memory_order_relaxed))
      continue;
    block_bytes_ -= place.block->bytes();
    place.block.reset();
  }
}

void AuthorHeads::gather(std::span<const AccountId> authors, StatusId before, std::size_t count, Lines& found,
                         std::vector<Deep>& deep, std::vector<AccountId>& cold) const {
  std::shared_lock lock(mutex_);
  const auto newest_of = [&](AccountId author) {
    const Place* const place = find(author);
    return place == nullptr ? not_loaded : place->newest;
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
    const Place* const place = find(author);
    const auto newest = place == nullptr ? not_loaded : place->newest;
    if (newest == StatusId{} || (newest != not_loaded && newest < threshold)) continue;
    const Kept* const kept = newest == not_loaded ? nullptr : place->block.get();
    if (kept == nullptr) {
      cold.push_back(author);
      continue;
    }
    kept->note_used();
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
        const Place* const place = find(author.author);
        const Block* const block = place == nullptr ? nullptr : place->block.get();
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
      const Place* const place = find(author);
      const Kept* const block = place == nullptr ? nullptr : place->block.get();
      if (block == nullptr || block->floor() > after) {
        if (place == nullptr || place->newest == not_loaded || place->newest > after) ask.push_back(author);
        continue;
      }
      block->note_used();
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

void AuthorHeads::add(Place& place, Listed status) {
  Block& block = *place.block;
  auto& lines = block.lines;
  const auto at = std::lower_bound(lines.begin(), lines.end(), status, is_older);
  if (at != lines.end() && at->id == status.id) return;
  if (at == lines.begin() && !block.is_whole) return;  // below the floor: the database has it
  lines.insert(at, status);
  place.newest = block.newest();
  if (lines.size() >= 2 * static_cast<std::size_t>(block.capacity)) {
    lines.erase(lines.begin(), lines.end() - block.capacity);
    block.is_whole = false;
  }
}

void AuthorHeads::remove(Place& place, StatusId id) {
  Block& block = *place.block;
  std::erase_if(block.lines, [&](const Listed& line) { return line.id == id; });
  place.newest = block.newest();
  if (block.lines.empty() && !block.is_whole) {
    // Nothing tells any more where it ended.
    place.block.reset();
    place.newest = not_loaded;
  }
}

void AuthorHeads::push(std::span<const Change> changes, std::uint64_t number) {
  std::unique_lock lock(mutex_);
  for (const Change& change : changes) {
    Place& place = make(change.author);
    place.changed_at = number;
    const StatusId id = change.status.id;
    if (!place.block) {
      // The newest id alone: it must never be less than the truth, and what is below a removed one is not
      // known.
      if (place.newest == not_loaded) continue;
      if (change.is_added) place.newest = std::max(place.newest, id);
      if (!change.is_added && place.newest == id) place.newest = not_loaded;
      continue;
    }
    block_bytes_ -= place.block->bytes();
    if (change.is_added) {
      add(place, change.status);
    } else {
      remove(place, id);
    }
    if (!place.block) continue;
    block_bytes_ += place.block->bytes();
    evict(place);
  }
}

void AuthorHeads::clear(std::uint64_t number) {
  std::unique_lock lock(mutex_);
  cleared_at_ = number;
  chunks_.clear();
  chunks_made_ = 0;
  block_bytes_ = 0;
}

std::size_t AuthorHeads::bytes() const {
  std::shared_lock lock(mutex_);
  return block_bytes_ + chunks_made_ * sizeof(Chunk);
}

}  // namespace dunlin::feed

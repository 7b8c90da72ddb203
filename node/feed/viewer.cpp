#include "node/feed/viewer.h"

#include <algorithm>

#include "node/feed/versioned_cache.h"

namespace dunlin::feed {

namespace {

constexpr int marks_kept = 512;  // of each kind

template <class T>
bool has(const std::vector<T>& sorted, T value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

template <class T>
const T* find_target(const std::vector<T>& sorted, AccountId target) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), target,
                                   [](const T& edge, AccountId wanted) { return edge.target < wanted; });
  return at != sorted.end() && at->target == target ? &*at : nullptr;
}

}  // namespace

Viewer::Viewer(const store::ReadTx& tx, AccountId self, const Clock& clock)
    : version_(next_version()),
      self_(self),
      clock_(&clock),
      following_(store::following_of(tx, self)),
      mutes_(store::mutes_of(tx, self)),
      blocks_(store::blocks_of(tx, self)),
      blockers_(store::blockers_of(tx, self)),
      muted_conversations_(store::conversation_mutes_of(tx, self)) {
  sources_.reserve(following_.size());
  for (const auto& edge : following_) sources_.push_back(edge.target);
}

bool Viewer::is_blocking(AccountId account) const { return has(blocks_, account); }
bool Viewer::is_blocked_by(AccountId account) const { return has(blockers_, account); }
bool Viewer::is_muting(AccountId account) const {
  const auto* mute = find_target(mutes_, account);
  return mute != nullptr && (!mute->expires_at || *mute->expires_at > clock_->now());
}
const store::Following* Viewer::following(AccountId account) const {
  return find_target(following_, account);
}
bool Viewer::has_muted(StatusId conversation) const { return has(muted_conversations_, conversation); }

std::size_t Viewer::bytes() const {
  return sizeof *this + following_.capacity() * sizeof(store::Following) +
         sources_.capacity() * sizeof(AccountId) + mutes_.capacity() * sizeof(store::Mute) +
         (blocks_.capacity() + blockers_.capacity()) * sizeof(AccountId) +
         muted_conversations_.capacity() * sizeof(StatusId);
}

ViewerMarks::ViewerMarks(const store::ReadTx& tx, AccountId self)
    : self_(self), version_(next_version()), marks_(store::newest_marks(tx, self, marks_kept)) {
  // Each kind is complete down to its oldest kept entry, and all the way when fewer than the limit came.
  for (const std::uint8_t kind : {store::favourited, store::reblogged, store::bookmarked, store::voted}) {
    int count = 0;
    StatusId oldest = id_max<StatusId>();
    for (const auto& mark : marks_) {
      if (mark.bits != kind) continue;
      ++count;
      oldest = std::min(oldest, mark.status);
    }
    if (count >= marks_kept) complete_from_ = std::max(complete_from_, oldest);
  }
  std::sort(marks_.begin(), marks_.end(), [](const auto& a, const auto& b) { return a.status < b.status; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    if (kept > 0 && marks_[kept - 1].status == marks_[i].status) {
      marks_[kept - 1].bits = static_cast<std::uint8_t>(marks_[kept - 1].bits | marks_[i].bits);
    } else {
      marks_[kept++] = marks_[i];
    }
  }
  marks_.resize(kept);
}

std::uint8_t ViewerMarks::on(const store::ReadTx& tx, StatusId status) const {
  if (status < complete_from_) return store::marks_on(tx, self_, status);
  const auto at =
      std::lower_bound(marks_.begin(), marks_.end(), status,
                       [](const store::Mark& mark, StatusId wanted) { return mark.status < wanted; });
  return at != marks_.end() && at->status == status ? at->bits : std::uint8_t{0};
}

}  // namespace dunlin::feed

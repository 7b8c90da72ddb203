#include "node/trace/journal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <functional>
#include <tuple>

namespace dunlin::trace {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr std::uint64_t magic = 0x315f4543'41525444;  // "DTRACE_1": another layout gets another number
constexpr std::size_t ways = 8;
constexpr int read_attempts = 4;

/// One place. A reader that goes through it from front to back, as copies of a file do, saw it whole when
/// both numbers are the same: `tail` is written first and `head` last.
template <class Value>
struct Record {
  std::atomic<std::uint32_t> head;
  std::uint64_t key;  // 0 = free
  std::uint64_t age;  // least: the first to go
  Value value;
  std::atomic<std::uint32_t> tail;
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

template <class Value, std::size_t size>
using Table = std::array<Record<Value>, size>;

/// Spreads keys over the groups of `ways` places that each may stand in.
std::size_t group_of(std::uint64_t key, std::size_t size) {
  return std::hash<StatusId>()(StatusId{static_cast<std::int64_t>(key)}) % (size / ways) * ways;
}

template <class Value, std::size_t size>
Record<Value>* find(Table<Value, size>& table, std::uint64_t key) {
  const auto first = group_of(key, size);
  for (std::size_t i = first; i < first + ways; ++i) {
    if (table[i].key == key) return &table[i];
  }
  return nullptr;
}

template <class Value, class Apply>
void change(Record<Value>& record, const Apply& apply) {
  const auto next = record.tail.load(std::memory_order_relaxed) + 1;
  record.tail.exchange(next, std::memory_order_acq_rel);  // what follows stays behind it
  apply(record);
  record.head.store(next, std::memory_order_release);
}

/// The key's place, or the one in its group that was unused for the longest, emptied.
template <class Value, std::size_t size>
Record<Value>& claim(Table<Value, size>& table, std::uint64_t key, std::uint64_t age) {
  if (auto* known = find(table, key)) return *known;
  const auto first = group_of(key, size);
  auto* oldest = &table[first];
  for (std::size_t i = first; i < first + ways; ++i) {
    if (table[i].age < oldest->age) oldest = &table[i];
  }
  change(*oldest, [&](Record<Value>& record) {
    record.key = key;
    record.age = age;
    record.value = Value{};
  });
  return *oldest;
}

template <std::size_t size>
void put_text(std::array<char, size>& to, std::string_view text) {
  to.fill('\0');
  std::copy_n(text.begin(), std::min(text.size(), size - 1), to.begin());
}

std::uint64_t key_of(std::int64_t notice, std::string_view inbox) {
  const auto hash = std::hash<std::string_view>()(inbox) * 31 + static_cast<std::uint64_t>(notice);
  return hash == 0 ? 1 : hash;
}

struct File {
  explicit File(int number) : fd(number) {}
  ~File() {
    if (fd >= 0) ::close(fd);
  }
  File(const File&) = delete;
  int fd;
};

tl::unexpected<Error> failed(const std::string& file) {
  return fail(Errc::unavailable, "Cannot use " + file + ": " + std::strerror(errno));
}

/// A copy of one place, read again while somebody writes to it.
template <class Value>
bool copy(int fd, std::size_t offset, Record<Value>& to) {
  for (int attempt = 0; attempt < read_attempts; ++attempt) {
    if (::pread(fd, static_cast<void*>(&to), sizeof to, static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(sizeof to))
      return false;
    if (to.head.load() == to.tail.load()) return true;
  }
  return false;
}

}  // namespace

struct Journal::Layout {
  std::uint64_t magic;
  Table<PostTimes, posts_kept> posts;
  Table<DeliveryTimes, deliveries_kept> deliveries;
};

std::string_view to_string(DeliveryState state) {
  switch (state) {
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::refused:
      return "refused";
    case DeliveryState::postponed:
      return "postponed";
  }
  return "";
}

Journal::Journal(Layout* layout, const Clock& clock)
    : layout_(layout),
      clock_(clock),
      offset_(duration_cast<microseconds>(std::chrono::milliseconds(clock.now().ms)) -
              duration_cast<microseconds>(clock.monotonic())) {}

Journal::~Journal() { ::munmap(layout_, sizeof(Layout)); }

Result<std::unique_ptr<Journal>> Journal::open(const std::string& name, const Clock& clock) {
  const File file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.fd < 0) return failed(name);
  std::uint64_t found = 0;
  const bool is_ours = ::pread(file.fd, &found, sizeof found, 0) == sizeof found && found == magic &&
                       ::lseek(file.fd, 0, SEEK_END) == static_cast<off_t>(sizeof(Layout));
  if (!is_ours && ::ftruncate(file.fd, 0) != 0) return failed(name);
  // Disk for all of it at once: a page that finds none when it is written ends the process.
  if (const int error = ::posix_fallocate(file.fd, 0, sizeof(Layout)); error != 0) {
    errno = error;
    return failed(name);
  }
  void* memory = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, file.fd, 0);
  if (memory == MAP_FAILED) return failed(name);
  auto* layout = static_cast<Layout*>(memory);  // a file of zeros is an empty journal
  layout->magic = magic;
  return std::unique_ptr<Journal>(new Journal(layout, clock));
}

Micros Journal::wall(std::chrono::nanoseconds monotonic) const {
  return (duration_cast<microseconds>(monotonic) + offset_).count();
}

void Journal::committed(const store::Changes& changes) {
  if (changes.listings.empty()) return;
  const auto now = wall(clock_.monotonic());
  std::lock_guard lock(posts_mutex_);
  for (const auto& listing : changes.listings) {
    const auto key = static_cast<std::uint64_t>(listing.status.id.value);
    auto* known = find(layout_->posts, key);
    if (known == nullptr && !listing.is_added) continue;
    auto& record = claim(layout_->posts, key, static_cast<std::uint64_t>(now));
    change(record, [&](auto& r) {
      r.value.removed = listing.is_added ? 0 : now;
      if (known != nullptr) return;  // deleted; or edited, and seen by others than before
      r.value.status = listing.status.id.value;
      r.value.received = listing.received.count() == 0 ? 0 : wall(listing.received);
      r.value.queued = wall(listing.queued);
      r.value.committed = now;
    });
  }
}

void Journal::rendered(StatusId status) {
  std::lock_guard lock(posts_mutex_);
  auto* record = find(layout_->posts, static_cast<std::uint64_t>(status.value));
  if (record == nullptr || record->value.rendered != 0) return;
  change(*record, [&](auto& r) { r.value.rendered = wall(clock_.monotonic()); });
}

void Journal::fanned_out(StatusId status, std::chrono::nanoseconds began, std::size_t followers,
                         std::size_t rings) {
  std::lock_guard lock(posts_mutex_);
  auto* record = find(layout_->posts, static_cast<std::uint64_t>(status.value));
  if (record == nullptr || record->value.removed != 0) return;
  change(*record, [&](auto& r) {
    r.value.fan_out_began = wall(began);
    r.value.fan_out_ended = wall(clock_.monotonic());
    r.value.followers = static_cast<std::uint32_t>(followers);
    r.value.rings = static_cast<std::uint32_t>(rings);
  });
}

void Journal::attempted(const Attempt& attempt) {
  const auto now = wall(clock_.monotonic());
  std::lock_guard lock(deliveries_mutex_);
  auto& record =
      claim(layout_->deliveries, key_of(attempt.notice, attempt.inbox), static_cast<std::uint64_t>(now));
  change(record, [&](auto& r) {
    auto& value = r.value;
    r.age = static_cast<std::uint64_t>(now);
    if (value.attempts == 0) {
      value.notice = attempt.notice;
      value.status = attempt.status.value;
      value.first_sent = wall(attempt.sent_at);
      put_text(value.host, attempt.host);
    }
    ++value.attempts;
    value.answered = now;
    value.http_status = static_cast<std::uint16_t>(attempt.http_status);
    value.state = attempt.state;
    put_text(value.failure, attempt.failure);
  });
}

Journal::Found Journal::read(const std::string& name, StatusId status) {
  Found found;
  const File file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  std::uint64_t number = 0;
  if (file.fd < 0 || ::pread(file.fd, &number, sizeof number, 0) != sizeof number || number != magic)
    return found;
  const auto key = static_cast<std::uint64_t>(status.value);
  const auto first = group_of(key, posts_kept);
  for (std::size_t i = first; i < first + ways; ++i) {
    Record<PostTimes> record{};
    if (!copy(file.fd, offsetof(Layout, posts) + i * sizeof record, record) || record.key != key) continue;
    found.has_post = true;
    found.post = record.value;
  }
  for (std::size_t i = 0; i < deliveries_kept; ++i) {
    Record<DeliveryTimes> record{};
    if (copy(file.fd, offsetof(Layout, deliveries) + i * sizeof record, record) && record.key != 0 &&
        record.value.status == status.value)
      found.deliveries.push_back(record.value);
  }
  std::sort(found.deliveries.begin(), found.deliveries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.notice, a.host) < std::tie(b.notice, b.host);
  });
  return found;
}

}  // namespace dunlin::trace

#include "node/federation/fetch_gate.h"

#include <algorithm>

#include "protocol/base/limits.h"

namespace dunlin::federation {

namespace {

constexpr std::size_t hosts_kept_max = 10'000;
constexpr auto counted_for = std::chrono::hours(1);

template <class Map>
auto& entry_of(Map& map, const std::string& key) {
  if (map.size() >= hosts_kept_max && !map.contains(key)) map.clear();
  return map[key];
}

/// The last two labels of a name, or the address, without the port: what one owner of a name can make more of
/// at no cost. Where names are given out one level deeper (co.uk) strangers share; known hosts are not
/// concerned.
std::string site_of(const std::string& host) {
  const auto begin = host.find("://") + 3;
  if (host.substr(begin).starts_with('[')) return host.substr(begin, host.find(']') - begin);
  const auto name = host.substr(begin, host.find(':', begin) - begin);
  const auto last = name.rfind('.');
  const auto before = last == std::string::npos || last == 0 ? last : name.rfind('.', last - 1);
  return before == std::string::npos ? name : name.substr(before + 1);
}

}  // namespace

FetchGate::Count& FetchGate::counted(std::unordered_map<std::string, Count>& counts, const std::string& name,
                                     Timestamp now) {
  auto& count = entry_of(counts, name);
  if (count.since + counted_for <= now) count = {0, now};
  return count;
}

Result<FetchGate::Place> FetchGate::enter(const std::string& host) {
  const auto site = site_of(host);
  const auto now = clock_.now();
  const auto busy =
      fail(Errc::rate_limited, "Too much is being asked of your server already; try again later.");
  std::lock_guard lock(mutex_);
  if (const auto rest = resting_.find(host); rest != resting_.end() && now < rest->second.until)
    return fail(Errc::unavailable,
                "bad_key: the server of the key that is named did not answer a moment ago");
  const auto taken = [&](const std::string& name) {
    const auto found = places_.find(name);
    return found == places_.end() ? 0 : found->second;
  };
  if (places_taken_ >= limits::strangers_max || taken(host) >= limits::strangers_per_host_max ||
      taken(site) >= limits::strangers_per_site_max ||
      counted(misses_, host, now).number >= limits::key_misses_per_host_max)
    return busy;
  if (!known_.contains(host) && taken(host) == 0 && !resting_.contains(host)) {
    auto& fresh = counted(new_hosts_, site, now);
    if (fresh.number >= limits::new_hosts_per_site_max) return busy;
    ++fresh.number;
  }
  ++places_[host];
  ++places_[site];
  ++places_taken_;
  return Place(nullptr, [this, host, site](void*) { leave(host, site); });
}

void FetchGate::leave(const std::string& host, const std::string& site) {
  std::lock_guard lock(mutex_);
  for (const auto& name : {host, site}) {
    if (--places_[name] == 0) places_.erase(name);
  }
  --places_taken_;
}

bool FetchGate::is_resting(const std::string& host) const {
  std::lock_guard lock(mutex_);
  const auto rest = resting_.find(host);
  return rest != resting_.end() && clock_.now() < rest->second.until;
}

bool FetchGate::is_known(const std::string& host) const {
  std::lock_guard lock(mutex_);
  return known_.contains(host);
}

void FetchGate::answered(const std::string& host) {
  std::lock_guard lock(mutex_);
  resting_.erase(host);
  if (known_.size() >= hosts_kept_max) known_.clear();
  known_.insert(host);
}

void FetchGate::failed(const std::string& host) {
  const auto now = clock_.now();
  std::lock_guard lock(mutex_);
  auto& rest = entry_of(resting_, host);
  if (now < rest.until) return;  // asked before the rest began: it is the same failure
  std::chrono::milliseconds pause = limits::host_rest_first;
  for (int i = 0; i < rest.failures && pause < limits::host_rest_longest; ++i) pause *= 2;
  rest.until = now + std::min<std::chrono::milliseconds>(pause, limits::host_rest_longest);
  ++rest.failures;
}

void FetchGate::missed(const std::string& host) {
  std::lock_guard lock(mutex_);
  ++counted(misses_, host, clock_.now()).number;
}

FetchGate::Turn::Turn(FetchGate& gate, std::string what) : gate_(gate), what_(std::move(what)) {
  std::unique_lock lock(gate_.mutex_);
  gate_.turn_ended_.wait(lock, [&] {
    const bool is_mine = gate_.turns_.insert(what_).second;
    has_waited_ = has_waited_ || !is_mine;
    return is_mine;
  });
}

FetchGate::Turn::~Turn() {
  {
    std::lock_guard lock(gate_.mutex_);
    gate_.turns_.erase(what_);
  }
  gate_.turn_ended_.notify_all();
}

}  // namespace dunlin::federation

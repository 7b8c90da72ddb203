#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::federation {

/// What is asked of other hosts at the word of others, kept within bounds: a host that does not answer is
/// left alone for a while, strangers hold no more than their share of the threads that wait for the network,
/// and what is being fetched is not fetched a second time meanwhile. Hosts are origins ("https://host:port");
/// those of one registered name are a site. Any thread.
class FetchGate {
 public:
  explicit FetchGate(const Clock& clock) : clock_(clock) {}

  /// A place, until the last copy is gone, for work that has to ask `host` because a stranger says so.
  /// Errc::unavailable when the host is resting, Errc::rate_limited when host, site or strangers together
  /// have all their places: the sender is to try again later.
  using Place = std::shared_ptr<void>;
  Result<Place> enter(const std::string& host);

  /// Did not answer lately: is not to be asked before its time.
  bool is_resting(const std::string& host) const;
  /// Has answered since the node was started.
  bool is_known(const std::string& host) const;
  void answered(const std::string& host);
  void failed(const std::string& host);
  /// Answered, and had not what a stranger had named.
  void missed(const std::string& host);

  /// The only one at work on `what`. Waits for the one who is; then what was to be fetched may be there, or
  /// be known not to be had. Must not be taken by a thread that holds another.
  class Turn {
   public:
    Turn(FetchGate& gate, std::string what);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool has_waited() const { return has_waited_; }

   private:
    FetchGate& gate_;
    std::string what_;
    bool has_waited_ = false;
  };

 private:
  struct Rest {
    int failures = 0;  // in a row
    Timestamp until;
  };
  struct Count {  // within an hour
    int number = 0;
    Timestamp since;
  };
  static Count& counted(std::unordered_map<std::string, Count>& counts, const std::string& name,
                        Timestamp now);
  void leave(const std::string& host, const std::string& site);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable turn_ended_;
  std::unordered_map<std::string, Rest> resting_;
  std::unordered_set<std::string> known_;
  std::unordered_map<std::string, Count> new_hosts_;  // by site
  std::unordered_map<std::string, Count> misses_;     // by host
  std::unordered_map<std::string, int> places_;       // by host and by site
  int places_taken_ = 0;
  std::unordered_set<std::string> turns_;
};

}  // namespace dunlin::federation

#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "node/domain/federation/domains.h"
#include "node/domain/site.h"
#include "node/federation/backoff.h"
#include "node/federation/followers_sync.h"
#include "node/federation/keys.h"
#include "node/outgoing/client.h"
#include "node/store/notices.h"
#include "node/trace/journal.h"
#include "protocol/base/encoding.h"
#include "protocol/base/random.h"

namespace dunlin::federation {

/// Brings notices to other nodes: plans them, signs and sends, one at a time to each host and so in order,
/// many hosts at once. A host that cannot be reached waits as a whole (Backoff): one probe, whatever waits
/// for it, until it answers or proves in another way to be alive. A host that answers and does not take one
/// notice gets the others; only what is about the same object waits with it. A host that lets us wait while
/// many others want to be told moves to a lane of its own, where patience is long and places are few, so that
/// nobody stands behind it and a connection to it costs no memory for long.
///
/// What has to be sent is in the database and nowhere else; a few rows a host are in memory. What is known of
/// outages is in memory alone: a restart goes on with what is left, and tries every host at once.
class Deliveries {
 public:
  struct Stats {
    std::uint64_t delivered = 0;
    std::uint64_t refused = 0;  // for good
    std::uint64_t postponed = 0;
  };
  Deliveries(const domain::Site& site, const domain::Domains& domains, const Clock& clock, Random& random,
             store::Writer& writer, Keys& keys, outgoing::Client& client,
             std::unique_ptr<store::Connection> connection, trace::Journal* journal = nullptr);
  ~Deliveries() { stop(); }

  /// There are new notices. Any thread.
  void wake();
  /// A host, by its origin, proved to be there: what waits for it goes out at once. Any thread, cheap.
  void is_alive(const std::string& host);
  /// Of what is on its way nothing is lost: it is sent again at the next start.
  void stop();
  Stats stats() const;

 private:
  struct Body {
    std::shared_ptr<const std::string> text;
    Sha256 digest;
    std::string key_id;
    signature::PrivateKey key;
    std::shared_ptr<const FollowerDigests> followers = {};  // of what goes to them
  };
  struct Host {
    std::vector<store::Delivery> waiting;  // the next ones, the first at the end; the rest is in the database
    bool has_more = false;                 // there, perhaps
    bool is_busy = false;
    bool is_ready = false;       // it stands in a lane
    bool takes_rfc9421 = false;  // and not the older form
    bool is_slow = false;        // the lane that it takes
    Backoff outage;
    int refusals = 0;                                 // in a row
    std::unordered_map<std::int64_t, Backoff> aside;  // objects whose notice it did not take
  };
  /// Hosts that wait for their turn, and how many have it.
  struct Lane {
    std::deque<std::string> ready;
    std::size_t in_flight = 0;
  };
  struct Outcome {
    store::Delivery delivery;
    std::string host;
    int status = 0;  // 0 = no answer
    outgoing::Failure failure{};
    std::chrono::nanoseconds sent_at;
    bool was_rfc9421 = false;
    bool was_slow = false;
  };

  void loop();
  void plan();
  void load();
  void send_ready();
  void send_ready(Lane& lane, std::size_t at_once_max);
  void hand_over();
  bool send(const std::string& host_name, Host& host, const store::Delivery& delivery, bool as_rfc9421);
  std::shared_ptr<const Body> body_of(const store::Delivery& delivery);
  std::shared_ptr<const FollowerDigests> digests_of(const store::ReadTx& tx, AccountId account);
  void settle(std::vector<Outcome> outcomes);
  void settle(Outcome& outcome, Host& host);
  void refused(const Outcome& outcome, Host& host);
  void failed(const Outcome& outcome, Host& host);
  void rest(const std::string& host, Backoff& backoff);
  void revive(const std::vector<std::string>& hosts);
  void end_rests();
  void enqueue(const std::string& name, Host& host);
  bool is_time_to_store() const;
  bool store_done();
  void note(const Outcome& outcome, trace::DeliveryState state);

  const domain::Site& site_;
  const domain::Domains& domains_;
  const Clock& clock_;
  Random& random_;
  store::Writer& writer_;
  Keys& keys_;
  outgoing::Client& client_;
  std::unique_ptr<store::Connection> connection_;
  trace::Journal* journal_;

  // Of the thread alone.
  std::unordered_map<std::string, Host> hosts_;
  std::unordered_map<std::int64_t, std::shared_ptr<const Body>> bodies_;
  struct Digests {
    std::chrono::nanoseconds made_at;
    std::shared_ptr<const FollowerDigests> value;
  };
  std::map<AccountId, Digests> digests_;
  Lane quick_, slow_;
  std::vector<std::pair<outgoing::Request, outgoing::Client::Done>> to_send_;
  std::vector<std::string> unloaded_;                           // whose next ones have to be read
  std::multimap<std::chrono::nanoseconds, std::string> rests_;  // hosts that rest, or an object of theirs
  std::vector<store::Delivery> done_;                           // not yet deleted
  std::chrono::nanoseconds done_since_{};                       // the first of them
  std::set<std::string> gone_;                                  // inboxes, not yet dropped
  std::int64_t planned_to_ = 0;                                 // the last notice whose hosts know of it

  mutable std::mutex mutex_;
  std::condition_variable signal_;
  bool has_news_ = true;            // protected by mutex_
  bool stopping_ = false;           // protected by mutex_
  std::vector<Outcome> outcomes_;   // protected by mutex_
  std::set<std::string> down_;      // hosts that rest; protected by mutex_
  std::vector<std::string> alive_;  // of them; protected by mutex_
  Stats stats_;                     // protected by mutex_
  std::thread thread_;
};

}  // namespace dunlin::federation

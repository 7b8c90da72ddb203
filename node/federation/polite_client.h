#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "node/domain/site.h"
#include "node/federation/keys.h"
#include "node/outgoing/client.h"

namespace dunlin::federation {

/// Why a document was not had.
struct Miss {
  enum class Kind : std::uint8_t {
    gone,     // it was there: 410
    missing,  // it is not there, or not for us: 404
    refused,  // what came is none, or may not be asked for: asking again will not help
    later,    // the host did not answer, or is busy
  };
  Kind kind = Kind::later;
  std::string why;  // for the log
};

struct Document {
  nlohmann::json json;
  std::string address;  // that answered, behind all redirects
};
template <class T>
using Found = tl::expected<T, Miss>;

/// Asks other nodes in the name of this one, signed, and never more of one host than it may be asked: a few
/// requests at once and in a minute; one that fails is left alone for a while, longer each time. Belongs to
/// one thread; answers come to it through `post`.
class PoliteClient {
 public:
  using Done = std::function<void(Found<Document>)>;
  /// Runs something on the thread that this object belongs to, soon, never at once. Any thread.
  using Post = std::function<void(std::function<void()>)>;
  PoliteClient(const domain::Site& site, const Clock& clock, Keys& keys, outgoing::Client& client, Post post)
      : site_(site), clock_(clock), keys_(keys), client_(client), post_(std::move(post)) {}

  /// An ActivityStreams document. `importance`: of what waits for one host the greatest goes first. `done` is
  /// called once, through post().
  void get(const std::string& uri, int importance, Done done);
  /// Sends what may be sent by now; `tx` to read our key.
  void send_waiting(const store::ReadTx& tx);
  bool has_waiting() const { return !waiting_hosts_.empty(); }
  /// When a host that failed may be asked again; the past when it may be.
  Timestamp paused_until(std::string_view uri) const;

 private:
  struct Item {
    Url url;
    Done done;
  };
  struct Host {
    std::multimap<int, Item, std::greater<>> waiting;
    int in_flight = 0;
    double tokens = limits::fetches_in_a_row_per_host;
    std::chrono::nanoseconds refilled_at{};
    int failures = 0;  // in a row
    Timestamp paused_until;
  };
  void refill(Host& host) const;
  void send(const store::ReadTx& tx, const std::string& name, Host& host);
  void answered(const std::string& name, const outgoing::Fetched& answer, const Done& done);
  /// Its answers wait no longer.
  void pause(const std::string& name, Host& host, std::chrono::milliseconds asked_for,
             const std::string& why);
  void forget_idle_hosts();

  const domain::Site& site_;
  const Clock& clock_;
  Keys& keys_;
  outgoing::Client& client_;
  Post post_;
  std::map<std::string, Host, std::less<>> hosts_;          // by origin
  std::map<std::string, bool, std::less<>> waiting_hosts_;  // that have something waiting
  std::string last_served_;
  std::size_t in_flight_ = 0;
};

}  // namespace dunlin::federation

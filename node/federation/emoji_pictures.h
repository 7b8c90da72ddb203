#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/domain/federation/domains.h"
#include "node/domain/site.h"
#include "node/federation/fetch_gate.h"
#include "node/media/files.h"
#include "node/media/picture.h"
#include "node/outgoing/client.h"
#include "node/store/emojis.h"
#include "node/store/writer.h"

namespace dunlin::federation {

/// Brings the pictures of other nodes' emoji here when somebody first looks at one: so that readers' clients
/// ask no stranger, and none is asked for what nobody sees. Only what a row of `emoji` names is fetched, as a
/// stranger would, unsigned. What comes is rebuilt like an upload and kept; what does not come is left alone
/// for longer each time. No thread waits: who wants a picture is called when it is there. Any thread.
class EmojiPictures {
 public:
  struct Options {
    std::int64_t bytes_max;  // of all that is kept; the longest unused goes first. 0 = nothing is fetched
    /// Hands work that takes a millisecond to another thread; false when there is too much.
    std::function<bool(std::function<void()>)> run;
  };
  EmojiPictures(Options options, const domain::Site& site, const domain::Domains& domains, const Clock& clock,
                store::Writer& writer, outgoing::Client& client, media::Files& files)
      : options_(std::move(options)),
        site_(site),
        domains_(domains),
        clock_(clock),
        writer_(writer),
        client_(client),
        files_(files),
        gate_(clock) {}

  using Picture = std::shared_ptr<const media::Picture>;
  /// Null when it cannot be had now.
  using Done = std::function<void(Picture)>;
  /// Fetches the picture; who wants the same one meanwhile gets it as well. `done` is called once, on any
  /// thread, maybe before this returns: it must neither wait nor throw.
  void want(const store::Emoji& emoji, Done done);
  /// Its kept picture was shown.
  void shown(const store::Emoji& emoji);
  /// The rules about other servers may be others now: of those whose media are rejected nothing stays here.
  void rules_changed();
  /// Whether pictures of this host may be shown, and fetched, at all.
  bool may_show(std::string_view host) const;

 private:
  struct Job {
    store::Emoji emoji;
    std::string origin;
    std::vector<Done> waiting;
  };
  /// Begins what has a place; each host has a few only, so that a slow one does not hold up the others.
  void begin_next();
  void send(const store::Emoji& emoji);
  /// On a worker.
  void take(const store::Emoji& emoji, const outgoing::Fetched& answer);
  void keep(const store::Emoji& emoji, media::Picture picture);
  void failed(const store::Emoji& emoji, const std::string& why);
  void finish(store::EmojiId id, const Picture& picture);
  void stop();
  void remove(const std::shared_ptr<std::vector<std::string>>& files);

  Options options_;
  const domain::Site& site_;
  const domain::Domains& domains_;
  const Clock& clock_;
  store::Writer& writer_;
  outgoing::Client& client_;
  media::Files& files_;
  FetchGate gate_;  // remembers which hosts do not answer
  std::mutex mutex_;
  std::unordered_map<store::EmojiId, Job> jobs_;       // protected by mutex_, as all below
  std::deque<store::EmojiId> queue_;                   // of jobs that have no place yet
  std::unordered_map<std::string, int> under_way_of_;  // by origin
  int under_way_ = 0;
  std::size_t waiting_ = 0;  // in all jobs together
  bool is_stopping_ = false;
};

}  // namespace dunlin::federation

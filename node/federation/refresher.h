#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "node/federation/fetcher.h"

namespace dunlin::federation {

/// Asks origins again for what they know better: how often a post was answered, boosted and liked, what its
/// text is by now, who answered it; how many posts and followers an account has. Belongs to one thread.
class Refresher {
 public:
  Refresher(const domain::Site& site, const Clock& clock, store::Writer& writer,
            store::Connection& connection, Fetcher& fetcher)
      : site_(site), clock_(clock), writer_(writer), connection_(connection), fetcher_(fetcher) {}

  /// A status was shown: its counts and text, if they are old for a status of its age. False when they are
  /// not.
  bool status(StatusId id);
  /// A thread was opened: its posts of other nodes, what they answer, and the answers to them. `ended` is
  /// called when all of it was tried.
  void thread(StatusId id, std::function<void()> ended);
  /// A profile was opened.
  void account(AccountId id);

 private:
  struct Thread;
  using ThreadPtr = std::shared_ptr<Thread>;
  struct Subject;
  void refresh(StatusId id, const ThreadPtr& thread, int depth);
  void take(const Subject& subject, const nlohmann::json& document, const ThreadPtr& thread);
  void settle_quote(StatusId id, const activitypub::Post& post);
  void remove(StatusId id);
  void link(StatusId id, StatusId parent);
  /// Stores it, and goes on to the answers to it.
  void read_answer(const std::string& uri, const ThreadPtr& thread, int depth);
  void read_answers(const std::string& uri, const std::string& origin, const ThreadPtr& thread, int depth,
                    int pages_left);
  void read_totals(const Subject& subject, const activitypub::Post& post, bool reads_answers);
  bool is_new_quote(const store::ReadTx& tx, StatusId id);
  bool is_fresh(const store::ReadTx& tx, StatusId id) const;

  const domain::Site& site_;
  const Clock& clock_;
  store::Writer& writer_;
  store::Connection& connection_;
  Fetcher& fetcher_;
  std::unordered_set<StatusId> statuses_;   // on their way
  std::unordered_set<AccountId> accounts_;  // on their way
  std::unordered_set<StatusId> quotes_;     // asked for before they were old
};

}  // namespace dunlin::federation

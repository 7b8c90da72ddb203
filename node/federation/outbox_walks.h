#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "node/federation/fetcher.h"
#include "node/federation/outbox_page.h"

namespace dunlin::federation {

/// Reads outboxes as the rows of `outbox` and `awaited_boost` say: page by page, newest first, and each page
/// is stored with how far the walk has come, so that a restart goes on there. Belongs to one thread.
class OutboxWalks {
 public:
  /// `moved` is called when a page of an account was stored or a walk ended.
  OutboxWalks(const domain::Site& site, const Clock& clock, store::Writer& writer,
              store::Connection& connection, PoliteClient& client, Fetcher& fetcher,
              std::function<void(AccountId)> moved)
      : site_(site),
        clock_(clock),
        writer_(writer),
        connection_(connection),
        client_(client),
        fetcher_(fetcher),
        moved_(std::move(moved)) {}

  /// Begins what is due, as far as there is room.
  void begin_due();
  std::size_t under_way() const { return active_->size(); }

 private:
  struct Walk;
  using WalkPtr = std::shared_ptr<Walk>;
  void begin(const store::ReadTx& tx, const store::Outbox& row);
  void read_page(const WalkPtr& walk, const std::string& uri);
  void take_page(const WalkPtr& walk, activitypub::Collection page);
  void store_page(const WalkPtr& walk);
  /// Where the walk is after this page.
  store::Outbox moved_on(const Walk& walk) const;
  void missed(const WalkPtr& walk, const Miss& miss);
  void put(const WalkPtr& walk, store::Outbox row);
  /// Known posts that the page should show and does not: removed where their origin says that they are gone.
  void look_for_vanished(const WalkPtr& walk);
  void remove_if_gone(const store::Addressed& status);
  void begin(const store::AwaitedBoost& boost);

  const domain::Site& site_;
  const Clock& clock_;
  store::Writer& writer_;
  store::Connection& connection_;
  PoliteClient& client_;
  Fetcher& fetcher_;
  std::function<void(AccountId)> moved_;
  /// Of walks; they may outlive this object by a moment, in answers that nobody takes any more.
  std::shared_ptr<std::unordered_set<AccountId>> active_ = std::make_shared<std::unordered_set<AccountId>>();
  std::unordered_set<std::string> boosts_;
};

}  // namespace dunlin::federation

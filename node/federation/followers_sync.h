#pragma once
// Both sides of a follow agree that it is there. Source: FEP-8fcf.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "node/federation/fetcher.h"
#include "protocol/base/encoding.h"

namespace dunlin::federation {

/// What a sender says of those of its followers who live with the receiver.
struct Synchronization {
  std::string collection;  // the sender's followers
  std::string url;         // where they are listed, for the receiver alone
  std::string digest;      // hex
};
/// The header `Collection-Synchronization`. Nothing when a part is missing.
std::optional<Synchronization> read_synchronization(std::string_view header);
std::string write_synchronization(const Synchronization& synchronization);

/// XOR of the SHA-256 of each, in hex; zeros for none.
std::string followers_digest(std::span<const std::string> uris);
/// What this node says to each server that followers of one account live on, as it was when it was made.
class FollowerDigests {
 public:
  /// Empty for an account with more than limits::synchronized_followers_max of them.
  static FollowerDigests of(const store::ReadTx& tx, const domain::Site& site, AccountId account);
  /// Nothing where no follower lives.
  std::optional<std::string> header(std::string_view origin) const;

 private:
  std::string actor_;
  std::map<std::string, Sha256, std::less<>> by_origin_;
};
/// Followers of an account of this node who live on the server `origin`.
std::vector<std::string> followers_on(const store::ReadTx& tx, AccountId account, std::string_view origin);

/// Compares what senders say with the follows that are stored here. Belongs to one thread.
class FollowersSync {
 public:
  FollowersSync(const domain::Site& site, const Clock& clock, store::Writer& writer,
                store::Connection& connection, Fetcher& fetcher)
      : site_(site), clock_(clock), writer_(writer), connection_(connection), fetcher_(fetcher) {}
  /// Where they differ, the sender's list is fetched: follows that it does not know end, those that are not
  /// here are undone there.
  void compare(AccountId sender, const Synchronization& synchronization);

 private:
  struct Listing;
  void read(const std::shared_ptr<Listing>& listing, const std::string& uri);
  void reconcile(const Listing& listing);

  const domain::Site& site_;
  const Clock& clock_;
  store::Writer& writer_;
  store::Connection& connection_;
  Fetcher& fetcher_;
  std::unordered_set<AccountId> comparing_;
};

}  // namespace dunlin::federation

#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/federation/polite_client.h"
#include "node/federation/store_remote.h"
#include "node/store/writer.h"
#include "protocol/activitypub/collection.h"

namespace dunlin::federation {

/// Brings posts and accounts of other nodes into the database, without waiting: what remote.h does for who
/// waits. What comes counts only for the host that it came from. Belongs to one thread, on which each `done`
/// is called once, never before the function that took it has returned.
class Fetcher {
 public:
  template <class T>
  using Done = std::function<void(Found<T>)>;
  Fetcher(const domain::Site& site, const Clock& clock, store::Writer& writer, store::Connection& connection,
          PoliteClient& client, PoliteClient::Post post)
      : site_(site),
        clock_(clock),
        writer_(writer),
        connection_(connection),
        client_(client),
        post_(std::move(post)) {}

  /// An object that says itself that it lives at `uri`, or at the address that it was found at.
  void document(const std::string& uri, int importance, Done<nlohmann::json> done);
  /// A collection or a page of one, if a host of this origin gave it.
  void collection(const std::string& uri, const std::string& origin, int importance,
                  Done<activitypub::Collection> done, std::size_t items_max = limits::collection_items_max);
  /// Known, or fetched and stored.
  void account(const std::string& uri, int importance, Done<AccountId> done);
  /// The same, with what it answers, at most `parents` upwards.
  void post(const std::string& uri, int parents, int importance, Done<StatusId> done);

 private:
  template <class T>
  void later(Done<T> done, Found<T> value) {
    post_([done = std::move(done), value = std::move(value)] { done(value); });
  }
  void fetch_post(const std::string& uri, int parents, int importance, Done<StatusId> done);
  void take_post(const nlohmann::json& document, int parents, int importance, const Done<StatusId>& done);
  void store_post(const activitypub::Post& post, int importance, const Done<StatusId>& done);
  Found<StatusId> store(const activitypub::Post& post, AccountId author);

  const domain::Site& site_;
  const Clock& clock_;
  store::Writer& writer_;
  store::Connection& connection_;
  PoliteClient& client_;
  PoliteClient::Post post_;
  // What is on its way, and who waits for it.
  std::unordered_map<std::string, std::vector<Done<StatusId>>> posts_;
  std::unordered_map<std::string, std::vector<Done<AccountId>>> accounts_;
};

/// What its origin counts of a post, as far as the post tells; nothing when it tells of none.
std::optional<store::StatusCounts> counts_in(const activitypub::Post& post);

}  // namespace dunlin::federation

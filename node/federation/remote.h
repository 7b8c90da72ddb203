#pragma once
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "node/domain/site.h"
#include "node/federation/apply.h"
#include "node/federation/fetch_gate.h"
#include "node/federation/keys.h"
#include "node/outgoing/client.h"
#include "protocol/activitypub/post.h"
#include "protocol/activitypub/webfinger.h"
#include "protocol/base/limits.h"

namespace dunlin::federation {

/// Finds accounts and statuses of other nodes, asking their nodes where they are not known here. Asks as the
/// node, signed; what it gets counts only for the host that it came from. Waits for the network: for threads
/// that may. Any thread. Errc::unavailable when the other side cannot be reached just now.
///
/// `tx` is moved to the present when something was stored.
class Remote {
 public:
  Remote(const domain::Site& site, const Clock& clock, store::Writer& writer, Keys& keys,
         outgoing::Client& client)
      : site_(site), clock_(clock), writer_(writer), keys_(keys), client_(client), gate_(clock) {}

  /// Known, or fetched and stored.
  Result<AccountId> account(const store::ReadTx& tx, const std::string& uri);
  /// Fetches it anew: its key or profile changed.
  Result<AccountId> refresh_account(const store::ReadTx& tx, const std::string& uri);
  /// A place for work that will ask for the owner of this key, which nobody knows yet. FetchGate::enter().
  Result<FetchGate::Place> place_for_key(const std::string& key_id);
  /// The owner of a key, fetched anew. The key's document and its owner's must name each other.
  Result<AccountId> owner_of_key(const store::ReadTx& tx, const std::string& key_id);
  /// A host, by its origin, proved to be there.
  void is_alive(const std::string& host) { gate_.answered(host); }
  /// By WebFinger. RFC 7033.
  Result<AccountId> account(const store::ReadTx& tx, const activitypub::Handle& handle);
  /// A status with those that it answers, as far as they can be had and limits::thread_fetches_max and
  /// limits::fetches_per_activity_max allow.
  /// `shares`: among how many such things those bounds are divided.
  Result<StatusId> status(const store::ReadTx& tx, const std::string& uri, int shares = 1);
  /// A stamp, as its host shows it. FEP-044f.
  Result<activitypub::QuoteAuthorization> stamp(const store::ReadTx& tx, const std::string& uri);
  /// The same to an answer.
  Result<activitypub::QuoteAuthorization> reply_stamp(const store::ReadTx& tx, const std::string& uri);
  /// Whether the stamp that a post names is one. What it quotes has to be known.
  Verdict verdict_on(const store::ReadTx& tx, const activitypub::Post& post);

 private:
  /// How much may still be asked for the one thing that someone wants.
  struct Budget {
    int fetches = limits::fetches_per_activity_max;
    int new_hosts = limits::new_hosts_per_activity_max;
  };
  bool spend(Budget& budget, const std::string& uri) const;
  bool is_ours(std::string_view uri) const;
  /// A document whose id is the address that it was found at.
  Result<nlohmann::json> document(const store::ReadTx& tx, const std::string& uri);
  Result<AccountId> fetch_account(const store::ReadTx& tx, const std::string& uri);
  Result<AccountId> fetch_owner_of_key(const store::ReadTx& tx, const std::string& key_id);
  Result<std::pair<nlohmann::json, std::string>> get(
      const store::ReadTx& tx, const std::string& uri, std::string_view accept,
      std::chrono::milliseconds deadline = limits::outgoing_document_deadline);
  /// Not if `key_id` is said and is not the actor's.
  Result<AccountId> store_account(const store::ReadTx& tx, const nlohmann::json& document,
                                  std::string_view key_id = {});
  Result<StatusId> fetch_status(const store::ReadTx& tx, const std::string& uri, int depth, Budget& budget);

  /// What could not be had is not asked for again at once: after seconds where the other side could not be
  /// reached, later where it said no. The reason until then.
  std::optional<Error> known_failure(const std::string& uri);
  tl::unexpected<Error> remember_failure(const std::string& uri, Error error);

  const domain::Site& site_;
  const Clock& clock_;
  store::Writer& writer_;
  Keys& keys_;
  outgoing::Client& client_;
  FetchGate gate_;
  std::mutex mutex_;
  struct Failed {
    Timestamp until;
    Error error;
  };
  std::unordered_map<std::string, Failed> failed_;  // protected by mutex_
};

}  // namespace dunlin::federation

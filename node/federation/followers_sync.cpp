#include "node/federation/followers_sync.h"

#include <algorithm>

#include "node/domain/federation/tell.h"
#include "node/domain/relationships/relationships.h"
#include "node/federation/documents.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/outboxes.h"
#include "node/store/relationships.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;

namespace {

constexpr int importance = 5;
// A follow that began while the list was made may not be on it yet.
constexpr auto settled_after = std::chrono::minutes(1);

/// `name="value"` of a header; empty when it is not there.
std::string parameter(std::string_view header, std::string_view name) {
  const auto key = std::string(name) + "=\"";
  auto at = header.find(key);
  while (at != std::string_view::npos && at > 0 && header[at - 1] != ' ' && header[at - 1] != ',')
    at = header.find(key, at + 1);
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size());
  const auto end = header.find('"');
  return end == std::string_view::npos ? std::string() : std::string(header.substr(0, end));
}

void add_to_digest(Sha256& sum, std::string_view uri) {
  const auto hash = sha256(uri);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= hash[i];
}

}  // namespace

std::optional<Synchronization> read_synchronization(std::string_view header) {
  Synchronization out{parameter(header, "collectionId"), parameter(header, "url"),
                      parameter(header, "digest")};
  if (out.collection.empty() || out.url.empty() || out.digest.empty()) return std::nullopt;
  return out;
}

std::string write_synchronization(const Synchronization& s) {
  return "collectionId=\"" + s.collection + "\", url=\"" + s.url + "\", digest=\"" + s.digest + "\"";
}

std::string followers_digest(std::span<const std::string> uris) {
  Sha256 sum{};
  for (const auto& uri : uris) add_to_digest(sum, uri);
  return hex(bytes_of(sum));
}

FollowerDigests FollowerDigests::of(const store::ReadTx& tx, const domain::Site& site, AccountId account) {
  FollowerDigests out;
  const auto row = store::find_account(tx, account);
  const auto followers = store::followers_elsewhere(tx, account, limits::synchronized_followers_max + 1);
  if (!row || followers.size() > static_cast<std::size_t>(limits::synchronized_followers_max)) return out;
  out.actor_ = site.account_uri(row->username);
  for (const auto& uri : followers) add_to_digest(out.by_origin_[ap::origin_of(uri)], uri);
  return out;
}

std::optional<std::string> FollowerDigests::header(std::string_view origin) const {
  const auto found = by_origin_.find(origin);
  if (found == by_origin_.end()) return std::nullopt;
  return write_synchronization(
      {actor_ + "/followers", actor_ + "/followers_synchronization", hex(bytes_of(found->second))});
}

std::vector<std::string> followers_on(const store::ReadTx& tx, AccountId account, std::string_view origin) {
  auto uris = store::followers_elsewhere(tx, account, limits::synchronized_followers_max);
  std::erase_if(uris, [&](const std::string& uri) { return ap::origin_of(uri) != origin; });
  return uris;
}

struct FollowersSync::Listing {
  AccountId account;
  std::string origin;
  std::string digest;
  Timestamp asked_at;
  std::vector<std::string> uris;
  int pages_left = limits::collection_pages_in_a_row;
};

void FollowersSync::compare(AccountId sender, const Synchronization& synchronization) {
  const auto listing = std::make_shared<Listing>();
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    const auto account = store::find_account(tx, sender);
    const auto actor = store::find_actor(tx, sender);
    if (!account || !actor || actor->followers.empty() || actor->followers != synchronization.collection)
      return;
    listing->origin = ap::origin_of(account->uri);
    if (ap::origin_of(synchronization.url) != listing->origin) return;
    std::vector<std::string> ours;
    for (const auto& follower : store::followers_here(tx, sender))
      ours.push_back(site_.account_uri(follower.username));
    if (followers_digest(ours) == synchronization.digest) return;
  }
  if (!comparing_.insert(sender).second) return;
  listing->account = sender;
  listing->digest = synchronization.digest;
  listing->asked_at = clock_.now();
  read(listing, synchronization.url);
}

void FollowersSync::read(const std::shared_ptr<Listing>& listing, const std::string& uri) {
  fetcher_.collection(
      uri, listing->origin, importance,
      [this, listing](const Found<ap::Collection>& found) {
        if (found) {
          for (const auto& item : found->items) listing->uris.push_back(ap::id_of(item));
          const auto& next = found->items.empty() && found->next.empty() ? found->first : found->next;
          if (!next.empty() && --listing->pages_left > 0) return read(listing, next);
        }
        comparing_.erase(listing->account);
        // A list that does not add up to what was announced has changed, or is not all of it: then nobody is
        // to be dropped.
        if (found && followers_digest(listing->uris) == listing->digest) reconcile(*listing);
      },
      limits::json_members_max);
}

void FollowersSync::reconcile(const Listing& listing) {
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    for (const auto& follower : store::followers_here(tx, listing.account)) {
      const auto uri = site_.account_uri(follower.username);
      const bool is_known = std::find(listing.uris.begin(), listing.uris.end(), uri) != listing.uris.end();
      if (is_known || follower.since + settled_after > listing.asked_at) continue;
      (void)domain::unfollow(tx, follower.account, listing.account);
    }
    for (const auto& uri : listing.uris) {
      const auto local = local_account(tx, site_, uri);
      if (!local || store::find_follow(tx, *local, listing.account)) continue;
      if (store::find_follow_request(tx, *local, listing.account)) {
        (void)domain::accept_follow_request(tx, listing.account, *local);  // its Accept was lost
      } else {
        domain::tell(tx, store::NoticeKind::unfollow, *local, listing.account);
      }
    }
    return {};
  });
  log(Level::info, "followers_reconciled",
      {{"account", listing.account}, {"listed", listing.uris.size()}, {"stored", stored.has_value()}});
}

}  // namespace dunlin::federation

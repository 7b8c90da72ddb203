#include "node/federation/fetcher.h"

#include "node/federation/documents.h"
#include "node/federation/fetching.h"
#include "node/store/outboxes.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;
using nlohmann::json;

namespace {

tl::unexpected<Miss> refused(std::string why) {
  return tl::unexpected<Miss>(Miss{Miss::Kind::refused, std::move(why)});
}
tl::unexpected<Miss> missed(const Error& error) {
  const bool is_busy = error.code == Errc::unavailable;
  return tl::unexpected<Miss>(Miss{error.code == Errc::gone ? Miss::Kind::gone
                                   : is_busy                ? Miss::Kind::later
                                                            : Miss::Kind::refused,
                                   error.safe});
}

template <class Map, class T>
void tell_all(Map& waiting, const std::string& uri, const T& value) {
  auto all = std::move(waiting[uri]);
  waiting.erase(uri);
  for (const auto& done : all) done(value);
}

}  // namespace

std::optional<store::StatusCounts> counts_in(const ap::Post& post) {
  if (!post.replies_total && !post.likes_total && !post.shares_total) return std::nullopt;
  return store::StatusCounts{post.replies_total.value_or(0), post.shares_total.value_or(0),
                             post.likes_total.value_or(0)};
}

void Fetcher::document(const std::string& uri, int importance, Done<json> done) {
  client_.get(uri, importance, [this, uri, importance, done = std::move(done)](Found<Document> found) {
    if (!found) return done(tl::unexpected<Miss>(found.error()));
    const auto id = ap::id_of(found->json);
    if (is_vouched_for(id, uri, found->address)) return done(std::move(found->json));
    // Another address of it (a page, a redirect): what it says counts only where it says that it lives.
    client_.get(id, importance, [id, done](Found<Document> again) {
      if (!again) return done(tl::unexpected<Miss>(again.error()));
      if (ap::id_of(again->json) != id || !is_vouched_for(id, id, again->address))
        return done(refused("its id is " + id));
      done(std::move(again->json));
    });
  });
}

void Fetcher::collection(const std::string& uri, const std::string& origin, int importance,
                         Done<ap::Collection> done, std::size_t items_max) {
  if (ap::origin_of(uri) != origin) return later<ap::Collection>(std::move(done), refused("another server"));
  client_.get(uri, importance, [origin, items_max, done = std::move(done)](Found<Document> found) {
    if (!found) return done(tl::unexpected<Miss>(found.error()));
    if (ap::origin_of(found->address) != origin) return done(refused("redirected to another server"));
    auto collection = ap::read_collection(found->json, items_max);
    if (!collection) return done(refused(collection.error().detail));
    done(std::move(*collection));
  });
}

void Fetcher::account(const std::string& uri, int importance, Done<AccountId> done) {
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    if (const auto known = known_account(tx, site_, uri)) return later<AccountId>(std::move(done), *known);
  }
  if (uri.starts_with(site_.base_url + "/")) return later<AccountId>(std::move(done), refused("not here"));
  auto& waiting = accounts_[uri];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  document(uri, importance, [this, uri](Found<json> found) {
    if (!found) return tell_all(accounts_, uri, Found<AccountId>(tl::unexpected<Miss>(found.error())));
    const auto actor = ap::read_actor(*found);
    const auto prepared = actor ? prepare_account(*actor, clock_.now())
                                : Result<RemoteAccount>(tl::unexpected<Error>(actor.error()));
    AccountId id;
    const auto stored = prepared ? writer_.run([&](store::WriteTx& tx) -> Result<void> {
      TRY(id, put_account(tx, *prepared));
      return {};
    })
                                 : Result<void>(tl::unexpected<Error>(prepared.error()));
    tell_all(accounts_, uri, stored ? Found<AccountId>(id) : Found<AccountId>(missed(stored.error())));
  });
}

void Fetcher::post(const std::string& uri, int parents, int importance, Done<StatusId> done) {
  auto& waiting = posts_[uri];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  fetch_post(uri, parents, importance,
             [this, uri](const Found<StatusId>& found) { tell_all(posts_, uri, found); });
}

/// Does not join others that wait for the same, as post() does: threads that answer each other in a circle
/// would wait for themselves.
void Fetcher::fetch_post(const std::string& uri, int parents, int importance, Done<StatusId> done) {
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    if (const auto known = known_status(tx, site_, uri)) return later<StatusId>(std::move(done), *known);
    if (store::has_tombstone(tx, uri) || uri.starts_with(site_.base_url + "/")) {
      return later<StatusId>(std::move(done), tl::unexpected<Miss>(Miss{Miss::Kind::gone, "deleted"}));
    }
  }
  document(uri, importance, [this, parents, importance, done = std::move(done)](const Found<json>& found) {
    if (!found) return done(tl::unexpected<Miss>(found.error()));
    take_post(*found, parents, importance, done);
  });
}

void Fetcher::take_post(const json& document, int parents, int importance, const Done<StatusId>& done) {
  const auto post = ap::read_post(document);
  if (!post) return done(refused(post.error().safe));
  if (ap::origin_of(post->id) != ap::origin_of(post->attributed_to))
    return done(refused("its author is on another server"));
  if (post->in_reply_to.empty() || parents <= 0) return store_post(*post, importance, done);
  // Without what it answers it is still worth showing.
  fetch_post(
      post->in_reply_to, parents - 1, importance,
      [this, post = *post, importance, done](const Found<StatusId>&) { store_post(post, importance, done); });
}

void Fetcher::store_post(const ap::Post& post, int importance, const Done<StatusId>& done) {
  account(post.attributed_to, importance, [this, post, done](const Found<AccountId>& author) {
    done(author ? store(post, *author) : Found<StatusId>(tl::unexpected<Miss>(author.error())));
  });
}

Found<StatusId> Fetcher::store(const ap::Post& post, AccountId author) {
  const auto prepared = prepare_status(post, clock_.now());
  const auto counts = counts_in(post);
  StatusId id;
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    TRY(id, put_status(tx, site_, prepared, author, Arrival::fetched));
    if (counts) store::put_origin_counts(tx, id, *counts);
    return {};
  });
  if (!stored) return missed(stored.error());
  return id;
}

}  // namespace dunlin::federation

#include "node/federation/outbox_page.h"

#include <algorithm>
#include <map>

#include "node/domain/statuses/change.h"
#include "node/federation/documents.h"
#include "node/federation/fetcher.h"
#include "node/store/accounts.h"
#include "protocol/activitypub/activity.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"

namespace dunlin::federation {

namespace ap = activitypub;
using nlohmann::json;

namespace {

store::Visibility visibility_of(ap::Audience audience) {
  switch (audience) {
    case ap::Audience::public_:
      return store::Visibility::public_;
    case ap::Audience::unlisted:
      return store::Visibility::unlisted;
    default:
      return store::Visibility::private_;
  }
}

/// The post itself, if the document may speak for it.
void read_embedded(const json& object, const std::string& account_uri, Timestamp now, OutboxItem& item) {
  const auto post = ap::read_post(object);
  if (!post || post->attributed_to != account_uri || post->is_vote()) return;
  if (ap::origin_of(post->id) != ap::origin_of(account_uri)) return;
  item.post = prepare_status(*post, now);
  item.counts = counts_in(*post);
  if (post->published) item.published = post->published;
}

std::optional<OutboxItem> read_item(const json& entry, const std::string& account_uri, Timestamp now) {
  if (!entry.is_object()) return std::nullopt;
  OutboxItem item;
  if (ap::is_post_type(ap::type_of(entry))) {
    item.uri = ap::id_of(entry);
    read_embedded(entry, account_uri, now, item);
    if (item.uri.empty() || !item.post) return std::nullopt;
    return item;
  }
  const auto activity = ap::read_activity(entry);
  if (!activity || activity->actor != account_uri) return std::nullopt;
  item.published = activity->published;
  if (activity->type == "Create") {
    item.uri = activity->object_id;
    if (const auto* object = ap::first_object(activity->object)) {
      if (!ap::is_post_type(activity->object_type)) return std::nullopt;
      read_embedded(*object, account_uri, now, item);
    }
  } else if (activity->type == "Announce") {
    item.uri = activity->id;
    item.is_boost = true;
    item.original = activity->object_id;
    item.visibility = visibility_of(ap::audience_of(activity->to, activity->cc, ""));
    if (item.original.empty()) return std::nullopt;
  }
  // Only what lives with its author can be the author's.
  if (item.uri.empty() || ap::origin_of(item.uri) != ap::origin_of(account_uri)) return std::nullopt;
  return item;
}

void store_post(store::WriteTx& tx, const domain::Site& site, AccountId account, const OutboxItem& item,
                StatusId new_id, Timestamp fetched_at) {
  auto id = store::status_by_uri(tx, item.post->status.uri);
  if (const auto known = id ? store::find_status(tx, *id) : std::nullopt) {
    if (known->account != account || known->is_deleted) return;
    // An edit that came by itself meanwhile is younger than this copy.
    if (!known->edited_at || *known->edited_at < fetched_at) (void)edit_status(tx, site, *item.post, account);
  } else if (const auto stored = put_status(tx, site, *item.post, account, Arrival::fetched, new_id)) {
    id = *stored;
  }
  if (id && item.counts) store::put_origin_counts(tx, *id, *item.counts);
}

/// Of each item that is new, so that those of one moment stand in the order of the page: the newest first.
std::vector<StatusId> ids_by_place(store::WriteTx& tx, const std::vector<OutboxItem>& items) {
  std::vector<StatusId> ids(items.size());
  std::map<Timestamp, StatusId> least;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    if ((!item.is_boost && !item.post) || store::status_by_uri(tx, item.uri)) continue;
    const auto time = item.post ? item.post->published : item.published.value_or(tx.now());
    const auto last = least.find(time);
    const bool has_room = last != least.end() && last->second.value - 1 > first_id_at(time);
    ids[i] = has_room ? StatusId{last->second.value - 1} : id_by_date(tx, time, std::chrono::milliseconds(0));
    least[time] = ids[i];
    tx.include_id(ids[i].value);
  }
  return ids;
}

}  // namespace

std::vector<OutboxItem> read_outbox_items(const ap::Collection& page, const std::string& account_uri,
                                          Timestamp now) {
  std::vector<OutboxItem> items;
  for (const auto& entry : page.items) {
    auto item = read_item(entry, account_uri, now);
    if (!item) continue;
    if (item->published) item->published = std::min(*item->published, now);
    items.push_back(std::move(*item));
  }
  return items;
}

std::string missing_for(const store::ReadTx& tx, const domain::Site& site, const OutboxItem& item) {
  const auto is_missing = [&](const std::string& uri) {
    return !uri.empty() && !uri.starts_with(site.base_url + "/") && !known_status(tx, site, uri) &&
           !store::has_tombstone(tx, uri);
  };
  if (store::status_by_uri(tx, item.uri) || store::has_tombstone(tx, item.uri)) return {};
  if (item.is_boost) return is_missing(item.original) ? item.original : std::string();
  if (!item.post) return item.uri;
  return is_missing(item.post->in_reply_to) ? item.post->in_reply_to : std::string();
}

void store_outbox_items(store::WriteTx& tx, const domain::Site& site, AccountId account,
                        const std::vector<OutboxItem>& items, Timestamp fetched_at) {
  const auto ids = ids_by_place(tx, items);
  // Oldest first: an answer to oneself finds what it answers.
  for (std::size_t i = items.size(); i-- > 0;) {
    const auto& item = items[i];
    if (item.is_boost) {
      (void)store_boost(
          tx, site, {item.uri, account, item.original, item.visibility, item.published.value_or(tx.now()), 0},
          ids[i]);
    } else if (item.post) {
      store_post(tx, site, account, item, ids[i], fetched_at);
    }
  }
}

bool store_boost(store::WriteTx& tx, const domain::Site& site, const store::AwaitedBoost& boost,
                 StatusId new_id) {
  if (store::status_by_uri(tx, boost.uri) || store::has_tombstone(tx, boost.uri)) return true;
  const auto id = known_status(tx, site, boost.original);
  if (!id) return store::has_tombstone(tx, boost.original);
  const auto original = domain::visible_status(tx, boost.account, *id, tx.now());
  if (!original || original->reblog_of || original->is_local_only) return true;
  const domain::StoredRelations relations(tx, boost.account, tx.now());
  if (!domain::can_reblog(relations, domain::StatusFacts::of(*original))) return true;
  if (const auto earlier = store::reblog_by(tx, boost.account, *id)) {
    const auto row = store::find_status(tx, *earlier);
    if (row && row->created_at() < boost.published) store::set_status_uri(tx, *earlier, boost.uri);
    return true;
  }
  store::Status status;
  status.id = new_id ? new_id : id_by_date(tx, boost.published, std::chrono::milliseconds(0));
  status.uri = boost.uri;
  status.account = boost.account;
  status.reblog_of = *id;
  status.conversation = original->conversation;
  status.visibility = std::max(boost.visibility, original->visibility);
  status.is_sensitive = original->is_sensitive;
  store::insert_status(tx, status);
  store::count_new_status(tx, boost.account, boost.published);
  store::add_to_counts(tx, *id, {.reblogs = 1});
  tx.changes().marks.push_back(boost.account);
  return true;
}

}  // namespace dunlin::federation

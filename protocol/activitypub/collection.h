#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/activitypub/document.h"
#include "protocol/activitypub/vocabulary.h"

namespace dunlin::activitypub {

/// A Collection, an OrderedCollection or a page of one.
struct Collection {
  std::string id;
  std::string type;
  std::string part_of;
  std::string
      first;  // address of the first page; empty when that page is embedded: its items and next are here then
  std::string next;                   // address of the next page; never the page itself
  std::optional<std::int64_t> total;  // as told: may lie
  std::vector<json> items;            // ids or objects, in order
};
/// At most `items_max` items. Errc::unprocessable when the type is none of the four.
[[nodiscard]] Result<Collection> read_collection(const json& document, std::size_t items_max);

struct CollectionHead {
  std::string id;
  bool ordered = true;
  std::optional<std::int64_t> total;
  std::string first;  // empty: who is in it is not told
};
std::string write_collection(const CollectionHead& head);
/// A collection that is small enough to have no pages (featured). `items` are finished JSON.
std::string write_collection(const CollectionHead& head, const std::vector<std::string>& items,
                             Context context);

struct CollectionPage {
  std::string id;
  std::string part_of;
  std::string next;  // empty: the last page
  std::string prev;
  bool ordered = true;
  std::optional<std::int64_t> total;
  std::vector<std::string> items;  // finished JSON: json_id() or objects without @context
};
/// `context` declares the terms of the items.
std::string write_page(const CollectionPage& page, Context context);

}  // namespace dunlin::activitypub

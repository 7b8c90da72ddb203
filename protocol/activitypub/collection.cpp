#include "protocol/activitypub/collection.h"

#include "protocol/activitypub/values.h"
#include "protocol/base/json_writer.h"

namespace dunlin::activitypub {
namespace {

/// Both names are read from both kinds, because servers mix them up.
void read_items(const json& document, std::size_t items_max, Collection& collection) {
  for (auto name : {"orderedItems", "items"}) {
    const json* items = member(document, name);
    if (!items) continue;
    for (const json* item : entries(*items, items_max - collection.items.size()))
      collection.items.push_back(*item);
  }
}

void write_head(JsonWriter& out, const CollectionHead& head, Context context) {
  out.begin_object().field_raw("@context", context_json(context)).field("id", head.id);
  out.field("type", head.ordered ? "OrderedCollection" : "Collection");
  if (head.total) out.field("totalItems", *head.total);
  if (!head.first.empty()) out.field("first", head.first);
}

void write_items(JsonWriter& out, bool ordered, const std::vector<std::string>& items) {
  out.key(ordered ? "orderedItems" : "items").begin_array();
  for (const auto& item : items) out.raw(item);
  out.end_array();
}

}  // namespace

Result<Collection> read_collection(const json& document, std::size_t items_max) {
  Collection collection;
  collection.type = type_of(document);
  const bool is_page = collection.type == "OrderedCollectionPage" || collection.type == "CollectionPage";
  if (!is_page && collection.type != "OrderedCollection" && collection.type != "Collection") {
    return fail(Errc::unprocessable, "The collection cannot be read",
                "type is not a collection's: " + collection.type);
  }
  collection.id = id_of(document, "id");
  collection.part_of = id_of(document, "partOf");
  if (const json* total = member(document, "totalItems")) collection.total = count_of(*total);
  collection.next = id_of(document, "next");
  read_items(document, items_max, collection);
  const json* first = member(document, "first");
  const json* first_page = first ? first_object(*first) : nullptr;
  if (first_page) {
    read_items(*first_page, items_max, collection);
    if (collection.next.empty()) collection.next = id_of(*first_page, "next");
    if (collection.next == id_of(*first_page, "id")) collection.next.clear();
    if (collection.items.empty() && collection.next.empty()) collection.first = id_of(*first_page);
  } else if (first) {
    collection.first = id_of(*first);
  }
  if (collection.next == collection.id) collection.next.clear();
  return collection;
}

std::string write_collection(const CollectionHead& head) {
  std::string text;
  JsonWriter out(text);
  write_head(out, head, Context::plain);
  out.end_object();
  return text;
}

std::string write_collection(const CollectionHead& head, const std::vector<std::string>& items,
                             Context context) {
  std::string text;
  JsonWriter out(text);
  write_head(out, head, context);
  write_items(out, head.ordered, items);
  out.end_object();
  return text;
}

std::string write_page(const CollectionPage& page, Context context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field_raw("@context", context_json(context)).field("id", page.id);
  out.field("type", page.ordered ? "OrderedCollectionPage" : "CollectionPage").field("partOf", page.part_of);
  if (page.total) out.field("totalItems", *page.total);
  if (!page.next.empty()) out.field("next", page.next);
  if (!page.prev.empty()) out.field("prev", page.prev);
  write_items(out, page.ordered, page.items);
  out.end_object();
  return text;
}

}  // namespace dunlin::activitypub

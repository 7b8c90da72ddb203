// Any bytes as a document of another server: whatever reads must keep its bounds, and what we write of it
// must be read again.
#include <cstdint>
#include <string_view>

#include "protocol/activitypub/activity.h"
#include "protocol/activitypub/collection.h"
#include "protocol/activitypub/nodeinfo.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/webfinger.h"
#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/base/limits.h"

using namespace dunlin;
using namespace dunlin::activitypub;

namespace {

void check_post(const json& document) {
  auto post = read_post(document);
  if (!post) return;
  ENSURE(!post->id.empty() && !post->attributed_to.empty() && is_utf8(post->content));
  ENSURE(post->attachments.size() <= limits::remote_attachments_max);
  ENSURE(post->mentions.size() <= limits::remote_mentions_max &&
         post->hashtags.size() <= limits::remote_tags_max);
  ENSURE(!post->poll || post->poll->options.size() <= limits::remote_poll_options_max);
  const std::string written = write_post(*post);
  auto again = parse_document(written);
  ENSURE(again);
  auto same = read_post(*again);
  ENSURE(same && same->id == post->id && same->quote == post->quote);
  if (!post->is_vote()) ENSURE(same->content == post->content);
  (void)audience_of(*post, "https://a/followers");
}

void check_actor(const json& document) {
  auto actor = read_actor(document);
  if (!actor) return;
  ENSURE(actor->fields.size() <= limits::remote_fields_max && actor->keys.size() <= limits::remote_keys_max);
  auto again = parse_document(write_actor(*actor));
  ENSURE(again);
  auto same = read_actor(*again);
  ENSURE(same && same->id == actor->id && same->inbox == actor->inbox && same->username == actor->username);
}

void check_activity(const json& document, int depth) {
  check_post(document);
  check_actor(document);
  auto activity = read_activity(document);
  if (!activity || depth == 0) return;
  ENSURE(!activity->actor.empty() && activity->to.size() <= limits::remote_addressees_max);
  for (const json* object : objects_of(*activity, 10)) check_activity(*object, depth - 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto handle = parse_handle(bytes)) {
    ENSURE(parse_handle("acct:" + handle->username + "@" + handle->host) == handle);
  }
  (void)is_activity_media_type(bytes);
  const std::string origin = origin_of(bytes);
  ENSURE(origin_of(origin) == origin);
  auto document = parse_document(bytes);
  if (!document) {
    ENSURE(document.error().code == Errc::bad_request);
    return 0;
  }
  ENSURE(parse_document(document->dump()));
  check_activity(*document, 3);
  if (auto collection = read_collection(*document, 50)) ENSURE(collection->items.size() <= 50);
  if (auto jrd = read_jrd(*document))
    ENSURE(!jrd->actor.empty() && jrd->links.size() <= limits::remote_links_max);
  (void)read_software(*document);
  (void)read_nodeinfo_links(*document);
  (void)read_quote_authorization(*document);
  return 0;
}

// What a host says about who somebody is: WebFinger's answer, and a name as people write it.
#include <cstdint>
#include <string_view>

#include "protocol/activitypub/document.h"
#include "protocol/activitypub/webfinger.h"
#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/base/limits.h"

using namespace dunlin;
using namespace dunlin::activitypub;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto handle = parse_handle(bytes)) {
    ENSURE(parse_handle("acct:" + handle->username + "@" + handle->host) == handle);
    ENSURE(parse_handle("@" + handle->username + "@" + handle->host) == handle);
    const std::string actor = "https://a.example/users/1";
    const auto document = parse_document(write_jrd(handle->username, handle->host, actor, actor));
    ENSURE(document);
    const auto jrd = read_jrd(*document);
    ENSURE(jrd && jrd->actor == actor && parse_handle(jrd->subject) == handle);
  }
  const auto document = parse_document(bytes);
  if (!document) return 0;
  const auto jrd = read_jrd(*document);
  if (!jrd) return 0;
  ENSURE(!jrd->subject.empty() && !jrd->actor.empty());
  ENSURE(jrd->links.size() <= limits::remote_links_max && jrd->aliases.size() <= limits::remote_links_max);
  ENSURE(is_utf8(jrd->subject) && is_utf8(jrd->actor));
  return 0;
}

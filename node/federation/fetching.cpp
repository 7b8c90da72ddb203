#include "node/federation/fetching.h"

#include "node/federation/documents.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/signature/cavage.h"

namespace dunlin::federation {

namespace ap = activitypub;

outgoing::Request signed_get(const Url& url, std::string_view accept, const domain::Site& site,
                             signature::PrivateKey key, const Clock& clock) {
  outgoing::Request request{url};
  request.headers = {{"Accept", std::string(accept)}};
  request.sign = [key = std::move(key), &site, &clock](const Url& target, std::string_view method) {
    signature::Message message;
    message.method = std::string(method);
    message.authority = std::string(target.authority());
    message.target = std::string(target.path_and_query());
    return signature::sign_cavage(key, key_uri(node_actor_uri(site)), message, clock.now());
  };
  return request;
}

bool is_vouched_for(std::string_view id, std::string_view asked, std::string_view address) {
  return ap::origin_of(address) == ap::origin_of(id) && (id == address || id == asked);
}

}  // namespace dunlin::federation

#pragma once
#include "node/api/context.h"

namespace dunlin::api {

/// 403 when the request says that it is signed by a server that this node does not deal with: before anything
/// is read, looked up or fetched for it.
Result<void> refuse_blocked_peer(const Context& context);

/// Whether the caller wants the document for programs and not the page for people, which live at one address.
bool wants_activity(const net::Request& request);
/// An ActivityStreams document that anyone may read.
net::Response activity_response(std::string body);

/// The documents behind pages that have one.
Result<Outcome> actor_document(Context& context, std::string_view username);
Result<Outcome> post_document(Context& context, std::string_view username, StatusId id);

}  // namespace dunlin::api

#pragma once
#include <string>

#include "node/api/context.h"

namespace dunlin::api {

/// How the caller stands to an account. Source: docs.joinmastodon.org/entities/Relationship
void append_relationship(std::string& out, Context& context, AccountId target);
/// The same as the answer to an action.
Then then_show_relationship(AccountId target);

}  // namespace dunlin::api

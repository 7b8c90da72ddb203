#pragma once
#include "node/api/context.h"
#include "node/domain/statuses/policies.h"

namespace dunlin::api {

/// `quoted_status_id` of a post that is being written; 0 when there is none.
Result<StatusId> quoted_status_param(const Context& context);
/// `quote_approval_policy`: public, followers or nobody; and, as GoToSocial has it,
/// `interaction_policy[can_reply][automatic_approval]`. Empty where it says nothing.
Result<domain::Policies> policies_param(const Context& context);

}  // namespace dunlin::api

#pragma once
#include <optional>

#include "node/api/context.h"
#include "node/domain/statuses/polls.h"

namespace dunlin::api {

/// `poll[options][]`, `poll[expires_in]`, `poll[multiple]`, `poll[hide_totals]`; nothing without options.
Result<std::optional<domain::PollDraft>> poll_param(const Context& context);

}  // namespace dunlin::api

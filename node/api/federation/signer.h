#pragma once
#include <functional>
#include <optional>
#include <string>

#include "node/api/context.h"
#include "protocol/signature/message.h"

namespace dunlin::api {

/// The request as its signature sees it, without its body.
signature::Message message_of(const Context& context);

/// The server of who signed a GET: `scheme://host[:port]`; nothing when it is not signed, or not well.
using SignerOrigin = std::optional<std::string>;
/// Calls `answer` with it; the signer's key is fetched first where it is not known.
Result<Outcome> with_signer(Context& context,
                            std::function<Result<Outcome>(Context& context, const SignerOrigin&)> answer);

}  // namespace dunlin::api

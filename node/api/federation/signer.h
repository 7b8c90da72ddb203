#pragma once
#include <functional>
#include <optional>
#include <string>

#include "node/api/context.h"

namespace dunlin::api {

/// The server of who signed a GET: `scheme://host[:port]`; nothing when it is not signed, or not well.
using SignerOrigin = std::optional<std::string>;
/// Calls `answer` with it; the signer's key is fetched first where it is not known.
Result<Outcome> with_signer(Context& context,
                            std::function<Result<Outcome>(Context& context, const SignerOrigin&)> answer);

}  // namespace dunlin::api

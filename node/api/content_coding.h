#pragma once
#include "node/net/http.h"

namespace dunlin::api {

/// Whether the client takes gzip and does not like plain text better. RFC 9110 12.5.3.
bool takes_gzip(const net::Request& request);

}  // namespace dunlin::api

#pragma once
#include <span>
#include <vector>

#include "node/net/cidr.h"
#include "node/net/http.h"

namespace dunlin::net {

/// Who sent a request. `peer` is the other end of the TCP connection. Only when it is a trusted proxy is
/// X-Forwarded-For read, from the right: the first hop that is no trusted proxy is the client, because
/// everything left of it may be invented. `Forwarded` (RFC 7239) is never believed: a proxy that writes one
/// of the two fields passes the other on as the client sent it.
Address client_address(const Address& peer, const std::vector<Request::Field>& fields,
                       std::span<const Cidr> trusted);

/// True when a field says that the request came through another machine, believed or not.
bool was_forwarded(const std::vector<Request::Field>& fields);

}  // namespace dunlin::net

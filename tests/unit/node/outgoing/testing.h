#pragma once
#include <memory>
#include <string>

#include "node/outgoing/client.h"
#include "tests/support/qt.h"
#include "tests/unit/node/outgoing/peer.h"

namespace dunlin::outgoing {

inline Url url(std::string_view text) { return Url::parse(text, UrlSchemes::http_or_https).value(); }

/// May speak plain HTTP to this machine.
inline Options on_loopback() {
  Options options;
  options.allow_private = true;
  options.allow_plain_http = true;
  return options;
}
inline std::unique_ptr<Client> open(const Options& options) { return Client::open(options).value(); }

/// "200 body", or the name of the Failure.
inline std::string outcome(const Fetched& fetched) {
  return fetched ? std::to_string(fetched->status) + " " + fetched->body
                 : std::string(to_string(fetched.error().failure));
}
inline std::string detail(const Fetched& fetched) { return fetched ? "an answer" : fetched.error().detail; }
inline std::uint64_t failed(const Client& client, Failure failure) {
  return client.stats().failed[static_cast<std::size_t>(failure)];
}

}  // namespace dunlin::outgoing

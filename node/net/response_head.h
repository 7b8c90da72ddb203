#pragma once
#include <string>
#include <string_view>

#include "node/net/http.h"

namespace dunlin::net {

/// What the connection adds to a response.
struct ResponseFrame {
  std::string_view date_line;  // "Date: ...\r\n"
  std::string_view request_id;
  bool keep_alive{};
  bool http_1_0{};  // keeping a connection alive must be said
};

/// Writes status line and fields with the blank line into `out`, whatever was in it before. False when a
/// field of the response holds bytes that do not belong in one: it could split the response in two.
bool write_response_head(const Response& response, const ResponseFrame& frame, std::string& out);

/// RFC 9110 6.4.1: these never have a body.
inline bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace dunlin::net

#pragma once
// The head of a request, read once and strictly, on the bytes that came. Everything that two readers could
// understand differently is refused. Beast 1.81's parser is not asked: it accepts lists of lengths, unknown
// transfer codings (as if no body came), chunked in HTTP/1.0, missing and repeated hosts, folded lines, and
// keeps no raw bytes to look at afterwards. RFC 9112 and RFC 9110 5.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "node/net/http.h"
#include "node/net/refusal.h"

namespace dunlin::net {

/// Finds the blank line that ends a head while bytes still come in; looks at each byte once.
class HeadScanner {
 public:
  /// `bytes` is everything received so far, the head's first byte first. `none` while all is well: then ask
  /// `end()`.
  Refusal scan(std::string_view bytes);
  /// Length of the head with its blank line; 0 while it is not complete.
  std::size_t end() const { return end_; }
  void reset() { *this = {}; }

 private:
  std::size_t scanned_{};
  std::size_t line_start_{};
  std::size_t end_{};
};

/// What a head says about the request, apart from its fields.
struct RequestHead {
  Method method{};
  std::string_view target;  // as it came: "/path?query", or "*" with OPTIONS
  bool http_1_1{};
  bool keep_alive{};
  bool expects_continue{};
  bool chunked{};  // exactly one of chunked and length frames the body
  std::uint64_t length{};
};

/// Reads a complete head (with its blank line). `fields` are views into `text`, in their order, values
/// without the space around them.
Refusal parse_head(std::string_view text, std::size_t fields_max, RequestHead& head,
                   std::vector<Request::Field>& fields);

}  // namespace dunlin::net

#pragma once
// Why the server answers a request before any handler sees it. One table: word for logs and counters, status
// for the client.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dunlin::net {

enum class Refusal : std::uint8_t {
  none,
  // The request line.
  request_line,
  version,
  target_bytes,
  target_form,
  target_fragment,
  path_escape,
  path_encoded_slash,
  path_control,
  path_utf8,
  // Fields.
  bare_lf,
  bare_cr,
  obs_fold,
  field_syntax,
  field_name,
  space_before_colon,
  value_bytes,
  too_many_fields,
  head_too_large,
  host_missing,
  host_repeated,
  host_invalid,
  field_repeated,
  expectation,
  content_coding,
  // Framing of the body.
  length_and_chunked,
  length_repeated,
  length_invalid,
  transfer_coding,
  transfer_coding_1_0,
  chunk_size,
  chunk_extension,
  chunk_end,
  trailer,
  body_too_large,
  // Time and room.
  head_timeout,
  body_timeout,
  connections_per_address,
  connections_total,
  // Handlers.
  handler_failed,
  reply_dropped,
  response_header,
  count_,
};
inline constexpr std::size_t refusal_count = static_cast<std::size_t>(Refusal::count_);

/// The fixed word of a reason, such as "length_and_chunked".
std::string_view word_of(Refusal reason);
/// The status that goes with it.
int status_of(Refusal reason);

}  // namespace dunlin::net

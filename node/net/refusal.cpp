#include "node/net/refusal.h"

#include "protocol/base/ensure.h"

namespace dunlin::net {
namespace {

struct Row {
  Refusal reason;
  int status;
  std::string_view word;
};

constexpr Row table[] = {
    {Refusal::none, 200, "none"},
    {Refusal::request_line, 400, "request_line"},
    {Refusal::version, 505, "version"},
    {Refusal::target_bytes, 400, "target_bytes"},
    {Refusal::target_form, 400, "target_form"},
    {Refusal::target_fragment, 400, "target_fragment"},
    {Refusal::path_escape, 400, "path_escape"},
    {Refusal::path_encoded_slash, 400, "path_encoded_slash"},
    {Refusal::path_control, 400, "path_control"},
    {Refusal::path_utf8, 400, "path_utf8"},
    {Refusal::bare_lf, 400, "bare_lf"},
    {Refusal::bare_cr, 400, "bare_cr"},
    {Refusal::obs_fold, 400, "obs_fold"},
    {Refusal::field_syntax, 400, "field_syntax"},
    {Refusal::field_name, 400, "field_name"},
    {Refusal::space_before_colon, 400, "space_before_colon"},
    {Refusal::value_bytes, 400, "value_bytes"},
    {Refusal::too_many_fields, 431, "too_many_fields"},
    {Refusal::head_too_large, 431, "head_too_large"},
    {Refusal::host_missing, 400, "host_missing"},
    {Refusal::host_repeated, 400, "host_repeated"},
    {Refusal::host_invalid, 400, "host_invalid"},
    {Refusal::field_repeated, 400, "field_repeated"},
    {Refusal::expectation, 417, "expectation"},
    {Refusal::content_coding, 415, "content_coding"},
    {Refusal::length_and_chunked, 400, "length_and_chunked"},
    {Refusal::length_repeated, 400, "length_repeated"},
    {Refusal::length_invalid, 400, "length_invalid"},
    {Refusal::transfer_coding, 400, "transfer_coding"},
    {Refusal::transfer_coding_1_0, 400, "transfer_coding_1_0"},
    {Refusal::chunk_size, 400, "chunk_size"},
    {Refusal::chunk_extension, 400, "chunk_extension"},
    {Refusal::chunk_end, 400, "chunk_end"},
    {Refusal::trailer, 400, "trailer"},
    {Refusal::body_too_large, 413, "body_too_large"},
    {Refusal::head_timeout, 408, "head_timeout"},
    {Refusal::body_timeout, 408, "body_timeout"},
    {Refusal::connections_per_address, 429, "connections_per_address"},
    {Refusal::connections_total, 503, "connections_total"},
    {Refusal::handler_failed, 500, "handler_failed"},
    {Refusal::reply_dropped, 500, "reply_dropped"},
    {Refusal::response_header, 500, "response_header"},
};
static_assert(std::size(table) == refusal_count);

constexpr bool in_order() {
  for (std::size_t i = 0; i < refusal_count; ++i) {
    if (table[i].reason != static_cast<Refusal>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "the table is indexed by the enum");

}  // namespace

std::string_view word_of(Refusal reason) {
  ENSURE(reason < Refusal::count_);
  return table[static_cast<std::size_t>(reason)].word;
}

int status_of(Refusal reason) {
  ENSURE(reason < Refusal::count_);
  return table[static_cast<std::size_t>(reason)].status;
}

}  // namespace dunlin::net

#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "node/net/refusal.h"

namespace dunlin::net {

/// Decodes a body in the chunked transfer coding (RFC 9112 7.1) as its bytes come in. Extensions and trailers
/// are skipped; both are bounded over the whole body, so that a body costs no more than a small multiple of
/// its own size.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(std::uint64_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}
  /// Takes bytes off the front of `in` and appends what they decode to. On a refusal the connection cannot go
  /// on. When `done()`, what is left in `in` belongs to the next request.
  Refusal decode(std::string_view& in, std::string& body);
  bool done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t { size, extension, size_lf, data, data_cr, data_lf, trailer, done };
  Refusal step(char c);
  Refusal end_of_size();
  Refusal trailer_byte(char c);

  std::uint64_t body_bytes_max_;
  std::uint64_t received_{};
  std::uint64_t left_{};       // of this chunk
  std::size_t digits_{};       // of this size
  std::size_t extra_bytes_{};  // of all extensions and trailers
  std::string trailer_line_;
  State state_ = State::size;
};

}  // namespace dunlin::net

#include "node/net/chunked.h"

#include <algorithm>

namespace dunlin::net {
namespace {

constexpr std::size_t size_digits_max = 15;        // below 2^60, so that no sum overflows
constexpr std::size_t extra_bytes_max = 4 * 1024;  // extensions and trailers of the whole body

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// "name: value" with a visible name; nothing reads it, but what is not a field is not a trailer.
bool is_field(std::string_view line) {
  auto colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  return std::none_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
  });
}

}  // namespace

Refusal ChunkDecoder::decode(std::string_view& in, std::string& body) {
  while (!in.empty() && state_ != State::done) {
    if (state_ == State::data) {
      auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
      body.append(in.substr(0, count));
      in.remove_prefix(count);
      left_ -= count;
      if (left_ == 0) state_ = State::data_cr;
      continue;
    }
    char c = in.front();
    in.remove_prefix(1);
    if (auto refusal = step(c); refusal != Refusal::none) return refusal;
  }
  return Refusal::none;
}

Refusal ChunkDecoder::step(char c) {
  switch (state_) {
    case State::size:
      if (int digit = hex_value(c); digit >= 0) {
        if (++digits_ > size_digits_max) return Refusal::chunk_size;
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        return Refusal::none;
      }
      if (digits_ == 0) return Refusal::chunk_size;
      if (c == '\r') {
        state_ = State::size_lf;
      } else if (c == ';') {
        state_ = State::extension;
      } else {
        return Refusal::chunk_size;
      }
      return Refusal::none;
    case State::extension:
      if (c == '\r') {
        state_ = State::size_lf;
        return Refusal::none;
      }
      return is_control(c) || ++extra_bytes_ > extra_bytes_max ? Refusal::chunk_extension : Refusal::none;
    case State::size_lf:
      return c == '\n' ? end_of_size() : Refusal::chunk_size;
    case State::data_cr:
      state_ = State::data_lf;
      return c == '\r' ? Refusal::none : Refusal::chunk_end;
    case State::data_lf:
      state_ = State::size;
      return c == '\n' ? Refusal::none : Refusal::chunk_end;
    case State::trailer:
      return trailer_byte(c);
    case State::data:
    case State::done:
      break;
  }
  return Refusal::none;
}

Refusal ChunkDecoder::end_of_size() {
  digits_ = 0;
  if (left_ == 0) {
    state_ = State::trailer;
    return Refusal::none;
  }
  received_ += left_;
  if (left_ > body_bytes_max_ || received_ > body_bytes_max_) return Refusal::body_too_large;
  state_ = State::data;
  return Refusal::none;
}

Refusal ChunkDecoder::trailer_byte(char c) {
  if (c != '\n') {
    if (++extra_bytes_ > extra_bytes_max) return Refusal::trailer;
    trailer_line_ += c;
    return Refusal::none;
  }
  if (trailer_line_.empty() || trailer_line_.back() != '\r') return Refusal::trailer;
  trailer_line_.pop_back();
  if (trailer_line_.empty()) {
    state_ = State::done;
    return Refusal::none;
  }
  if (std::any_of(trailer_line_.begin(), trailer_line_.end(), is_control) || !is_field(trailer_line_))
    return Refusal::trailer;
  trailer_line_.clear();
  return Refusal::none;
}

}  // namespace dunlin::net

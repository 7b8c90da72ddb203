// Frames of a client, whole and byte by byte: both ways of coming must be understood alike.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/net/websocket.h"
#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"

using namespace dunlin;
using namespace dunlin::net;
using Kind = WebSocketReader::Got::Kind;

namespace {

constexpr std::size_t message_bytes_max = 200;

/// What is understood until it ends, as text; bytes come `step` at a time.
std::string understood(std::string_view bytes, std::size_t step) {
  WebSocketReader reader(message_bytes_max);
  std::string in;
  std::string out;
  while (!bytes.empty()) {
    in += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    for (;;) {
      const auto before = in.size();
      const auto got = reader.next(in);
      if (got.kind == Kind::nothing) break;
      out += std::to_string(static_cast<int>(got.kind)) + got.payload + ";";
      ENSURE(got.payload.size() <= message_bytes_max);
      if (got.kind == Kind::message) ENSURE(is_utf8(got.payload));
      if (got.kind == Kind::close || got.kind == Kind::violation)
        return out + std::to_string(static_cast<int>(got.code));
      ENSURE(in.size() < before);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ENSURE(understood(bytes, size + 1) == understood(bytes, 1));
  return 0;
}

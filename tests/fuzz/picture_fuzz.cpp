// Any bytes: nothing is read outside them, and what is accepted is a fixed point: sanitising it again changes
// nothing.
#include <array>
#include <cstdint>
#include <string>

#include "node/media/picture.h"
#include "protocol/base/ensure.h"

namespace {

using namespace std::string_view_literals;

/// A fuzzer does not guess checksums: puts right ones where a PNG's chunks have theirs.
std::string with_right_checksums(std::string png) {
  auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(png[at])); };
  std::size_t at = 8;
  while (png.size() - at >= 12) {
    auto length = byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (length > png.size() - at - 12) break;
    std::uint32_t crc = 0xFFFFFFFFU;
    for (std::size_t i = at + 4; i < at + 8 + length; ++i) {
      crc ^= byte(i);
      for (int k = 0; k < 8; ++k) crc = (crc & 1) != 0 ? 0xEDB88320U ^ (crc >> 1) : crc >> 1;
    }
    crc = ~crc;
    for (std::size_t i = 0; i < 4; ++i) png[at + 8 + length + i] = static_cast<char>(crc >> (24 - 8 * i));
    at += 12 + length;
  }
  return png;
}

void check(std::string_view bytes) {
  auto picture = dunlin::media::sanitize_picture(bytes);
  if (!picture) {
    ENSURE(picture.error().code == dunlin::Errc::unprocessable);
    return;
  }
  ENSURE(picture->width > 0 && picture->height > 0 && picture->frames > 0);
  auto again = dunlin::media::sanitize_picture(picture->bytes);
  ENSURE(again.has_value());
  ENSURE(again->bytes == picture->bytes && again->type == picture->type);
  ENSURE(again->width == picture->width && again->height == picture->height &&
         again->frames == picture->frames);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  bytes.shrink_to_fit();  // so that a read past the end is a read past the allocation
  check(bytes);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) check(with_right_checksums(bytes));
  return 0;
}

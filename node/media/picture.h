#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/limits.h"
#include "protocol/base/result.h"

namespace dunlin::media {

/// What a picture may cost whoever decodes it, all judged from its headers.
struct PictureLimits {
  std::size_t bytes_max = limits::picture_bytes_max;
  std::uint64_t pixels_max = limits::picture_pixels_max;
  std::size_t frames_max = limits::picture_frames_max;
  /// Sum over the frames as they stand in the file: a screen recording whose frames are small changes may
  /// have many.
  std::uint64_t pixels_all_frames_max = limits::picture_pixels_all_frames_max;
};

/// A picture that may be kept and served.
struct Picture {
  std::string bytes;
  std::string type;       // image/jpeg, image/png, image/gif or image/webp
  std::uint32_t width{};  // as shown: a JPEG on its side is already turned
  std::uint32_t height{};
  std::size_t frames = 1;
};

/// Rebuilds a JPEG, PNG (also animated), GIF or WebP from the parts of an allow list, judged by its content
/// alone. Pixels are not decoded, they are copied as they were compressed. Kept are what a browser needs to
/// show the same picture: sizes, tables, compressed data, transparency, colour profile, animation, and a
/// JPEG's orientation. Dropped are location and camera data, previews, comments, text, unknown parts and
/// everything behind the end. Sanitising the result again gives the same bytes. Refused with
/// Errc::unprocessable, saying why and what is accepted: any other type, cut short, contradictory, over a
/// limit. Time and memory are linear in bytes.size(). From any thread, but a large picture takes
/// milliseconds: not on an I/O loop.
Result<Picture> sanitize_picture(std::string_view bytes, const PictureLimits& limits = {});

}  // namespace dunlin::media

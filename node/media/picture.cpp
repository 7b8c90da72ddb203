#include "node/media/picture.h"

#include "node/media/byte_reader.h"
#include "node/media/picture_parts.h"

namespace dunlin::media {

tl::unexpected<Error> refuse_picture(std::string_view why, const PictureLimits& limits) {
  const auto kib = limits.bytes_max / 1024;
  const auto size = kib < 1024 ? std::to_string(kib) + " KiB, " : std::to_string(kib / 1024) + " MiB, ";
  return fail(Errc::unprocessable, std::string(why) + ". Accepted are JPEG, PNG, GIF and WebP up to " + size +
                                       std::to_string(limits.pixels_max / 1'000'000) +
                                       " million pixels and " + std::to_string(limits.frames_max) +
                                       " frames");
}

Result<void> FrameBudget::set_canvas(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0) return refuse_picture("the picture has no size", limits_);
  // Both are below 2^32, so the product fits.
  if (width * height > limits_.pixels_max) return refuse_picture("the picture has too many pixels", limits_);
  width_ = width;
  height_ = height;
  return {};
}

Result<void> FrameBudget::add_frame(std::uint64_t x, std::uint64_t y, std::uint64_t width,
                                    std::uint64_t height) {
  if (width == 0 || height == 0 || x + width > width_ || y + height > height_) {
    return refuse_picture("a frame of the picture does not fit its size", limits_);
  }
  ++frames_;
  if (frames_ > limits_.frames_max) return refuse_picture("the picture has too many frames", limits_);
  pixels_ += width * height;
  if (pixels_ > limits_.pixels_all_frames_max) {
    return refuse_picture("the picture has too many pixels over all its frames", limits_);
  }
  return {};
}

bool is_icc_profile(std::string_view profile) {
  ByteReader reader(profile);
  auto size = reader.u32_be();
  reader.take(32);
  return reader.take(4) == "acsp" && profile.size() >= 132 && size == profile.size();
}

Result<Picture> sanitize_picture(std::string_view bytes, const PictureLimits& limits) {
  using namespace std::string_view_literals;
  if (bytes.size() > limits.bytes_max) return refuse_picture("the file is too large", limits);
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return sanitize_jpeg(bytes, limits);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return sanitize_png(bytes, limits);
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return sanitize_gif(bytes, limits);
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv) {
    return sanitize_webp(bytes, limits);
  }
  return refuse_picture("the file is not a picture of an accepted type", limits);
}

}  // namespace dunlin::media

#pragma once
// What the four formats share. Only for the files of this folder.
#include "node/media/picture.h"

namespace dunlin::media {

/// "Why. What is accepted." with Errc::unprocessable.
tl::unexpected<Error> refuse_picture(std::string_view why, const PictureLimits& limits);
inline constexpr std::string_view cut_short = "the picture is cut short";

/// As it stands in the file. The largest profiles of printing have 2.6 MiB; larger ones are dropped.
inline constexpr std::size_t profile_bytes_max = std::size_t{4} << 20;

/// Holds one picture to its limits.
class FrameBudget {
 public:
  explicit FrameBudget(const PictureLimits& limits) : limits_(limits) {}
  /// The canvas, from the header. Neither side may be 0.
  Result<void> set_canvas(std::uint64_t width, std::uint64_t height);
  /// One more frame, which must lie inside the canvas.
  Result<void> add_frame(std::uint64_t x, std::uint64_t y, std::uint64_t width, std::uint64_t height);
  std::uint32_t width() const { return static_cast<std::uint32_t>(width_); }
  std::uint32_t height() const { return static_cast<std::uint32_t>(height_); }
  std::size_t frames() const { return frames_; }

 private:
  const PictureLimits& limits_;
  std::uint64_t width_ = 0;
  std::uint64_t height_ = 0;
  std::size_t frames_ = 0;
  std::uint64_t pixels_ = 0;  // of all frames
};

/// True for what begins and ends as an ICC profile does (ICC.1 7.2): its own size and the mark `acsp`.
bool is_icc_profile(std::string_view profile);

// Each takes bytes that begin with its format's mark.
Result<Picture> sanitize_jpeg(std::string_view bytes, const PictureLimits& limits);
Result<Picture> sanitize_png(std::string_view bytes, const PictureLimits& limits);
Result<Picture> sanitize_gif(std::string_view bytes, const PictureLimits& limits);
Result<Picture> sanitize_webp(std::string_view bytes, const PictureLimits& limits);

}  // namespace dunlin::media

// WebP container: RFC 9649 section 2; VP8 frame header: RFC 6386 9.1; VP8L header: RFC 9649 3.4.
#include "node/media/byte_reader.h"
#include "node/media/picture_parts.h"

namespace dunlin::media {
namespace {

using namespace std::literals;

constexpr std::uint32_t flag_animation = 0x02;
constexpr std::uint32_t flag_alpha = 0x10;
constexpr std::uint32_t flag_profile = 0x20;

struct Chunk {
  std::string_view type;
  std::string_view data;
};

void append_chunk(std::string& out, Chunk chunk) {
  out += chunk.type;
  append_le(out, static_cast<std::uint32_t>(chunk.data.size()), 4);
  out += chunk.data;
  if (chunk.data.size() % 2 != 0) out += '\0';
}

/// One compressed picture: VP8 with or without ALPH, or VP8L.
struct Bitmap {
  std::string_view alpha;  // data of ALPH
  Chunk pixels{};
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool transparent = false;

  bool present() const { return !pixels.type.empty(); }
  void append_to(std::string& out) const {
    if (!alpha.empty()) append_chunk(out, {"ALPH"sv, alpha});
    append_chunk(out, pixels);
  }
};

/// Reads the sizes; false when it is not a still picture of its kind.
bool read_vp8(std::string_view data, Bitmap& bitmap) {
  ByteReader reader(data);
  auto tag = reader.u24_le();
  auto mark = reader.take(3);
  auto width = reader.u16_le();
  auto height = reader.u16_le();
  bool key_frame = (tag & 1) == 0;
  bool shown = (tag >> 4 & 1) != 0;
  auto version = tag >> 1 & 7;
  auto first_partition = tag >> 5;
  if (!reader.ok() || !key_frame || !shown || version > 3 || mark != "\x9D\x01\x2A"sv ||
      first_partition >= reader.left()) {
    return false;
  }
  bitmap.width = width & 0x3FFFU;  // the upper bits ask for scaling, which WebP ignores
  bitmap.height = height & 0x3FFFU;
  return true;
}

bool read_vp8l(std::string_view data, Bitmap& bitmap) {
  ByteReader reader(data);
  auto mark = reader.u8();
  auto bits = reader.u32_le();
  auto version = bits >> 29;
  if (!reader.ok() || mark != 0x2F || version != 0 || reader.empty()) return false;
  bitmap.width = (bits & 0x3FFF) + 1;
  bitmap.height = (bits >> 14 & 0x3FFF) + 1;
  bitmap.transparent = (bits >> 28 & 1) != 0;
  return true;
}

class WebpWalk {
 public:
  WebpWalk(std::string_view bytes, const PictureLimits& limits)
      : file_(bytes), limits_(limits), budget_(limits) {}

  Result<Picture> run() {
    ByteReader file(file_);
    file.take(4);  // RIFF
    auto size = file.u32_le();
    ByteReader reader(file.take(size));
    if (!file.ok() || size < 12) return cut();
    reader.take(4);  // WEBP
    TRY(auto first, next_chunk(reader));
    if (first.type == "VP8X"sv) {
      TRY_DO(extended(first, reader));
    } else {
      TRY_DO(simple(first));
    }
    std::string out = "RIFF"s;
    append_le(out, static_cast<std::uint32_t>(body_.size() + 4), 4);
    out += "WEBP"sv;
    out += body_;
    return Picture{.bytes = std::move(out),
                   .type = "image/webp",
                   .width = budget_.width(),
                   .height = budget_.height(),
                   .frames = budget_.frames()};
  }

 private:
  tl::unexpected<Error> damaged() const { return refuse_picture("the picture is damaged", limits_); }
  tl::unexpected<Error> cut() const { return refuse_picture(cut_short, limits_); }

  Result<Chunk> next_chunk(ByteReader& reader) const {
    auto type = reader.take(4);
    auto size = reader.u32_le();
    auto data = reader.take(size);
    if (!reader.ok()) return cut();
    if (size % 2 != 0 && !reader.empty()) reader.take(1);  // padding; encoders forget the last one
    return Chunk{type, data};
  }

  /// Takes ALPH, VP8 and VP8L into `bitmap`; any other chunk is left out. False when they contradict each
  /// other.
  static bool add_to(Bitmap& bitmap, Chunk chunk) {
    if (chunk.type == "ALPH"sv) {
      if (bitmap.present() || !bitmap.alpha.empty() || chunk.data.size() < 2) return false;
      bitmap.alpha = chunk.data;
      return true;
    }
    bool lossy = chunk.type == "VP8 "sv;
    if (!lossy && chunk.type != "VP8L"sv) return true;
    if (bitmap.present()) return false;
    bitmap.pixels = chunk;
    if (!lossy) {
      bitmap.alpha = {};  // it has its own
      return read_vp8l(chunk.data, bitmap);
    }
    bitmap.transparent = !bitmap.alpha.empty();
    return read_vp8(chunk.data, bitmap);
  }

  Result<void> simple(Chunk chunk) {
    Bitmap bitmap;
    if (!add_to(bitmap, chunk) || !bitmap.present()) return damaged();
    TRY_DO(budget_.set_canvas(bitmap.width, bitmap.height));
    TRY_DO(budget_.add_frame(0, 0, bitmap.width, bitmap.height));
    bitmap.append_to(body_);
    return {};
  }

  Result<void> extended(Chunk header, ByteReader& reader) {
    ByteReader fields(header.data);
    fields.take(4);  // flags, written afresh
    auto width = fields.u24_le() + 1;
    auto height = fields.u24_le() + 1;
    if (!fields.ok()) return damaged();
    TRY_DO(budget_.set_canvas(width, height));
    Bitmap still;
    std::string_view profile;
    std::string_view animation;
    std::string frames;
    bool transparent = false;
    while (!reader.empty()) {
      TRY(auto chunk, next_chunk(reader));
      if (chunk.type == "ICCP"sv && profile.empty()) {
        if (is_icc_profile(chunk.data) && chunk.data.size() <= profile_bytes_max) profile = chunk.data;
      } else if (chunk.type == "ANIM"sv && animation.empty() && chunk.data.size() == 6) {
        animation = chunk.data;
      } else if (chunk.type == "ANMF"sv) {
        if (animation.empty()) return damaged();
        TRY_DO(frame(chunk.data, frames, transparent));
      } else if (!add_to(still, chunk)) {
        return damaged();
      }
    }
    bool animated = !frames.empty();
    if (animated == still.present()) return damaged();  // neither, or both
    if (!animated) {
      if (still.width != width || still.height != height) {
        return refuse_picture("a frame of the picture does not fit its size", limits_);
      }
      TRY_DO(budget_.add_frame(0, 0, width, height));
      transparent = still.transparent;
    }
    std::string vp8x;
    append_le(vp8x,
              (animated ? flag_animation : 0U) | (transparent ? flag_alpha : 0U) |
                  (profile.empty() ? 0U : flag_profile),
              4);
    append_le(vp8x, width - 1, 3);
    append_le(vp8x, height - 1, 3);
    append_chunk(body_, {"VP8X"sv, vp8x});
    if (!profile.empty()) append_chunk(body_, {"ICCP"sv, profile});
    if (animated) {
      append_chunk(body_, {"ANIM"sv, animation});
      body_ += frames;
    } else {
      still.append_to(body_);
    }
    return {};
  }

  Result<void> frame(std::string_view data, std::string& frames, bool& transparent) {
    ByteReader reader(data);
    auto x = reader.u24_le();  // in steps of 2 pixels
    auto y = reader.u24_le();
    auto width = reader.u24_le() + 1;
    auto height = reader.u24_le() + 1;
    auto duration = reader.u24_le();
    auto flags = reader.u8() & 3U;  // disposal, blending
    if (!reader.ok()) return damaged();
    Bitmap bitmap;
    while (!reader.empty()) {
      TRY(auto chunk, next_chunk(reader));
      if (!add_to(bitmap, chunk)) return damaged();
    }
    if (!bitmap.present() || bitmap.width != width || bitmap.height != height) return damaged();
    TRY_DO(budget_.add_frame(std::uint64_t{x} * 2, std::uint64_t{y} * 2, width, height));
    transparent = transparent || bitmap.transparent;
    std::string content;
    for (auto number : {x, y, width - 1, height - 1, duration}) append_le(content, number, 3);
    append_le(content, flags, 1);
    bitmap.append_to(content);
    append_chunk(frames, {"ANMF"sv, content});
    return {};
  }

  std::string_view file_;
  const PictureLimits& limits_;
  FrameBudget budget_;
  std::string body_;  // all chunks
};

}  // namespace

Result<Picture> sanitize_webp(std::string_view bytes, const PictureLimits& limits) {
  return WebpWalk(bytes, limits).run();
}

}  // namespace dunlin::media

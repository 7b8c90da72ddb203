// PNG: W3C PNG (Third Edition), sections 5, 11 and 4.9 (animation).
#include <algorithm>
#include <array>

#include "node/media/byte_reader.h"
#include "node/media/picture_parts.h"

namespace dunlin::media {
namespace {

using namespace std::literals;

constexpr auto crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < table.size(); ++n) {
    std::uint32_t c = n;
    for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
    table[n] = c;
  }
  return table;
}();

std::uint32_t crc_add(std::uint32_t crc, std::string_view bytes) {
  for (char byte : bytes) crc = crc_table[(crc ^ static_cast<std::uint8_t>(byte)) & 0xFF] ^ (crc >> 8);
  return crc;
}
std::uint32_t crc_of(std::string_view type, std::string_view data) {
  return crc_add(crc_add(0xFFFFFFFFU, type), data) ^ 0xFFFFFFFFU;
}

struct Chunk {
  std::string_view type;
  std::string_view data;
};

void append_chunk(std::string& out, Chunk chunk) {
  append_be(out, static_cast<std::uint32_t>(chunk.data.size()), 4);
  out += chunk.type;
  out += chunk.data;
  append_be(out, crc_of(chunk.type, chunk.data), 4);
}

/// Bits of a sample for a kind of colour (PNG table 8).
constexpr bool is_depth(std::uint8_t colour, std::uint8_t depth) {
  switch (colour) {
    case 0:  // grey
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case 3:  // palette
      return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2:  // colour; with alpha: grey, colour
    case 4:
    case 6:
      return depth == 8 || depth == 16;
    default:
      return false;
  }
}

class PngWalk {
 public:
  PngWalk(std::string_view bytes, const PictureLimits& limits)
      : reader_(bytes), limits_(limits), budget_(limits) {}

  Result<Picture> run() {
    out_ += reader_.take(8);
    while (true) {
      TRY(auto chunk, next_chunk());
      if (chunk.type == "IEND"sv) break;
      TRY_DO(handle(chunk));
    }
    if (!pixels_) return refuse_picture("the picture has no pixels", limits_);
    if (animated_ && budget_.frames() != frames_promised_) return damaged();
    if (frame_open_) return damaged();
    append_chunk(out_, {"IEND"sv, {}});
    return Picture{.bytes = std::move(out_),
                   .type = "image/png",
                   .width = budget_.width(),
                   .height = budget_.height(),
                   .frames = std::max<std::size_t>(budget_.frames(), 1)};
  }

 private:
  tl::unexpected<Error> damaged() const { return refuse_picture("the picture is damaged", limits_); }

  Result<Chunk> next_chunk() {
    auto length = reader_.u32_be();
    Chunk chunk{.type = reader_.take(4), .data = reader_.take(length)};
    auto crc = reader_.u32_be();
    if (!reader_.ok()) return refuse_picture(cut_short, limits_);
    if (crc != crc_of(chunk.type, chunk.data)) return damaged();
    return chunk;
  }

  Result<void> handle(Chunk chunk) {
    if (chunk.type == "IHDR"sv) return header(chunk);
    if (budget_.width() == 0) return damaged();  // IHDR comes first
    if (chunk.type == "PLTE"sv) return palette(chunk);
    if (chunk.type == "IDAT"sv) return pixels(chunk);
    if (chunk.type == "acTL"sv) return animation(chunk);
    if (chunk.type == "fcTL"sv && animated_) return frame(chunk);
    if (chunk.type == "fdAT"sv && animated_) return frame_pixels(chunk);
    idat_run_ = false;
    if (auto* seen = ancillary_slot(chunk); seen != nullptr && !*seen && !pixels_) {
      *seen = true;
      if (chunk.type == "iCCP"sv) {
        // Its name is free text.
        auto zlib = std::string(chunk.data.substr(chunk.data.find('\0')));
        append_chunk(out_, {chunk.type, "icc" + zlib});
        return {};
      }
      append_chunk(out_, chunk);
      return {};
    }
    bool critical = (chunk.type[0] & 0x20) == 0;  // a reader that does not know it cannot show the picture
    if (critical) return damaged();
    return {};
  }

  Result<void> header(Chunk chunk) {
    ByteReader reader(chunk.data);
    auto width = reader.u32_be();
    auto height = reader.u32_be();
    depth_ = reader.u8();
    colour_ = reader.u8();
    auto compression = reader.u8();
    auto filter = reader.u8();
    auto interlace = reader.u8();
    if (!reader.ok() || !reader.empty() || budget_.width() != 0 || !is_depth(colour_, depth_) ||
        compression != 0 || filter != 0 || interlace > 1 || width > 0x7FFFFFFF || height > 0x7FFFFFFF) {
      return damaged();
    }
    TRY_DO(budget_.set_canvas(width, height));
    append_chunk(out_, chunk);
    return {};
  }

  Result<void> palette(Chunk chunk) {
    auto entries = chunk.data.size() / 3;
    if (palette_entries_ != 0 || pixels_ || colour_ == 0 || colour_ == 4 || chunk.data.size() % 3 != 0 ||
        entries == 0 || entries > 256 || (colour_ == 3 && entries > (1U << depth_))) {
      return damaged();
    }
    palette_entries_ = entries;
    append_chunk(out_, chunk);
    return {};
  }

  Result<void> pixels(Chunk chunk) {
    // All IDAT stand together, and an indexed picture has its palette by now.
    if ((pixels_ && !idat_run_) || (colour_ == 3 && palette_entries_ == 0)) return damaged();
    if (chunk.data.empty()) return {};
    if (!pixels_) frame_open_ = false;  // a frame control before it makes this the first frame
    idat_run_ = true;
    pixels_ = true;
    append_chunk(out_, chunk);
    return {};
  }

  Result<void> animation(Chunk chunk) {
    idat_run_ = false;
    if (animated_ || pixels_)
      return {};  // too late: readers show the still picture, and so does what we write
    ByteReader reader(chunk.data);
    frames_promised_ = reader.u32_be();
    auto plays = reader.u32_be();
    if (!reader.ok() || !reader.empty() || frames_promised_ == 0 || plays > 0x7FFFFFFF) return damaged();
    if (frames_promised_ > limits_.frames_max)
      return refuse_picture("the picture has too many frames", limits_);
    animated_ = true;
    append_chunk(out_, chunk);
    return {};
  }

  Result<void> frame(Chunk chunk) {
    idat_run_ = false;
    ByteReader reader(chunk.data);
    auto sequence = reader.u32_be();
    auto width = reader.u32_be();
    auto height = reader.u32_be();
    auto x = reader.u32_be();
    auto y = reader.u32_be();
    reader.take(4);  // delay
    auto dispose = reader.u8();
    auto blend = reader.u8();
    if (!reader.ok() || !reader.empty() || frame_open_ || sequence != sequence_++ || dispose > 2 ||
        blend > 1) {
      return damaged();
    }
    // The still picture as the first frame covers the canvas.
    if (!pixels_ && (x != 0 || y != 0 || width != budget_.width() || height != budget_.height()))
      return damaged();
    TRY_DO(budget_.add_frame(x, y, width, height));
    frame_open_ = true;
    frame_data_ = false;
    append_chunk(out_, chunk);
    return {};
  }

  Result<void> frame_pixels(Chunk chunk) {
    idat_run_ = false;
    ByteReader reader(chunk.data);
    auto sequence = reader.u32_be();
    if (!pixels_ || budget_.frames() == 0 || !reader.ok() || reader.empty() || sequence != sequence_++) {
      return damaged();
    }
    if (!frame_open_ && !frame_data_) return damaged();
    frame_open_ = false;
    frame_data_ = true;
    append_chunk(out_, chunk);
    return {};
  }

  /// Where it is noted that a kept ancillary chunk was seen; nothing for one that is dropped: not on the
  /// list, of a wrong size or in the wrong place (PNG table 7).
  bool* ancillary_slot(Chunk chunk) {
    struct Kept {
      std::string_view type;
      bool good;
      bool before_palette;
    };
    constexpr std::array<std::size_t, 7> sbit_sizes = {1, 0, 3, 3, 2, 0, 4};
    auto size = chunk.data.size();
    bool transparency = colour_ == 0   ? size == 2
                        : colour_ == 2 ? size == 6
                                       : colour_ == 3 && size > 0 && size <= palette_entries_;
    const std::array<Kept, ancillary_kinds> kept = {
        Kept{"tRNS"sv, transparency, false},
        Kept{"gAMA"sv, size == 4, true},
        Kept{"cHRM"sv, size == 32, true},
        Kept{"sRGB"sv, size == 1 && chunk.data[0] >= 0 && chunk.data[0] <= 3, true},
        Kept{"iCCP"sv, is_iccp(chunk.data), true},
        Kept{"sBIT"sv, size == sbit_sizes[colour_], true},
        Kept{"pHYs"sv, size == 9, false},
    };
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (chunk.type != kept[i].type) continue;
      return kept[i].good && !(kept[i].before_palette && palette_entries_ != 0) ? &ancillary_seen_[i]
                                                                                : nullptr;
    }
    return nullptr;
  }

  /// Name of 1 to 79 bytes, NUL, method 0, zlib data.
  static bool is_iccp(std::string_view data) {
    auto name = data.find('\0');
    return name != data.npos && name >= 1 && name <= 79 && data.size() > name + 2 && data[name + 1] == 0 &&
           data.size() <= profile_bytes_max;
  }

  static constexpr std::size_t ancillary_kinds = 7;
  ByteReader reader_;
  const PictureLimits& limits_;
  FrameBudget budget_;
  std::string out_;
  std::uint8_t depth_ = 0;
  std::uint8_t colour_ = 0;
  std::size_t palette_entries_ = 0;
  std::array<bool, ancillary_kinds> ancillary_seen_{};
  bool pixels_ = false;    // an IDAT with data was seen
  bool idat_run_ = false;  // the last chunk was an IDAT
  bool animated_ = false;
  std::uint32_t frames_promised_ = 0;
  std::uint32_t sequence_ = 0;
  bool frame_open_ = false;  // a frame control waits for its data
  bool frame_data_ = false;  // and more of it may follow
};

}  // namespace

Result<Picture> sanitize_png(std::string_view bytes, const PictureLimits& limits) {
  return PngWalk(bytes, limits).run();
}

}  // namespace dunlin::media
